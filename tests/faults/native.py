"""The whole firmware as a program of this machine, but for the board: a mutant of the model is compiled and answers the real host in a second."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.common.paths import FIRMWARE

LIBRARIES = ("bytes", "board", "console", "engine", "engine_compiled", "identity", "inference", "link", "number", "sha256")
STILL_BOARD = Path(__file__).with_name("still_board.c")
BOARD = (STILL_BOARD, Path(__file__).with_name("native_board.c"))
FLAGS = ("-std=gnu99", "-O1", "-w", "-funsigned-char", "-fwrapv")
"""A mutant may do what a compiler warns of; -fwrapv gives its sums one meaning where they overflow."""


class NotCompiled(Exception):
    """The mutant is no C program."""


class Native:
    """What the mutants of one model share, compiled once.

    Args:
        generated: of the model's conversion.
        objects: folder for what is compiled.
    """

    def __init__(self, generated: Path, objects: Path) -> None:
        self._generated = generated
        self._objects = objects
        objects.mkdir(parents=True, exist_ok=True)
        sources = [source for name in LIBRARIES for source in sorted((FIRMWARE / "lib" / name).glob("*.c")) if source.name != "fields.c"]
        self._shared = [self._compile(source, objects / f"{source.stem}.o") for source in (*sources, *BOARD)]

    def build(self, source: str, name: str, build_id: str) -> Path:
        """Compile and link one mutant.

        Args:
            source: its plumbline_compiled.c.
            name: of its files in the objects' folder.
            build_id: what its firmware calls itself.

        Raises:
            NotCompiled: the compiler refuses it.
        """
        written = self._objects / f"{name}.c"
        written.write_text(source)
        model = self._compile(written, written.with_suffix(".o"))
        fields = self._compile(FIRMWARE / "lib" / "identity" / "fields.c", self._objects / f"{name}_fields.o", f'-DPLUMBLINE_BUILD="{build_id}"')
        program = self._objects / name
        self._run(["gcc", *map(str, (*self._shared, model, fields)), "-o", str(program)])
        return program

    def _compile(self, source: Path, target: Path, *more: str) -> Path:
        include = [f"-I{self._generated}", *(f"-I{FIRMWARE / 'lib' / name}" for name in LIBRARIES)]
        self._run(["gcc", *FLAGS, *more, *include, "-c", str(source), "-o", str(target)])
        return target

    @staticmethod
    def _run(command: list[str]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise NotCompiled(done.stderr)


@contextmanager
def running(program: Path) -> Iterator[str]:
    """The program behind a socket for one connection, ended whatever happens; yields the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen([str(program), str(listener.fileno())], pass_fds=[listener.fileno()])
    try:
        yield url
    finally:
        process.kill()
        process.wait()
