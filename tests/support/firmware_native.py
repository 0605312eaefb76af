"""Compiles the firmware's libraries and their C++ tests for this machine, with every warning an error and the sanitizers on."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.paths import FIRMWARE
from plumbline.convert.codegen.generated_folder import wire_header
from tests.support import several_ends

TEST = FIRMWARE / "test"
LIBRARIES = ("bytes", "board", "console", "engine", "identity", "inference", "link", "number", "sha256")
"""The libraries that every board and engine share; firmware/test has a board and an engine for them."""
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wconversion")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
MACHINE = ("-g", "-funsigned-char")  # char is unsigned on the boards
C = ("gcc", "-std=c99", "-O1")
CXX = ("g++", "-std=gnu++14", "-O0")
ANY_MODEL = ("test_main.cpp", "line.cpp")  # compiled once: they know nothing of the model


@dataclass(frozen=True)
class Program:
    """One native program: sources are the shared libraries, or those named, and files of firmware/test."""

    name: str
    model: str
    tests: tuple[str, ...]
    libraries: tuple[str, ...] = LIBRARIES
    flags: tuple[str, ...] = ()


PROGRAMS = (
    Program(
        "scalar",
        "scalar",
        ("test_main.cpp", "test_checksums.cpp", "test_frames.cpp", "test_console.cpp", "test_requests.cpp", "fakes.cpp", "line.cpp"),
    ),
    Program("small", "small", ("test_main.cpp", "test_small.cpp", "fakes.cpp", "line.cpp")),
    Program("several", "several", ("test_main.cpp", "test_several.cpp", "fakes.cpp", "line.cpp")),
    Program("stateful", "stateful", ("test_main.cpp", "test_stateful.cpp", "fakes.cpp", "line.cpp")),
    Program("large", "large", ("test_main.cpp", "test_large.cpp", "fakes.cpp", "line.cpp")),
    Program("layers", "small", ("test_main.cpp", "test_layers.cpp", "fakes.cpp", "line.cpp"), (*LIBRARIES, "layers"), ("-DPLUMBLINE_LAYERS",)),
    Program(
        "mlperf",
        "small",
        ("test_main.cpp", "test_mlperf.cpp", "fakes.cpp", "line.cpp"),
        (*LIBRARIES, "mlperf"),
        ("-DPLUMBLINE_MLPERF", "-DPLUMBLINE_MLPERF_VWW"),
    ),
    Program(
        "mlperf_numbers",
        "autoencoder",
        ("test_main.cpp", "test_mlperf_numbers.cpp", "fakes.cpp", "line.cpp"),
        (*LIBRARIES, "mlperf"),
        ("-DPLUMBLINE_MLPERF", "-DPLUMBLINE_MLPERF_AD"),
    ),
    Program("number_driver", "scalar", ("number_driver.cpp",), ("number",)),
)


def run(command: list[str], text: str | None = None) -> str:
    """Run a command that has to succeed; its output. An AssertionError carries what it said."""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
    return done.stdout


def build(folder: Path) -> dict[str, Path]:
    """Compile all programs into `folder`; their executables by name."""
    (folder / "plumbline_wire.h").write_text(wire_header())
    several_ends.write_header(folder / "models" / "several", "several", several_ends.SEVERAL)
    executables = {program.name: folder / program.name for program in PROGRAMS}
    objects: dict[str, list[Path]] = {}
    commands: dict[Path, list[str]] = {}
    for program in PROGRAMS:
        folders = [
            folder,
            TEST / "models" / program.model,
            folder / "models" / program.model,
            *(FIRMWARE / "lib" / name for name in (*LIBRARIES, "layers", "mlperf")),
        ]
        include = [f"-I{each}" for each in folders]
        sources = [source for name in program.libraries for source in sorted((FIRMWARE / "lib" / name).glob("*.c"))]
        sources += [TEST / name for name in program.tests]
        for source in sources:
            output = folder / f"{'any' if source.name in ANY_MODEL else program.model + ''.join(program.flags)}-{source.name}.o"
            compiler = C if source.suffix == ".c" else CXX
            commands[output] = [*compiler, *MACHINE, *WARNINGS, *SANITIZERS, *program.flags, *include, "-c", str(source), "-o", str(output)]
            objects.setdefault(program.name, []).append(output)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, commands.values()))
    for name, executable in executables.items():
        run([CXX[0], *SANITIZERS, *map(str, objects[name]), "-o", str(executable)])
    return executables
