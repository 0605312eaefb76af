"""Variants of the firmware with TensorFlow Lite Micro: the library is compiled once, our few files anew for each, by PlatformIO's own commands."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.paths import FIRMWARE, image_of
from plumbline.host.firmware import firmware
from tests.faults.native import NotCompiled

ENV = "virtual_tflm"
ENGINE = FIRMWARE / "lib" / "engine_tflm"
ENGINE_SOURCE, FLATBUFFER_SOURCE = "engine_tflm.cpp", "plumbline_flatbuffer.c"

Change = Callable[[str], str]
"""One source's text becomes another."""


@dataclass(frozen=True)
class Command:
    """A call of the compiler, as PlatformIO makes it in the project's folder."""

    words: tuple[str, ...]

    @property
    def output(self) -> Path:
        return Path(self.words[self.words.index("-o") + 1])

    @property
    def source(self) -> Path:
        """What it compiles; no file where it links."""
        return Path(self.words[-1])

    @property
    def links(self) -> bool:
        return "-c" not in self.words

    def changed(self, replacements: Mapping[str, str]) -> list[str]:
        """Its words with other paths in them."""
        words = list(self.words)
        for old, new in replacements.items():
            words = [word.replace(old, new) for word in words]
        return words


def commands(said: str) -> list[Command]:
    """The calls of the compiler in PlatformIO's verbose output."""
    calls = [tuple(shlex.split(line)) for line in said.splitlines() if line.startswith("arm-none-eabi-g")]
    return [Command(words) for words in calls if "-o" in words]


class Bench:
    """Where the variants of a firmware are made.

    Args:
        folder: build/NAME of a converted recipe; the library is compiled in it, as by `make firmware ENV=virtual_tflm`, where it is not yet.
        work: folder for the variants.

    Raises:
        TflmMissing, RegistryUnreachable, BuildFailed: see `plumbline.host.firmware.firmware.build`.
    """

    def __init__(self, folder: Path, work: Path) -> None:
        self._folder, self._work = folder.resolve(), work.resolve()
        firmware.build(self._folder, ENV)
        found = commands(self._said())
        self._link = next(each for each in found if each.links)
        self._compile = [each for each in found if not each.links]
        missing = {ENGINE_SOURCE, FLATBUFFER_SOURCE} - {each.source.name for each in self._compile}
        if missing:
            raise ValueError(f"PlatformIO did not compile {', '.join(sorted(missing))}")
        self._objects: dict[Path, dict[Path, Path]] = {}

    def prepare(self, model: Path) -> None:
        """Compile our files for a converted folder; what its variants share."""
        folder = self._work / model.name / "shared"
        folder.mkdir(parents=True, exist_ok=True)
        generated = {str(self._folder / "generated"): str(model.resolve() / "generated")}
        self._objects[model] = {each.output: self._made(each, folder, generated) for each in self._compile}

    def image(self, model: Path, name: str, changes: Mapping[str, Change]) -> Path:
        """The ELF file of one variant.

        Args:
            model: a converted folder that was prepared.
            name: of the variant, a file name.
            changes: by the name of a source of the engine, or of a generated one that only the engine or nothing includes.

        Raises:
            NotCompiled: compiler or linker refuse it.
        """
        folder = self._work / model.name / name
        shutil.rmtree(folder, ignore_errors=True)
        generated, engine = folder / "generated", folder / ENGINE.name
        shutil.copytree(model / "generated", generated)
        shutil.copytree(ENGINE, engine)
        for file, change in changes.items():
            path = (engine if (engine / file).is_file() else generated) / file
            path.write_text(change(path.read_text()))
        remade = {FLATBUFFER_SOURCE if file == FLATBUFFER_SOURCE else ENGINE_SOURCE for file in changes}
        replacements = {str(self._folder / "generated"): str(generated), str(ENGINE.relative_to(FIRMWARE)): str(engine)}
        objects = {each.output: self._made(each, folder, replacements) for each in self._compile if each.source.name in remade}
        return self._linked(self._objects[model] | objects, folder)

    def _said(self) -> str:
        """What PlatformIO says while it makes our files again, which have to be away for that, and may not come out of its cache."""
        objects = image_of(self._folder, ENV).parent / "objects" / ENV
        ours = {"model", "core", "src", *(each.name for each in (FIRMWARE / "lib").iterdir())}
        for path in [*objects.rglob("*.o"), objects / "firmware.elf"]:
            if path.parent.name in ours or path.suffix == ".elf":
                path.unlink(missing_ok=True)
        command = [sys.executable, "-m", "platformio", "run", "--verbose", "--project-dir", str(FIRMWARE), "--environment", ENV]
        variables = firmware.environment(self._folder, ENV) | {"SCONSFLAGS": "--cache-disable"}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout

    def _linked(self, objects: Mapping[Path, Path], folder: Path) -> Path:
        """The linker takes our objects before it looks into the archives, which hold the unchanged ones."""
        image = folder / "firmware.elf"
        kept = [word for word in self._link.words if Path(word) not in objects and not word.startswith("-Wl,-Map=")]
        at = kept.index("-o")
        _run([*kept[:at], "-o", str(image), *map(str, objects.values()), *kept[at + 2 :]])
        return image

    @staticmethod
    def _made(command: Command, folder: Path, replacements: Mapping[str, str]) -> Path:
        target = folder / f"{command.output.parent.name}_{command.output.name}"
        words = command.changed(replacements)
        words[words.index("-o") + 1] = str(target)
        _run(words)
        return target


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=FIRMWARE, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise NotCompiled(done.stderr)
