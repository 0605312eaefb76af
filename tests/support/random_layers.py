"""Random single operators of a convolutional network as .tflite bytes, edge values among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.tflite_writer import INT32, TensorSpec, conv_2d, depthwise_conv_2d, pool_2d, reshape, softmax, write_graph

Pair = tuple[int, int]
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")
ZERO_POINTS = (-128, -1, 0, 1, 127)
AVERAGE_POOL_2D, MAX_POOL_2D = 1, 17


@dataclass(frozen=True)
class Geometry:
    """A window on an image; pairs are (height, width)."""

    batches: int
    image: Pair
    channels: int
    taps: Pair
    strides: Pair
    dilations: Pair
    padding: str
    outputs: Pair


def random_geometry(rng: np.random.Generator, dilated: bool, usual: float = 0) -> Geometry:
    """Small images and windows of any form that fits; that part of them has the `usual` form, 3 x 3 with the same stride both ways."""
    while True:
        image, taps, strides = (pair(rng, largest) for largest in (9, 4, 3))
        dilations = pair(rng, 3) if dilated and rng.random() < 0.4 else (1, 1)
        if rng.random() < usual:
            taps, strides, dilations = (3, 3), (strides[0], strides[0]), (1, 1)
        padding = str(rng.choice(("SAME", "VALID")))
        reach = [(taps[i] - 1) * dilations[i] + 1 for i in (0, 1)]
        span = image if padding == "SAME" else tuple(image[i] - reach[i] + 1 for i in (0, 1))
        if min(span) > 0:
            outputs = (-(-span[0] // strides[0]), -(-span[1] // strides[1]))
            channels = int(rng.integers(8, 21) if rng.random() < 0.15 else rng.integers(1, 6))
            return Geometry(1 + (rng.random() < 0.1), image, channels, taps, strides, dilations, padding, outputs)


def pair(rng: np.random.Generator, largest: int) -> Pair:
    return int(rng.integers(1, largest + 1)), int(rng.integers(1, largest + 1))


def zero_point(rng: np.random.Generator) -> int:
    return int(rng.choice(ZERO_POINTS) if rng.random() < 0.3 else rng.integers(-128, 128))


def scale(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.float32(np.exp(rng.uniform(np.log(low), np.log(high)))))


def image_tensor(name: str, geometry: Geometry, sides: Pair, channels: int, real: float, zero: int) -> TensorSpec:
    return TensorSpec(name, (geometry.batches, *sides, channels), (real,), (zero,))


def weighted(rng: np.random.Generator, name: str, shape: tuple[int, ...], axis: int, input_scale: float, output_scale: float) -> list[TensorSpec]:
    """Weights of that shape and maybe a bias, scaled so that most outputs are spread over the codes; extremes now and then."""
    outputs, taps = shape[axis], int(np.prod(shape)) // shape[axis]
    if axis == 3:
        taps = shape[1] * shape[2]
    kind = rng.random()
    amplitude = 1 if kind < 0.05 else 127
    weights = rng.integers(-amplitude - (kind > 0.9), amplitude + 1, shape).astype(np.int8)
    if kind > 0.98:
        weights[...] = rng.choice((-128, 0, 127))
    spread = 74 * max(1.0, 0.6 * amplitude) * np.sqrt(taps)
    channels = outputs if rng.random() < 0.6 else 1
    factors = np.exp(rng.uniform(np.log(15), np.log(120), channels)) / spread
    if rng.random() < 0.05:
        factors *= np.exp(rng.uniform(-8, 4, channels))  # almost nothing, or a shift to the left
    scales = tuple(float(np.float32(f * output_scale / input_scale)) for f in factors)
    result = [TensorSpec(f"{name}/weights", shape, scales, (0,) * channels, weights, axis=axis)]
    if rng.random() < 0.85:
        size = 2**24 if rng.random() < 0.03 and factors.max() < 1 else spread
        bias = np.round(rng.normal(0, size, outputs)).astype(np.int32)
        products = tuple(float(np.float32(input_scale * each)) for each in scales)
        result.append(TensorSpec(f"{name}/bias", (outputs,), products, (0,) * channels, bias, INT32))
    return result


def random_conv_2d(rng: np.random.Generator, name: str) -> bytes:
    geometry, outputs = random_geometry(rng, dilated=True), int(rng.integers(1, 6))
    ends = scale(rng, 1e-3, 1), scale(rng, 0.01, 0.1)
    constants = weighted(rng, name, (outputs, *geometry.taps, geometry.channels), 0, *ends)
    source = image_tensor("input", geometry, geometry.image, geometry.channels, ends[0], zero_point(rng))
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, outputs, ends[1], zero_point(rng))
    tensors = [source, target, *constants]
    inputs = (0, 2, 3) if len(constants) == 2 else ((0, 2), (0, 2, -1))[int(rng.integers(2))]
    activation = str(rng.choice(ACTIVATIONS))
    return write_graph(tensors, [conv_2d(inputs, 1, geometry.padding, geometry.strides, geometry.dilations, activation)], 0, 1)


def random_depthwise_conv_2d(rng: np.random.Generator, name: str) -> bytes:
    geometry, multiplier = random_geometry(rng, dilated=True, usual=0.5), int(rng.choice((1, 1, 1, 2, 3)))
    outputs = geometry.channels * multiplier
    ends = scale(rng, 1e-3, 1), scale(rng, 0.01, 0.1)
    constants = weighted(rng, name, (1, *geometry.taps, outputs), 3, *ends)
    source = image_tensor("input", geometry, geometry.image, geometry.channels, ends[0], zero_point(rng))
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, outputs, ends[1], zero_point(rng))
    inputs = (0, 2, 3) if len(constants) == 2 else (0, 2)
    operator = depthwise_conv_2d(inputs, 1, geometry.padding, geometry.strides, geometry.dilations, str(rng.choice(ACTIVATIONS)), multiplier)
    return write_graph([source, target, *constants], [operator], 0, 1)


def random_pool_2d(rng: np.random.Generator, name: str, code: int) -> bytes:
    geometry, real, zero = random_geometry(rng, dilated=False), scale(rng, 0.01, 0.1), zero_point(rng)
    other = float(np.float32(real) + np.float32(5e-7)) if rng.random() < 0.05 else real  # within what TFLM lets pass
    source = image_tensor("input", geometry, geometry.image, geometry.channels, real, zero)
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, geometry.channels, other, zero)
    operator = pool_2d(code, 0, 1, geometry.padding, geometry.strides, geometry.taps, str(rng.choice(ACTIVATIONS)))
    return write_graph([source, target], [operator], 0, 1)


def random_max_pool_2d(rng: np.random.Generator, name: str) -> bytes:
    return random_pool_2d(rng, name, MAX_POOL_2D)


def random_average_pool_2d(rng: np.random.Generator, name: str) -> bytes:
    return random_pool_2d(rng, name, AVERAGE_POOL_2D)


def random_reshape(rng: np.random.Generator, name: str) -> bytes:
    """From 1 to 4 dimensions to 1 to 4 others; the shape is given as a tensor or by the output alone."""
    factors = [int(f) for f in rng.integers(1, 6, int(rng.integers(1, 5)))]
    shapes = [tuple(int(np.prod(part)) for part in np.array_split(rng.permutation(factors), int(rng.integers(1, 5)))) for _ in range(2)]
    real, zero = scale(rng, 0.01, 0.1), zero_point(rng)
    tensors = [TensorSpec("input", shapes[0], (real,), (zero,)), TensorSpec(f"{name}/out", shapes[1], (real,), (zero,))]
    given = None
    if rng.random() < 0.7:
        given = 2
        tensors.append(TensorSpec(f"{name}/shape", (len(shapes[1]),), data=np.array(shapes[1], np.int32), kind=INT32))
    return write_graph(tensors, [reshape(0, 1, given)], 0, 1)


def random_softmax(rng: np.random.Generator, name: str) -> bytes:
    """Rows of 1 to 20 codes, now and then many; exponents from flat to so steep that one code takes all."""
    depth = int(rng.integers(300, 512) if rng.random() < 0.02 else rng.integers(1, 21))
    steepness = (1e-4, 5.0) if rng.random() < 0.2 else (0.003, 0.05)
    shape = ((depth,), (1, depth), (int(rng.integers(1, 4)), depth), (1, 2, 2, depth))[int(rng.integers(4))]
    tensors = [TensorSpec("input", shape, (scale(rng, *steepness),), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (1 / 256,), (-128,))]
    return write_graph(tensors, [softmax(0, 1, 1.0 if rng.random() < 0.7 else scale(rng, 0.1, 10))], 0, 1)


def rows(rng: np.random.Generator, elements: int, zero: int) -> NDArray[np.int8]:
    """Six inputs: two random, one of extremes only, and all lowest, all highest, all real 0."""
    result = rng.integers(-128, 128, (6, elements)).astype(np.int8)
    result[2] = rng.choice((-128, 127), elements)
    result[3:] = np.array([-128, 127, zero]).reshape(3, 1)
    return result
