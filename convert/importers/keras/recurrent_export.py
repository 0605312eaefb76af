"""Layers in the form that TensorFlow's converter can take: it crashes on Keras's recurrent loop, and on `unroll=True` it is not steady.

An LSTM as Keras makes it by default is handed over as one function that carries the mark the converter knows Keras's LSTM by (`api_implements`,
prepare_composite_functions_tf.cc): it becomes one UNIDIRECTIONAL_SEQUENCE_LSTM. Every other layer is written step by step, with slices of its
gates in place of Keras's split: on a split, the converter left float32 operators in about half of the conversions of one and the same model,
depending on the addresses in its memory. Layers that augment data are left out, as they are at every inference.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plumbline.convert.importers.keras.activation_forms import integer_form
from plumbline.convert.importers.keras.forms import form_of
from plumbline.convert.importers.keras.mask_forms import masked_calls
from plumbline.convert.importers.keras.op_forms import op_form, operations
from plumbline.convert.importers.keras.state import states

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

States = tuple[Any, ...]
"""The state that one step hands to the next, tensors (1, units): hidden and cell of an LSTM, hidden of the others."""
Step = Callable[[Any, States, Sequence[Any]], States]
"""From the inputs of a step (1, inputs), the state before it and the weights to the state behind it, the hidden state first."""


@contextmanager
def convertible(model: keras.Model, fuse: bool = True) -> Iterator[None]:
    """While the block runs, the model's layers compute on a batch of 1 in the converter's form, from the same weights; an LSTM as one operator where
    `fuse` says so, which is there for int8 alone, as are tables, and in models without a state: that operator would keep one too.
    """
    import keras

    fuse = fuse and not states(model)
    every = list(model._flatten_layers())
    layers = [layer for layer in every if isinstance(layer, keras.layers.RNN) and step_of(layer.cell) is not None]
    others: dict[Any, Callable[..., Any]] = {layer: form for layer in every if (form := form_of(layer)) is not None}
    others |= {each: form for each in operations(model) if (form := op_form(each)) is not None}
    masked = [(layer, method, form) for layer in every for method, form in masked_calls(layer).items()]
    functions = {layer: layer.activation for layer in every if integer_form(getattr(layer, "activation", None), tables=fuse) is not None}
    training = [layer for layer in every if trains_by_default(layer)]
    pairs = [layer for layer in every if type(layer) is keras.layers.Bidirectional]
    try:
        for layer in layers:
            layer.call = fused(layer) if fuse and fusable(layer) else unrolled(layer)
        for layer in pairs:
            layer.call = both_ways(layer, fuse)
        for layer, form in others.items():
            layer.call = form
        for layer, method, form in masked:
            setattr(layer, method, form)
        for layer, activation in functions.items():
            layer.activation = integer_form(activation, tables=fuse)
        for layer in training:
            layer.call = inferring(layer.call)
        yield
    finally:
        for layer, activation in functions.items():
            layer.activation = activation
        for layer, method, _ in masked:
            delattr(layer, method)  # the class's own is behind it
        for layer in [*layers, *pairs, *others, *training]:
            del layer.call


def trains_by_default(layer: keras.Layer) -> bool:
    """Whether a call that does not say otherwise is one of training: so do the layers that augment data, and a model's export does not say."""
    told = inspect.signature(layer.call).parameters.get("training")
    return told is not None and told.default is True


