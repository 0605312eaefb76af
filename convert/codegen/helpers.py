"""The C functions that operators call, each in a template of its name: which of them need others, and in what order they are printed."""

from __future__ import annotations

from collections.abc import Iterable

NEEDS: dict[str, tuple[str, ...]] = {
    "code": ("dsp",),
    "words": ("dsp",),
    "multiply": ("dsp",),
    "rescale": ("dsp",),
    "spread": ("words", "store_word"),
    "two_pixels": ("words", "multiply", "rescale", "layer"),
    "one_row": ("words", "multiply", "rescale", "layer"),
    "gate": ("scaled",),
    "gather": ("words", "store_word", "window_type"),
    "gather_pairs": ("words", "store_word", "window_type", "spread"),
    "plane_3x3": ("words", "multiply", "rescale", "layer", "planes"),
    "plane_3x3_stride_2": ("words", "multiply", "rescale", "layer", "planes"),
}
"""Those that need none are not listed."""


def in_order(names: Iterable[str]) -> list[str]:
    """The helpers and all that they need, every one after those it needs, otherwise by name."""
    result: list[str] = []

    def add(name: str) -> None:
        for needed in NEEDS.get(name, ()):
            add(needed)
        if name not in result:
            result.append(name)

    for name in sorted(set(names)):
        add(name)
    return result
