"""`python -m tools.run TARGET`: what a target of the Makefile does: set up what its command needs, then be `plumbline COMMAND` with make's variables.

It runs under any Python 3 with the standard library alone, because nothing else may be there yet.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from plumbline.common import boards, child, ending, usage
from plumbline.common.ending import explained
from plumbline.common.errors import SetupFailed, UnknownRecipe, UsageError
from plumbline.common.outcome import BEGUN, Ended, Run
from plumbline.common.paths import ROOT, recipe_names
from plumbline.common.recipe_needs import needs_of
from plumbline.pipeline.target import Target
from tools import bootstrap, help

FLAGS = ("TRUST", "QUIET", "V")
_TEXTS = ("RECIPE", "MODEL", "MODELS", "SAMPLES", "PORT", "PLACE", "PLACES", "COORDINATOR", "UPLOAD", "ENV", "MLPERF", "LIMITS", "ACTIVATIONS")
GIVEN = (*_TEXTS, *FLAGS)
OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GNUMAKEFLAGS"}
"""What make hands to the commands that it starts."""
NO_PYTHON = "PLUMBLINE_NO_PYTHON"
"""Environment variable: the PYTHON that tools/start could not run."""
BUILD = Path("build")
_YES, _NO = ("1", "yes", "true", "on"), ("", "0", "no", "false", "off")


@dataclass(frozen=True)
class MakeTarget:
    """What a target of the Makefile stands for."""

    command: tuple[str, ...]
    """Of `plumbline`."""
    takes: tuple[str, ...] = ()
    """The variables that are its options; RECIPE and MODEL go together with the name TARGET."""
    needs: str = "none"
    """The group of bootstrap's packages, unless a port is given."""


_MODEL = ("TARGET", "SAMPLES", "TRUST", "LIMITS", "ACTIVATIONS")
_FIRMWARE = (*_MODEL, "ENV", "MLPERF")
_BOARD = (*_FIRMWARE, "PORT")
_BENCH = ("COORDINATOR", "UPLOAD")
_NAMED = {"MODELS": "the folder of the models", "PLACES": "the places"}
"""What a target that takes it cannot do without."""
TARGETS = {
    "train": MakeTarget(("train",), ("TARGET",)),
    "convert": MakeTarget(("convert",), _MODEL),
    "firmware": MakeTarget(("build",), _FIRMWARE, needs="compiler"),
    "verify": MakeTarget(("verify",), (*_BOARD, "PLACE", *_BENCH), needs="virtual"),
    "verify-all": MakeTarget(("verify", "--all"), ("LIMITS", "ACTIVATIONS", "ENV", "PORT"), needs="virtual"),
    "verify-models": MakeTarget(("verify",), ("MODELS", "TRUST", "LIMITS", "ACTIVATIONS", "ENV", "PORT"), needs="virtual"),
    "verify-boards": MakeTarget(("verify", "--boards"), _MODEL, needs="boards"),
    "verify-bench": MakeTarget(("verify",), (*_FIRMWARE, "PLACES", *_BENCH), needs="bench"),
    "explain": MakeTarget(("explain",), _MODEL),
    "profile": MakeTarget(("profile",), _BOARD, needs="virtual"),
    "flash": MakeTarget(("flash",), _BOARD),
    "serve": MakeTarget(("serve",), _FIRMWARE, needs="virtual"),
    "monitor": MakeTarget(("monitor",), _BOARD, needs="virtual"),
    "doctor": MakeTarget(("doctor",)),
    "learn": MakeTarget(("learn",)),
}


def main() -> int:
    """Run the target that was named.

    Raises:
        PlumblineError: the set-up failed, or a variable makes no sense; the command reports its own errors.
    """
    os.chdir(ROOT)
    if name := child.make().signal():  # it came before Python was there to hear it
        raise ending.Signalled(name)
    child.make().watch()
    target, words = sys.argv[1], sys.argv[2:]
    if target in ("verify", "verify-all"):
        _verify(target, os.environ)
    elif target in TARGETS:
        _start(target, os.environ)
    else:
        {"help": help.show, "setup": setup}[target](*words)
    return 0


def _verify(target: str, variables: Mapping[str, str]) -> None:
    """Start the command, and leave in verdict.json and junit.xml what kept it from being started."""
    names = [_about(variables).folder(BUILD)] if target == "verify" else recipe_names()
    runs = [Run.begin(BUILD / name, name, typed(target, variables)) for name in names]
    try:
        _start(target, {**variables, BEGUN: json.dumps([os.getppid(), *(str(run.folder.absolute()) for run in runs)])})
    except BaseException as error:
        if not child.make().gone:  # else it was killed, and we with it: the run has not finished
            for run in runs:
                run.end(Ended.of(explained(error)))
        raise


