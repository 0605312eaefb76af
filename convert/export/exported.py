"""What is exported: models under names of their own, with all that a format prints of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.codegen.emit import Compiled
from plumbline.convert.codegen.ends import C_TYPES, Scale
from plumbline.convert.export.costs import Cost
from plumbline.convert.model.graph import Graph, Tensor


@dataclass(frozen=True)
class ExportedEnd:
    """An input or output as the header shows it."""

    kind: str
    """input or output."""
    suffix: str
    """What tells it from others of its kind in names: empty where it is the only one, else `_` and its name, a part of a C identifier."""
    told: str
    """Its name in the model's signature."""
    tensor: Tensor
    offset: int
    """In the memory, in bytes."""
    scale: Scale | None
    """None of one whose values are the numbers themselves."""
    labels: tuple[str, ...] = ()
    """Of its classes, where they are known."""

    @property
    def name(self) -> str:
        """Behind the model's name: `input`, `input_stream`."""
        return self.kind + self.suffix

    @property
    def c_type(self) -> str:
        """Of one value."""
        return C_TYPES[self.tensor.type]

    @property
    def quantized(self) -> bool:
        """Whether its codes are made of real numbers, and these of codes, by functions of the header."""
        return self.scale is not None and self.tensor.type in ("INT8", "UINT8", "INT16")

    @property
    def zero_point(self) -> int:
        return self.tensor.quantized.zero_point if self.scale else 0

    @property
    def lowest(self) -> int:
        """The lowest code of its type."""
        return int(np.iinfo(self.tensor.dtype).min)

    @property
    def highest(self) -> int:
        """The highest."""
        return int(np.iinfo(self.tensor.dtype).max)

    @property
    def classes(self) -> int:
        """How many classes one of them is the largest of; 0 of an output that is no list of scores."""
        return self.tensor.elements if self.kind == "output" and self.tensor.elements > 1 and self.tensor.type != "BOOL" else 0


@dataclass(frozen=True)
class ExportedModel:
    """One model under the name that all of its C carries."""

    name: str
    """A C identifier in lower case."""
    graph: Graph
    compiled: Compiled
    manifest: Manifest
    references: References
    target: str
    """What a person types to name the model: of a recipe its name, of a file its path as it was given."""
    inputs: tuple[ExportedEnd, ...]
    outputs: tuple[ExportedEnd, ...]
    header: str
    """NAME.h."""
    source: str
    """NAME.c."""
    test: str = ""
    """NAME_test.c."""
    facts: tuple[str, ...] = ()
    """Lines of what it costs, for comments."""
    measured: str = ""
    """What was measured of it, as a sentence; empty where nothing was."""
    costs: tuple[Cost, ...] = ()
    """What its C takes on some cores."""

    @property
    def macros(self) -> str:
        """Where its macros begin."""
        return self.name.upper()

    @property
    def ends(self) -> tuple[ExportedEnd, ...]:
        return (*self.inputs, *self.outputs)

    @property
    def stateful(self) -> bool:
        """Whether it has a reset."""
        return bool(self.compiled.beginnings)

    @property
    def sources(self) -> dict[str, str]:
        """Its C files but the self-test, by name."""
        return {f"{self.name}.h": self.header, f"{self.name}.c": self.source}


@dataclass(frozen=True)
class Package:
    """What one export writes: a model, or several that belong together."""

    name: str
    """A C identifier in lower case."""
    models: tuple[ExportedModel, ...]
    version: str
    """Of the package, three numbers: 1.0.0 unless somebody says otherwise."""
    generator: str = ""
    """Who wrote it, with the version."""
