"""Seeded mutations of files of samples and of .keras files: each is read or refused with a message, whatever the bytes say.

A zip file is mutated as it is, where its checksums find most changes, and behind them: its members are mutated and packed again.
`python -m tests.faults.fuzz_brought --count 100000` runs many and prints what became of them.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from plumbline.common.errors import PlumblineError
from plumbline.common.way import Way, came_as
from plumbline.convert.importers.keras.config import inputs_of
from plumbline.convert.importers.keras.load import examined
from plumbline.convert.importers.keras.repair import repaired
from plumbline.convert.importers.samples.reader import load_samples
from plumbline.convert.importers.samples.shape import fit
from tests.faults.fuzz_flatbuffer import mutate, run
from tests.support.keras_writer import archive, functional, layer, sequential

Packed = dict[str, bytes]
TEXTS = (b"nan", b"1e999", b"\xff\xfe", b"\0", b'"', b";", b",", b"\t", b"0x1", b"1_0", b"inf", b"-", b"\xef\xbb\xbf", b"target", b"sep=;\n", b"\r")
PIECES = (b"null", b"[]", b"{}", b"-1", b"1e400", b'"class_name"', b'"config"', b'"Lambda"', b"true", b"[[[[", b'"batch_shape"', b"9" * 30)


@cache
def tables() -> tuple[bytes, ...]:
    rows = np.random.default_rng(5).normal(size=(6, 3)).round(3)
    plain = "\n".join(",".join(map(str, row)) for row in rows.tolist()).encode()
    european = plain.replace(b",", b";").replace(b".", b",")
    named = b",a,b,c,label\n" + b"\n".join(b"%d,%s,x" % (i, row) for i, row in enumerate(plain.splitlines()))
    return plain, european, named, plain.decode().encode("utf-16"), plain.replace(b",", b" "), b'"a","b","c"\n' + plain


@cache
def arrays() -> tuple[bytes, ...]:
    def saved(values: object) -> bytes:
        out = io.BytesIO()
        np.save(out, np.asarray(values))
        return out.getvalue()

    kinds: tuple[object, ...] = (
        np.ones((4, 3), np.float32),
        np.asfortranarray(np.ones((4, 3))),
        np.arange(12, dtype=np.int16),
        ["a", "b"],
        [1j],
        3.0,
    )
    return tuple(saved(each) for each in kinds)


@cache
def descriptions() -> tuple[bytes, ...]:
    half = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}, "registered_name": None}
    chain = sequential(layer("Dense", "größe", dtype=half, units=3), sequential(layer("BatchNormalization", axis=[1])), layer("LSTM", "a b"))
    graph = functional([["in", 0, 0]], [["out", 0, 0]], layer("InputLayer", "in", batch_input_shape=[None, 4]), layer("Dense", "out"))
    several = [layer("InputLayer", "one", batch_shape=[1, 4]), layer("InputLayer", "two", batch_shape=[None, 4], dtype="int32"), layer("Add", "out")]
    ends = functional([["one", 0, 0], ["two", 0, 0]], [["out", 0, 0], ["one", 0, 0]], *several)
    return tuple(json.dumps(each).encode() for each in (chain, graph, ends))


def packed(members: Packed, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def spliced(rng: np.random.Generator, raw: bytes, pieces: Sequence[bytes]) -> bytes:
    """A text with a few pieces put in or over it, cut out of it, or moved."""
    data = raw
    for _ in range(int(rng.geometric(0.4))):
        at, piece = int(rng.integers(len(data) + 1)), pieces[int(rng.integers(len(pieces)))]
        end = at + int(rng.integers(0, 12))
        data = data[:at] + (piece if rng.random() < 0.7 else b"") + data[end if rng.random() < 0.5 else at :]
    return data


NAMES = ("left", "right")
"""Inputs of a model that has several."""


def sample_mutants(seed: int, count: int) -> Iterator[bytes]:
    """Files of samples, the first byte of each telling its suffix."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        kind = int(rng.integers(6))
        if kind == 0:
            yield b"c" + spliced(rng, tables()[int(rng.integers(len(tables())))], TEXTS)
        elif kind == 1:
            yield b"n" + mutate(rng, arrays()[int(rng.integers(len(arrays())))], arrays())
        elif kind == 2:
            inner = {"inputs.npy": mutate(rng, arrays()[int(rng.integers(2))], arrays()), "labels.npy": mutate(rng, arrays()[2], arrays())}
            yield b"z" + packed(inner, zipfile.ZIP_DEFLATED if rng.random() < 0.5 else zipfile.ZIP_STORED)
        elif kind == 3:
            names = [spliced(rng, name.encode(), TEXTS).decode(errors="replace").replace("\0", "?") if rng.random() < 0.2 else name for name in NAMES]
            inner = {f"{name}.npy": arrays()[int(rng.integers(3))] for name in names}
            inner |= {name: mutate(rng, raw, arrays()) for name, raw in inner.items() if rng.random() < 0.3}
            yield b"m" + packed(inner, zipfile.ZIP_DEFLATED)
        elif kind == 4:
            whole = packed({"inputs.npy": arrays()[0], "targets.npy": arrays()[1]}, zipfile.ZIP_DEFLATED)
            yield b"z" + mutate(rng, whole, [whole])
        else:
            whole = gzip.compress(tables()[0], mtime=0)
            yield b"g" + mutate(rng, whole, [whole])


def keras_mutants(seed: int, count: int) -> Iterator[bytes]:
    """Files of Keras models."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        text = descriptions()[int(rng.integers(len(descriptions())))]
        if rng.random() < 0.7:
            yield archive(spliced(rng, text, PIECES) if rng.random() < 0.7 else mutate(rng, text, descriptions()))
        else:
            yield mutate(rng, archive(text), [archive(text)])


SUFFIXES = {ord("c"): ".csv", ord("n"): ".npy", ord("z"): ".npz", ord("m"): ".npz", ord("g"): ".csv.gz"}


def in_a_file(raw: bytes, suffix: str, use: Callable[[Path], object]) -> str:
    """What becomes of a file with these bytes: the name of the error that refuses it, or "read".

    Raises:
        Exception: anything that is no PlumblineError, which is a defect, as is a Python warning or an error without a message or a hint.
    """
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(raw)
        try:
            use(path)
        except PlumblineError as error:
            if not (error.message and error.hint):
                raise ValueError(f"an error without a message or a hint: {error.message!r}") from error
            return type(error).__name__
    return "read"


def sample_fate(raw: bytes) -> str:
    names = NAMES if raw[:1] == b"m" else ("inputs",)

    def use(path: Path) -> None:
        for each in load_samples(path, names).inputs:
            fit(each, (3,))

    return in_a_file(raw[1:], SUFFIXES[raw[0]], use)


def keras_fate(raw: bytes) -> str:
    def use(path: Path) -> None:
        with came_as(Way.KERAS):
            file = examined(path, trust=False)
            inputs_of(file.config)
            json.dumps(repaired(file))

    return in_a_file(raw, ".keras", use)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz_brought")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for what, source, judge in (("samples", sample_mutants, sample_fate), (".keras", keras_mutants, keras_fate)):
        for name, count in run(given.seed, given.count, source, judge, "").most_common():
            print(f"{count:>8,}  {what}: {name}")


if __name__ == "__main__":
    main()
