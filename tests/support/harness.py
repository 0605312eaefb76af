"""The harness of a model with an engine of a test's own, as a program of this computer that a verification asks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.child import dies_with_parent
from plumbline.convert.export.build import model_of, package_of
from plumbline.convert.export.formats.harness import HARNESS
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from tests.support.compiled_c import compiler

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-Wcast-align", "-pedantic", "-Werror")


@dataclass(frozen=True)
class Harness:
    """An exported harness, compiled, without an engine."""

    folder: Path
    objects: tuple[Path, ...]

    @classmethod
    def of(cls, built: Path, folder: Path, name: str, flags: Sequence[str] = ()) -> Harness:
        """Export the harness of a conversion, and compile it with every warning an error.

        Args:
            built: build/NAME.
            folder: is made.
            name: a C identifier.
            flags: more of the compiler's.
        """
        for path, content in HARNESS.files(package_of([model_of(built, name)], None)).items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        sources = [*sorted((folder / "plumbline").glob("*.c")), folder / "example" / "main_computer.c"]
        command = [str(compiler()), *WARNINGS, *flags, f"-I{folder}", "-c", *map(str, sources)]
        subprocess.run(command, cwd=folder, check=True, timeout=300)
        return cls(folder, tuple(folder / f"{source.stem}.o" for source in sources))

    def with_engine(self, sources: Sequence[Path], program: Path, flags: Sequence[str] = ()) -> Path:
        """Compile an engine, and link it with the harness; the program."""
        files = [*map(str, sources), *map(str, self.objects)]
        subprocess.run([str(compiler()), "-std=c99", "-O1", *flags, f"-I{self.folder}", *files, "-o", str(program)], check=True, timeout=300)
        return program


@contextmanager
def listening(program: Path) -> Iterator[str]:
    """A harness that runs, by its URL, for the length of a `with` block."""
    process = subprocess.Popen([str(program), "0"], stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_parent())
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@contextmanager
def running(program: Path) -> Iterator[Board]:
    """The same as a board that is connected."""
    with listening(program) as url, Link(url) as link:
        yield Board(link)
