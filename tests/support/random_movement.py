"""Random operators that move codes, alone and in networks, as .tflite bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.support.random_layers import scale, zero_point
from tests.support.tflite_writer import INT32, OperatorSpec, TensorSpec, reshape, write_graph
from tests.support.write_movement import concatenation, pack, pad, split, strided_slice, transpose, unpack

Shape = tuple[int, ...]


class Movement:
    """A model so far: tensor 0 is its input, all have one scale and zero point."""

    def __init__(self, rng: np.random.Generator, name: str, rank: int | None = None) -> None:
        self.rng, self.name = rng, name
        self.scale, self.zero = (scale(rng, 0.01, 0.1),), (zero_point(rng),)
        self.tensors: list[TensorSpec] = []
        self.operators: list[OperatorSpec] = []
        self.add("input", tuple(int(size) for size in rng.choice((1, 2, 2, 3, 4, 6), rank or int(rng.integers(1, 5)))))

    def shape(self, index: int) -> Shape:
        return self.tensors[index].shape

    def add(self, what: str, shape: Shape) -> int:
        """The index of a new tensor computed at run time."""
        self.tensors.append(TensorSpec(f"{self.name}/{what}", shape, self.scale, self.zero))
        return len(self.tensors) - 1

    def constant(self, shape: Shape) -> int:
        codes = self.rng.integers(-128, 128, shape).astype(np.int8)
        self.tensors.append(TensorSpec(f"{self.name}/constant", shape, self.scale, self.zero, codes))
        return len(self.tensors) - 1

    def numbers(self, *values: int, scalar: bool = False) -> int:
        data = np.array(values, np.int32)
        self.tensors.append(TensorSpec(f"{self.name}/numbers", () if scalar else data.shape, data=data, kind=INT32))
        return len(self.tensors) - 1

    def axis(self, rank: int) -> tuple[int, int]:
        """An axis, and the same as an operator names it."""
        axis = int(self.rng.integers(rank))
        return axis, axis - rank if self.rng.random() < 0.3 else axis

    def concatenation(self, source: int) -> int:
        shape = self.shape(source)
        axis, named = self.axis(len(shape))
        inputs = [source]
        for _ in range(int(self.rng.integers(1, 4))):
            size = int(self.rng.integers(1, 4))
            part = (*shape[:axis], size, *shape[axis + 1 :])
            inputs.append(source if self.rng.random() < 0.4 else self.constant(part))
        self.rng.shuffle(inputs)
        total = sum(self.shape(index)[axis] for index in inputs)
        output = self.add("joined", (*shape[:axis], total, *shape[axis + 1 :]))
        self.operators.append(concatenation(tuple(inputs), output, named))
        return output

    def join(self, parts: list[int], axis: int) -> int:
        """All parts along an axis again, in another order."""
        self.rng.shuffle(parts)
        shape = self.shape(parts[0])
        output = self.add("joined", (*shape[:axis], shape[axis] * len(parts), *shape[axis + 1 :]))
        self.operators.append(concatenation(tuple(parts), output, axis))
        return output

    def split(self, source: int) -> int:
        shape = self.shape(source)
        axis, named = self.axis(len(shape))
        counts = [count for count in range(1, min(shape[axis], 6) + 1) if shape[axis] % count == 0]
        count = int(self.rng.choice(counts))
        number = self.numbers(named, scalar=self.rng.random() < 0.5)
        parts = [self.add(f"part_{i}", (*shape[:axis], shape[axis] // count, *shape[axis + 1 :])) for i in range(count)]
        self.operators.append(split(number, source, tuple(parts)))
        return self.join(parts, axis) if self.rng.random() < 0.8 and count > 1 else int(self.rng.choice(parts))

    def pack(self, source: int) -> int:
        shape = self.shape(source)
        axis, named = self.axis(len(shape) + 1)
        inputs = [source, *(source if self.rng.random() < 0.4 else self.constant(shape) for _ in range(int(self.rng.integers(0, 4))))]
        self.rng.shuffle(inputs)
        output = self.add("stacked", (*shape[:axis], len(inputs), *shape[axis:]))
        self.operators.append(pack(tuple(inputs), output, named))
        return output

    def unpack(self, source: int) -> int:
        shape = self.shape(source)
        axis, named = self.axis(len(shape))
        parts = [self.add(f"part_{i}", (*shape[:axis], *shape[axis + 1 :])) for i in range(shape[axis])]
        self.operators.append(unpack(source, tuple(parts), named))
        if self.rng.random() < 0.2 or len(shape) == 1:
            return int(self.rng.choice(parts))
        self.rng.shuffle(parts)
        output = self.add("stacked", (len(parts), *self.shape(parts[0])))
        self.operators.append(pack(tuple(parts), output, 0))
        return output

    def transpose(self, source: int) -> int:
        shape = self.shape(source)
        order = [int(axis) for axis in self.rng.permutation(len(shape))]
        output = self.add("transposed", tuple(shape[axis] for axis in order))
        self.operators.append(transpose(source, self.numbers(*order), output))
        return output

    def pad(self, source: int, valued: bool = False) -> int:
        shape = self.shape(source)
        paddings = [int(each) for each in self.rng.choice((0, 0, 0, 0, 1, 2), 2 * len(shape))]
        number = self.numbers(*paddings)
        data = np.array(paddings, np.int32).reshape(-1, 2)
        self.tensors[number] = TensorSpec(f"{self.name}/paddings", data.shape, data=data, kind=INT32)
        value = self.constant(()) if valued else None
        output = self.add("padded", tuple(int(size + sum(pair)) for size, pair in zip(shape, data, strict=True)))
        self.operators.append(pad(source, number, output, value))
        return output

    def strided_slice(self, source: int) -> int:
        """Any slice that takes something; ends may lie far outside, where TFLM clamps them."""
        shape = self.shape(source)
        begins, ends, strides, sizes = [], [], [], []
        masks = [int(self.rng.integers(1 << len(shape))) if self.rng.random() < 0.4 else 0 for _ in range(2)]
        shrink = int(self.rng.integers(1 << len(shape))) if self.rng.random() < 0.4 and len(shape) > 1 else 0
        for axis, size in enumerate(shape):
            while True:
                stride = int(self.rng.choice((1, 1, 2, 3, -1, -2)))
                begin, end = (int(each) for each in self.rng.integers(-size - 2, size + 3, 2))
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
        numbers = (self.numbers(*begins), self.numbers(*ends), self.numbers(*strides))
        output = self.add("slice", tuple(sizes))
        self.operators.append(strided_slice(source, numbers, output, masks[0], masks[1], shrink))
        return output

    def reshape(self, source: int) -> int:
        """To two dimensions."""
        shape = self.shape(source)
        at = int(self.rng.integers(len(shape) + 1))
        output = self.add("reshaped", (int(np.prod(shape[:at])), int(np.prod(shape[at:]))))
        self.operators.append(reshape(source, output))
        return output

    def write(self, last: int) -> bytes:
        return write_graph(self.tensors, self.operators, 0, last)


def random_movement(rng: np.random.Generator, name: str, kind: str) -> bytes:
    """One operator of a kind; what takes a tensor apart is mostly followed by one that puts it together."""
    net = Movement(rng, name)
    step: Callable[[int], int] = getattr(net, kind)
    return net.write(step(0))


def random_padv2(rng: np.random.Generator, name: str) -> bytes:
    net = Movement(rng, name)
    return net.write(net.pad(0, valued=True))


CASES: dict[str, Callable[[np.random.Generator, str], bytes]] = {
    "CONCATENATION": partial(random_movement, kind="concatenation"),
    "PACK": partial(random_movement, kind="pack"),
    "PAD": partial(random_movement, kind="pad"),
    "PADV2": random_padv2,
    "SPLIT": partial(random_movement, kind="split"),
    "STRIDED_SLICE": partial(random_movement, kind="strided_slice"),
    "TRANSPOSE": partial(random_movement, kind="transpose"),
    "UNPACK": partial(random_movement, kind="unpack"),
}


def random_network(rng: np.random.Generator, name: str) -> bytes:
    """Two to six operators in a row."""
    net, at = Movement(rng, name), 0
    for _ in range(int(rng.integers(2, 7))):
        shape = net.shape(at)
        kinds = ["reshape"] if len(shape) > 1 and rng.random() < 0.2 else ["concatenation", "pad", "transpose", "split", "strided_slice"]
        kinds += ["pack"] if len(shape) < 4 and np.prod(shape) < 500 else []
        kinds += ["unpack"] if len(shape) > 1 else []
        if not shape or np.prod(shape) > 2000:
            break
        at = getattr(net, str(rng.choice(kinds)))(at)
    return net.write(at)
