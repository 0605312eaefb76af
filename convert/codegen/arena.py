"""How much working memory the firmware reserves for TensorFlow Lite Micro."""

from __future__ import annotations

from plumbline.common.manifest import ArenaSpec
from plumbline.convert.model.graph import Graph

ALIGNMENT = 16


def arena(graph: Graph, used: int | None) -> ArenaSpec:
    """The arena of a model, with its margin.

    `used` is what a 64-bit machine keeps in the arena while the model runs; a 32-bit chip keeps less, as pointers are half as long. But
    while it starts, TFLM lists every tensor (up to 32 bytes each) and plans the memory of those computed at run time (up to 48 bytes each)
    in the same arena, and counts none of that as used: a neuron that uses 436 bytes on the chip does not start with less than 624. The
    margin is room for these lists, and 256 bytes for alignment and the few bytes that optimized kernels keep per layer.

    Args:
        graph: the model.
        used: bytes from the recording allocator, or None where the wheel is absent: then every run-time tensor is counted with memory of its own.
    """
    at_run_time = graph.not_in_file
    margin = 256 + 32 * len(graph.tensors) + 48 * len(at_run_time)
    if used is None:
        channels = sum(len(t.quantization.scales) for t in graph.tensors if t.quantization is not None)
        buffers = sum(-(-tensor.bytes // ALIGNMENT) * ALIGNMENT for tensor in at_run_time)
        used = 1024 + 24 * len(graph.tensors) + 160 * len(graph.operators + graph.folded) + 8 * channels + buffers
    return ArenaSpec(used, margin, -(-(used + margin) // ALIGNMENT) * ALIGNMENT)
