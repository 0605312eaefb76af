"""What a person calls a layer: its own name out of the path that the flatbuffer has."""

from __future__ import annotations

import re
from typing import Protocol


class Layered(Protocol):
    """An operator, in the flatbuffer or in the manifest."""

    @property
    def name(self) -> str:
        """Of the operator, e.g. CONV_2D."""

    @property
    def layer(self) -> str:
        """Where in the Keras model it comes from."""

    @property
    def called(self) -> str:
        """What a person calls it; empty where that is not known."""


def layer_name(operator: Layered) -> str:
    """What a person calls an operator; else the name out of a path like `model_1/dense_1/MatMul`, or its own where there is none."""
    return operator.called or own_name(operator.layer) or operator.name


def own_name(layer: str) -> str:
    """`dense_1` of `model_1/dense_1/MatMul`, the whole of a path with one part, and nothing of an empty one.

    A layer that batch normalization was folded into has several paths, `model_1/norm_1/batchnorm/mul;model_1/conv_1/depthwise`: it keeps its own.
    """
    paths = layer.split(";")
    own = [path for path in paths if "batchnorm" not in path.lower()] or paths
    parts = [part for path in own for part in re.split(r"[/:]", path) if part]
    return parts[-2] if len(parts) > 1 else "".join(parts)
