"""plumbline.toml: what a project would otherwise retype. The one in the current folder counts, else the nearest in a folder above."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.common import boards
from plumbline.common.activations import ACTIVATIONS
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.text import meant, printable
from plumbline.common.usage import through_make
from plumbline.pipeline.environment import named

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "plumbline.toml"
ALL_GIVEN = "PLUMBLINE_ALL_GIVEN"
"""Environment variable: this is a stage, whose arguments say everything."""
_PATHS = ("model", "samples", "build")
_TEXTS = ("recipe", "activations", "board", "engine", "env", "port", "coordinator", "upload")
KEYS = ("model", "recipe", "samples", "limits", "trust", "activations", "board", "engine", "env", "port", "coordinator", "upload", "build")


@dataclass(frozen=True)
class Project:
    """What the file says; its paths are relative to the current folder, or absolute as they were given."""

    target: str | None = None
    """The model's file, or the recipe."""
    samples: Path | None = None
    limits: str | None = None
    trust: bool = False
    board: str | None = None
    engine: str | None = None
    env: str | None = None
    port: str | None = None
    build: Path = Path("build")
    """Beside the file, where it names no other."""
    activations: str | None = None
    coordinator: str | None = None
    """labgrid's, where boards of a laboratory are verified."""
    upload: str | None = None
    """The laboratory's command that puts an image on a board."""


def find() -> Project:
    """The project around the current folder; without a file one that says nothing. Where make was typed its variables say everything.

    Raises:
        UsageError: the file makes no sense; the message names all mistakes at once.
        OSError: it cannot be read.
    """
    if through_make() or ALL_GIVEN in os.environ:
        return Project()
    here = Path.cwd()
    file = next((each / FILE for each in (here, *here.parents) if (each / FILE).is_file()), None)
    return Project() if file is None else read(file)


def read(file: Path) -> Project:
    """See `find`."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no TOML: {error}.", 'A line reads for instance: model = "model.tflite"') from error
    wrong = [*_unknown(content), *_types(content)]
    wrong += _contradictions(content) if not wrong else []
    if wrong:
        mistakes = "one mistake" if len(wrong) == 1 else f"{len(wrong)} mistakes"
        raise UsageError("\n".join([f"{file} has {mistakes}:", *(f"  {each}" for each in wrong)]), f"Keys: {', '.join(KEYS)}.")
    paths = {
        key: Path(os.path.relpath(file.parent / content[key])) if not Path(content[key]).is_absolute() else Path(content[key])
        for key in _PATHS
        if key in content
    }
    recipe = content.get("recipe")
    if recipe is not None and recipe.endswith(".py"):
        recipe = os.path.relpath(file.parent / recipe)
    return Project(
        target=_as_path(paths["model"]) if "model" in paths else recipe,
        samples=paths.get("samples"),
        limits=_limits(content.get("limits")),
        trust=content.get("trust", False),
        build=paths.get("build", Path(os.path.relpath(file.parent / "build"))),
        **{key: content.get(key) for key in ("activations", "board", "engine", "env", "port", "coordinator", "upload")},
    )


def _as_path(path: Path) -> str:
    """Text that no recipe's name can be."""
    return str(path) if path.parent != Path() else os.path.join(os.curdir, path)  # noqa: PTH118


def _unknown(content: dict[str, Any]) -> list[str]:
    found = []
    for key in content:
        if key not in KEYS:
            found.append(f"there is no key {printable(key)}.{meant(key, KEYS)}")
    return found


def _types(content: dict[str, Any]) -> list[str]:
    found = []
    for key in KEYS:
        value = content.get(key)
        if value is None:
            continue
        if key in _PATHS + _TEXTS and not (isinstance(value, str) and value):
            found.append(f"{key} is {_shown(value)}, and has to be {'a path' if key in _PATHS else 'a text'}, in quotes")
        elif key == "trust" and not isinstance(value, bool):
            found.append(f"trust is {_shown(value)}, and has to be true or false")
        elif key == "limits":
            found += _wrong_limits(value)
    return found


def _wrong_limits(value: Any) -> list[str]:
    good = isinstance(value, str) or (isinstance(value, dict) and all(isinstance(each, (int, float, str)) for each in value.values()))
    if not good:
        return [f'limits is {_shown(value)}, and has to be a table or a text: {{agreement = 0.9, rms = "10%"}} or "agreement=0.9 rms=10%"']
    try:
        Limits.parse(_limits(value) or "")
    except UsageError as error:
        return [f"limits: {error.message}"]
    return []


def _contradictions(content: dict[str, Any]) -> list[str]:
    found = []
    for key, known in (("board", boards.boards()), ("engine", named()), ("env", boards.environments()), ("activations", ACTIVATIONS)):
        value = content.get(key)
        if value is not None and value not in known:
            found.append(f"there is no {key} {printable(value)}.{meant(value, known)} There are {', '.join(known)}.")
    if "model" in content and "recipe" in content:
        found.append("model and recipe are both given: a project is about one")
    if "samples" in content and "model" not in content:
        found.append("samples are given without a model: a recipe brings its own")
    if "env" in content and ("board" in content or "engine" in content):
        found.append("env names a board and an engine already: leave board and engine out")
    return found


def _limits(value: Any) -> str | None:
    return " ".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, dict) else value


def _shown(value: Any) -> str:
    return printable(repr(value))[:60]
