"""Random STRIDED_SLICE."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.strided_slice.reference import TYPES, StridedSliceOptions


def strided_slice(net: Movement, source: int) -> int:
    """Any slice that takes something; ends may lie far outside, where TFLM clamps them."""
    shape = net.shape(source)
    begins, ends, strides, sizes = [], [], [], []
    masks = [int(net.rng.integers(1 << len(shape))) if net.rng.random() < 0.4 else 0 for _ in range(2)]
    shrink = int(net.rng.integers(1 << len(shape))) if net.rng.random() < 0.4 and len(shape) > 1 else 0
    for axis, size in enumerate(shape):
        while True:
            stride = int(net.rng.choice((1, 1, 2, 3, -1, -2)))
            begin, end = (int(each) for each in net.rng.integers(-size - 2, size + 3, 2))
            bit = 1 << axis
            taken = range(size)[slice(None if masks[0] & bit else begin, None if masks[1] & bit else end, stride)]
            if shrink & bit:
                taken = range(size)[slice(None if masks[0] & bit else begin, None, 1)][:1]
                stride = 1
            if len(taken):
                break
        begins.append(begin)
        ends.append(end)
        strides.append(stride)
        sizes += [] if shrink & bit else [len(taken)]
    numbers = (net.numbers(*begins), net.numbers(*ends), net.numbers(*strides))
    output = net.add("slice", tuple(sizes))
    net.apply("STRIDED_SLICE", (source, *numbers), (output,), StridedSliceOptions(masks[0], masks[1], 0, 0, shrink, False))
    return output


random_strided_slice = partial(random_movement, move=strided_slice, types=TYPES)
