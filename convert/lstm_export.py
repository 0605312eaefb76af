"""LSTM layers in the form that TensorFlow's converter can take: it crashes on Keras's loop, and on `unroll=True` it is not steady.

A loop is handed over as one function that carries the mark the converter knows Keras's LSTM by (`api_implements`, prepare_composite_functions_tf.cc):
it becomes one UNIDIRECTIONAL_SEQUENCE_LSTM. An unrolled layer is written with slices of its four gates in place of Keras's split: on a split, the
converter left float32 operators in about half of the conversions of one and the same model, depending on the addresses in its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

GATES = 4
"""In Keras's order: input, forget, cell, output."""


@contextmanager
def convertible(model: keras.Model) -> Iterator[None]:
    """While the block runs, the model's LSTM layers compute on a batch of 1 in the converter's form, from the same weights."""
    layers = [layer for layer in model._flatten_layers() if exportable(layer)]
    try:
        for layer in layers:
            layer.call = unrolled(layer) if layer.unroll else fused(layer)
        yield
    finally:
        for layer in layers:
            del layer.call  # the class's own is behind it


def exportable(layer: keras.Layer) -> bool:
    """Whether the layer is the LSTM of the original paper that Keras makes by default: anything else is left as it is."""
    import keras

    if type(layer) is not keras.layers.LSTM:
        return False
    functions = tuple(getattr(each, "__name__", "") for each in (layer.activation, layer.recurrent_activation))
    unusual = layer.return_state or layer.stateful or layer.go_backwards or not layer.use_bias
    return functions == ("tanh", "sigmoid") and not unusual


def time_steps(layer: keras.layers.LSTM, sequences: tf.Tensor, weights: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Every step's hidden state (1, steps, units) and the last cell (1, units), of inputs (1, steps, inputs)."""
    import tensorflow as tf

    kernel, recurrent_kernel, bias = weights
    hidden = cell = tf.zeros((1, layer.units))
    found = []
    for step in range(sequences.shape[1]):
        sums = sequences[:, step] @ kernel + hidden @ recurrent_kernel + bias
        entering, forgetting, candidate, showing = (sums[:, gate * layer.units : (gate + 1) * layer.units] for gate in range(GATES))
        cell = tf.sigmoid(forgetting) * cell + tf.sigmoid(entering) * tf.tanh(candidate)
        hidden = tf.sigmoid(showing) * tf.tanh(cell)
        found.append(hidden)
    return tf.stack(found, axis=1), cell


def unrolled(layer: keras.layers.LSTM) -> Callable[..., Any]:
    """A `call` whose graph holds every step."""
    import tensorflow as tf

    def call(sequences: tf.Tensor, **_: Any) -> tf.Tensor:
        every, _cell = time_steps(layer, sequences, [tf.convert_to_tensor(weight.value) for weight in layer.weights])
        return every if layer.return_sequences else every[:, -1]

    return call


def fused(layer: keras.layers.LSTM) -> Callable[..., Any]:
    """A `call` that the converter replaces by one operator.

    It expects the arguments and the five results of Keras's own function: last hidden state, all of them, last hidden state, last cell, and a number.
    Of these only the first two may be used.
    """
    import tensorflow as tf

    # The name after lstm_ keeps two layers apart: TensorFlow takes functions of one name for the same one written twice.
    marks = {"api_implements": f"lstm_{layer.name}", "api_preferred_device": "CPU", "time_major": False, "go_backwards": False}

    @tf.function(autograph=False, experimental_attributes=marks)  # type: ignore[untyped-decorator]
    def keras_lstm(sequences: Any, _hidden: Any, _cell: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        every, cell = time_steps(layer, sequences, [kernel, recurrent_kernel, bias])
        last = every[:, -1]
        return last, every, last, cell, tf.constant(0.0)

    def call(sequences: tf.Tensor, **_: Any) -> tf.Tensor:
        weights = [tf.convert_to_tensor(weight.value) for weight in layer.weights]
        empty = tf.zeros((1, layer.units))
        last, every, *_rest = keras_lstm(sequences, empty, empty, *weights)
        return every if layer.return_sequences else last

    return call
