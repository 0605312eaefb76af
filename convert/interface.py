"""What the host asks of the converter, and all that it imports of it: the model in a file, who can run it, what it must answer, what follows from it.

Everything else in this package is the converter's own and may change without the host.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import BoundSpec, OperatorSpec, TensorSpec
from plumbline.convert.codegen.arena import arena
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.references import part as parts
from plumbline.convert.references import tflm
from plumbline.convert.references.bound import bound
from plumbline.convert.references.part import PartC
from plumbline.convert.references.promises import end_specs, operator_specs, reach
from plumbline.convert.references.reference_interpreter import FLOAT_PRODUCT
from plumbline.convert.references.reference_interpreter import Model as IntegerModel
from plumbline.convert.references.silent import silent_layer
from plumbline.convert.references.tolerance import propose
from plumbline.convert.runs import refusal_of

# fmt: off
__all__ = [
    "Derived", "Graph", "IntegerModel", "LiveAnswers", "Operator", "PartC", "Tensor", "arena", "check_engine", "derived", "float_products",
    "live_answers", "parts", "proposed_tolerance", "read", "refusal_of", "runs_with_tflm", "silent_layer",
]
# fmt: on


@dataclass(frozen=True)
class LiveAnswers:
    """What TensorFlow Lite Micro's reference kernels answer on this machine."""

    codes: Codes
    """(N, output bytes)."""
    name: str
    """Who answered, with the version."""


def live_answers(raw: bytes, graph: Graph, references: References) -> LiveAnswers | None:
    """Ask the tflite-micro wheel; None where there is none (it exists for Linux on x86-64).

    Args:
        raw: the flatbuffer.
        graph: what was read from it.
        references: hold the rows, and where sequences of them start.

    Raises:
        ModelRefused: the wheel cannot load the model.
        RuntimeError: it loads the model and does not run it.
    """
    if not tflm.available():
        return None
    return LiveAnswers(tflm.Interpreter(raw, graph).run(references.codes, references.starts), tflm.name())


@dataclass(frozen=True)
class Derived:
    """What a manifest promises that follows from the model and its float layers."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    operators: tuple[OperatorSpec, ...]
    reach: float
    """What no error can exceed: see `promises.reach`."""
    bounds: tuple[BoundSpec | None, ...]
    """What can be proven of the error: over the domain, then for any input; one None where nothing can."""


def derived(graph: Graph, references: References, domain: tuple[float, float]) -> Derived:
    """Work out anew what the conversion wrote into its manifest.

    Args:
        graph: the model.
        references: hold the float model's layers, where the bound was proven from some.
        domain: lowest and highest x.
    """
    chain = references.chain
    bounds = (bound(graph, chain, domain), bound(graph, chain, None)) if chain else (None,)
    inputs, outputs = end_specs(graph, graph.inputs), end_specs(graph, graph.outputs)
    return Derived(inputs, outputs, operator_specs(graph), reach(graph), bounds)


def proposed_tolerance(graph: Graph, references: References, proven: BoundSpec | None) -> float:
    """The tolerance of a recipe that declares none, in units of the output."""
    return propose(graph, references, proven).value


def runs_with_tflm(graph: Graph) -> bool:
    """Whether TensorFlow Lite Micro's library has what the model takes, as its main branch is."""
    return refusal_of(graph, "tflm") is None


def float_products(operators: Iterable[str]) -> list[str]:
    """The names among `operators`, sorted, that TensorFlow Lite Micro computed with products of scales in float32 before autumn 2026."""
    return sorted(set(operators) & set(FLOAT_PRODUCT))
