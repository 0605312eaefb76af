"""What each target of the Makefile does: set up, run the stages that are not up to date, and keep account of a verification to its end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from plumbline.common import ending
from plumbline.common.ending import explained
from plumbline.common.errors import QualityMissed, SetupFailed, UsageError
from plumbline.common.outcome import Ended, Run
from plumbline.common.paths import ROOT, recipe_names
from tools import bootstrap, stages
from tools.freshness import Stamp, Unhashable, content, digest, sources
from tools.help import show as show_help
from tools.settings import BUILD, Settings, command, folder_name
from tools.stages import StageFailed

DATASET, EXPLANATION = "dataset.npz", "explain.json"
"""The files' names; the modules that read them need packages, which may not be there yet."""
NO_PYTHON = "PLUMBLINE_NO_PYTHON"
"""Environment variable: the PYTHON that tools/start could not run."""


def main() -> int:
    """Run the target that was named.

    Raises:
        PlumblineError: it failed before or beside its stages; a stage reports its own error.
    """
    os.chdir(ROOT)
    if name := stages.MAKE.signal():  # it came before Python was there to hear it
        raise ending.Signalled(name)
    target, words = sys.argv[1], sys.argv[2:]
    try:
        if target == "verify":
            verify(dict(os.environ))
        else:
            TARGETS[target](*words)
    except StageFailed as failed:
        return failed.ended.exit_code
    return 0


def verify(variables: dict[str, str]) -> None:
    """Prove that the board answers what the model says, and leave in verdict.json and junit.xml whatever comes of it."""
    name = folder_name(variables)
    run = Run.begin(BUILD / name, name, command("verify", variables))
    try:
        _set_up(given := Settings.read(variables))
        _convert(given, name)
        if given.port is None:
            _build(given, name)
        stages.run("plumbline.host", "verify", name, *_board(given), *given.show)
    except StageFailed as failed:
        run.end(failed.ended)
        raise
    except BaseException as error:
        if not stages.MAKE.gone:  # else it was killed, and we with it: the run has not finished
            run.end(Ended.of(explained(error)))
        raise


def explain() -> None:
    """Show what the conversion measured, and convert anew where that is missing. One that is refused for what int8 loses is shown as well."""
    given, name = _ready()
    if not (BUILD / name / EXPLANATION).is_file():
        (BUILD / name / ".converted").unlink(missing_ok=True)
    refused: tuple[str, ...] = ()
    try:
        _convert(given, name)
    except StageFailed as failed:
        if failed.ended.name != QualityMissed.__name__:
            raise
        refused = ("--refused",)
    stages.run("plumbline.host", "explain", name, f"--build={BUILD}", *refused, *given.show)


def verify_all() -> None:
    """Verify every recipe and print one table.

    Raises:
        StageFailed: a recipe did not pass.
    """
    seconds = []
    plain = {name: value for name, value in os.environ.items() if name not in ("MODEL", "SAMPLES", "TRUST")}
    for name in recipe_names():
        start = time.monotonic()
        try:
            verify({**plain, "RECIPE": name})
        except Exception as error:
            if not isinstance(error, StageFailed):
                ending.report(explained(error))
            print(f"{name} did not pass", file=sys.stderr)
        seconds.append(f"{name}={time.monotonic() - start:.0f}")
    stages.run("plumbline.host", "summary", "--build", str(BUILD), "--seconds", *seconds)


def train() -> None:
    given, name = _ready()
    if given.model:
        raise UsageError("A model of your own is not trained here.", "Leave MODEL= out, or use `make convert`.")
    _train(given, name)


def convert() -> None:
    _convert(*_ready())


def firmware() -> None:
    given, name = _ready()
    _convert(given, name)
    _build(given, name)


def flash() -> None:
    given, name = _ready()
    _convert(given, name)
    env = given.env if given.env.startswith("nano33ble") else "nano33ble"
    stages.run("plumbline.host", "flash", name, f"--env={env}", *_port(given), *given.show)


def profile() -> None:
    given, name = _ready()
    _convert(given, name)
    env = given.env[: -len("_profile")] if given.env.endswith("_profile") else given.env
    stages.run("plumbline.host", "profile", name, f"--env={env}", *_port(given), *given.show)


def serve() -> None:
    given, name = _ready()
    _convert(given, name)
    _build(given, name)
    stages.run("plumbline.host", "serve", name, f"--env={given.env}")


