"""Layers in a form that becomes operators which TensorFlow Lite Micro runs on integers, where Keras's own form does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

Call = Callable[..., Any]


def look_up_nearest_rows(model: keras.Model) -> None:
    """Let every Embedding take the nearest row where a number names none, from here on.

    Keras counts negative numbers from the end, in operators that no board has, and what lies beyond the table is nobody's: on a board it would be
    memory of something else.
    """
    import keras

    for layer in model._flatten_layers():
        if type(layer) is keras.layers.Embedding:
            layer.call = looked_up(layer)


def looked_up(layer: keras.layers.Embedding) -> Call:
    """A `call` of one lookup."""
    return lambda rows: nearest_row(layer.embeddings, rows)


def nearest_row(table: Any, rows: Any) -> Any:
    """The rows of a table of so many numbers, the nearest one where a number names none."""
    import tensorflow as tf

    last = table.shape[0] - 1
    if last in (1, 6):  # a number between 0 and these is taken by the converter for a RELU6 and its like, whole or not
        table, last = tf.concat([table, table[-1:]], axis=0), last + 1
    return tf.gather(table, tf.clip_by_value(tf.cast(rows, tf.int32), 0, last))


def form_of(layer: keras.Layer) -> Call | None:
    """A `call` on a batch of 1 in another form; None for a layer whose own becomes integers."""
    import keras

    layers = keras.layers
    makers: dict[type, Callable[[Any], Call | None]] = {
        layers.UpSampling1D: enlarged_1d,
        layers.UpSampling2D: enlarged_2d,
        layers.RepeatVector: repeated,
        layers.TimeDistributed: at_once,
        layers.LayerNormalization: layer_normalized,
        layers.RMSNormalization: rms_normalized,
        layers.GroupNormalization: group_normalized,
        layers.UnitNormalization: unit_normalized,
        layers.ELU: elu,
    }
    maker = makers.get(type(layer))
    return None if maker is None else maker(layer)


def enlarged_2d(layer: Any) -> Call | None:
    """The nearest pixel by one operator, where Keras repeats rows and columns; the bilinear one is one already."""
    import tensorflow as tf

    if layer.interpolation != "nearest" or layer.data_format != "channels_last":
        return None
    return lambda x: tf.image.resize(x, (x.shape[1] * layer.size[0], x.shape[2] * layer.size[1]), method="nearest")


def enlarged_1d(layer: Any) -> Call:
    """As pictures of one column."""
    import tensorflow as tf

    return lambda x: tf.squeeze(tf.image.resize(x[:, :, tf.newaxis], (x.shape[1] * layer.size, 1), method="nearest"), axis=2)


def repeated(layer: Any) -> Call:
    """Copies packed one beside the other; the operator that repeats is no board's."""
    import tensorflow as tf

    return lambda x: tf.stack([x] * layer.n, axis=1)


def at_once(layer: Any) -> Call | None:
    """All steps as one batch, where what they go through treats each of a batch by itself and holds no state."""
    import keras
    import tensorflow as tf

    layers, inner = keras.layers, layer.layer
    alone = (
        *(layers.Dense, layers.Conv1D, layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Activation, layers.ReLU),
        *(layers.MaxPooling1D, layers.MaxPooling2D, layers.AveragePooling1D, layers.AveragePooling2D, layers.BatchNormalization),
        *(layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D, layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D),
    )
    if type(inner) not in alone:
        return None

    def call(x: Any, training: Any = None, mask: Any = None) -> Any:
        steps = x.shape[1]
        found = inner(x if type(inner) is layers.Dense else tf.reshape(x, (steps, *x.shape[2:])))
        return found if type(inner) is layers.Dense else tf.reshape(found, (1, steps, *found.shape[1:]))

    return call


def across(layer: Any, x: Any) -> tuple[int, ...]:
    """The axes along which a layer normalizes."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    return tuple(sorted(axis % len(x.shape) for axis in axes))


def shaped(weight: Any, axes: tuple[int, ...], x: Any) -> Any:
    """A weight of some axes, to be multiplied with all."""
    import tensorflow as tf

    return tf.reshape(tf.convert_to_tensor(weight.value), [x.shape[axis] if axis in axes else 1 for axis in range(len(x.shape))])


def layer_normalized(layer: Any) -> Call:
    """With squares as products: a square, and a sign that is turned, are computed in float32 alone."""
    import tensorflow as tf

    def call(x: Any) -> Any:
        axes = across(layer, x)
        distance = x - tf.reduce_mean(x, axes, keepdims=True)
        found = distance * tf.math.rsqrt(tf.reduce_mean(distance * distance, axes, keepdims=True) + layer.epsilon)
        found = found * shaped(layer.gamma, axes, x) if layer.gamma is not None else found
        return found + shaped(layer.beta, axes, x) if layer.beta is not None else found

    return call


def group_normalized(layer: Any) -> Call | None:
    """The same, of the channels in groups and all places; channels come last."""
    import tensorflow as tf

    if layer.axis != -1:
        return None

    def call(inputs: Any) -> Any:
        count = int(inputs.shape[-1])
        x = tf.reshape(inputs, (1, -1, layer.groups, count // layer.groups))
        distance = x - tf.reduce_mean(x, (1, 3), keepdims=True)
        found = distance * tf.math.rsqrt(tf.reduce_mean(distance * distance, (1, 3), keepdims=True) + layer.epsilon)
        found = tf.reshape(found, (1, *inputs.shape[1:]))
        found = found * tf.convert_to_tensor(layer.gamma.value) if layer.scale else found
        return found + tf.convert_to_tensor(layer.beta.value) if layer.center else found

    return call


def rms_normalized(layer: Any) -> Call:
    """The same, without a mean."""
    import tensorflow as tf

    def call(x: Any) -> Any:
        axes = across(layer, x)
        return x * tf.math.rsqrt(tf.reduce_mean(x * x, axes, keepdims=True) + layer.epsilon) * shaped(layer.scale, axes, x)

    return call


def unit_normalized(layer: Any) -> Call:
    """The same, with a sum."""
    import tensorflow as tf

    return lambda x: x * tf.math.rsqrt(tf.maximum(tf.reduce_sum(x * x, across(layer, x), keepdims=True), 1e-12))


def elu(layer: Any) -> Call:
    """With what is below 0 by itself, where it is scaled."""
    import tensorflow as tf

    if layer.alpha == 1:
        return lambda x: tf.nn.elu(x)
    return lambda x: tf.nn.relu(x) + layer.alpha * tf.nn.elu(tf.minimum(x, 0.0))
