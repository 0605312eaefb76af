"""The model in integers: answers every code as TensorFlow Lite Micro's reference kernels do, on any machine, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.graph import Graph, Operator, Tensor
from plumbline.convert.importers import hints
from plumbline.convert.operators.add import reference as add
from plumbline.convert.operators.average_pool_2d import reference as average_pool_2d
from plumbline.convert.operators.concatenation import reference as concatenation
from plumbline.convert.operators.conv_2d import reference as conv_2d
from plumbline.convert.operators.depthwise_conv_2d import reference as depthwise_conv_2d
from plumbline.convert.operators.dequantize import reference as dequantize
from plumbline.convert.operators.fully_connected import reference as fully_connected
from plumbline.convert.operators.leaky_relu import reference as leaky_relu
from plumbline.convert.operators.logistic import reference as logistic
from plumbline.convert.operators.max_pool_2d import reference as max_pool_2d
from plumbline.convert.operators.mean import reference as mean
from plumbline.convert.operators.mul import reference as mul
from plumbline.convert.operators.pack import reference as pack
from plumbline.convert.operators.pad import reference as pad
from plumbline.convert.operators.quantize import reference as quantize
from plumbline.convert.operators.relu import reference as relu
from plumbline.convert.operators.relu6 import reference as relu6
from plumbline.convert.operators.reshape import reference as reshape
from plumbline.convert.operators.softmax import reference as softmax
from plumbline.convert.operators.split import reference as split
from plumbline.convert.operators.strided_slice import reference as strided_slice
from plumbline.convert.operators.sub import reference as sub
from plumbline.convert.operators.tanh import reference as tanh
from plumbline.convert.operators.transpose import reference as transpose
from plumbline.convert.operators.unidirectional_sequence_lstm import reference as unidirectional_sequence_lstm
from plumbline.convert.operators.unpack import reference as unpack

Codes = NDArray[np.int8]


class Kernel(Protocol):
    """A checked operator."""

    @property
    def run(self) -> Callable[..., Codes | tuple[Codes, ...]]:
        """Maps the codes (N, in) of each run-time input to codes (N, out), a tuple of them where there are several outputs."""


KERNELS: dict[str, Callable[[Operator], Kernel]] = {
    "ADD": add.prepare,
    "AVERAGE_POOL_2D": average_pool_2d.prepare,
    "CONCATENATION": concatenation.prepare,
    "CONV_2D": conv_2d.prepare,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.prepare,
    "DEQUANTIZE": dequantize.prepare,
    "FULLY_CONNECTED": fully_connected.prepare,
    "LEAKY_RELU": leaky_relu.prepare,
    "LOGISTIC": logistic.prepare,
    "MAX_POOL_2D": max_pool_2d.prepare,
    "MEAN": mean.prepare,
    "MUL": mul.prepare,
    "PACK": pack.prepare,
    "PAD": pad.prepare,
    "PADV2": pad.prepare,
    "QUANTIZE": quantize.prepare,
    "RELU": relu.prepare,
    "RELU6": relu6.prepare,
    "RESHAPE": reshape.prepare,
    "SOFTMAX": softmax.prepare,
    "SPLIT": split.prepare,
    "STRIDED_SLICE": strided_slice.prepare,
    "SUB": sub.prepare,
    "TANH": tanh.prepare,
    "TRANSPOSE": transpose.prepare,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm.prepare,
    "UNPACK": unpack.prepare,
}
"""Operator by name to what checks it once and works out its integers."""

FLOAT_PRODUCT: dict[str, Callable[[Operator], Kernel]] = {
    "FULLY_CONNECTED": partial(fully_connected.prepare, float_product=True),
    "LEAKY_RELU": partial(leaky_relu.prepare, float_product=True),
    "RELU": partial(relu.prepare, float_product=True),
    "SUB": partial(sub.prepare, float_product=True),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": partial(unidirectional_sequence_lstm.prepare, float_product=True),
}
"""What TFLM libraries before autumn 2026 do otherwise: they divide or multiply scales in float32, which later ones do in double."""

NAME = "the integer model of TensorFlow Lite Micro's reference kernels"


class Model:
    """A graph whose operators are checked and worked out once, to be asked many times.

    Args:
        graph: the model.
        float_product: as TFLM libraries before autumn 2026 do, see FLOAT_PRODUCT and `kernels.weighted.multipliers`.

    Raises:
        UnsupportedOperator: an operator has no integer kernel here.
        ModelRefused: an operator's tensors contradict each other.
    """

    def __init__(self, graph: Graph, float_product: bool = False) -> None:
        self._graph = graph
        self._kernels = [_kernel(operator, float_product) for operator in graph.operators]

    def values(self, codes: Codes) -> dict[int, Codes]:
        """Codes (N, elements) of the input and of all that operators write, by the tensors' index; `codes` is (N, input bytes)."""
        values = {self._graph.input.index: codes}
        self.follow(values, 0)
        return values

    def follow(self, values: dict[int, Codes], first: int) -> Codes:
        """Run the operators from number `first` on over what `values` holds, which they write to; the answers (N, output bytes)."""
        for operator, kernel in zip(self._graph.operators[first:], self._kernels[first:], strict=True):
            sources = (values[tensor.index] for tensor in operator.inputs if tensor is not None and tensor.computed)
            answers = kernel.run(*sources)
            for tensor, answer in zip(operator.outputs, answers if isinstance(answers, tuple) else (answers,), strict=True):
                values[tensor.index] = answer
        return values[self._graph.output.index]


def _kernel(operator: Operator, float_product: bool) -> Kernel:
    if operator.name not in KERNELS:
        raise UnsupportedOperator(f"Layer {operator.layer}: the integer model has no {operator.name}.", hints.operators(KERNELS))
    return (FLOAT_PRODUCT if float_product and operator.name in FLOAT_PRODUCT else KERNELS)[operator.name](operator)


Note = Callable[[Tensor, Codes], None]
"""Is told the codes (N, elements) of every tensor that an operator writes."""


def run(graph: Graph, codes: Codes, float_product: bool = False, note: Note = lambda tensor, values: None) -> Codes:
    """Run the model once.

    Args:
        graph, float_product: see Model, which also says what is raised.
        codes: int8, shape (N, input bytes).
        note: see Note.

    Returns:
        int8, shape (N, output bytes).
    """
    values = Model(graph, float_product).values(codes)
    for operator in graph.operators:
        for tensor in operator.outputs:
            note(tensor, values[tensor.index])
    return values[graph.output.index]
