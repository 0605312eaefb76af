"""Layers in a form that becomes operators which TensorFlow Lite Micro runs on integers, where Keras's own form does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def look_up_nearest_rows(model: keras.Model) -> None:
    """Let every Embedding take the nearest row where a number names none, from here on.

    Keras counts negative numbers from the end, in operators that no board has, and what lies beyond the table is nobody's: on a board it would be
    memory of something else.
    """
    import keras

    for layer in model._flatten_layers():
        if type(layer) is keras.layers.Embedding:
            layer.call = looked_up(layer)


def looked_up(layer: keras.layers.Embedding) -> Callable[..., Any]:
    """A `call` of one lookup."""
    import tensorflow as tf

    def call(rows: Any) -> Any:
        return tf.gather(layer.embeddings, tf.clip_by_value(tf.cast(rows, tf.int32), 0, layer.input_dim - 1))

    return call
