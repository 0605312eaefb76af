"""`plumbline new recipe` and `plumbline new project`: a commented start that works as written. Nothing that is there is overwritten unasked."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import jinja2

from plumbline.commands.options import Given, define
from plumbline.common import boards, folder_names, usage
from plumbline.common.errors import UsageError
from plumbline.common.files import write_if_changed
from plumbline.common.limits import Limits
from plumbline.common.paths import recipe_names
from plumbline.common.system import port_example
from plumbline.pipeline import environment
from plumbline.pipeline.project import FILE
from plumbline.pipeline.target import MODELS, expanded

TEMPLATES = Path(__file__).parent / "templates"
IGNORED = "# What Plumbline writes.\n/build/\n"
"""The content of a project's .gitignore."""


@define(
    "plumbline new recipe my_sensor",
    "plumbline new project my_sensor --board nano33ble",
    "plumbline new project --model model.keras --samples inputs.npz",
    result="the files that were written",
)
@click.argument("what", type=click.Choice(["recipe", "project"]), metavar="recipe|project")
@click.argument("name", required=False)
@click.option("--model", metavar="FILE", help="Of a project: a model of your own, .keras, .h5 or .tflite, instead of a recipe.")
@click.option("--samples", type=click.Path(path_type=Path), metavar="FILE", help="Inputs of that model: .npy, .npz or .csv, one sample a row.")
@click.option("--board", metavar="BOARD", help="Of a project: the board; `plumbline boards` lists them.  [default: the virtual one]")
@click.option("--engine", metavar="ENGINE", help="What runs the model on it.  [default: the board's first]")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def command(given: Given, what: str, name: str | None, model: str | None, force: bool) -> int:
    """Write a commented start that works as written.

    `new recipe NAME` writes NAME.py to the current folder: a recipe that trains, converts and passes, with a comment at each field. Replace its data
    and layers by your own.

    `new project [FOLDER]` writes plumbline.toml to FOLDER, the current one unless named, and a recipe where no model is given.
    """
    if what == "recipe":
        if model or given.samples or given.board or given.engine:
            raise UsageError("A recipe has no model, samples, board or engine.", "They belong to a project: `plumbline new project --help`.")
        if name is None:
            raise UsageError("The recipe has no name.", "`plumbline new recipe my_sensor` for instance.")
        check_name(name)
        written = write({Path(f"{name}.py"): filled("recipe.py", name=name)}, force)
        return tell(given, written, f"{usage.program()} verify {name}.py")
    place = expanded(name or ".")
    step = "" if place.resolve() == Path.cwd() else f"cd {shlex.quote(str(place))}; "
    return tell(given, write(project(place, given, model), force), f"{step}{usage.program()} verify")


def project(place: Path, given: Given, model: str | None) -> dict[Path, str]:
    """The files of a project with their texts.

    Raises:
        UsageError: the model or its samples are not there, or no such board has such an engine.
    """
    files: dict[Path, str] = {}
    named: dict[str, str | None] = {"model": None, "samples": None, "recipe": None}
    if model is not None:
        named |= {"model": inside(model, place, MODELS), "samples": None if given.samples is None else inside(str(given.samples), place, ())}
    elif given.samples is not None:
        raise UsageError("--samples is given without --model.", "A recipe brings its own samples.")
    else:
        name = plain(place)
        named["recipe"] = json.dumps(f"{name}.py")
        files[place / f"{name}.py"] = filled("recipe.py", name=name)
    env = environment.choose(None, given.board, given.engine, boards.default()).env
    files[place / FILE] = filled(
        "plumbline.toml",
        **named,
        board=json.dumps(env.board.name),
        engine=json.dumps(env.engine),
        boards=", ".join(boards.boards()),
        engines=", ".join(environment.engines()),
        port=port_example(),
        limits=", ".join(f"{each.name} = {each.default}" for each in fields(Limits)),
    )
    if not (place / ".gitignore").exists():
        files[place / ".gitignore"] = IGNORED
    return files


def check_name(name: str) -> None:
    """Raises UsageError where a recipe of somebody's own cannot have that name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name.startswith(folder_names.PREFIX):
        rule = f"Use lower-case letters, digits and underscores, with a letter first and not {folder_names.PREFIX}"
        raise UsageError(f"{name!r} cannot be the name of a recipe.", f"{rule}: `plumbline new recipe {suggested(name)}` for instance.")
    if name in recipe_names():
        raise UsageError(f"{name} is a recipe that comes with Plumbline.", f"Choose another name, my_{name} for instance.")


def plain(folder: Path) -> str:
    """The name of a project's recipe, made of its folder's name."""
    name = suggested(folder.resolve().name)
    return f"my_{name}" if name in recipe_names() else name


def suggested(name: str) -> str:
    """What comes closest to a name and can be that of a recipe."""
    letters = re.sub(r"[^a-z0-9]+", "_", name.removeprefix(folder_names.PREFIX).lower()).strip("_")
    return letters if re.match("[a-z]", letters) and not letters.startswith(folder_names.PREFIX) else f"my_{letters or 'recipe'}"


def inside(file: str, folder: Path, ends: tuple[str, ...]) -> str:
    """A file as plumbline.toml in `folder` names it, in quotes.

    Raises:
        UsageError: there is no such file, or its name ends otherwise than it must.
    """
    path = expanded(file)
    if not path.is_file():
        raise UsageError(f"There is no file {file}.", "Give its path from the current folder.")
    if ends and path.suffix.lower() not in ends:
        raise UsageError(f"{file} is no model.", f"The name of a model's file ends in {', '.join(ends)}.")
    here, there = path.resolve(), folder.resolve()
    return json.dumps(here.relative_to(there).as_posix() if here.is_relative_to(there) else here.as_posix())


def filled(template: str, **values: str | None) -> str:
    """The text of a template."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template(f"{template}.j2").render(values)


def write(files: dict[Path, str], force: bool) -> list[Path]:
    """Write all files or none.

    Raises:
        UsageError: some are there already, and nobody said that they may be replaced.
    """
    there = [str(path) for path in files if path.exists() and not force]
    if there:
        verb = "is" if len(there) == 1 else "are"
        raise UsageError(f"{', '.join(there)} {verb} there already; nothing was written.", "Choose another name, or replace with --force.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_if_changed(path, text)
    return list(files)


def tell(given: Given, written: list[Path], then: str) -> int:
    """Say what was written, and what to type next."""
    if given.json:
        print(json.dumps([str(path) for path in written]))
    elif not given.quiet:
        for path in written:
            print(f"wrote  {path}")
        print(f"next   {then}")
    return 0
