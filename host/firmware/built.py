"""`firmware.json` beside an image: what a build is and what it was made of and with, for a verification to know whose numbers it may name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from plumbline.common import documents, usage
from plumbline.common.documents import Count, Sha256
from plumbline.common.errors import ArtefactsDisagree, BuildFailed
from plumbline.common.files import sha256_of
from plumbline.host.firmware.elf_size import size_of
from plumbline.host.firmware.settings import Settings

FILE = "firmware.json"


@dataclass(frozen=True)
class Facts:
    """What firmware/scripts/image.py writes behind the link."""

    compiler: str
    flash_limit: Count
    ram_limit: Count


@dataclass(frozen=True)
class Built:
    """See the fields; sizes are bytes."""

    build: str
    """What the firmware calls itself, see `build_id`."""
    board: str
    """PlatformIO's name of it."""
    engine: str
    settings: Settings
    compiler: str
    """Its name and version, as it says them."""
    flash: Count
    ram: Count
    stack: Count | None
    """What the linker sets aside for the main stack; None where the core's threads have stacks of their own."""
    flash_limit: Count
    """What the board has for a firmware."""
    ram_limit: Count
    image_sha256: Sha256
    manifest_sha256: Sha256
    """Of the conversion that the image was built of."""
    generated: dict[str, str]
    """SHA-256 of each source of the model, by its name."""
    schema: Literal[1] = 1
    """Of this file."""

    def to_json(self) -> str:
        return documents.to_json(self)

    @classmethod
    def of(cls, image: Path, facts: Path, generated: Path, build: str, engine: str, settings: Settings) -> Built:
        """Of an image that was just linked.

        Args:
            image: the ELF file.
            facts: what firmware/scripts/image.py wrote.
            generated: the folder of the model's sources and manifest.
            build, engine, settings: see the fields.

        Raises:
            BuildFailed: PlatformIO left no image or no facts.
        """
        size = size_of(image)
        try:
            known = msgspec.json.decode(facts.read_bytes(), type=Facts)
        except (OSError, ValueError) as error:
            raise BuildFailed(
                f"PlatformIO left no facts about its build in {facts}: {error}.",
                f"Build anew: {usage.command('build', generated.parent.name, anew=True)}.",
            ) from error
        if size is None:
            raise BuildFailed(f"{image} is no image of a firmware.", f"Build anew: {usage.command('build', generated.parent.name, anew=True)}.")
        options = dict(option.split(" = ", 1) for option in settings.options)
        stack = options.get("board_build.stack_bytes")
        sources = {path.name: sha256_of(path) for path in sorted(generated.glob("*.[ch]"))}
        return cls(
            build=build,
            board=options["board"],
            engine=engine,
            settings=settings,
            compiler=known.compiler,
            flash=size.flash,
            ram=size.ram,
            stack=int(stack) if stack else None,
            flash_limit=known.flash_limit,
            ram_limit=known.ram_limit,
            image_sha256=sha256_of(image),
            manifest_sha256=sha256_of(generated / "manifest.json"),
            generated=sources,
        )

    @classmethod
    def load(cls, path: Path) -> Built:
        """Read what `to_json` wrote.

        Raises:
            ArtefactsDisagree: it is missing, damaged, or of another schema.
        """
        try:
            return documents.read(path, cls)
        except (OSError, ValueError) as error:
            raise ArtefactsDisagree(f"{path} cannot be read: {error}.", f"Build the firmware anew: {usage.command('build')}.") from error


def left(folder: Path, build: str) -> tuple[Built, Path] | None:
    """The build of this name that was made in build/NAME, and its image; None where there is none, or its image was changed or removed since."""
    for path in sorted(folder.glob(f"pio/*/{FILE}")):
        image = path.with_name("firmware.elf")
        try:
            built = Built.load(path)
            if built.build == build and sha256_of(image) == built.image_sha256:
                return built, image
        except (ArtefactsDisagree, OSError):
            continue  # whatever it was, it does not vouch for this image
    return None
