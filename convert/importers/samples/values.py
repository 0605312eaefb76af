"""What was found in a file of samples as finite float32 inputs and as targets, or the place of what is not finite."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import UsageError

LARGEST_COUNT = 2**27
"""Numbers in one array: 512 MB as float32, of which a conversion holds several copies. Some hundred samples calibrate a model."""
FEWER = "Some hundred typical samples are enough: give fewer of them."
TARGETS = ("target", "targets", "label", "labels", "class")
"""What holds the targets in a file, in lower case."""
OF_OUTPUT = re.compile(r"(?:targets?|labels?)_(.+)", re.IGNORECASE | re.DOTALL)
"""What holds those of one of several outputs: its name behind one of these."""
CLASSES = 2**31
"""Whole numbers beyond this are no classes."""


@dataclass(frozen=True)
class Found:
    """Arrays as a file holds them, before anything is known of their values."""

    inputs: NDArray[Any]
    targets: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """By the name of the output that they are for, see `plumbline.common.by_name`."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the file calls the targets of each output."""
    place: Callable[[tuple[int, ...]], str] = lambda at: f"sample {at[0]}, number {list(at[1:])}" if len(at) > 1 else f"number {at[0]}"
    """Where in the file the input at an index stands, in the file's own terms."""
    notes: tuple[str, ...] = ()
    others: tuple[Found, ...] = ()
    """Those of the model's further inputs."""


def check_count(count: int, what: str) -> None:
    """Raises UsageError where `what` holds more numbers than anything here is made for; before they are unpacked."""
    if count > LARGEST_COUNT:
        raise UsageError(f"{what} holds {count:,} numbers, at most {LARGEST_COUNT:,} are taken.", FEWER)


def as_floats(found: Found, name: str) -> NDArray[np.float32]:
    """The inputs as float32.

    Raises:
        UsageError: there are none, they are no real numbers, or one is NaN, infinite or too large for float32.
    """
    raw = found.inputs
    check_count(raw.size, name)
    check_numbers(raw, name, "inputs")
    if raw.ndim == 0:
        raise UsageError(f"{name} holds a single number.", "Give an array (N, ...) of N samples.")
    if raw.size == 0:
        raise UsageError(f"{name} holds no samples: its shape is {raw.shape}.", "Give at least one sample; some hundred calibrate a model.")
    with np.errstate(all="ignore"):
        values = np.ascontiguousarray(raw, np.float32)
    if not np.isfinite(values).all():
        at = tuple(int(each) for each in np.argwhere(~np.isfinite(values))[0])
        what = "NaN" if np.isnan(raw[at]) else "infinite" if np.isinf(raw[at]) else f"{raw[at]:g}, which is too large for float32"
        others = int((~np.isfinite(values)).sum()) - 1
        also = f", and so are {others:,} others" if others else ""
        raise UsageError(f"{name}: {found.place(at)} is {what}{also}.", "Leave such samples out, or put a number in their place.")
    return values


@dataclass(frozen=True)
class Targets:
    """What a model should answer at one of its outputs."""

    values: NDArray[Any]
    """Whole numbers, classes among them, (N,) or (N, T) int64; others float32 (N, ...)."""
    labels: tuple[str, ...] = ()
    """Names of the classes in `values`, in their order, where the file has them as text; sorted, as Keras and scikit-learn number them."""


def as_targets(raw: NDArray[Any], title: str, count: int, name: str) -> Targets:
    """The targets of `count` inputs, which the file calls by this title.

    Raises:
        UsageError: they are neither finite numbers nor text.
    """
    check_count(raw.size, f"{name}: {title}")
    if raw.ndim == 0:
        raise UsageError(f"{name}: {title} is a single number.", "Each input needs its target.")
    if raw.dtype.kind in "US":
        if raw.ndim > 1 and raw.size != len(raw):
            raise UsageError(f"{name}: {title} hold several texts for one input.", "Give one class for each input.")
        texts = [each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in raw.ravel().tolist()]
        names = sorted(set(texts))
        places = {each: place for place, each in enumerate(names)}
        return Targets(np.array([places[each] for each in texts], np.int64), tuple(names))
    check_numbers(raw, name, title)
    if raw.dtype.kind in "bui":
        if raw.size and (int(raw.max()) >= CLASSES or int(raw.min()) < -CLASSES):
            raise UsageError(f"{name}: {title} holds {max(int(raw.max()), -int(raw.min())):,}, which is no class.", "Scale the targets.")
        return Targets(raw.astype(np.int64))
    with np.errstate(all="ignore"):
        values = np.ascontiguousarray(raw, np.float32)
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values.reshape(count, -1)).all(axis=1))[0][0])
        raise UsageError(f"{name}: {title} holds NaN or infinity for sample {row}.", "Leave such samples out.")
    return Targets(values)


def check_numbers(raw: NDArray[Any], name: str, title: str) -> None:
    """Raises UsageError where an array holds something else than real numbers."""
    kinds = {"c": "complex numbers", "O": "Python objects", "U": "text", "S": "text", "M": "dates", "m": "times", "V": "records"}
    if raw.dtype.kind in kinds:
        hints = {
            "c": "Give real numbers: the magnitude numpy.abs(x), or real and imaginary parts as numbers of their own.",
            "O": "Make it an array of numbers, numpy.asarray(x, 'float32'), and save that.",
            "U": "Make numbers of it, x.astype('float32'), and save that.",
            "V": "Make one array of it, numpy.lib.recfunctions.structured_to_unstructured(x), and save that.",
        }
        raise UsageError(f"{name}: {title} holds {kinds[raw.dtype.kind]}, not real numbers.", hints.get(raw.dtype.kind, "Make numbers of it first."))
