"""A wide pool of inputs for a model of several input numbers, as codes: noise of every scale and offset, walks, ramps, waves, patches and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Tensor, put_together, taken_apart

Codes = NDArray[np.int8]
Reals = NDArray[np.float64]
Shape = tuple[int, ...]
Rng = np.random.Generator

LOWEST, HIGHEST = -128, 127


@dataclass(frozen=True)
class Pool:
    """N inputs and what each of them is."""

    codes: Codes
    """(N, input bytes)."""
    kinds: tuple[str, ...]
    """A word for each, e.g. "ramp"."""

    def __len__(self) -> int:
        return len(self.kinds)

    def rows(self, picked: list[int]) -> Pool:
        """Some of them, in the order they were picked."""
        return Pool(self.codes[picked], tuple(self.kinds[row] for row in picked))

    def __add__(self, other: Pool) -> Pool:
        """Both, one behind the other."""
        return Pool(np.concatenate([self.codes, other.codes]), self.kinds + other.kinds)


def pool_of(tensors: Sequence[Tensor], count: int, seed: int) -> Pool:
    """Every kind of KINDS in turn for every input, `count` rows in all; the same seed gives the same rows."""
    rng, names = np.random.default_rng(seed), list(islice(cycle(KINDS), count))
    rows = [[as_codes(KINDS[name](rng, sides(tensor))) for tensor in tensors] for name in names]
    return Pool(as_rows([np.array(each) for each in zip(*rows, strict=True)], tensors), tuple(names))


def edges(tensors: Sequence[Tensor]) -> Pool:
    """All lowest, all highest, all real 0, and lowest and highest in turn."""
    found = []
    for tensor in tensors:
        level = [np.full(tensor.elements, code) for code in (LOWEST, HIGHEST, middle(tensor))]
        turns = np.where(np.indices(sides(tensor)).sum(axis=0) % 2, HIGHEST, LOWEST).ravel()
        found.append(np.array([*level, turns], np.int8))
    return Pool(as_rows(found, tensors), ("all lowest", "all highest", "all real 0", "checkerboard"))


def as_rows(codes: Sequence[Codes], tensors: Sequence[Tensor]) -> Codes:
    """Codes (N, elements) for each input as rows (N, bytes): those of an input of another type than int8 are spread over what it can hold."""
    return put_together((spread(each, tensor) for each, tensor in zip(codes, tensors, strict=True)), tensors)


def spread(codes: Codes, tensor: Tensor) -> NDArray[Any]:
    """Codes as values of a tensor, whose lowest and highest stand for -128 and 127; small numbers of an int32 stay as they are."""
    if tensor.type == "INT8":
        return codes
    if tensor.type == "BOOL":
        return codes >= 0
    wide = codes.astype(np.int64)
    if tensor.type == "UINT8":
        return wide + 128
    return np.where(codes == HIGHEST, 32767, wide * 257 + 128) if tensor.type == "INT16" else wide


def middle(tensor: Tensor) -> int:
    """The code that is spread to a tensor's real 0, or near it."""
    zero = tensor.zero_point or 0
    return {"INT8": zero, "UINT8": zero - 128}.get(tensor.type, 0)


def near(rng: Rng, row: Codes, tensors: Sequence[Tensor]) -> Codes:
    """One row (input bytes,) changed a little, each input as `changed` does."""
    parts = taken_apart(row[np.newaxis], tensors)
    return row_of((changed(rng, each[0], tensor)[np.newaxis] for each, tensor in zip(parts, tensors, strict=True)), tensors)


def between(share: float, one: Codes, other: Codes, tensors: Sequence[Tensor]) -> Codes:
    """A row between two others, the first counting `share`."""
    pairs = zip(taken_apart(one[np.newaxis], tensors), taken_apart(other[np.newaxis], tensors), strict=True)
    return row_of((np.rint(share * a.astype(np.float64) + (1 - share) * b) for a, b in pairs), tensors)


def row_of(values: Iterable[NDArray[Any]], tensors: Sequence[Tensor]) -> Codes:
    """One row (input bytes,) of values (1, elements)."""
    return np.asarray(put_together(values, tensors)[0], np.int8)


