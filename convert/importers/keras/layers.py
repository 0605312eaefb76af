"""What a Keras model calls its layers, for the operators that they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from plumbline.convert.model.keras_layers import Layer, Layers

if TYPE_CHECKING:
    import keras

SILENT = ("InputLayer", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout")
"""Layers of which nothing is left after the training."""


def layers_in(model: keras.Model, outputs: Sequence[str]) -> Layers:
    """The layers of a model whose outputs have these names in the flatbuffer's signature."""
    import keras

    def within(layers: Sequence[Any], path: tuple[str, ...]) -> list[Layer]:
        found = []
        for each in layers:
            own = (*path, str(each.name))
            if type(each).__name__ not in SILENT:
                found.append(Layer(own, bool(each.weights)))
                found += within(each.layers if isinstance(each, keras.Model) else each._layers, own)
        return found

    answer = getattr(model, "output", None)
    tensors = list(answer.values()) if isinstance(answer, dict) else list(model.outputs)
    origins = [str(tensor._keras_history.operation.name) if hasattr(tensor, "_keras_history") else "" for tensor in tensors]
    return Layers(str(model.name), tuple(within(model.layers, ())), tuple(zip(outputs, origins, strict=False)))
