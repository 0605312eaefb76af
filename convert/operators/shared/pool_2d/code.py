"""Facts that both pools print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.pool_2d.reference import ACCEPTS, TYPES, Pool2D, Pool2DOptions
from plumbline.convert.operators.shared.window import code as window
from plumbline.convert.operators.step import Step


def pool(name: str, check: Callable[[Operator], Any], template: str) -> Registration:
    """Register a pool that a template prints."""
    older = {"chirale": Elsewhere(version=2)}  # int16 came with version 3
    compiled = partial(compile_pool, check, template)
    return Registration(name, check, compiled, ACCEPTS, TYPES, version=3, options=Pool2DOptions, options_number=5, elsewhere=older)


def compile_pool(check: Callable[[Operator], Any], template: str, operator: Operator, name: str) -> Step:
    """Turn a pool into the facts of its template. It runs on no constants but those of its geometry, which stand in the code.

    Args:
        check: the operator's own.
        template: what prints it.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    layer, target = check(operator), operator.outputs[0]
    facts = {**described(operator.title, layer), "type": target.c_type, "cast": f"{target.dtype.name}_t", "start": layer.limits[0]}
    return Step(name, template, (), (), facts)


def described(path: str, layer: Pool2D) -> dict[str, Any]:
    """Facts for the comment above a pool, its window, and the codes it keeps between; None where every code is allowed."""
    return {
        **window.facts(layer.window),
        "path": path,
        "real": formula(layer.quantization),
        "clips": layer.activation,
        "lowest": layer.lowest if layer.lowest > layer.limits[0] else None,
        "highest": layer.highest if layer.highest < layer.limits[1] else None,
        "area": layer.window.taps,
    }
