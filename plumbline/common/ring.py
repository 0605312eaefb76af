"""A Keras layer with a state: the latest steps of what it was given. A streaming model is made of it, and a conversion knows it."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="plumbline")
class Ring(keras.layers.Layer):  # type: ignore[misc]  # Keras tells no types
    """Puts the `steps` latest steps before the new ones, along axis 1, and keeps the latest for the next inference.

    Behind it a layer sees as many steps as the window that it was trained on, while each inference brings only the new ones. At the beginning, and
    after a reset, the steps before are 0. A model with it runs with a batch of 1.

    Args:
        steps: how many earlier steps are kept, 1 or more.
    """

    def __init__(self, steps: int, **options: Any) -> None:
        super().__init__(**options)
        if steps < 1:
            raise ValueError(f"Ring keeps 1 step or more, not {steps}.")
        self.steps = int(steps)

    def build(self, input_shape: tuple[int, ...]) -> None:
        if input_shape[0] != 1:
            raise ValueError(f"Ring {self.name} keeps the steps of one sequence: give keras.Input(shape, batch_size=1), not {input_shape[0]}.")
        self.held = self.add_weight(shape=(1, self.steps, *input_shape[2:]), initializer="zeros", trainable=False, name="held")

    def call(self, inputs: Any) -> Any:
        """(1, new, ...) to (1, steps + new, ...)."""
        every = keras.ops.concatenate([self.held.value, inputs], axis=1)
        self.held.assign(every[:, -self.steps :])
        return every

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (input_shape[0], self.steps + input_shape[1], *input_shape[2:])

    def reset_state(self) -> None:
        """Forget what came before, as Keras's recurrent layers do."""
        self.held.assign(keras.ops.zeros_like(self.held))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "steps": self.steps}
