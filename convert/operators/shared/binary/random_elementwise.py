"""Random operators of one or more operands, of any types: inputs of the model, the same one again, and constants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import NUMPY_TYPES
from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import Shape, random_shape, scale, zero_point

Scaled = tuple[float, int]
"""A scale and a zero point."""


def any_scale(rng: np.random.Generator) -> Scaled:
    """Mostly usual ones."""
    return (scale(rng, 1e-4, 100) if rng.random() < 0.1 else scale(rng, 0.01, 0.1)), zero_point(rng)


def random_elementwise(
    rng: np.random.Generator,
    name: str,
    operator: str,
    kinds: tuple[str, ...],
    result: str,
    options: object | None = None,
    scaled: Callable[[np.random.Generator], Scaled] = any_scale,
    answers: Callable[[list[TensorSpec]], Scaled] | None = None,
    narrows: bool = True,
) -> Case:
    """One operator; half of the time its operands have the same shape, and those of codes the same scale.

    Args:
        rng, name, operator: as for every random case.
        kinds: the type of each operand.
        result: the type of the answer.
        options: the operator's.
        scaled: a scale and a zero point of an operand.
        answers: those of the answer, of the operands; without it those of the last operand.
        narrows: whether shapes may differ.
    """
    shape = random_shape(rng, int(rng.integers(0, 5)))
    same = not narrows or rng.random() < 0.5
    shapes = [shape if same else narrowed(rng, shape) for _ in kinds]
    known = rng.random(len(kinds)) < 0.25
    known[int(rng.integers(len(kinds)))] = False
    usual = scaled(rng)
    tensors: list[TensorSpec] = []
    inputs: list[int] = []
    for number, (kind, each) in enumerate(zip(kinds, shapes, strict=True)):
        scales = quantization(kind, usual if rng.random() < 0.5 else scaled(rng))
        twin = next((i for i in inputs if tensors[i].data is None and tensors[i].shape == each and tensors[i].kind == TENSOR_TYPES.index(kind)), None)
        if not known[number] and twin is not None and rng.random() < 0.2:
            inputs.append(twin)
            continue
        data = constant(rng, kind, each) if known[number] else None
        tensors.append(TensorSpec(f"{name}/{number}", each, *scales, data, TENSOR_TYPES.index(kind)))
        inputs.append(len(tensors) - 1)
    used = [tensors[i] for i in inputs]
    of_answer = quantization(result, answers(used) if answers else (*used[-1].scales, *used[-1].zero_points))
    tensors.append(TensorSpec(f"{name}/out", np.broadcast_shapes(*shapes), *of_answer, None, TENSOR_TYPES.index(result)))
    run_time = tuple(dict.fromkeys(i for i in inputs if tensors[i].data is None))
    return Case(tensors, [CaseOperator(operator, tuple(inputs), (len(tensors) - 1,), options)], run_time, (len(tensors) - 1,))


def near(rng: np.random.Generator, usual: Callable[[float, float], float]) -> Callable[[list[TensorSpec]], Scaled]:
    """The scale and the zero point of an answer: near what is usual for both operands' scales."""

    def answer(operands: list[TensorSpec]) -> Scaled:
        scales = [operand.scales[0] for operand in operands if operand.scales]
        real = usual(scales[0], scales[-1]) if scales else 1.0
        return float(np.float32(real * np.exp(rng.uniform(-1, 1)))), zero_point(rng)

    return answer


def random_alike(rng: np.random.Generator, name: str, operator: str, types: tuple[str, ...]) -> Case:
    """An operator of two operands and an answer of one of these types."""
    kind = str(rng.choice(types))
    return random_elementwise(rng, name, operator, (kind, kind), kind)


def narrowed(rng: np.random.Generator, shape: Shape) -> Shape:
    """A shape that broadcasts to another: some dimensions are 1, some in front are left out."""
    result = tuple(int(rng.choice((1, size))) for size in shape)
    return result[int(rng.integers(0, len(result) + 1)) :] if rng.random() < 0.3 else result


def quantization(kind: str, scaled: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Scales and zero points of a tensor: a whole number or a truth value has none, and the zero point of an int16 is 0."""
    return ((scaled[0],), (int(scaled[1]) if kind == "INT8" else 0,)) if kind in ("INT8", "INT16") else ((), ())


def constant(rng: np.random.Generator, kind: str, shape: Shape) -> NDArray[np.generic]:
    """Values of a constant: any, or the ends of the range and 0, which inputs hold as well."""
    if kind == "BOOL":
        return rng.random(shape) < 0.5
    info = np.iinfo(NUMPY_TYPES[kind])
    if rng.random() < 0.5:
        return rng.choice(np.array([info.min, info.max, 0], info.dtype), shape)
    return rng.integers(info.min, info.max, shape, info.dtype, endpoint=True)