def changed(rng: Rng, values: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """Values (elements,) of an input with noise on all of it, another offset or amplitude, or some numbers lost."""
    if tensor.type == "BOOL":
        return np.asarray(values ^ (rng.random(values.shape) < 0.1))
    if tensor.type == "INT8":
        return nearby(rng, values)
    size = 257.0 if tensor.type == "INT16" else 1.0
    moved = values + size * (nearby(rng, np.clip(np.rint(values / size), LOWEST, HIGHEST).astype(np.int8)) - np.rint(values / size))
    info = np.iinfo(tensor.dtype)
    return np.asarray(np.clip(np.rint(moved), info.min, info.max))


def nearby(rng: Rng, codes: Codes) -> Codes:
    """Codes (elements,) changed so."""
    wide = codes.astype(np.float64)
    how = rng.integers(4)
    if how == 0:
        return as_codes(wide + rng.normal(0, amplitude(rng) / 2, wide.shape))
    if how == 1:
        return as_codes(wide + rng.normal(0, 32))
    if how == 2:
        return as_codes(wide.mean() + (wide - wide.mean()) * 2 ** rng.uniform(-2, 2))
    return as_codes(np.where(rng.random(wide.shape) < rng.uniform(0.02, 0.5), np.median(wide), wide))


def sides(tensor: Tensor) -> Shape:
    """The shape of an input without axes of length 1, which no walk and no wave runs along."""
    return tuple(size for size in tensor.shape if size > 1) or (1,)


def as_codes(values: Reals) -> Codes:
    """The nearest codes (elements,) to values of any shape."""
    return np.clip(np.rint(values), LOWEST, HIGHEST).astype(np.int8).ravel()


def amplitude(rng: Rng) -> float:
    """1 to 128 codes, each doubling as likely as any other."""
    return float(2 ** rng.uniform(0, 7))


def offset(rng: Rng) -> float:
    return float(rng.uniform(LOWEST, HIGHEST))


def noise(rng: Rng, shape: Shape) -> Reals:
    return offset(rng) + amplitude(rng) * rng.uniform(-1, 1, shape)


def bell(rng: Rng, shape: Shape) -> Reals:
    return offset(rng) + amplitude(rng) * rng.normal(0, 1, shape)


def whole_range(rng: Rng, shape: Shape) -> Reals:
    return rng.integers(LOWEST, HIGHEST + 1, shape).astype(np.float64)


def extremes(rng: Rng, shape: Shape) -> Reals:
    return np.where(rng.random(shape) < rng.uniform(0.05, 0.95), float(HIGHEST), float(LOWEST))


def walk(rng: Rng, shape: Shape) -> Reals:
    """One walk through all numbers in the order they lie in memory, thrown back at both ends."""
    steps = rng.normal(0, amplitude(rng) / 2, int(np.prod(shape)))
    return _folded(offset(rng) + np.cumsum(steps)).reshape(shape)


def walks(rng: Rng, shape: Shape) -> Reals:
    """A walk along every axis, added up: smooth pictures and spectrograms."""
    total = np.full(shape, offset(rng))
    for axis, size in enumerate(shape):
        total += _along(np.cumsum(rng.normal(0, amplitude(rng) / 4, size)), axis, shape)
    return _folded(total)


def ramp(rng: Rng, shape: Shape) -> Reals:
    """From one level to another along one axis, or in the order of memory."""
    axis = int(rng.integers(len(shape) + 1))
    if axis == len(shape):
        return np.linspace(offset(rng), offset(rng), int(np.prod(shape))).reshape(shape)
    return np.broadcast_to(_along(np.linspace(offset(rng), offset(rng), shape[axis]), axis, shape), shape).astype(np.float64)


def wave(rng: Rng, shape: Shape) -> Reals:
    """A wave along every axis, multiplied: 0.5 to a quarter of the axis' length periods."""
    product = np.ones(shape)
    for axis, size in enumerate(shape):
        periods = 2 ** rng.uniform(-1, max(0.0, float(np.log2(max(1, size / 4)))))
        product = product * _along(np.cos(2 * np.pi * (np.arange(size) * periods / size + rng.random())), axis, shape)
    return offset(rng) + amplitude(rng) * product


def checkerboard(rng: Rng, shape: Shape) -> Reals:
    """Two levels in fields of any size along each axis."""
    fields = sum(
        (_along(np.arange(size) // int(rng.integers(1, max(2, size // 2 + 1))), axis, shape) for axis, size in enumerate(shape)), np.zeros(shape)
    )
    return np.where(fields % 2 == 0, offset(rng), offset(rng))


def patches(rng: Rng, shape: Shape) -> Reals:
    """Noise in fields, each of one level, with fine noise on top."""
    coarse = tuple(int(rng.integers(1, min(size, 12) + 1)) for size in shape)
    levels = offset(rng) + amplitude(rng) * rng.uniform(-1, 1, coarse)
    for axis, size in enumerate(shape):
        levels = np.take(levels, np.arange(size) * coarse[axis] // size, axis=axis)
    return levels + amplitude(rng) / 8 * rng.normal(0, 1, shape)


def sparse(rng: Rng, shape: Shape) -> Reals:
    """A level, and some numbers of any size on it."""
    hit = rng.random(shape) < 2 ** rng.uniform(-8, -1)
    return np.where(hit, rng.uniform(LOWEST, HIGHEST, shape), offset(rng))


def level(rng: Rng, shape: Shape) -> Reals:
    return np.full(shape, offset(rng))


def per_channel(rng: Rng, shape: Shape) -> Reals:
    """A level and an amplitude for each place along one axis, mostly the last."""
    axis = len(shape) - 1 if rng.random() < 0.5 else int(rng.integers(len(shape)))
    size = shape[axis]
    base = _along(rng.uniform(LOWEST, HIGHEST, size), axis, shape)
    return base + _along(2 ** rng.uniform(-2, 6, size), axis, shape) * rng.normal(0, 1, shape)


def event(rng: Rng, shape: Shape) -> Reals:
    """Quiet, and a louder stretch somewhere along one axis: a word in a recording, an object in a picture."""
    axis = int(rng.integers(len(shape)))
    size = shape[axis]
    first, last = sorted(rng.integers(0, size + 1, 2).tolist())
    inside = _along(((np.arange(size) >= first) & (np.arange(size) < last)).astype(np.float64), axis, shape)
    one, other = (_ANY[int(rng.integers(len(_ANY)))](rng, shape) for _ in range(2))
    return inside * one + (1 - inside) * other


def mixed(rng: Rng, shape: Shape) -> Reals:
    """Two other kinds, weighted."""
    one, other = (_ANY[int(rng.integers(len(_ANY)))](rng, shape) for _ in range(2))
    share = rng.uniform(0.2, 0.8)
    return share * one + (1 - share) * other


_ANY: tuple[Callable[[Rng, Shape], Reals], ...] = (noise, bell, walk, walks, ramp, wave, checkerboard, patches, sparse, level, per_channel)
KINDS: dict[str, Callable[[Rng, Shape], Reals]] = {
    "noise": noise,
    "walk": walk,
    "bell-shaped noise": bell,
    "walks along the axes": walks,
    "noise of the whole range": whole_range,
    "ramp": ramp,
    "patches": patches,
    "wave": wave,
    "extremes": extremes,
    "levels along an axis": per_channel,
    "checkerboard": checkerboard,
    "sparse": sparse,
    "event": event,
    "level": level,
    "mixture": mixed,
}
"""Name, and the function that draws values of a shape; what leaves the range of a code saturates."""


def _along(values: NDArray[Any], axis: int, shape: Shape) -> Reals:
    """Values of one axis with dimensions that fit the others."""
    return np.asarray(values, np.float64).reshape([-1 if each == axis else 1 for each in range(len(shape))])


def _folded(values: Reals) -> Reals:
    """Values beyond the codes' range, thrown back from its ends."""
    span = HIGHEST - LOWEST
    return span - np.abs((values - LOWEST) % (2 * span) - span) + LOWEST
