"""Verifies boards of a laboratory that labgrid shares out: one place, or many at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from plumbline.common import child, junit, progress, usage
from plumbline.common.ending import explained
from plumbline.common.errors import BoardLost, BoardNotFound, PlumblineError
from plumbline.common.files import write_if_changed
from plumbline.common.limits import Limits
from plumbline.common.manifest import Manifest
from plumbline.common.outcome import JUNIT, VERDICT, Ended, Run
from plumbline.host.bench.coordinator import Coordinator
from plumbline.host.bench.upload import upload
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.symbols import naming
from plumbline.host.reports import report_writer
from plumbline.host.reports.many_table import Verified
from plumbline.host.reports.places_progress import PlacesProgress
from plumbline.host.verdict import verdict_file
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import Expected, verify
from plumbline.pipeline.stages import StageFailed

PLACES = "places"
"""The folder in build/NAME that holds a folder for each place, and the JUnit file of all."""
_LOOK_S = 0.2


@dataclass(frozen=True)
class Asked:
    """What a place is asked; the same for all."""

    folder: Path
    """build/NAME, converted."""
    manifest: Manifest
    limits: Limits
    expected: Expected
    demanded: str | None
    """The environment that a board must run; None accepts what it says of itself."""
    uploaded: tuple[str, Path] | None
    """Command and image, where the image is put on the board first."""


def verify_at(coordinator: Coordinator, place: str, asked: Asked) -> Verdict:
    """Acquire a place, verify its board, and release the place whatever happens.

    Args:
        coordinator: of the place.
        place: its name.
        asked: of its board.

    Raises:
        PortBusy: somebody else holds the place.
        BoardNotFound, SeveralBoards: it has no serial port, or several.
        BoardLost: the board, its exporter or the coordinator went away in the middle.
        Everything `verify` raises.
    """
    with ExitStack() as held:
        with progress.task("Acquiring"):
            held.enter_context(coordinator.acquired(place))
        if asked.uploaded:
            with progress.task("Uploading"):
                upload(coordinator, place, *asked.uploaded)
        builds = Builds(asked.folder, asked.demanded)
        lost: list[str] = []
        try:
            with progress.task("Connecting"):
                line = _line(coordinator, place)
            with naming(lambda: builds.image), line as link:

                def end(why: str) -> None:
                    lost.append(why)
                    link.abort()

                with coordinator.watched(place, end):
                    return verify(
                        Board(link),
                        asked.folder,
                        asked.manifest,
                        builds=builds,
                        command=usage.typed(),
                        limits=asked.limits,
                        expected=asked.expected,
                    )
        except PlumblineError as error:
            if lost:
                raise BoardLost(lost[0], f"See whether it runs and is connected, then verify again: `labgrid-client -p {place} show`.") from error
            raise


def _line(coordinator: Coordinator, place: str) -> Link:
    url = coordinator.url(place)
    try:
        return Link(url)
    except BoardNotFound as error:
        exporter = coordinator.places[place].serial_port().exporter
        hint = f"See whether that computer is reached from here, and what exporter {exporter} says: does ser2net run there?"
        raise BoardNotFound(f"The serial port of place {place} is not reached. {error.message}", hint) from error


def verify_many(coordinator: Coordinator, places: Sequence[str], folder: Path, name: str, prepare: Callable[[], Asked]) -> list[Verified]:
    """Verify the boards of many places at the same time; each is judged by itself, and none keeps another from its verdict.

    Args:
        coordinator: of the places.
        places: their names.
        folder: build/NAME.
        name: of the model, as its reports call it.
        prepare: brings the model as far as a board needs it, once the reports say that nothing has finished.

    Returns:
        What became of each, in the order of `places`.

    Raises:
        Everything `prepare` raises.
    """
    runs = {place: Run.begin(folder_of(folder, place), name, usage.typed()) for place in places}
    _join(folder, name, runs)
    try:
        asked = prepare()
        seconds = _at_once(coordinator, asked, runs)
    except StageFailed as failed:
        _end(runs, failed.ended)
        raise
    except BaseException as error:
        if not child.make().gone:  # else it was killed, and we with it: the run has not finished
            _end(runs, Ended.of(explained(error)))
        raise
    finally:
        _join(folder, name, runs)
        for run in runs.values():
            (run.folder / JUNIT).unlink(missing_ok=True)  # a CI job that collects **/junit.xml must not count them twice
    return [Verified(place, verdict_file.if_any(run.folder / VERDICT), seconds[place]) for place, run in runs.items()]


def folder_of(folder: Path, place: str) -> Path:
    """Where the reports of a place lie; its name may hold anything."""
    name = quote(place, safe=" ")
    return folder / PLACES / (f"%2E{name[1:]}" if name.startswith(".") else name)


def _at_once(coordinator: Coordinator, asked: Asked, runs: dict[str, Run]) -> dict[str, float]:
    start, seconds = time.monotonic(), dict.fromkeys(runs, 0.0)
    with PlacesProgress(list(runs)) as shown:

        def one(place: str) -> None:
            with shown.of(place):
                said = _one(coordinator, place, asked, runs[place])
            seconds[place] = time.monotonic() - start
            shown.say(place, said, ended=True)

        threads = [threading.Thread(target=one, args=(place,), daemon=True) for place in runs]
        for each in threads:
            each.start()
        for each in threads:
            while each.is_alive():
                each.join(_LOOK_S)  # Ctrl-C is heard in between
    return seconds


def _one(coordinator: Coordinator, place: str, asked: Asked, run: Run) -> str:
    """Verify at a place, and leave in its folder what became of it; says it in short."""
    try:
        verdict = verify_at(coordinator, place, asked)
        report_writer.write(verdict, run.folder)
    except Exception as error:
        ended = Ended.of(explained(error))
        run.end(ended)
        return f"ERROR {ended.name}"
    return "PASS" if verdict.passed else "FAIL"


def _end(runs: dict[str, Run], ended: Ended) -> None:
    for run in runs.values():
        run.end(ended)


def _join(folder: Path, name: str, runs: dict[str, Run]) -> None:
    """One JUnit file of what the places have left, a test suite each."""
    said = [(f"plumbline.{name}.{place}", (run.folder / JUNIT).read_bytes()) for place, run in runs.items()]
    write_if_changed(folder / PLACES / JUNIT, junit.joined(said))
