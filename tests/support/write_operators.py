"""Operators in one line each, for `tflite_writer.write_graph`: sources and outputs are indices of tensors."""

from __future__ import annotations

from dataclasses import replace

from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import CaseOperator
from plumbline.convert.operators.conv_2d.reference import Conv2DOptions
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DOptions
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions
from plumbline.convert.operators.shared.pool_2d.reference import Pool2DOptions
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions
from plumbline.convert.operators.softmax.reference import SoftmaxOptions
from tests.support.tflite_writer import OperatorSpec, spec

Pair = tuple[int, int]


def conv_2d(inputs: tuple[int, ...], output: int, padding: str, strides: Pair, dilations: Pair, activation: str) -> OperatorSpec:
    """A CONV_2D; pairs are (height, width)."""
    return spec(CaseOperator("CONV_2D", inputs, (output,), Conv2DOptions(padding, strides, dilations, activation)))


def depthwise_conv_2d(
    inputs: tuple[int, ...], output: int, padding: str, strides: Pair, dilations: Pair, activation: str, multiplier: int
) -> OperatorSpec:
    return spec(CaseOperator("DEPTHWISE_CONV_2D", inputs, (output,), DepthwiseConv2DOptions(padding, strides, dilations, multiplier, activation)))


def pool_2d(name: str, source: int, output: int, padding: str, strides: Pair, size: Pair, activation: str) -> OperatorSpec:
    """An AVERAGE_POOL_2D or MAX_POOL_2D."""
    return spec(CaseOperator(name, (source,), (output,), Pool2DOptions(padding, strides, size, activation)))


def fully_connected(inputs: tuple[int, ...], output: int, activation: str = "NONE", version: int = 4) -> OperatorSpec:
    """A FULLY_CONNECTED of a version that all engines have."""
    return replace(spec(CaseOperator("FULLY_CONNECTED", inputs, (output,), FullyConnectedOptions(activation, 0, False))), version=version)


def reshape(source: int, output: int, shape: int | None = None) -> OperatorSpec:
    """A RESHAPE, with or without a tensor that repeats the shape."""
    return spec(CaseOperator("RESHAPE", (source,) if shape is None else (source, shape), (output,)))


def softmax(source: int, output: int, beta: float) -> OperatorSpec:
    return spec(CaseOperator("SOFTMAX", (source,), (output,), SoftmaxOptions(beta)))


def binary(name: str, inputs: tuple[int, int], output: int, activation: str = "NONE") -> OperatorSpec:
    """An ADD, MUL or SUB."""
    options = registered()[name].options
    assert options is not None
    return spec(CaseOperator(name, inputs, (output,), options(activation)))


def unary(name: str, source: int = 0, output: int = 1) -> OperatorSpec:
    """A DEQUANTIZE, LOGISTIC, RELU, RELU6, TANH or QUANTIZE."""
    return spec(CaseOperator(name, (source,), (output,)))


def leaky_relu(alpha: float, source: int = 0, output: int = 1) -> OperatorSpec:
    return spec(CaseOperator("LEAKY_RELU", (source,), (output,), LeakyReluOptions(alpha)))


def mean(keep_dims: bool, source: int = 0, axes: int = 2, output: int = 1) -> OperatorSpec:
    """A MEAN over the axes that tensor `axes` holds."""
    return spec(CaseOperator("MEAN", (source, axes), (output,), ReducerOptions(keep_dims)))
