"""Layers that make or take a mask, with choices in place of the large numbers and the counts in float32 of Keras's own forms.

A number like -1e9 that Keras puts where a mask is false would be the range of an int8 tensor, in which all other numbers are one code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

Call = Callable[..., Any]
BELOW = 8.0
"""How far below the least number a masked one is put: e^-8 is less than one code of a softmax."""


def masked_calls(layer: keras.Layer) -> dict[str, Call]:
    """The methods of a layer that are to be replaced, and by what; none of a layer that has nothing to do with masks."""
    import keras

    layers = keras.layers
    if type(layer) is layers.Masking:
        return {"call": masking(layer), "compute_mask": counting(layer)}
    makers: dict[type, tuple[str, Callable[[Any], Call]]] = {
        layers.GlobalAveragePooling1D: ("call", averaged),
        layers.Softmax: ("call", masked_softmax),
        layers.MultiHeadAttention: ("_compute_attention", attended),
        layers.Attention: ("_apply_scores", scored),
        layers.AdditiveAttention: ("_apply_scores", scored),
    }
    found = makers.get(type(layer))
    return {} if found is None else {found[0]: found[1](layer)}


def masking(layer: Any) -> Call:
    """Steps of which every number is the mask's are 0."""
    import tensorflow as tf

    return lambda x: tf.where(counting(layer)(x)[..., tf.newaxis], x, 0.0)


def counting(layer: Any) -> Call:
    """The mask: whether a step is anywhere off the number that means nothing, by their distance, as `op_forms.differing`."""
    import tensorflow as tf

    return lambda x, mask=None: tf.reduce_max(tf.abs(x - tf.cast(layer.mask_value, x.dtype)), axis=-1) > 0.0


def averaged(layer: Any) -> Call:
    """The mean of the steps that are not masked."""
    import tensorflow as tf

    own = layer.call

    def call(x: Any, mask: Any = None) -> Any:
        if mask is None:
            return own(x)
        axis, across = (1, 2) if layer.data_format == "channels_last" else (2, 1)
        kept = tf.where(tf.expand_dims(mask, across), 1.0, 0.0)
        return tf.reduce_sum(x * kept, axis, keepdims=layer.keepdims) / tf.reduce_sum(kept, axis, keepdims=layer.keepdims)

    return call


def lowered(x: Any, mask: Any, axis: Any = -1) -> Any:
    """Numbers with the masked ones below all others, so that a softmax makes nothing of them."""
    import tensorflow as tf

    while len(mask.shape) < len(x.shape):
        mask = tf.expand_dims(mask, 0)
    return tf.where(mask, x, tf.reduce_min(x, axis, keepdims=True) - BELOW)


def masked_softmax(layer: Any) -> Call:
    """As Keras's, of numbers that are so."""
    own = layer.call
    return lambda x, mask=None: own(x if mask is None else lowered(x, mask, layer.axis))


def attended(layer: Any) -> Call:
    """A product with keys, a softmax and a product with values, where there is a mask."""
    import keras

    own = layer._compute_attention

    def call(
        query: Any, key: Any, value: Any, mask: Any = None, training: Any = None, return_attention_scores: bool = False, use_causal_mask: bool = False
    ) -> Any:
        if use_causal_mask:
            causal = layer._compute_causal_mask(query, value)
            mask = causal if mask is None else keras.ops.logical_and(mask, causal)
        if mask is None:
            return own(query, key, value, None, training, return_attention_scores)
        scores = keras.ops.einsum(layer._dot_product_equation, key, query * layer._inverse_sqrt_key_dim)
        while len(mask.shape) < len(scores.shape):
            mask = keras.ops.expand_dims(mask, -len(layer._attention_axes) * 2 - 1)
        weights = keras.ops.softmax(lowered(scores, mask), axis=-1)
        return keras.ops.einsum(layer._combine_equation, weights, value), weights

    return call


def scored(layer: Any) -> Call:
    """The same for scores that are there."""
    own = layer._apply_scores

    def call(scores: Any, value: Any, scores_mask: Any = None, training: bool = False) -> Any:
        if scores_mask is not None:
            scores = lowered(scores, scores_mask if len(scores_mask.shape) > 2 else scores_mask[:, None])
        return own(scores, value, None, False)

    return call
