"""Activations written with operators that TensorFlow Lite Micro computes on integers; Keras's own forms need exponentials, logarithms and choices
that it computes in float32 or not at all.

Each is the function itself, but for GELU and the two of softplus, which differ from it by less than 0.003.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[[Any], Any]
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
GELU = (1.5957691216057308, 0.07135481627159814)
"""2 sqrt(2 / pi), and 0.044715 of it: GELU is x sigmoid(x (a + b x^2)) nearly, Hendrycks and Gimpel, Gaussian Error Linear Units, section 2."""
GELU_ENDS = 3.5
"""Beyond it the sigmoid is 0 or 1 to 0.0002, and x^2 would make its steps coarse."""
SOFTPLUS = (1.01528412, 0.33461789, 0.80607458)
"""-log(1 - p) for p in [0, 0.5] as a cubic in p without a constant, by least squares."""

TABULATED = ("gelu",)
"""That the converter knows as one operator, of which tables.py makes a table of 256 codes."""


def integer_form(activation: Any, tables: bool = False) -> Function | None:
    """The form of one of Keras's activations, with its default arguments; None where it is left as it is, also because `tables` will do."""
    name = getattr(activation, "__name__", "")
    if not str(getattr(activation, "__module__", "")).startswith("keras.") or (tables and name in TABULATED):
        return None
    return forms().get(name)


def forms() -> dict[str, Function]:
    """The forms by Keras's names."""
    import tensorflow as tf

    def smaller(x: Any) -> Any:
        """sigmoid(-|x|)."""
        share = tf.sigmoid(x)
        return tf.minimum(share, 1.0 - share)

    def softplus_tail(x: Any) -> Any:
        """log(1 + exp(-|x|))."""
        p = smaller(x)
        return p * (SOFTPLUS[0] + p * (SOFTPLUS[1] + SOFTPLUS[2] * p))

    def gelu(x: Any) -> Any:
        near = tf.minimum(tf.maximum(x, -GELU_ENDS), GELU_ENDS)
        return x * tf.sigmoid(near * (GELU[0] + GELU[1] * (near * near)))

    def mish(x: Any) -> Any:
        """x tanh(softplus(x)), where tanh(log(1 + e^x)) = (1 - q) / (1 + q) with q = sigmoid(-x)^2."""
        rest = 1.0 - tf.sigmoid(x)
        square = rest * rest
        return x * ((1.0 - square) / (1.0 + square))

    def squareplus(x: Any) -> Any:
        inner = x * x + 4.0
        return 0.5 * (x + inner * tf.math.rsqrt(inner))

    def sparse_plus(x: Any) -> Any:
        bent = tf.minimum(tf.maximum(x, -1.0), 1.0) + 1.0
        return 0.25 * (bent * bent) + tf.nn.relu(x - 1.0)

    return {
        "celu": tf.nn.elu,
        "gelu": gelu,
        "log_sigmoid": lambda x: tf.minimum(x, 0.0) - softplus_tail(x),
        "mish": mish,
        "selu": lambda x: SELU_SCALE * tf.nn.relu(x) + SELU_SCALE * SELU_ALPHA * tf.nn.elu(tf.minimum(x, 0.0)),
        "soft_shrink": lambda x: x - tf.minimum(tf.maximum(x, -0.5), 0.5),
        "softplus": lambda x: tf.nn.relu(x) + softplus_tail(x),
        "sparse_plus": sparse_plus,
        "squareplus": squareplus,
    }
