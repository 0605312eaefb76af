"""Operators as integers, one module each: the checks and facts that the integer model, the compiler and the error bound all start from.

`prepare(operator)` checks an operator and returns a frozen dataclass whose `run` answers codes as TensorFlow Lite Micro's reference kernel does.
"""
