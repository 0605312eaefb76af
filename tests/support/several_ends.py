"""Models with several inputs and outputs for the firmware's tests: only their ends, which is all that the firmware knows of a model."""

from __future__ import annotations

from pathlib import Path

from plumbline.common.manifest import ArenaSpec
from plumbline.convert.codegen.generated_folder import model_header
from plumbline.convert.model.graph import Graph, Quantization, Tensor

LONG_NAME = "a/very long name, which no reply has room for: " + "x" * 40


def end(index: int, name: str, kind: str, shape: tuple[int, ...], scale: float | None = None, zero_point: int = 0) -> Tensor:
    """An input or output."""
    return Tensor(index, name, kind, shape, None if scale is None else Quantization((scale,), (zero_point,), 0), None)


def graph_of(inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Graph:
    """A graph without operators."""
    return Graph((*inputs, *outputs), (), inputs, outputs)


SEVERAL = graph_of(
    (end(0, "stream", "INT8", (1, 5), 0.5, -3), end(1, "gate", "BOOL", (1, 1)), end(2, LONG_NAME, "INT16", (1, 3), 0.25)),
    (end(3, "score", "INT32", (1, 2)), end(4, "class\x1b", "UINT8", (3,), 0.00390625, 128)),
)
"""12 bytes in, 11 out: four rows fit a frame."""
WIDE = graph_of((end(0, "sound", "INT8", (1, 70), 0.5), end(1, "gain", "UINT8", (1, 2))), (end(2, "y", "INT16", (1, 30)), end(3, "n", "INT32", (1,))))
"""72 bytes in, 64 out: no row fits a frame."""


def write_header(folder: Path, name: str, graph: Graph, stateful: bool = False) -> Path:
    """plumbline_model.h of such a model, in a folder of its own."""
    text = model_header(name, bytes(32), graph, ArenaSpec(0, 0, 16), (-1.0, 1.0))
    if stateful:
        assert "#define PLUMBLINE_STATEFUL 0" in text
        text = text.replace("#define PLUMBLINE_STATEFUL 0", "#define PLUMBLINE_STATEFUL 1")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plumbline_model.h").write_text(text)
    return folder
