"""Seeded mutations of valid models for the reader and the compiler: each is either compiled or refused with a message, whatever the bytes say.

`python -m tests.faults.fuzz_flatbuffer --count 100000` runs many and prints what became of them.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import signal
import struct
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import numpy as np

from plumbline.common.errors import PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import CaseOperator
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.engines import ENGINES
from plumbline.convert.operators.pack.reference import PackOptions
from plumbline.convert.references.input_pool import pool_of
from plumbline.convert.references.reference_interpreter import Model
from plumbline.convert.runs import compiled_alone
from tests.faults.networks import NETWORKS
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import INT32, UINT8, Builder, OperatorSpec, TensorSpec, write_case, write_graph
from tests.support.write_operators import fully_connected, unary

MEMORY = 1 << 30
"""Bytes of address space that a mutant may need above what the process had before the first one."""
SECONDS = 20
"""For one mutant; the slowest valid model takes a small part of a second."""
ASKED = 16
"""Every how manyth mutant that compiles is asked a few inputs as well."""
WORDS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0x00FFFFFF, 0x40000000)


def seeds() -> list[bytes]:
    """One model of each operator, chains of several layers, and models of several ends, of int16 codes and of a state."""
    rng = np.random.default_rng(77)
    found = [write_case(each.random_case(rng, f"seed_{name}")) for name, each in registered().items()]
    found += [NETWORKS[name]() for name in ("two_outputs", "sixteen_by_eight", "with_state")]
    return found + odd() + [write(random_model(rng, width, per_channel=bool(width % 2))) for width in (1, 4, 9)]


def odd() -> list[bytes]:
    """uint8 ends, constant answers, unused tensors, a scaled bias, several ends, an operator nobody has."""
    ends = [TensorSpec("input", (1, 4), (0.1,), (0,)), TensorSpec("out", (1, 4), (1 / 256,), (-128,))]
    wide = [replace(ends[0], zero_points=(128,), kind=UINT8), ends[0], ends[1], replace(ends[1], zero_points=(0,), kind=UINT8)]
    quantize = BUILTIN_OPERATORS.index("QUANTIZE")
    cut_off = [OperatorSpec(quantize, 2, (0,), (1,)), unary("LOGISTIC", 1, 2), OperatorSpec(quantize, 2, (2,), (3,))]
    twice = [replace(each, inputs=(each.inputs[0] + 4,), outputs=(each.outputs[0] + 4,)) for each in cut_off]
    weights = TensorSpec("weights", (2, 4), (0.1, 0.2), (0, 0), np.ones((2, 4), np.int8))
    bias = TensorSpec("bias", (2,), (0.01, 0.02), (0, 0), np.ones(2, np.int32), INT32, axis=3)
    dense = fully_connected((0, 1, 2), 3, version=5)
    stacked = [TensorSpec(name, (4, 4), (0.1,), (0,)) for name in ("stack", "filled")]
    known = [ends[0], replace(ends[0], name="row", shape=(4,), data=np.ones(4, np.int8)), *stacked, replace(ends[0], name="all", shape=(5, 4))]
    folded = [CaseOperator("PACK", (1, 1, 1, 1), (2,), PackOptions(4, 0)), CaseOperator("RESHAPE", (2,), (3,))]
    folded.append(CaseOperator("CONCATENATION", (0, 3), (4,), ConcatenationOptions(0, "NONE")))
    out = Builder()
    buffers = [out.table([])]
    tables = [out.tensor(each, buffers) for each in (ends[0], ends[0], ends[1], ends[1])]
    step = out.table([(1, "offset", out.numbers((0, 1), "Int32")), (2, "offset", out.numbers((2, 3), "Int32"))])
    return [
        write_graph(wide, cut_off, 0, 3),
        write_graph([*wide, *wide], [*cut_off, *twice], (0, 4), (3, 7)),
        write_graph(known, folded, 0, 4),
        write_graph([*ends, *(TensorSpec("spare", (2,), kind=kind) for kind in (5, 13, 14, 19))], [unary("LOGISTIC")], 0, 1),
        write_graph([ends[0], weights, bias, TensorSpec("out", (1, 2), (0.05,), (4,))], [dense], 0, 3),
        out.model([(BUILTIN_OPERATORS.index("CUSTOM"), 1)], buffers, tables, [step], ((0, 1), (2, 3)), custom="ethos-u"),
    ]


def mutate(rng: np.random.Generator, raw: bytes, others: Sequence[bytes]) -> bytes:
    """One change or a few: bits, bytes, words that often break parsers, words from elsewhere in the file, cuts, and pieces of another model."""
    data = bytearray(raw)
    for _ in range(int(rng.geometric(0.5))):
        at = int(rng.integers(len(data)))
        aligned = at & ~3
        kind = int(rng.integers(8))
        if kind == 0:
            data[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            data[at] = int(rng.integers(256))
        elif kind in (2, 3) and aligned + 4 <= len(data):
            word = int(rng.choice(WORDS)) if kind == 2 else (struct.unpack_from("<I", data, aligned)[0] + int(rng.integers(-8, 9))) & 0xFFFFFFFF
            struct.pack_into("<I", data, aligned, word)
        elif kind == 4 and aligned + 4 <= len(data):
            source = int(rng.integers(max(1, len(data) - 4))) & ~3
            data[aligned : aligned + 4] = data[source : source + 4]
        elif kind == 5 and rng.random() < 0.2 and at > 8:
            del data[at:]
        elif kind == 6:
            other = others[int(rng.integers(len(others)))]
            start, length = int(rng.integers(len(other))), int(rng.integers(1, 33))
            data[at : at + length] = other[start : start + length]
        elif kind == 7 and at + 2 <= len(data):
            struct.pack_into("<H", data, at & ~1 if (at & ~1) + 2 <= len(data) else 0, int(rng.integers(0, 64)))
    return bytes(data)


def mutants(seed: int, count: int) -> Iterator[bytes]:
    rng, valid = np.random.default_rng(seed), seeds()
    for _ in range(count):
        yield mutate(rng, valid[int(rng.integers(len(valid)))], valid)


def fate(raw: bytes) -> str:
    """The name of the error that refuses the bytes, or "compiled". One in ASKED of these is run by the integer model too.

    Raises:
        Exception: anything that is no PlumblineError, which is a defect; an error without a message or a hint is one too (ValueError).
    """
    try:
        graph = read(called_int8(cut(raw)[0])[0])
        for name in ENGINES:
            check_engine(graph, name)
        compile_graph(graph, "mutant", bytes(32))
        if hashlib.sha256(raw).digest()[0] % ASKED == 0:
            compiled_alone("mutant", raw, graph)  # which says whether it is small enough to be run
            model, rows = Model(graph), pool_of(graph.inputs, 3, 1).codes
            model.row(model.values(rows, np.array([True, False, True])))
    except PlumblineError as error:
        if not (error.message and error.hint):
            raise ValueError(f"an error without a message or a hint: {error.message!r}") from error
        return type(error).__name__
    return "compiled"


def too_slow(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"a mutant took more than {SECONDS} s")


def run(
    seed: int,
    count: int,
    source: Callable[[int, int], Iterator[bytes]] = mutants,
    judge: Callable[[bytes], str] = fate,
    suffix: str = ".tflite",
) -> Counter[str]:
    """The fates of so many mutants; other readers are fuzzed with a source and a judge of their own.

    Raises:
        AssertionError: a mutant broke what reads it; it is named by its number, and its bytes lie in the file that is named.
    """
    fates: Counter[str] = Counter()
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, before[1]))
    old = signal.signal(signal.SIGALRM, too_slow)
    try:
        for number, raw in enumerate(source(seed, count)):
            signal.alarm(SECONDS)
            try:
                fates[judge(raw)] += 1
            except Exception as error:
                path = Path(tempfile.gettempdir()) / f"mutant-{hashlib.sha256(raw).hexdigest()[:12]}{suffix}"
                path.write_bytes(raw)
                raise AssertionError(f"mutant {number} of seed {seed} ({path}): {type(error).__name__}: {error}") from error
            finally:
                signal.alarm(0)
    finally:
        signal.signal(signal.SIGALRM, old)
        resource.setrlimit(resource.RLIMIT_AS, before)
    return fates


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz_flatbuffer")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name, count in run(given.seed, given.count).most_common():
        print(f"{count:>8,}  {name}")


if __name__ == "__main__":
    main()
