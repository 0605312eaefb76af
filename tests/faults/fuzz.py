"""The board's side of the line under a fuzzer: frames, requests and console together, the C that runs on the chip, with the sanitizers on."""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from plumbline.common.paths import FIRMWARE
from plumbline.common.wire import PAYLOAD_MAX, Request
from plumbline.host.devices.frame import Frame, encode
from tests.faults.frames import DAMAGES
from tests.faults.native import LIBRARIES, STILL_BOARD

CORPUS = Path(__file__).with_name("corpus")
"""Inputs that reach different code, one a file: libFuzzer starts from them."""
STATEFUL_ENGINE = Path(__file__).with_name("stateful_engine.c")
LONGEST = 512
"""Bytes of one input: several of the longest frames."""
LINES = (
    b"10\n",
    b"-0.5\r\n",
    b"info\n",
    b"?\n",
    b"help\r",
    b"12.700000001\n",
    b"1e5\n",
    b" \n",
    b"9" * 60 + b"\n",
    b"99999999999.9\n",
    b"0.0000000001\n",
)
FLAGS = ("-g", "-O1", "-funsigned-char", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all")
_DONE = re.compile(r"^Done (\d+) runs in", re.MULTILINE)


class FuzzerMissing(Exception):
    """There is no clang with its run-time library, which brings libFuzzer."""


class Broken(Exception):
    """An input broke the firmware; the message is what the sanitizer said."""


def build(generated: Path, work: Path, fuzzer: bool) -> Path:
    """Compile the firmware's line for this machine.

    Args:
        generated: of the conversion of the model to run; without its C an engine with a state answers, see stateful_engine.c.
        work: folder for the program.
        fuzzer: with clang as a libFuzzer program, else with gcc for cases on standard input.

    Raises:
        FuzzerMissing: `fuzzer`, and there is no clang.
        Broken: it does not compile.
    """
    if fuzzer and shutil.which("clang") is None:
        raise FuzzerMissing("clang is not installed: sudo apt-get install --no-install-recommends clang libclang-rt-dev")
    work.mkdir(parents=True, exist_ok=True)
    program = work / ("fuzzer" if fuzzer else "fuzzed")
    compiled = generated / "plumbline_compiled.c"
    libraries = [name for name in LIBRARIES if compiled.exists() or name != "engine_compiled"]
    sources = [source for name in libraries for source in sorted((FIRMWARE / "lib" / name).glob("*.c"))]
    sources += [STILL_BOARD, Path(__file__).with_name("fuzz_target.c"), compiled if compiled.exists() else STATEFUL_ENGINE]
    include = [f"-I{generated}", *(f"-I{FIRMWARE / 'lib' / name}" for name in libraries)]
    hello = ",".join(map(str, encode(Frame(1, Request.HELLO, b""))))
    command = ["clang", "-fsanitize=fuzzer,address,undefined"] if fuzzer else ["gcc", "-fsanitize=address,undefined", "-DFUZZ_ALONE"]
    command += [*FLAGS, f"-DHELLO_FRAME={hello}", '-DPLUMBLINE_BUILD="fuzz"', *include, *map(str, sources), "-o", str(program)]
    done = subprocess.run(command, timeout=300, capture_output=True, text=True)
    if done.returncode:
        raise Broken(done.stderr[-2000:])
    return program


def inputs(seed: int, count: int) -> Iterator[bytes]:
    """So many inputs: requests of every kind with random payloads, whole, damaged and run together, lines for the console, and noise."""
    rng = random.Random(seed)
    damages = list(DAMAGES.values())
    for _ in range(count):
        pieces = []
        for _ in range(rng.randrange(1, 4)):
            kind = rng.random()
            frame = encode(
                Frame(rng.randrange(1 << 16), rng.choice([*map(int, Request), rng.randrange(256)]), rng.randbytes(rng.randrange(PAYLOAD_MAX + 1)))
            )
            if kind < 0.45:
                pieces.append(frame)
            elif kind < 0.75:
                pieces.append(rng.choice(damages)(rng, frame))
            elif kind < 0.9:
                pieces.append(rng.choice(LINES))
            else:
                pieces.append(rng.randbytes(rng.randrange(40)))
        yield b"".join(pieces)[:LONGEST]


def alone(program: Path, seed: int, count: int) -> int:
    """Run `count` seeded inputs, see `run_inputs`."""
    return run_inputs(program, inputs(seed, count))


def run_inputs(program: Path, chosen: Iterable[bytes]) -> int:
    """Run inputs through a program that was built without libFuzzer; how many it took.

    Raises:
        Broken: one of them broke the firmware.
    """
    fed = b"".join(struct.pack("<H", len(each)) + each for each in chosen)
    done = subprocess.run([str(program)], input=fed, capture_output=True, timeout=600)
    if done.returncode:
        raise Broken(done.stderr.decode(errors="replace")[-2000:])
    return int(done.stdout)


def fuzz(program: Path, work: Path, seed: int, count: int) -> tuple[int, str]:
    """Run libFuzzer from CORPUS at the lowest priority; how many executions it made, and its own summary of what it reached.

    Raises:
        Broken: it found an input that breaks the firmware; libFuzzer has left it in `work`.
    """
    found = work / "found"
    found.mkdir(parents=True, exist_ok=True)
    limits = [f"-runs={count}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=60", "-rss_limit_mb=1024", f"-artifact_prefix={work}/"]
    done = subprocess.run(["nice", "-n", "19", str(program), *limits, str(found), str(CORPUS)], capture_output=True, text=True, timeout=7200)
    finished = _DONE.search(done.stderr)
    if done.returncode or finished is None:
        raise Broken(done.stderr[-2000:])
    reached = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", done.stderr)[-1]
    return int(finished[1]), f"{reached[0]} edges reached, {reached[2]} inputs kept"
