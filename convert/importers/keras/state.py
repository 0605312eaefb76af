"""What a Keras model keeps from one inference to the next: the states of recurrent layers with stateful=True, and the rings of streaming layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.references.sequences import Starts, begun

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


def states(model: keras.Model) -> list[Any]:
    """The variables that an inference changes, each once. All begin with 0, and do so again after a reset."""
    import keras

    from plumbline.common.ring import Ring

    found: dict[int, Any] = {}
    for layer in model._flatten_layers():
        if isinstance(layer, Ring):
            found[id(layer.held)] = layer.held
        elif isinstance(layer, keras.layers.RNN) and layer.stateful:
            found |= {id(each): each for each in layer.states}
    return list(found.values())


def reset(variables: Sequence[Any]) -> None:
    """Put a state to its beginning."""
    for each in variables:
        each.assign(np.zeros(each.shape, np.float32))


class InOrder:
    """A model whose inferences follow each other; what runs them is traced once."""

    def __init__(self, model: keras.Model) -> None:
        self.model, self.held = model, states(model)
        self.run = traced(model, self.held)

    def predict(self, inputs: Sequence[Floats], starts: Starts | None) -> list[Floats]:
        """float32 answers (N, elements) of each output to inputs (N, ...), one behind the other; before each row of `starts` the state is reset."""
        typed = [np.asarray(each, end.dtype) for each, end in zip(inputs, self.model.inputs, strict=True)]
        answers = self.run(typed, begun(len(inputs[0]), starts))
        reset(self.held)
        return [each.numpy() for each in answers]


def traced(model: keras.Model, held: Sequence[Any]) -> Any:
    """The loop over rows, as a graph."""
    import tensorflow as tf

    signature = [[tf.TensorSpec((None, *each.shape[1:]), each.dtype) for each in model.inputs], tf.TensorSpec((None,), tf.bool)]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def run(rows: Any, begins: Any) -> Any:
        found = [tf.TensorArray(tf.float32, size=tf.size(begins)) for _ in model.outputs]
        for number in tf.range(tf.size(begins)):
            if begins[number]:
                for each in held:
                    each.assign(tf.zeros_like(each.value))
            given = [tf.expand_dims(row[number], 0) for row in rows]
            answer = model(given[0] if len(given) == 1 else given, training=False)
            answers = list(answer.values()) if isinstance(answer, dict) else [answer]
            found = [array.write(number, tf.cast(tf.reshape(each, [-1]), tf.float32)) for array, each in zip(found, answers)]  # noqa: B905
        return [array.stack() for array in found]

    return run
