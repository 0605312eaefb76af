"""Which build does a board run? What it says of itself, held against the builds made here and against what these sources would make."""

from __future__ import annotations

from pathlib import Path

from plumbline.common import boards, usage
from plumbline.common.errors import StaleFirmware
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.built import Built, left
from plumbline.host.firmware.settings import Settings, settings_of

UNKNOWN_SIZE = "size unknown: this firmware was not built here"


class Builds:
    """The builds of one model.

    Args:
        folder: build/NAME.
        demanded: the environment that the user named; None accepts every one whose firmware is the ordinary one.
        image: where the board is known to run an image of this computer, that image.
    """

    def __init__(self, folder: Path, demanded: str | None = None, image: Path | None = None) -> None:
        self._folder, self._demanded = folder, demanded
        self.image = image
        """Of the build that the board runs, for the names in its last words; None while that is not known."""

    def of(self, build: str) -> Built | None:
        """The build that the board says it runs; None where it was not made here but is what these sources make.

        Raises:
            StaleFirmware: these sources make no such build, or not for the environment that was asked for.
        """
        found = left(self._folder, build)
        if found is None:
            self.image = None
            self._check(build, self._settings(build))
            return None
        built, self.image = found
        now = build_id(self._folder / "generated", built.settings)
        if now != build:
            raise self._stale(f"The board's firmware is build {build}, these sources make {now}.")
        self._check(build, built.settings)
        return built

    def _settings(self, build: str) -> Settings:
        """What a build was made with that is not here, if these sources make it with the settings of today."""
        like = build.partition(" ")[2]  # the environment that it calls itself after
        if like in boards.environments() and build_id(self._folder / "generated", settings := settings_of(like)) == build:
            return settings
        wanted = self._demanded or (like if like in boards.environments() else boards.default().name)
        raise self._stale(f"The board's firmware is build {build}, these sources make {self._name(wanted)}.")

    def _check(self, build: str, settings: Settings) -> None:
        """Raises StaleFirmware where a good build is not the one that was asked for."""
        demanded, purpose = self._demanded, settings.purpose
        wanted = settings_of(demanded).purpose if demanded else ""
        if purpose == wanted and demanded in (None, settings.environment):
            return
        runs = boards.environment(settings.environment)
        other = demanded or boards.environment_for(runs.board, runs.engine).name
        command = "verify" if boards.environment(other).virtual else "flash"
        raise StaleFirmware(
            f"The board runs build {build}, the {purpose or 'ordinary'} firmware of {settings.environment} (flags: {settings.shown}); "
            f"asked for is {demanded or 'the ordinary firmware'}.",
            f"Name what it runs, {usage.option('env', settings.environment)}, or put build {self._name(other)} on it: "
            f"{usage.command(command, self._folder.name, env=other)}.",
        )

    def _name(self, environment: str) -> str:
        return build_id(self._folder / "generated", settings_of(environment))

    def _stale(self, message: str) -> StaleFirmware:
        return StaleFirmware(message, f"Build its firmware anew: {usage.either(self._folder.name)}.")
