"""Where a window lies as it slides over an image: shared by the convolutions and the pools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import refused, unsupported

LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Axis:
    """One direction: output `o` sees the inputs o * stride + tap * dilation - before, for taps 0 to taps - 1, where they exist."""

    inputs: int
    outputs: int
    taps: int
    stride: int
    dilation: int
    before: int
    """Padding in front of the first input."""

    @property
    def padded(self) -> bool:
        """Whether any tap of any output lies outside the image."""
        return self.before > 0 or (self.outputs - 1) * self.stride + (self.taps - 1) * self.dilation - self.before >= self.inputs

    @property
    def reaching(self) -> range:
        """The taps that lie inside the image for any output, and maybe a few that fall between."""
        first = -(((self.outputs - 1) * self.stride - self.before) // self.dilation)
        return range(max(0, first), min(self.taps, (self.inputs - 1 + self.before) // self.dilation + 1))

    def seen(self, tap: int) -> tuple[slice, slice]:
        """The outputs for which a tap lies inside the image, and the inputs it sees there."""
        offset = tap * self.dilation - self.before
        first = max(0, -(offset // self.stride))
        end = max(first, min(self.outputs, (self.inputs - 1 - offset) // self.stride + 1))
        start = first * self.stride + offset
        return slice(first, end), slice(start, start + (end - first) * self.stride, self.stride)


@dataclass(frozen=True)
class Window:
    """A window over images (batches, height, width, channels)."""

    batches: int
    channels: int
    """Of the input."""
    rows: Axis
    columns: Axis

    @property
    def padded(self) -> bool:
        return self.rows.padded or self.columns.padded

    @property
    def taps(self) -> int:
        return self.rows.taps * self.columns.taps

    def seen(self) -> Iterator[tuple[int, int, tuple[slice, ...], tuple[slice, ...]]]:
        """For each tap that is anywhere inside: its row and column, the outputs (batch, y, x) that see it, and the inputs they see."""
        everything = slice(None)
        for ky in self.rows.reaching:
            y, row = self.rows.seen(ky)
            for kx in self.columns.reaching:
                x, column = self.columns.seen(kx)
                if y.stop > y.start and x.stop > x.start:
                    yield ky, kx, (everything, y, x), (everything, row, column)


def window(operator: Operator, padding: str, taps: tuple[int, int], strides: tuple[int, int], dilations: tuple[int, int] = (1, 1)) -> Window:
    """The window of an operator whose input and output are images; pairs are (height, width).

    Raises:
        ModelRefused: the output's shape is not what TensorFlow computes, or no window can have such numbers.
        UnsupportedOperator: the tensors have other than four dimensions.
    """
    source, target = operator.inputs[0], operator.outputs[0]
    assert isinstance(source, Tensor)
    if len(source.shape) != 4 or len(target.shape) != 4:
        raise unsupported(operator, f"from shape {source.shape} to {target.shape}")
    if min(*taps, *strides, *dilations) < 1:
        raise refused(operator, f"has a window of {taps}, strides {strides} and dilations {dilations}")
    axes = [axis(source.shape[i + 1], taps[i], strides[i], dilations[i], padding) for i in (0, 1)]
    if (target.shape[0], *(each.outputs for each in axes)) != (source.shape[0], *target.shape[1:3]):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with a window of {taps}, strides {strides} and {padding} padding")
    if any(each.outputs * each.stride + each.taps * each.dilation > LARGEST for each in axes):
        raise refused(operator, f"has a window of {taps}, strides {strides} and dilations {dilations}: too large")
    return Window(source.shape[0], source.shape[3], *axes)


def axis(inputs: int, taps: int, stride: int, dilation: int, padding: str) -> Axis:
    """Output size and padding as in tensorflow/lite/kernels/padding.h: with SAME, ceil(inputs / stride) outputs and the padding they need,
    the smaller half of it in front."""
    reach = (taps - 1) * dilation + 1
    outputs = -(-inputs // stride) if padding == "SAME" else max(0, (inputs + stride - reach) // stride)
    return Axis(inputs, outputs, taps, stride, dilation, max(0, (outputs - 1) * stride + reach - inputs) // 2)
