"""RESIZE_BILINEAR as integers: places in the input and weights are of 2^-10."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import activations, options_of, refused, unsupported

ONE = 1 << 10
LARGEST = 2**31 - 1

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ResizeBilinearOptions:
    """Options of RESIZE_BILINEAR."""

    align_corners: Annotated[bool, flag(2)]
    """Whether the first and the last pixels of both images lie on each other."""
    half_pixel_centers: Annotated[bool, flag(3)]
    """Whether pixels are points in the middle of squares."""


@dataclass(frozen=True)
class Axis:
    """One direction: output `o` lies at o * step + offset, in units of 2^-10 inputs."""

    inputs: int
    outputs: int
    step: int
    offset: int

    def between(self) -> tuple[Integers, Integers, Integers]:
        """For each output the input before it, the one behind it, and how far it is from the former, (outputs,) each.

        A place in front of the first input is a negative distance from it: both inputs are the first one there.
        """
        places = np.arange(self.outputs, dtype=np.int64) * self.step + self.offset
        before = np.maximum(places, 0) // ONE
        behind = np.minimum((places + ONE - 1) // ONE, self.inputs - 1)
        return before, behind, places - ONE * before


@dataclass(frozen=True)
class ResizeBilinearReference:
    """Images of `channels`, `batches` in a row."""

    batches: int
    channels: int
    rows: Axis
    columns: Axis

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer images (N, batches * height * width * channels) with larger or smaller ones, as ResizeBilinearInteger does."""
        images = codes.astype(np.int64).reshape(-1, self.rows.inputs, self.columns.inputs, self.channels)
        top, bottom, down = self.rows.between()
        left, right, along = self.columns.between()
        down, along = down[:, None, None], along[:, None]
        lines = images[:, top] * (ONE - down) + images[:, bottom] * down
        sums = lines[:, :, left] * (ONE - along) + lines[:, :, right] * along
        half = ONE * ONE // 2
        rounded = np.where(sums > 0, (sums + half) // (2 * half), -((half - sums) // (2 * half)))
        return rounded.astype(np.int8).reshape(len(codes), -1)


def check_resize_bilinear(operator: Operator) -> ResizeBilinearReference:
    """Check a RESIZE_BILINEAR operator and work out its steps.

    Raises:
        ModelRefused: its tensors contradict each other, or rounded steps lead out of the image.
        UnsupportedOperator: its size is computed at run time, or tensors are not int8.
    """
    options = options_of(operator, ResizeBilinearOptions)
    if len(operator.inputs) != 2 or len(operator.outputs) != 1 or operator.inputs[0] is None or operator.inputs[1] is None:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    source, target = activations(operator)
    size = operator.inputs[1]
    if size.data is None or size.type != "INT32":
        raise unsupported(operator, f"with a size of type {size.type} that is computed at run time or no INT32")
    if options.align_corners and options.half_pixel_centers:
        raise refused(operator, "has both aligned corners and half pixel centers")
    height, width = (int(each) for each in np.resize(size.values(), 2))
    if len(source.shape) != 4 or size.elements != 2 or target.shape != (source.shape[0], height, width, source.shape[3]):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with the size {size.values().tolist()}")
    axes = [axis(source.shape[at], target.shape[at], options) for at in (1, 2)]
    if any(int(each.between()[0].max()) >= each.inputs or ONE * each.inputs + each.outputs > LARGEST for each in axes):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} in steps that lead out of the image when they are rounded")
    return ResizeBilinearReference(source.shape[0], source.shape[3], *axes)


def axis(inputs: int, outputs: int, options: ResizeBilinearOptions) -> Axis:
    """The rounded step of resize_bilinear.h."""
    if options.align_corners and outputs > 1:
        return Axis(inputs, outputs, (ONE * (inputs - 1) + (outputs - 1) // 2) // (outputs - 1), 0)
    step = (ONE * inputs + outputs // 2) // outputs
    return Axis(inputs, outputs, step, step // 2 - ONE // 2 if options.half_pixel_centers else 0)
