"""Operations of keras.ops inside of a functional model, in a form that becomes operators which TensorFlow Lite Micro runs on integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from plumbline.convert.importers.keras.activation_forms import forms
from plumbline.convert.importers.keras.forms import nearest_row

if TYPE_CHECKING:
    import keras

Call = Callable[..., Any]
FUNCTIONS = {
    "LogSigmoid": "log_sigmoid",
    "Mish": "mish",
    "Selu": "selu",
    "Softplus": "softplus",
    "SparsePlus": "sparse_plus",
    "Squareplus": "squareplus",
}
"""Operations that are activations, and what Keras calls these."""


def operations(model: keras.Model) -> Iterator[Any]:
    """What a model, and each model inside of it, computes between its layers."""
    import keras

    for each in model._flatten_layers():
        function = getattr(each, "_functional", None) or each  # a Sequential holds one
        if isinstance(function, keras.Function):
            yield from (operation for operation in function.operations if not isinstance(operation, keras.layers.Layer))


def op_form(operation: Any) -> Call | None:
    """A `call` in another form; None for an operation whose own becomes integers."""
    if not type(operation).__module__.startswith("keras.src.ops."):
        return None
    makers: dict[str, Callable[[Any], Call | None]] = {
        "Square": squared,
        "Negative": turned,
        "Argmax": largest,
        "Argmin": smallest,
        "OneHot": one_hot,
        "Cast": cast,
    }
    makers |= {"Tile": tiled, "Repeat": repeated, "Any": any_of, "Logsumexp": log_sum, "Take": taken, "NotEqual": differing}
    name = type(operation).__name__
    if name in FUNCTIONS:
        return forms()[FUNCTIONS[name]]
    return makers[name](operation) if name in makers else None


def largest(operation: Any) -> Call:
    """Without Keras's care for a 0 with a sign, which codes have not."""
    import tensorflow as tf

    return place(operation, tf.argmax)


def smallest(operation: Any) -> Call:
    """The same."""
    import tensorflow as tf

    return place(operation, tf.argmin)


def place(operation: Any, function: Callable[..., Any]) -> Call:
    """The place of an extreme as int32, as Keras has it."""
    import tensorflow as tf

    def call(x: Any) -> Any:
        rank = len(x.shape)
        flat = x if operation.axis is not None else tf.reshape(x, (-1,))
        found = function(flat, axis=operation.axis or 0, output_type=tf.int32)
        if not operation.keepdims:
            return found
        return tf.expand_dims(found, operation.axis) if operation.axis is not None else tf.reshape(found, (1,) * rank)

    return call


def one_hot(operation: Any) -> Call | None:
    """A row of a table for each class, with rows of zeros before and behind for what is none; TensorFlow's operator for it is no board's."""
    import tensorflow as tf

    if operation.axis != -1 or operation.sparse:
        return None
    table = np.eye(operation.num_classes, dtype=np.float32)
    return lambda x: nearest_row(np.pad(table, ((1, 1), (0, 0))), tf.cast(x, tf.int32) + 1)


def taken(operation: Any) -> Call | None:
    """Parts along an axis by their numbers as int32, which boards look up by."""
    import tensorflow as tf

    def call(x: Any, indices: Any) -> Any:
        flat = tf.reshape(x, (-1,)) if operation.axis is None else x
        axis = (operation.axis or 0) % len(flat.shape)
        if isinstance(indices, tf.Tensor) and tf.get_static_value(indices) is None:
            return tf.gather(flat, tf.clip_by_value(tf.cast(indices, tf.int32), 0, flat.shape[axis] - 1), axis=axis)
        known = np.asarray(tf.get_static_value(tf.convert_to_tensor(indices)))
        return tf.gather(flat, tf.constant(np.where(known < 0, known + flat.shape[axis], known), tf.int32), axis=axis)

    return call


def cast(operation: Any) -> Call | None:
    """A truth value as 0 and 1 by a choice, whose codes a converter knows."""
    import tensorflow as tf

    if not str(operation.dtype).startswith("float"):
        return None
    return lambda x: tf.where(x, 1.0, 0.0) if x.dtype == tf.bool else tf.cast(x, tf.float32)


def tiled(operation: Any) -> Call | None:
    """Copies joined along each axis; the operator that repeats is no board's."""
    import tensorflow as tf

    repeats = [operation.repeats] if isinstance(operation.repeats, int) else list(operation.repeats)

    def call(x: Any) -> Any:
        counts = [1] * (len(x.shape) - len(repeats)) + repeats
        x = tf.reshape(x, (1,) * (len(counts) - len(x.shape)) + tuple(x.shape))
        for axis, count in enumerate(counts):
            x = tf.concat([x] * count, axis) if count > 1 else x
        return x

    return call


def repeated(operation: Any) -> Call | None:
    """Each element several times: copies packed one beside the other."""
    import tensorflow as tf

    if not isinstance(operation.repeats, int) or operation.axis is None:
        return None

    def call(x: Any) -> Any:
        axis = operation.axis % len(x.shape)
        shape = (*x.shape[:axis], x.shape[axis] * operation.repeats, *x.shape[axis + 1 :])
        return tf.reshape(tf.stack([x] * operation.repeats, axis + 1), shape)

    return call


def squared(operation: Any) -> Call:
    """As a product: a square is left in float32, and with it what comes behind."""
    return lambda x: x * x


def turned(operation: Any) -> Call:
    """The same of a sign that is turned."""
    return lambda x: x * -1.0


def any_of(operation: Any) -> Call:
    """Not that all are not: boards have the operator for all alone."""
    import tensorflow as tf

    return lambda x: tf.logical_not(tf.reduce_all(tf.logical_not(tf.cast(x, tf.bool)), operation.axis, keepdims=operation.keepdims))


def log_sum(operation: Any) -> Call:
    """Without a look at infinities."""
    import tensorflow as tf

    def call(x: Any) -> Any:
        most = tf.reduce_max(x, operation.axis, keepdims=True)
        found = tf.math.log(tf.reduce_sum(tf.exp(x - most), operation.axis, keepdims=True)) + most
        return found if operation.keepdims else tf.squeeze(found, operation.axis)

    return call


def differing(operation: Any) -> Call:
    """Whether numbers differ from a constant, by their distance: a comparison with one is left in float32. Keras makes a mask so."""
    import tensorflow as tf

    def call(x: Any, y: Any) -> Any:
        if isinstance(y, tf.Tensor) or not x.dtype.is_floating:
            return operation.__class__.call(operation, x, y)
        return tf.abs(x - tf.cast(y, x.dtype)) > 0.0

    return call
