"""What a user gave `make`: read from the environment, where no shell and no make touches it, and checked before anything runs."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbline.common import boards, folder_names
from plumbline.common.errors import UnknownRecipe, UsageError
from plumbline.common.paths import recipe_names

OURS = ("RECIPE", "MODEL", "SAMPLES", "PORT", "ENV", "TRUST", "LIMITS", "QUIET", "V")
BUILD = Path("build")
_YES, _NO = ("1", "yes", "true", "on"), ("", "0", "no", "false", "off")


@dataclass(frozen=True)
class Settings:
    """See `make help`. None is what was not given."""

    recipe: str
    model: Path | None
    samples: Path | None
    port: str | None
    env: str
    env_given: bool
    trust: bool
    limits: str | None
    quiet: bool
    verbose: bool

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Settings:
        """From the variables that the Makefile exports.

        Raises:
            UsageError: one of them makes no sense, or is given and empty, as a variable of the shell that is not set.
        """
        for name in ("MODEL", "SAMPLES", "PORT", "RECIPE", "ENV", "LIMITS"):
            if variables.get(name) == "":
                raise UsageError(f"{name}= is empty.", f"Give it a value, or leave {name}= out.")
        env = boards.environment(variables["ENV"]) if "ENV" in variables else boards.default()
        if "SAMPLES" in variables and "MODEL" not in variables:
            raise UsageError("SAMPLES= is given without MODEL=.", "A recipe brings its own samples.")
        return cls(
            recipe=variables.get("RECIPE", "linear"),
            model=_file(variables.get("MODEL")),
            samples=_file(variables.get("SAMPLES")),
            port=variables.get("PORT"),
            env=env.name,
            env_given="ENV" in variables,
            trust=_flag(variables, "TRUST"),
            limits=variables.get("LIMITS"),
            quiet=_flag(variables, "QUIET"),
            verbose=_flag(variables, "V"),
        )

    @property
    def show(self) -> list[str]:
        """The options of what a stage shows."""
        return ["--verbose"] * self.verbose + ["--quiet"] * self.quiet


def folder_name(variables: Mapping[str, str]) -> str:
    """The folder in build/ that the recipe's or the model's results go to, whatever else is wrong with what was given.

    Raises:
        UnknownRecipe: the recipe's name would lead out of build/.
        UsageError: there is no name at all.
    """
    model, recipe = variables.get("MODEL"), variables.get("RECIPE", "linear")
    if model:
        path = _file(model)
        assert path is not None
        return folder_names.claim(path, BUILD)
    if model is not None or not recipe:
        raise UsageError(f"{'RECIPE' if model is None else 'MODEL'}= is empty.", "Give it a value, or leave it out.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", recipe) or recipe.startswith(folder_names.PREFIX):
        raise UnknownRecipe(f"There is no recipe {recipe!r}.", f"Recipes: {', '.join(recipe_names())}.")
    return recipe


def command(target: str, variables: Mapping[str, str]) -> str:
    """What repeats a run."""
    return shlex.join(["make", target, *(f"{name}={variables[name]}" for name in OURS if name in variables)])


def _file(text: str | None) -> Path | None:
    """A file as a person types it: the shell leaves the tilde in MODEL=~/model.tflite alone."""
    if text is None:
        return None
    return Path(text).expanduser() if text.startswith("~") and not os.path.lexists(text) else Path(text)


def _flag(variables: Mapping[str, str], name: str) -> bool:
    text = variables.get(name, "").lower()
    if text not in _YES + _NO:
        raise UsageError(f"{name}={variables[name]} is neither yes nor no.", f"Give {name}=1, or leave it out.")
    return text in _YES
