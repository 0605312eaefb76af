"""Random weights and biases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.convert.operators.cases import INT4, INT8, INT16, INT32, INT64, TensorSpec


def random_weights(
    rng: np.random.Generator, name: str, shape: tuple[int, ...], axis: int, input_scale: float, output_scale: float
) -> list[TensorSpec]:
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
        if rng.random() < 0.05:
            return silenced(result[0], result[1], int(rng.integers(outputs)))
    return result


def silenced(weights: TensorSpec, bias: TensorSpec, channel: int) -> list[TensorSpec]:
    """One channel, or all of them where they share a scale, as a converter writes it that training has switched off: next to no scale, and with it a
    bias that 32 bits do not hold."""
    at = channel % len(weights.scales)
    scales, products = ((*each.scales[:at], 1e-25, *each.scales[at + 1 :]) for each in (weights, bias))
    values = np.array(bias.data)
    values[channel] = 2**31 - 1 if values[channel] > 0 else -(2**31) + 1
    return [replace(weights, scales=scales), replace(bias, scales=products, data=values)]


def random_wide_weights(
    rng: np.random.Generator, name: str, shape: tuple[int, ...], axis: int, input_scale: float, output_scale: float, narrow: bool
) -> list[TensorSpec]:
    """As `random_weights` for int16 codes: the bias of 64 bits, or of 32 where `narrow`; sums that exceed 32 bits now and then."""
    weights, *bias = random_weights(rng, name, shape, axis, input_scale, output_scale)
    if not bias:
        return [weights]
    codes = np.clip(np.asarray(bias[0].data, np.int64) << 8, -(2**30), 2**30)
    if narrow:
        return [weights, replace(bias[0], data=codes.astype(np.int32))]
    if rng.random() < 0.1:
        codes <<= 16
        weights = replace(weights, scales=tuple(float(np.float32(each * 2.0**-16)) for each in weights.scales))
    scales = tuple(float(np.float32(input_scale * each)) for each in weights.scales)
    return [weights, replace(bias[0], data=codes, kind=INT64, scales=scales)]


def packed(weights: TensorSpec) -> TensorSpec:
    """Weights of 4 bits: their upper halves, two in a byte, at sixteen times the scale."""
    codes = np.resize(np.asarray(weights.data).ravel() >> 4, -(-np.asarray(weights.data).size // 2) * 2)
    halves = (codes[0::2] & 15) | (codes[1::2] << 4)
    return replace(weights, data=halves.astype(np.int8), kind=INT4, scales=tuple(float(np.float32(16 * each)) for each in weights.scales))


def ends_type(rng: np.random.Generator) -> int:
    """INT8, or INT16 in a quarter of the cases."""
    return INT16 if rng.random() < 0.25 else INT8
