"""Models of a few operators as plain data, which random cases are. Tests write them as flatbuffers, with a package that the product lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.schema import TENSOR_TYPES

FLOAT32, INT32, UINT8, INT64, BOOL, INT16, INT8, INT4, RESOURCE = (
    TENSOR_TYPES.index(name) for name in ("FLOAT32", "INT32", "UINT8", "INT64", "BOOL", "INT16", "INT8", "INT4", "RESOURCE")
)


@dataclass(frozen=True)
class TensorSpec:
    """A tensor; `data` makes it a constant."""

    name: str
    shape: tuple[int, ...]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    data: NDArray[Any] | None = None
    kind: int = INT8
    """Its number in TensorType."""
    axis: int = 0
    variable: bool = False


@dataclass(frozen=True)
class CaseOperator:
    """An operator by its name; `inputs` and `outputs` are indices of tensors, -1 an input left out."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: object | None = None
    """The operator's own options dataclass; None for an empty table, or none."""


@dataclass(frozen=True)
class Case:
    """A model; `inputs` and `outputs` are indices of tensors."""

    tensors: list[TensorSpec]
    operators: list[CaseOperator]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    subgraphs: tuple[Case, ...] = ()
    """Behind the main one; they have none of their own."""


RandomCase = Callable[[np.random.Generator, str], Case]
"""Makes a random model with an operator in it, edge values among them; the text names its layers, so that several fit into one program."""
