"""Random FULLY_CONNECTED, alone and in chains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.cases import INT16, INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.operators.shared.random_values import fused_activation, scale
from plumbline.convert.operators.shared.weighted.random_cases import packed, random_wide_weights


@dataclass(frozen=True)
class Dense:
    """One layer: weight codes (outputs, inputs) and bias codes (outputs,), scales, one or one per output, and the output's quantization."""

    weights: NDArray[np.int8]
    bias: NDArray[np.int32] | None
    weight_scales: tuple[float, ...]
    scale: float
    zero_point: int
    activation: str = "NONE"


@dataclass(frozen=True)
class Model:
    """A chain of layers behind an input with this quantization."""

    input_scale: float
    input_zero_point: int
    layers: tuple[Dense, ...]
    batches: int = 1


def random_model(rng: np.random.Generator, inputs: int, per_channel: bool, batches: int = 1) -> Model:
    """A chain of one to four layers, calibrated on random inputs as a converter would, with a range up to a third too narrow: then codes clamp."""
    input_scale, input_zero = float(np.float32(rng.uniform(0.01, 0.1))), int(rng.integers(-128, 128))
    values = (rng.integers(-128, 128, (200, inputs)) - input_zero) * input_scale
    layers: list[Dense] = []
    scale = input_scale
    for _ in range(int(rng.integers(1, 5))):
        outputs = int(rng.integers(1, 17))
        weights = rng.integers(-127, 128, (outputs, values.shape[1])).astype(np.int8)
        sums = values @ weights.T.astype(np.float64)
        size = np.abs(sums).max(axis=0) + 1e-3
        wanted = rng.uniform(1, 8, outputs)  # largest real output: around where RELU6 clips
        scales = (wanted / size if per_channel else np.full(1, wanted[0] / size.max())).astype(np.float32)
        bias = np.round(rng.uniform(-0.5, 0.5, outputs) * size / scale).astype(np.int32) if rng.random() < 0.9 else None
        activation = fused_activation(rng)
        bottom, top = {"NONE": (-np.inf, np.inf), "RELU": (0, np.inf), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}[activation]
        values = np.clip((sums + (0 if bias is None else bias * scale)) * scales, bottom, top)
        low, high = min(values.min(), 0.0), max(values.max(), 0.1)
        narrowed = rng.uniform(0.7, 1.1)
        scale = float(np.float32((high - low) / 255 * narrowed))
        zero_point = int(np.clip(round(-128 - narrowed * low / scale), -128, 127))
        layers.append(Dense(weights, bias, tuple(float(s) for s in scales), scale, zero_point, activation))
    return Model(input_scale, input_zero, tuple(layers), batches)


def chain(model: Model, layers: str = "dense") -> Case:
    """The model, its layers called `layers`_0, `layers`_1, ..."""
    width = model.layers[0].weights.shape[1]
    tensors = [TensorSpec("input", (model.batches, width), (model.input_scale,), (model.input_zero_point,))]
    operators = []
    current, scale = 0, model.input_scale
    for number, layer in enumerate(model.layers):
        zeros = (0,) * len(layer.weight_scales)
        inputs = [current, len(tensors), -1]
        tensors.append(TensorSpec(f"model/{layers}_{number}/MatMul", layer.weights.shape, layer.weight_scales, zeros, layer.weights))
        if layer.bias is not None:
            inputs[2] = len(tensors)
            products = tuple(float(np.float32(scale * each)) for each in layer.weight_scales)
            tensors.append(TensorSpec(f"model/{layers}_{number}/bias", layer.bias.shape, products, zeros, layer.bias, INT32))
        current, scale = len(tensors), layer.scale
        tensors.append(TensorSpec(f"model/{layers}_{number}/out", (model.batches, len(layer.weights)), (scale,), (layer.zero_point,)))
        options = FullyConnectedOptions(layer.activation, 0, False)
        operators.append(CaseOperator("FULLY_CONNECTED", tuple(inputs), (current,), options))
    return Case(tensors, operators, (0,), (current,))


def random_fully_connected(rng: np.random.Generator, name: str) -> Case:
    """The first layer of a random chain, or one of int16; of one scale, weights are now and then computed at run time or have a zero point."""
    if rng.random() < 0.18:
        return wide(rng, name)
    inputs = 1 if rng.random() < 0.15 else int(rng.integers(2, 33))
    model = random_model(rng, inputs, per_channel=bool(rng.integers(2)), batches=int(rng.integers(1, 3)))
    case = chain(replace(model, layers=model.layers[:1]), layers=name)
    if len(model.layers[0].weight_scales) == 1 and rng.random() < 0.15:
        source, weights, *rest = case.tensors
        bias = [replace(each, scales=(16 * each.scales[0],)) if each.kind == INT32 else each for each in rest]
        return replace(case, tensors=[source, packed(weights), *bias])
    return at_run_time(case, rng.random() < 0.1, int(rng.integers(-128, 128)) if rng.random() < 0.15 else 0)


def at_run_time(case: Case, given: bool, zero_point: int = 0) -> Case:
    """The case with another zero point of its weights, which are maybe `given` as a second input, where they have one scale."""
    (operator,) = case.operators
    place = operator.inputs[1]
    weights = case.tensors[place]
    if len(weights.scales) > 1:
        return case
    tensors = list(case.tensors)
    tensors[place] = replace(weights, zero_points=(zero_point,), data=None if given else weights.data)
    return replace(case, tensors=tensors, inputs=(*case.inputs, place) if given else case.inputs)


def wide(rng: np.random.Generator, name: str) -> Case:
    """One layer of int16 codes on one to three rows."""
    rows, inputs, outputs = (int(rng.integers(1, top)) for top in (4, 33, 17))
    ends, narrow = (scale(rng, 1e-3, 1), scale(rng, 1e-4, 0.1)), bool(rng.random() < 0.3)
    constants = random_wide_weights(rng, name, (outputs, inputs), 0, *ends, narrow)
    source, target = (
        TensorSpec(text, (rows, width), (real,), (0,), kind=INT16)
        for text, width, real in (("input", inputs, ends[0]), (f"{name}/out", outputs, ends[1]))
    )
    options = FullyConnectedOptions(fused_activation(rng), 0, False, "INT32" if narrow else "FLOAT32")
    indices = (0, 2, 3) if len(constants) == 2 else (0, 2, -1)
    return Case([source, target, *constants], [CaseOperator("FULLY_CONNECTED", indices, (1,), options)], (0,), (1,))
