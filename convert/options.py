"""What an operator is told besides its tensors: one frozen dataclass per options table of the schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FullyConnectedOptions:
    """Options of FULLY_CONNECTED."""

    activation: str
    """NONE, RELU, RELU_N1_TO_1, RELU6, TANH or SIGN_BIT."""
    weights_format: int
    """0: one row of weights per output."""
    keep_num_dims: bool


@dataclass(frozen=True)
class Conv2DOptions:
    """Options of CONV_2D; pairs are (height, width)."""

    padding: str
    """SAME or VALID."""
    strides: tuple[int, int]
    dilations: tuple[int, int]
    activation: str


@dataclass(frozen=True)
class DepthwiseConv2DOptions:
    """Options of DEPTHWISE_CONV_2D; pairs are (height, width)."""

    padding: str
    strides: tuple[int, int]
    dilations: tuple[int, int]
    depth_multiplier: int
    """Outputs per input channel."""
    activation: str


@dataclass(frozen=True)
class Pool2DOptions:
    """Options of MAX_POOL_2D and AVERAGE_POOL_2D; pairs are (height, width)."""

    padding: str
    strides: tuple[int, int]
    filter: tuple[int, int]
    activation: str


@dataclass(frozen=True)
class ReshapeOptions:
    """Options of RESHAPE; the output tensor's own shape is what counts."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class SoftmaxOptions:
    """Options of SOFTMAX."""

    beta: float
    """Factor of the exponents."""


@dataclass(frozen=True)
class AddOptions:
    """Options of ADD."""

    activation: str


@dataclass(frozen=True)
class LeakyReluOptions:
    """Options of LEAKY_RELU."""

    alpha: float
    """Factor of what lies below 0."""


@dataclass(frozen=True)
class MulOptions:
    """Options of MUL."""

    activation: str


@dataclass(frozen=True)
class ReducerOptions:
    """Options of MEAN."""

    keep_dims: bool
    """Whether the averaged dimensions stay, as 1; the output tensor's own shape is what counts."""


@dataclass(frozen=True)
class SubOptions:
    """Options of SUB."""

    activation: str


@dataclass(frozen=True)
class ConcatenationOptions:
    """Options of CONCATENATION."""

    axis: int
    """Negative from the back."""
    activation: str


@dataclass(frozen=True)
class PackOptions:
    """Options of PACK."""

    count: int
    """Of inputs."""
    axis: int
    """Of the output; negative from the back."""


@dataclass(frozen=True)
class SplitOptions:
    """Options of SPLIT."""

    count: int
    """Of outputs."""


@dataclass(frozen=True)
class StridedSliceOptions:
    """Options of STRIDED_SLICE; in a mask, bit i stands for axis i."""

    begin_mask: int
    """Axes whose begin does not count: they are taken from their end."""
    end_mask: int
    ellipsis_mask: int
    new_axis_mask: int
    shrink_axis_mask: int
    """Axes of which one place is taken and which the output lacks."""
    offset: bool
    """Whether ends count from the begins."""


@dataclass(frozen=True)
class UnpackOptions:
    """Options of UNPACK."""

    count: int
    """Of outputs."""
    axis: int
    """Negative from the back."""


@dataclass(frozen=True)
class SequenceLstmOptions:
    """Options of UNIDIRECTIONAL_SEQUENCE_LSTM."""

    activation: str
    """Of the cell gate and of the cell's way to the output: TANH."""
    cell_clip: float
    """Largest magnitude of the cell, in real units; 0 for none."""
    time_major: bool
    """Whether input and output are (time, batch, ...) instead of (batch, time, ...)."""
    diagonal_recurrent: bool
    """Whether recurrent weights are diagonals only."""


Options = (
    AddOptions
    | ConcatenationOptions
    | Conv2DOptions
    | DepthwiseConv2DOptions
    | FullyConnectedOptions
    | LeakyReluOptions
    | MulOptions
    | PackOptions
    | Pool2DOptions
    | ReducerOptions
    | ReshapeOptions
    | SequenceLstmOptions
    | SoftmaxOptions
    | SplitOptions
    | StridedSliceOptions
    | SubOptions
    | UnpackOptions
)
