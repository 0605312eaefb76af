"""`plumbline verify`: brings a model to a board, holds every answer against the references, and writes the reports."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plumbline.commands.external import about_external, asked_external, is_external
from plumbline.commands.options import BUILD, FIRMWARE, MODEL, PORT, STAGES, Given, define, say_passed_over, text
from plumbline.common import boards as all_boards
from plumbline.common import ending, usage
from plumbline.common.errors import UsageError
from plumbline.common.paths import image_of, recipe_names
from plumbline.pipeline import project
from plumbline.pipeline.environment import Chosen
from plumbline.pipeline.next_step import after_pass
from plumbline.pipeline.stages import StageFailed
from plumbline.pipeline.work import Work

if TYPE_CHECKING:
    from plumbline.host.bench.coordinator import Coordinator
    from plumbline.host.verdict.verdict import Verdict
    from plumbline.host.verdict.verdict_file import Document
    from plumbline.pipeline.bench import Asked


def about_place() -> list[click.Parameter]:
    """A board of a laboratory that labgrid shares out."""
    return [
        text("--place", "A place of a labgrid coordinator: it is acquired, verified and released.", "NAME"),
        text("--coordinator", "labgrid's coordinator.  [default: LG_COORDINATOR, else 127.0.0.1:20408]", "HOST[:PORT]"),
        text("--upload", "The laboratory's command that puts $PLUMBLINE_IMAGE on the board of $PLUMBLINE_PLACE first.", "COMMAND"),
    ]


@define(
    "plumbline verify linear",
    "plumbline verify model.keras --samples inputs.npy --board nano33ble",
    "plumbline verify linear --places 'nano-*'",
    "plumbline verify model.tflite --port /dev/ttyACM0 --engine external --within 1",
    takes=(MODEL, FIRMWARE, PORT, about_external, about_place, STAGES, BUILD),
    result="verdict.json instead of tables",
    quiet="and the last line only",
)
@click.option("--all", "every", is_flag=True, help="Verify every recipe, go on after a failure, and print one table.")
@click.option("--models", type=click.Path(path_type=Path), help="Verify every model in this folder, go on after a failure, and print one table.")
@click.option("--boards", is_flag=True, help="Verify on every virtual board, go on after a failure, and print one table.")
@click.option("--places", help="Verify at all these places at the same time: names, patterns, or tags like board=nano33ble.", metavar="A,B,...")
@click.option("--manifest", type=click.Path(path_type=Path), help="Hold the board to this manifest.  [default: the one in the build folder]")
def command(given: Given, every: bool, models: Path | None, boards: bool, places: str | None, manifest: Path | None, **judged: Any) -> int:
    """Prove that a board answers what the model says.

    The model is trained, converted and built first, where something has changed. Without a port it runs on
    this computer, on the virtual board or on an emulated one.

    With --engine external the firmware behind --port is somebody else's, beside the files of
    `plumbline export --format harness`: it is asked as it is, and a wrong answer becomes a minimal case.
    """
    if every + boards + (models is not None) + (places is not None) > 1:
        raise UsageError("--all, --models, --boards and --places each say what is verified.", "Leave out all but one of them.")
    if is_external(given) or any(each not in (False, None) for each in judged.values()):
        if every or boards or models is not None or places is not None or given.place is not None:
            raise UsageError("--engine external verifies one model behind one port.", "Leave out --all, --models, --boards, --place and --places.")
        work, verdict = asked_external(given, manifest, **judged)
        _show(given, work, verdict)
        return verdict.exit_code
    _check_place(given, places)
    if every:
        return _every(given)
    if boards:
        return _boards(given)
    if models is not None:
        return _folder(given, models)
    if places is not None:
        return _places(given, places, manifest)
    work = given.work()
    with nullcontext() if given.only and not work.folder.is_dir() else work.accounted():
        verdict = _verdict(given, work, manifest)
    _show(given, work, verdict)
    if verdict.passed and not given.silent and sys.stdout.isatty():
        from rich.markup import escape

        from plumbline.host.reports.terminal import Terminal

        env = given.environment().env
        real = given.place is not None or given.line is not None or not env.emulated
        Terminal().say(escape(after_pass(work.folder, real, "" if real or env.virtual else env.name)))
    return verdict.exit_code


def _verdict(given: Given, work: Work, manifest: Path | None) -> Verdict:
    """Everything up to the written reports. What it takes is imported here, where a package that is missing is what became of the run."""
    from plumbline.common.limits import Limits
    from plumbline.common.manifest import Manifest
    from plumbline.host.devices import emulators
    from plumbline.host.devices.connect import connect
    from plumbline.host.firmware import compiler, firmware
    from plumbline.host.firmware.builds import Builds
    from plumbline.host.firmware.symbols import naming
    from plumbline.host.reports import report_writer
    from plumbline.host.verdict.verify import verify

    if given.place is not None:
        return _at_place(given, work, manifest, given.place)
    chosen, port = given.environment(), given.line
    env = chosen.env
    emulated = port is None and env.emulated
    if emulated:  # said now, not after minutes of training and building
        emulators.of(env.board).check(env.board)
        say_passed_over(given, env)
        if env.board.bare and not given.only:
            compiler.check(needs_gcc=env.engine == "tflm", family=env.board.family)
    if not given.only:
        work.check()
        work.convert()
        if emulated or (port is None and chosen.demanded):
            firmware.build(work.folder, env.name)
    held = Manifest.load(manifest or work.folder / "generated" / "manifest.json")
    limits = Limits.parse(work.limits or "", held.limits)
    builds = Builds(work.folder, _demanded(chosen, port), image_of(work.folder, env.name) if emulated else None)
    with naming(lambda: builds.image), connect(port, env, work.folder) as board:
        verdict = verify(board, work.folder, held, builds=builds, command=usage.typed(), limits=limits)
    report_writer.write(verdict, work.folder)
    return verdict


def _demanded(chosen: Chosen, port: str | None) -> str | None:
    """The environment that the board must run. One behind a port says itself what it runs, unless somebody named one."""
    return chosen.env.name if chosen.demanded or (port is None and chosen.env.emulated) else None


def _show(given: Given, work: Work, verdict: Verdict) -> None:
    from plumbline.host.reports import markdown, report_writer, terminal

    if given.json:
        sys.stdout.write(report_writer.to_json(verdict))
    elif given.quiet:
        print(terminal.last_line(verdict))
    else:
        terminal.show(verdict, work.folder)
    markdown.append_summary(markdown.of_verdict(verdict))


def _every(given: Given) -> int:
    from plumbline.commands.summary import conclude

    if given.target or given.samples or given.trust:
        raise UsageError("--all verifies every recipe, and a model is given besides.", "Leave out one of them.")
    seconds = {name: _one_of_many(given, replace(given, target=name).work(), name) for name in recipe_names()}
    return conclude(given, recipe_names(), seconds)


def _folder(given: Given, folder: Path) -> int:
    """Every model in a folder, each with the samples of its name beside it."""
    from plumbline.host.reports.many_table import Verified, conclude
    from plumbline.pipeline.target import models_in, samples_beside

    if given.target or given.samples:
        raise UsageError("--models verifies every model of a folder, and a model is given besides.", "Leave out one of them.")
    found = []
    for path in models_in(folder):
        work = replace(given, target=str(path), samples=samples_beside(path)).work()
        seconds = _one_of_many(given, work, path.name)
        found.append(Verified(path.name, _document(work), seconds))
    return conclude("model", found, as_json=given.json)


def _boards(given: Given) -> int:
    """One model on every virtual board, and on the emulated ones whose firmware needs no registry, with the compiled engine."""
    from plumbline.common.boards import ordinary
    from plumbline.host.reports.many_table import Verified, conclude

    if given.env or given.board or given.engine or given.port or given.place:
        raise UsageError("--boards verifies on every virtual board, and one is given besides.", "Leave out one of them.")
    found = []
    for env in (each for each in ordinary("compiled") if each.virtual or (each.emulated and each.board.bare)):
        here = replace(given, env=env.name)
        work = here.work()
        seconds = _one_of_many(here, work, env.name)
        found.append(Verified(env.name, _document(work), seconds))
    return conclude("board", found, as_json=given.json)


def _check_place(given: Given, places: str | None) -> None:
    """Raises UsageError where a place is given with what cannot go with one."""
    if given.place is not None and (places is not None or given.port is not None):
        raise UsageError(f"{usage.option('place')} says where the board is, and {'--places' if places else '--port'} too.", "Leave out one of them.")
    if places is not None and given.port is not None:
        raise UsageError("--places says where the boards are, and --port too.", "Leave out one of them.")
    if given.place is None and places is None and (given.upload or given.coordinator):
        raise UsageError("--upload and --coordinator are for the boards of places.", "Name one with --place, or several with --places.")


def _coordinator(given: Given) -> Coordinator:
    from plumbline.host.bench.coordinator import Coordinator

    return Coordinator(given.coordinator or project.find().coordinator)


def _at_place(given: Given, work: Work, manifest: Path | None, name: str) -> Verdict:
    """As `_verdict`, with a board that somebody else may hold: that is said before minutes of training and building."""
    from plumbline.host.bench.places import the_one
    from plumbline.host.reports import report_writer
    from plumbline.pipeline.bench import verify_at

    with _coordinator(given) as coordinator:
        place = the_one(name, coordinator.places)
        coordinator.check(place)
        verdict = verify_at(coordinator, place, _asked(given, work, manifest))
    report_writer.write(verdict, work.folder)
    return verdict


def _places(given: Given, typed: str, manifest: Path | None) -> int:
    """One model at many places at the same time."""
    from plumbline.host.bench.places import chosen
    from plumbline.host.reports import many_table, markdown
    from plumbline.pipeline.bench import verify_many

    work = given.work()
    if not given.only:
        work.check()
    with _coordinator(given) as coordinator:
        names = [each.name for each in chosen(typed.replace(",", " ").split(), coordinator.places)]
        found = verify_many(coordinator, names, work.folder, work.name, lambda: _asked(given, work, manifest))
    markdown.append_summary(markdown.of_many("place", found))
    return many_table.conclude("place", found, as_json=given.json)


def _asked(given: Given, work: Work, manifest: Path | None) -> Asked:
    """Bring the model as far as a board of a place needs it."""
    from plumbline.common.limits import Limits
    from plumbline.common.manifest import Manifest
    from plumbline.host.firmware import firmware
    from plumbline.host.verdict.verify import Expected
    from plumbline.pipeline.bench import Asked

    upload = given.upload or project.find().upload
    chosen = given.environment(all_boards.connected() if upload else None)
    env = chosen.env.name if chosen.demanded or upload else None
    if not given.only:
        work.check()
        work.convert()
    image = firmware.build(work.folder, env) if env and not given.only else image_of(work.folder, chosen.env.name)
    held = Manifest.load(manifest or work.folder / "generated" / "manifest.json")
    limits = Limits.parse(work.limits or "", held.limits)
    return Asked(work.folder, held, limits, Expected.of(work.folder, held), env, (upload, image) if upload else None)


def _document(work: Work) -> Document | None:
    """What the last run left."""
    from plumbline.common.outcome import VERDICT
    from plumbline.host.verdict import verdict_file

    return verdict_file.if_any(work.folder / VERDICT)


def _one_of_many(given: Given, work: Work, name: str) -> float:
    """Verify a model and go on whatever becomes of it; the seconds that it took."""
    start = time.monotonic()
    try:
        with work.accounted():
            verdict = _verdict(given, work, None)
        if not given.json:
            _show(given, work, verdict)
        passed = verdict.exit_code == 0
    except Exception as error:
        if not isinstance(error, StageFailed):
            ending.report(ending.explained(error))
        passed = False
    if not passed:
        print(f"{name} did not pass", file=sys.stderr)
    return time.monotonic() - start