def inferring(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, outside of training."""

    def told(*inputs: Any, training: Any = False, **options: Any) -> Any:
        return call(*inputs, training=False, **options)

    return told


def fusable(layer: keras.Layer) -> bool:
    """Whether the layer is the LSTM of the original paper that Keras makes by default, not unrolled: the converter has an operator for it."""
    import keras

    if type(layer) is not keras.layers.LSTM or layer.unroll:
        return False
    functions = tuple(getattr(each, "__name__", "") for each in (layer.activation, layer.recurrent_activation))
    unusual = layer.return_state or layer.stateful or layer.go_backwards or not layer.use_bias
    return functions == ("tanh", "sigmoid") and not unusual


def step_of(cell: keras.Layer) -> Step | None:
    """One step of a cell of Keras's own; None for any other."""
    import keras

    makers = {keras.layers.LSTMCell: lstm_step, keras.layers.GRUCell: gru_step, keras.layers.SimpleRNNCell: simple_step}
    maker = makers.get(type(cell))
    return None if maker is None else maker(cell)


def function(activation: Callable[..., Any]) -> Callable[..., Any]:
    """TensorFlow's own operator where there is one, as Keras's function wraps it."""
    import tensorflow as tf

    plain: dict[str, Callable[..., Any]] = {"tanh": tf.tanh, "sigmoid": tf.sigmoid, "relu": tf.nn.relu, "linear": lambda x: x}
    return plain.get(getattr(activation, "__name__", ""), integer_form(activation) or activation)


def gates(sums: Any, units: int) -> list[Any]:
    """The columns of each gate, one slice each."""
    return [sums[:, start : start + units] for start in range(0, int(sums.shape[1]), units)]


def lstm_step(cell: keras.Layer) -> Step:
    """Gates in Keras's order: input, forget, cell, output."""
    squash, gate = function(cell.activation), function(cell.recurrent_activation)

    def step(inputs: Any, states: States, weights: Sequence[Any]) -> States:
        hidden, held = states
        sums = inputs @ weights[0] + hidden @ weights[1]
        sums = sums + weights[2] if cell.use_bias else sums
        entering, forgetting, candidate, showing = gates(sums, cell.units)
        held = gate(forgetting) * held + gate(entering) * squash(candidate)
        return gate(showing) * squash(held), held

    return step


def gru_step(cell: keras.Layer) -> Step:
    """Gates in Keras's order: update, reset, candidate. The reset gate acts behind the recurrent weights or, with reset_after=False, before them."""
    squash, gate = function(cell.activation), function(cell.recurrent_activation)
    units = cell.units

    def step(inputs: Any, states: States, weights: Sequence[Any]) -> States:
        (hidden,), (kernel, recurrent) = states, weights[:2]
        biases = (weights[2][0], weights[2][1]) if cell.use_bias and cell.reset_after else (weights[2], None) if cell.use_bias else (None, None)
        entering = inputs @ kernel
        entering = entering if biases[0] is None else entering + biases[0]
        update, reset, candidate = gates(entering, units)
        before = hidden @ (recurrent if cell.reset_after else recurrent[:, : 2 * units])
        before = before if biases[1] is None else before + biases[1]
        recalled = gates(before, units)
        update, reset = gate(update + recalled[0]), gate(reset + recalled[1])
        inner = reset * recalled[2] if cell.reset_after else (reset * hidden) @ recurrent[:, 2 * units :]
        return (update * hidden + (1.0 - update) * squash(candidate + inner),)

    return step


def simple_step(cell: keras.Layer) -> Step:
    """The new state is the activation of both sums."""
    squash = function(cell.activation)

    def step(inputs: Any, states: States, weights: Sequence[Any]) -> States:
        sums = inputs @ weights[0] + states[0] @ weights[1]
        return (squash(sums + weights[2] if cell.use_bias else sums),)

    return step


def steps(
    layer: keras.layers.RNN, sequences: tf.Tensor, weights: Sequence[Any], first: States | None = None, mask: Any = None
) -> tuple[list[Any], States]:
    """Every step's hidden state (1, units), in the order in which they are computed, and the last state, of inputs (1, steps, inputs).

    A stateful layer goes on where the inference before has left it, and leaves its last state for the next one. A step that does
    not count by `mask` (1, steps) leaves state and output as they were.
    """
    import keras
    import tensorflow as tf

    step = step_of(layer.cell)
    assert step is not None  # convertible() asked
    count = 2 if isinstance(layer.cell, keras.layers.LSTMCell) else 1
    kept = layer.states if layer.stateful else ()
    held = tuple(tf.convert_to_tensor(each.value) for each in kept)
    current: States = first or held or tuple(tf.zeros((1, layer.cell.units)) for _ in range(count))
    found: list[Any] = []
    order = range(sequences.shape[1])
    shown = tf.zeros((1, layer.cell.units))  # before the first step that counts, whatever the state is
    for place in reversed(order) if layer.go_backwards else order:
        now = step(sequences[:, place], current, weights)
        if mask is None:
            current = now
            found.append(now[0])
            continue
        counts = mask[:, place : place + 1]
        shown = tf.where(counts, now[0], shown)
        found.append(tf.where(counts, now[0], 0.0) if layer.zero_output_for_mask and layer.return_sequences else shown)
        hidden = tf.where(counts, now[0], current[0]) if first or held else shown
        current = (hidden, *(tf.where(counts, *both) for both in zip(now[1:], current[1:], strict=True)))
    for variable, value in zip(kept, current, strict=False):
        variable.assign(value)
    return found, current


def unrolled(layer: keras.layers.RNN) -> Callable[..., Any]:
    """A `call` whose graph holds every step."""
    import tensorflow as tf

    def call(sequences: tf.Tensor, initial_state: Any = None, mask: Any = None, **_: Any) -> Any:
        first = None if initial_state is None else tuple(initial_state) if isinstance(initial_state, (list, tuple)) else (initial_state,)
        every, states = steps(layer, sequences, variables(layer), first, mask)
        stacked = tf.stack(every, axis=1)
        output = stacked if layer.return_sequences else stacked[:, -1]
        return (output, *states) if layer.return_state else output

    return call


def variables(layer: keras.layers.RNN) -> list[Any]:
    """Kernel, recurrent kernel and, where there is one, bias, as tensors."""
    import tensorflow as tf

    return [tf.convert_to_tensor(weight.value) for weight in layer.cell.weights[: 3 if layer.cell.use_bias else 2]]


def both_ways(pair: keras.layers.Bidirectional, fuse: bool) -> Callable[..., Any]:
    """A `call` that puts the backward layer's steps in order by listing them so: reversing a tensor is an operator that boards lack."""
    import tensorflow as tf

    merges: dict[Any, Callable[[Any, Any], Any]] = {
        "concat": lambda a, b: tf.concat([a, b], axis=-1),
        "sum": lambda a, b: a + b,
        "mul": lambda a, b: a * b,
        "ave": lambda a, b: (a + b) * 0.5,
        None: lambda a, b: (a, b),
    }

    def call(sequences: tf.Tensor, initial_state: Any = None, mask: Any = None, **_: Any) -> Any:
        given: list[States | None] = [None, None]
        if initial_state is not None:
            half = len(initial_state) // 2
            given = [tuple(initial_state[:half]), tuple(initial_state[half:])]
        outputs, states = [], []
        for layer, first in zip((pair.forward_layer, pair.backward_layer), given, strict=True):
            if fuse and fusable(layer) and first is None and mask is None:
                outputs.append(layer.call(sequences))
                continue
            every, last = steps(layer, sequences, variables(layer), first, mask)
            ordered = every[::-1] if layer.go_backwards else every
            outputs.append(tf.stack(ordered, axis=1) if pair.return_sequences else every[-1])
            states += list(last)
        merged = merges[pair.merge_mode](*outputs)
        if not pair.return_state:
            return merged
        return (*(merged if isinstance(merged, tuple) else (merged,)), *states)

    return call


def fused(layer: keras.layers.RNN) -> Callable[..., Any]:
    """A `call` that the converter replaces by one operator.

    It expects the arguments and the five results of Keras's own function: last hidden state, all of them, last hidden state, last cell, and a number.
    Of these only the first two may be used.
    """
    import tensorflow as tf

    # The name after lstm_ keeps two layers apart: TensorFlow takes functions of one name for the same one written twice.
    marks = {"api_implements": f"lstm_{layer.name}", "api_preferred_device": "CPU", "time_major": False, "go_backwards": False}

    @tf.function(autograph=False, experimental_attributes=marks)  # type: ignore[untyped-decorator]
    def keras_lstm(sequences: Any, _hidden: Any, _cell: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        every, (_, cell) = steps(layer, sequences, [kernel, recurrent_kernel, bias])
        stacked = tf.stack(every, axis=1)
        last = stacked[:, -1]
        return last, stacked, last, cell, tf.constant(0.0)

    def call(sequences: tf.Tensor, initial_state: Any = None, mask: Any = None, **rest: Any) -> tf.Tensor:
        if initial_state is not None or mask is not None:
            return unrolled(layer)(sequences, initial_state, mask, **rest)
        empty = tf.zeros((1, layer.units))
        last, every, *_rest = keras_lstm(sequences, empty, empty, *variables(layer))
        return every if layer.return_sequences else last

    return call
