"""A Graph to plain C99 without interpreter, arena, heap or floating point, bit-exact with TensorFlow Lite Micro's reference kernels."""
