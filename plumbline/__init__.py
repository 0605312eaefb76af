"""From a Keras model to a microcontroller that provably computes it."""
