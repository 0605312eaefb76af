"""Options of the operators that run graphs: each names subgraphs of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.operators.options import whole


@dataclass(frozen=True)
class IfOptions:
    """Options of IF."""

    then_subgraph_index: Annotated[int, whole(0)]
    else_subgraph_index: Annotated[int, whole(1)]

    @property
    def subgraphs(self) -> dict[str, int]:
        """The numbers of the subgraphs by what they are called here."""
        return {"then": self.then_subgraph_index, "else": self.else_subgraph_index}


@dataclass(frozen=True)
class WhileOptions:
    """Options of WHILE."""

    cond_subgraph_index: Annotated[int, whole(0)]
    body_subgraph_index: Annotated[int, whole(1)]

    @property
    def subgraphs(self) -> dict[str, int]:
        """As those of IF."""
        return {"cond": self.cond_subgraph_index, "body": self.body_subgraph_index}
