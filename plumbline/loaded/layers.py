"""The layers of a loaded model by name, and what one of them answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plumbline.common.layer_names import layer_name
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.loaded.ends import Array, End, reals_of, shown


@dataclass(frozen=True)
class Place:
    """An operator's answer: what a person asks for by the layer's name."""

    name: str
    """Different from all others of the model."""
    operator: str
    number: int
    """Of the operator among the model's."""
    tensor: Tensor

    @property
    def end(self) -> End:
        """How its codes are to be read."""
        return End.of(self.name, self.tensor)


@dataclass(frozen=True)
class Layer:
    """What a layer answered, in the form in which the model was asked: of one sample, or of a batch."""

    name: str
    operator: str
    """As the schema calls it, e.g. CONV_2D."""
    codes: Array
    """Of the layer's own integer type."""
    scale: float | None
    """None where the codes are the numbers themselves."""
    zero_point: int | None
    meaning: str
    """E.g. `0.5 * (code + 3)`."""
    end: End

    @property
    def reals(self) -> Array:
        """The real numbers that the codes stand for, float64; without a scale the values as they are."""
        return reals_of(self.codes, self.end)

    def __repr__(self) -> str:
        meaning = f", {self.meaning}" if self.meaning else ""
        return f"<{self.name}: {self.operator}, {self.end.type.lower()} {shown(self.codes.shape)}{meaning}>"


def places_of(graph: Graph) -> tuple[Place, ...]:
    """What each operator answers, in the order in which they run; the variables that some write are no answers."""
    found = [(layer_name(operator), operator.name, number, each) for number, operator in enumerate(graph.operators) for each in operator.results]
    names = distinct(name for name, *_ in found)
    return tuple(Place(name, *rest) for name, (_, *rest) in zip(names, found, strict=True))  # type: ignore[arg-type]


def distinct(names: Iterable[str]) -> list[str]:
    """The same names, a number behind those that were there before."""
    result: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in result:
            number += 1
            unique = f"{name}_{number}"
        result.append(unique)
    return result