def _start(target: str, variables: Mapping[str, str]) -> None:
    """Set up what the target needs, and become its command."""
    meant = TARGETS[target]
    words = [*meant.command, *options(meant, variables)]
    for name, what in _NAMED.items():
        if name in meant.takes and name not in variables:
            raise UsageError(f"`make {target}` needs {what}.", f"make {target} {name}=...")
    _set_up(variables, meant.needs)
    if target == "verify-all":
        _set_up_recipes()
    python = str(bootstrap.VENV / "bin" / "python")
    own = {name: value for name, value in variables.items() if name not in {*GIVEN, *OF_MAKE}}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})  # until the command can say so without a traceback
    try:
        os.execve(python, [python, "-m", "plumbline", *words], {**own, usage.TYPED: typed(target, variables)})
    except OSError as error:
        raise SetupFailed(f"{python} cannot be run: {error.strerror}.", "Remove the folder .venv and run make again.") from error


def options(target: MakeTarget, variables: Mapping[str, str]) -> list[str]:
    """The arguments that the variables stand for.

    Raises:
        UsageError: one of them makes no sense, or is given and empty, as a variable of the shell that is not set.
        UnknownRecipe: RECIPE is no name.
    """
    for name in _TEXTS:
        if variables.get(name) == "":
            raise UsageError(f"{name}= is empty.", f"Give it a value, or leave {name}= out.")
    flags = {name: _flag(variables, name) for name in FLAGS}
    words = [f"--{name.lower()}={variables[name]}" for name in target.takes if name in variables and name not in flags]
    if target.command == ("flash",) and "ENV" in variables and boards.environment(variables["ENV"]).virtual:
        words = [word for word in words if not word.startswith("--env=")]  # it goes to a real board, whatever is verified besides
    words += ["--trust"] * (flags["TRUST"] and "TRUST" in target.takes) + ["--quiet"] * flags["QUIET"] + ["--verbose"] * flags["V"]
    return [*words, "--", _about(variables).text] if "TARGET" in target.takes else words


def typed(target: str, variables: Mapping[str, str]) -> str:
    """What repeats a run."""
    return shlex.join(["make", target, *(f"{name}={variables[name]}" for name in GIVEN if name in variables)])


def setup(*group: str) -> None:
    """What `make setup` and the tests bring: a group of bootstrap's packages."""
    _check_python()
    if group == ("test",) and os.environ.get("CI"):
        group = ("ci",)
    if group:
        bootstrap.set_up(group[0], "")
    else:
        _set_up(os.environ, needs="virtual")


def _about(variables: Mapping[str, str]) -> Target:
    """The model or the recipe: MODEL is always a file, RECIPE always a name.

    Raises:
        UnknownRecipe: the recipe's name would lead out of build/.
        UsageError: there is no name at all.
    """
    model, recipe = variables.get("MODEL"), variables.get("RECIPE", "linear")
    if model:
        found = Target.parse(model)
        return found if found.recipe is None else Target.parse(f"./{model}")
    if model is not None or not recipe:
        raise UsageError(f"{'RECIPE' if model is None else 'MODEL'}= is empty.", "Give it a value, or leave it out.")
    if not re.fullmatch("[a-z][a-z0-9_]*", recipe):
        raise UnknownRecipe(f"There is no recipe {recipe!r}.", f"Recipes: {', '.join(recipe_names())}.")
    return Target(recipe, recipe=recipe)


def _set_up(variables: Mapping[str, str], needs: str) -> None:
    _check_python()
    recipe = "" if variables.get("MODEL") else variables.get("RECIPE", "linear")
    bootstrap.set_up(_group(variables, needs), recipe)


def _group(variables: Mapping[str, str], needs: str) -> str:
    """What of `needs` is left for the firmware that was asked for: a real board takes neither QEMU nor, as a rule, our compiler.

    An environment that there is not is the command's to refuse, once for each model that it is about.
    """
    if needs == "bench" or variables.get("PLACE"):
        return "bench"
    env = boards.environments().get(variables.get("ENV", "")) if needs != "none" else None
    if variables.get("PORT"):
        return "none"
    if env and not env.virtual:
        return "compiler" if env.board.bare else "none"
    if env and env.virtual and env.board.family != "arm":
        return "boards"
    return "gcc" if env and env.engine == "tflm" else needs  # TensorFlow Lite Micro is C++ that needs a standard library


def _set_up_recipes() -> None:
    """What single recipes need besides; where it cannot be had the others go on."""
    for recipe in filter(needs_of, recipe_names()):
        try:
            bootstrap.set_up("none", recipe)
        except SetupFailed as error:
            ending.report(error)


def _check_python() -> None:
    python = os.environ.get(NO_PYTHON)
    if python:
        raise SetupFailed(f"PYTHON={python} cannot be run.", "Name a Python 3.10 to 3.13: make PYTHON=/path/to/python3.12")


def _flag(variables: Mapping[str, str], name: str) -> bool:
    text = variables.get(name, "").lower()
    if text not in _YES + _NO:
        raise UsageError(f"{name}={variables[name]} is neither yes nor no.", f"Give {name}=1, or leave it out.")
    return text in _YES


def start() -> NoReturn:
    """Run, and exit as every command does."""
    ending.run(main)


if __name__ == "__main__":
    start()
