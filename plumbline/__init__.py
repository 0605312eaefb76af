"""From a Keras model to a microcontroller that provably computes it."""

__version__ = "0.1.0"
