""".npy and .npz files of samples. Sizes are checked in their headers before anything is unpacked, and nothing that could run code is read."""

from __future__ import annotations

import tokenize
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.convert.importers.bounded_zip import DAMAGE, members
from plumbline.convert.importers.samples.values import OF_OUTPUT, TARGETS, Found, check_count

HEADER_ERRORS = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError, OverflowError, EOFError, KeyError, tokenize.TokenError)
"""What NumPy's reader of headers raises on bytes that are no header."""
CALLED = "what the model should answer is called targets or labels, with _ and its name behind that where it has several outputs"
DAMAGED = "Write it anew with numpy.save('samples.npy', x)."


def read_npy(path: Path, name: str) -> Found:
    """The array of a .npy file.

    Raises:
        UsageError: it is damaged, too large, or holds objects.
    """
    with path.open("rb") as file:
        return Found(read_array(file, name, path.stat().st_size))


def savez(names: tuple[str, ...]) -> str:
    """How a file is written that holds an array for each input."""
    return f"Save an array for each input by its name: numpy.savez('samples.npz', **{{{', '.join(f'{each!r}: ...' for each in names)}}})."


def read_npz(path: Path, name: str, names: tuple[str, ...]) -> Found:
    """The inputs in an .npz file and `targets` or `labels`, whatever the case; other arrays are told in the notes.

    The only input is called `inputs`, or as the model calls it, or is the only array; several are called as the model calls them.
    Where the model has several outputs, the targets of each are called `targets_` or `labels_` and the output's name.

    Raises:
        UsageError: it is damaged, encrypted, too large, or does not say which array holds the inputs.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {each.removesuffix(".npy"): info for each, info in members(archive, name).items()}
            targets = targets_among([each for each in arrays if each not in names], name)
            others = [each for each in arrays if each not in targets.values()]
            chosen = inputs_among(others, name, names) if len(names) == 1 else each_input(others, name, names)
            unread = sorted(each for each in others if each not in chosen)
            found = {each: unpacked(archive, arrays[each], f"{name}: {each}") for each in (*chosen, *targets.values())}
    except DAMAGE as error:
        raise UsageError(f"{name} is damaged: {error}.", DAMAGED) from error
    read = " and ".join(chosen)
    notes = [f"{', '.join(unread[:8])} not read, inputs are in {read}; {CALLED}"] if unread else []
    if len(names) > 1 and set(chosen) != set(names):
        notes.append(f"its arrays {', '.join(chosen)} are taken for the inputs {', '.join(names)}, in this order")
    first, *more = (found[each] for each in chosen)
    wanted = {output: found[each] for output, each in targets.items()}
    return Found(first, wanted, targets, notes=tuple(notes), others=tuple(map(Found, more)))


def targets_among(arrays: list[str], name: str) -> dict[str, str]:
    """The arrays that hold targets, by the output that they are for; see `plumbline.common.by_name`."""
    found: dict[str, str] = {}
    for each in arrays:
        of_output = OF_OUTPUT.fullmatch(each)
        output = ONLY if each.lower() in TARGETS else of_output[1] if of_output else None
        if output is not None and output in found:
            raise UsageError(f"{name} holds both {found[output]} and {each}.", "Keep one of them.")
        if output is not None:
            found[output] = each
    return found


def inputs_among(arrays: list[str], name: str, names: tuple[str, ...]) -> list[str]:
    """The array that holds the only input."""
    for wanted in ("inputs", names[0].lower()):
        named = [each for each in arrays if each.lower() == wanted]
        if len(named) == 1:
            return named
    if len(arrays) != 1:
        held = f"holds the arrays {', '.join(sorted(arrays)[:20])}" if arrays else "holds no array"
        raise UsageError(f"{name} {held}; which are the inputs?", "Save them as numpy.savez('samples.npz', inputs=x, targets=y).")
    return arrays


def each_input(arrays: list[str], name: str, names: tuple[str, ...]) -> list[str]:
    """The arrays that hold several inputs, in their order; by the file's own order where there are as many and none has a name of the model's."""
    if len(arrays) == len(names) and not set(arrays) & set(names):
        return arrays
    missing = [each for each in names if each not in arrays]
    if missing:
        held = f"the arrays {', '.join(sorted(arrays)[:20])}" if arrays else "no array"
        raise UsageError(f"{name} holds {held}; of the model's inputs {', '.join(missing)} is missing.", savez(names))
    return list(names)


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> NDArray[Any]:
    with archive.open(info) as file:
        return read_array(file, name, info.file_size)


def read_array(file: IO[bytes], name: str, size: int) -> NDArray[Any]:
    """An array from a stream in .npy format of `size` bytes.

    Raises:
        UsageError: the header is damaged, claims another size than there is or one that is too large, or announces objects.
    """
    try:
        version = npy.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"no array of numbers has the format version {version[0]}.{version[1]}")
        shape, fortran, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
    except HEADER_ERRORS as error:
        raise UsageError(f"{name} is damaged: {str(error).splitlines()[0] if str(error) else type(error).__name__}.", DAMAGED) from error
    if dtype.hasobject:
        raise UsageError(
            f"{name} holds Python objects, not numbers; they are a pickle, which runs code when it is read.",
            "Make it an array of numbers, numpy.asarray(x, 'float32'), and save that.",
        )
    count = 1
    for side in shape:
        count *= side
    if count < 0 or any(side < 0 for side in shape):
        raise UsageError(f"{name} is damaged: its shape is {shape}.", DAMAGED)
    check_count(count, name)
    needed = count * dtype.itemsize
    there = size - file.tell()
    if needed > there:
        raise UsageError(f"{name} is damaged: its header claims {needed:,} bytes, {there:,} are there.", DAMAGED)
    raw = file.read(needed)
    if len(raw) != needed:
        raise UsageError(f"{name} is damaged: {len(raw):,} of {needed:,} bytes are there.", DAMAGED)
    values = np.frombuffer(raw, dtype, count) if needed else np.zeros(count, dtype)
    return values.reshape(shape[::-1]).T if fortran else values.reshape(shape)
