"""A Graph to plain C99 without interpreter, arena, heap or floating point, bit-exact with TensorFlow Lite Micro's reference kernels.

Each operator is one module with a C template beside it; `REGISTRY` in emit.py lists them.
"""
