"""Random operators that compute element by element as .tflite bytes, edge values among them."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.support.random_layers import ACTIVATIONS, scale, zero_point
from tests.support.tflite_writer import FLOAT32, INT32, OperatorSpec, TensorSpec, reshape, write_graph
from tests.support.write_arithmetic import binary, leaky_relu, mean, unary

Shape = tuple[int, ...]


def random_shape(rng: np.random.Generator, rank: int) -> Shape:
    return tuple(int(size) for size in rng.choice((1, 1, 2, 3, 4, 5), rank))


def partner(rng: np.random.Generator, shape: Shape) -> Shape:
    """A shape that broadcasts with another: some dimensions 1, some that are 1 there larger, some in front left out or added."""
    result = list(shape)
    if rng.random() < 0.6:
        for i, size in enumerate(shape):
            result[i] = int(rng.integers(1, 5)) if size == 1 else int(rng.choice((1, size)))
        if rng.random() < 0.3:
            result = result[int(rng.integers(0, len(result) + 1)) :]
        elif rng.random() < 0.1:
            result = [int(rng.integers(1, 3)), *result]
    return tuple(result)


class Arithmetic:
    """A model of binary operators so far: tensor 0 is its input."""

    def __init__(self, rng: np.random.Generator, operator: str, name: str) -> None:
        self.rng, self.operator, self.name = rng, operator, name
        self.tensors = [TensorSpec("input", random_shape(rng, int(rng.integers(0, 5))), (self.scale(),), (zero_point(rng),))]
        self.operators: list[OperatorSpec] = []

    def scale(self) -> float:
        return scale(self.rng, 1e-4, 100) if self.rng.random() < 0.1 else scale(self.rng, 0.01, 0.1)

    def constant(self, shape: Shape) -> int:
        """The index of a new constant."""
        codes = self.rng.integers(-128, 128, shape).astype(np.int8)
        if self.rng.random() < 0.1:
            codes[...] = self.rng.choice((-128, 127))
        self.tensors.append(TensorSpec(f"{self.name}/constant", shape, (self.scale(),), (zero_point(self.rng),), codes))
        return len(self.tensors) - 1

    def reshaped(self, index: int, shape: Shape) -> int:
        """The index of a tensor in another shape."""
        old = self.tensors[index]
        self.tensors.append(TensorSpec(f"{self.name}/reshaped", shape, old.scales, old.zero_points))
        self.operators.append(reshape(index, len(self.tensors) - 1))
        return len(self.tensors) - 1

    def combine(self, first: int, second: int) -> int:
        """The index of what the operator makes of two tensors, in whichever order; its scale lets most results stay within the codes."""
        pair = (first, second) if self.rng.random() < 0.5 else (second, first)
        one, other = (self.tensors[i] for i in pair)
        spread = np.hypot(one.scales[0], other.scales[0])
        if self.operator == "MUL":
            spread = 74 * one.scales[0] * other.scales[0]
        real = float(np.float32(spread * np.exp(self.rng.uniform(-1, 1))))
        shape = np.broadcast_shapes(one.shape, other.shape)
        self.tensors.append(TensorSpec(f"{self.name}/out_{len(self.tensors)}", shape, (real,), (zero_point(self.rng),)))
        self.operators.append(binary(self.operator, pair, len(self.tensors) - 1, str(self.rng.choice(ACTIVATIONS))))
        return len(self.tensors) - 1


def random_binary(rng: np.random.Generator, name: str, operator: str) -> bytes:
    """Operands are the input and a constant, the input itself, the input in two shapes, or what the same operator made of it."""
    model = Arithmetic(rng, operator, name)
    shape = model.tensors[0].shape
    kind = rng.random()
    if kind < 0.4:
        last = model.combine(0, model.constant(partner(rng, shape)))
    elif kind < 0.5:
        last = model.combine(0, 0)
    elif kind < 0.6 and np.prod(shape) <= 30:
        last = model.combine(*(model.reshaped(0, tuple(int(size) for size in rng.permutation((1, 1, int(np.prod(shape)))))) for _ in range(2)))
    else:
        last = model.combine(0, model.combine(0, model.constant(partner(rng, shape))))
    return write_graph(model.tensors, model.operators, 0, last)


random_add = partial(random_binary, operator="ADD")
random_sub = partial(random_binary, operator="SUB")
random_mul = partial(random_binary, operator="MUL")


def random_unary(rng: np.random.Generator, name: str, operator: str) -> bytes:
    """On a few codes of any shape; the output's scale is near the input's, or far from it, or the same."""
    shape = random_shape(rng, int(rng.integers(0, 5)))
    real, zero = scale(rng, 1e-4, 100) if rng.random() < 0.1 else scale(rng, 0.01, 0.1), zero_point(rng)
    target = (scale(rng, real / 3, real * 3), zero_point(rng))
    if operator == "RELU6" or rng.random() < 0.1:
        target = (real, zero)
    elif rng.random() < 0.1:
        target = (scale(rng, real / 1000, real * 1e5), zero_point(rng))
    if operator in ("LOGISTIC", "TANH"):
        real = scale(rng, 1e-7, 1e6) if rng.random() < 0.2 else scale(rng, 0.003, 0.15)
        target = (1 / 256, -128) if operator == "LOGISTIC" else (1 / 128, 0)
    spec = leaky_relu(alpha(rng)) if operator == "LEAKY_RELU" else unary(operator)
    tensors = [TensorSpec("input", shape, (real,), (zero,)), TensorSpec(f"{name}/out", shape, (target[0],), (target[1],))]
    return write_graph(tensors, [spec], 0, 1)


def alpha(rng: np.random.Generator) -> float:
    return float(rng.choice((0.0, -0.5, 0.2, 0.3, 1.0, 5.0))) if rng.random() < 0.3 else scale(rng, 1e-3, 2)


random_relu = partial(random_unary, operator="RELU")
random_relu6 = partial(random_unary, operator="RELU6")
random_leaky_relu = partial(random_unary, operator="LEAKY_RELU")
random_logistic = partial(random_unary, operator="LOGISTIC")
random_tanh = partial(random_unary, operator="TANH")
random_quantize = partial(random_unary, operator="QUANTIZE")


def random_mean(rng: np.random.Generator, name: str) -> bytes:
    """Over any axes of 1 to 5 dimensions, counted from either end, some twice; images over height and width among them."""
    shape = tuple(int(size) for size in rng.integers(1, 7, int(rng.integers(1, 6))))
    axes = rng.choice(len(shape), int(rng.integers(1, len(shape) + 1)), replace=rng.random() < 0.2)
    if rng.random() < 0.3:
        shape, axes = (int(rng.integers(1, 3)), *(int(size) for size in rng.integers(1, 9, 3))), rng.permutation((1, 2))
    keep = bool(rng.integers(2))
    result = tuple(1 if axis in axes else size for axis, size in enumerate(shape) if keep or axis not in axes)
    real, zero = scale(rng, 0.01, 0.1), zero_point(rng)
    spread = real / np.sqrt(np.prod([shape[axis] for axis in axes]))
    target = (real, zero) if rng.random() < 0.3 else (scale(rng, spread / 2, spread * 4), zero_point(rng))
    if rng.random() < 0.1:
        target = (scale(rng, real / 1000, real * 1e5), zero_point(rng))
    given = np.where(rng.random(len(axes)) < 0.3, axes - len(shape), axes).astype(np.int32)
    tensors = [
        TensorSpec("input", shape, (real,), (zero,)),
        TensorSpec(f"{name}/out", result, (target[0],), (target[1],)),
        TensorSpec(f"{name}/axes", given.shape if len(given) > 1 or rng.random() < 0.5 else (), data=given, kind=INT32),
    ]
    return write_graph(tensors, [mean(keep)], 0, 1)


def random_dequantize(rng: np.random.Generator, name: str) -> bytes:
    """Codes to float32 numbers and back to codes, now and then of a scale so related to the first that many lie on ties."""
    shape, real = random_shape(rng, int(rng.integers(0, 5))), scale(rng, 1e-30, 1e30) if rng.random() < 0.1 else scale(rng, 0.01, 0.1)
    other = float(np.float32(real * rng.choice((0.5, 2, 4, 6)))) if rng.random() < 0.4 else scale(rng, real / 2, real * 6)
    tensors = [
        TensorSpec("input", shape, (real,), (zero_point(rng),)),
        TensorSpec(f"{name}/numbers", shape, kind=FLOAT32),
        TensorSpec(f"{name}/out", shape, (other,), (zero_point(rng),)),
    ]
    return write_graph(tensors, [unary("DEQUANTIZE", 0, 1), unary("QUANTIZE", 1, 2)], 0, 2)