def monitor() -> None:
    given, name = _ready()
    if given.port is None:
        _convert(given, name)
        _build(given, name)
    stages.run("plumbline.host", "monitor", name, *_board(given))


def doctor() -> None:
    _ready()
    stages.run("plumbline.host", "doctor")


def learn() -> None:
    given, _ = _ready()
    plain = replace(given, recipe="linear", model=None, samples=None, limits=None, trust=False)  # the lesson is about recipes
    for name in ("linear", "sine"):
        _train(replace(plain, recipe=name), name)
    _convert(plain, "linear")
    stages.run("plumbline.learn", f"--build={BUILD}")


def setup(*group: str) -> None:
    """What `make setup` and the tests bring: a group of bootstrap's packages."""
    _check_python()
    if group == ("test",) and os.environ.get("CI"):
        group = ("ci",)
    if group:
        bootstrap.set_up(group[0], "")
    else:
        _set_up(Settings.read(os.environ))


TARGETS: dict[str, Callable[..., None]] = {
    "help": show_help,
    "setup": setup,
    "train": train,
    "convert": convert,
    "firmware": firmware,
    "explain": explain,
    "verify-all": verify_all,
    "learn": learn,
    "profile": profile,
    "flash": flash,
    "serve": serve,
    "monitor": monitor,
    "doctor": doctor,
}


def _ready() -> tuple[Settings, str]:
    """What was given, and the folder's name, with everything set up."""
    given = Settings.read(os.environ)
    name = folder_name(os.environ)
    _set_up(given)
    return given, name


def _set_up(given: Settings) -> None:
    _check_python()
    bootstrap.set_up("none" if given.port else "virtual", "" if given.model else given.recipe)


def _check_python() -> None:
    python = os.environ.get(NO_PYTHON)
    if python:
        raise SetupFailed(f"PYTHON={python} cannot be run.", "Name a Python 3.10 to 3.13: make PYTHON=/path/to/python3.12")


def _train(given: Settings, name: str) -> None:
    """Train unless nothing has changed."""
    folder = BUILD / name
    recipe = ROOT / "training" / "recipes" / f"{name}.py"
    files = [*sorted((ROOT / "training").glob("*.py")), *_shared(), *([recipe] if recipe.is_file() else [])]
    key = digest(_relative(files))
    stamp = Stamp(folder / ".trained", key, [folder / "training.json", folder / "model.keras", folder / DATASET])
    if not stamp.fresh:
        stamp.begin()
        stages.run("plumbline.training", "fit", name, f"--build={BUILD}", *given.show)
        stamp.done()


def _convert(given: Settings, name: str) -> None:
    """Convert unless nothing has changed, and train before where the model comes from a recipe."""
    folder = BUILD / name
    words = [name, *([f"--model={given.model}"] if given.model else []), *([f"--samples={given.samples}"] if given.samples else [])]
    words += ["--trust"] * given.trust + ([] if given.limits is None else [f"--limits={given.limits}"])
    if given.model is None:
        _train(given, name)
    made_from = (given.model, given.samples) if given.model else (folder / "model.keras", folder / DATASET)
    try:
        key = digest(_relative([*sources(ROOT / "convert"), *_shared()]), [*words, *(content(each) for each in made_from if each)])
    except Unhashable:
        key = None
    stamp = Stamp(folder / ".converted", key, [folder / "generated" / "manifest.json"])
    if not stamp.fresh:
        stamp.begin()
        stages.run("plumbline.convert", *(words[1:] if given.model else words), f"--build={BUILD}", *given.show)
        stamp.done()


def _build(given: Settings, name: str) -> None:
    stages.run("plumbline.host", "build", name, f"--env={given.env}", *given.show)


def _port(given: Settings) -> list[str]:
    return [] if given.port is None else [f"--port={given.port}"]


def _board(given: Settings) -> list[str]:
    """A board behind a port says what it runs; an environment that somebody gave is demanded of it."""
    return [*_port(given), *([f"--env={given.env}"] if given.env_given or given.port is None else [])]


def _shared() -> list[Path]:
    return [*sorted((ROOT / "plumbline" / "common").glob("*.py")), ROOT / "requirements.lock"]


def _relative(files: list[Path]) -> list[Path]:
    """A checkout that moved is the same."""
    return [path.relative_to(ROOT) for path in files]
