"""Facts that both pools print."""

from __future__ import annotations

from typing import Any

from plumbline.common.quantization import formula
from plumbline.convert.operators.fixed_point import INT8
from plumbline.convert.operators.shared.pool_2d.reference import Pool2D
from plumbline.convert.operators.shared.window import code as window


def described(path: str, layer: Pool2D) -> dict[str, Any]:
    """Facts for the comment above a pool, its window, and the codes it keeps between; None where every int8 is allowed."""
    return {
        **window.facts(layer.window),
        "path": path,
        "real": formula(layer.quantization),
        "clips": layer.activation,
        "lowest": layer.lowest if layer.lowest > INT8[0] else None,
        "highest": layer.highest if layer.highest < INT8[1] else None,
        "area": layer.window.taps,
    }
