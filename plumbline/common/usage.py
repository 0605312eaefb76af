"""How the user asked for what runs: as `plumbline COMMAND ...` or as `make TARGET ...`. Every message that names a command or an option asks here.

It needs nothing but the standard library, because `make` reports errors before anything is set up.
"""

from __future__ import annotations

import os
import shlex
import sys

TYPED = "PLUMBLINE_TYPED"
"""Environment variable: the command that the user typed, for the report of a run and for its stages."""
MODEL = "PLUMBLINE_MODEL"
"""Environment variable: the name of the folder in build/, a colon, and the arguments that name its model."""
_TARGETS = {"build": "firmware"}
"""What make calls a command otherwise than `plumbline` does."""
_NO_TARGETS = ("boards", "compare", "descent", "new", "ports", "schema", "summary")
_NO_MODELS = (*_NO_TARGETS, "doctor", "learn")
_OWN = "model_"
"""Begins the name of a folder of somebody's own model, see `folder_names`."""


def program() -> str:
    """The command `plumbline` as the user can type it."""
    return ".venv/bin/plumbline" if through_make() else "plumbline"


def typed() -> str:
    """What repeats this run: what the user typed."""
    return os.environ.get(TYPED) or shlex.join(["plumbline", *sys.argv[1:]])


def through_make() -> bool:
    """Whether it was make that the user typed."""
    return os.environ.get(TYPED, "").startswith("make ")


def remember(folder: str, *arguments: str) -> None:
    """Keep, for this process and its stages, with which arguments the user named the model of build/FOLDER; none where plumbline.toml names it."""
    os.environ[MODEL] = f"{folder}:{shlex.join(arguments)}"


def model(folder: str) -> str:
    """How the user names the model of build/FOLDER in a command; may be empty."""
    if through_make():
        return "MODEL=..." if folder.startswith(_OWN) else f"RECIPE={folder}"
    name, _, arguments = os.environ.get(MODEL, "").partition(":")
    if name == folder:
        return arguments
    return "MODEL" if folder.startswith(_OWN) else folder


def model_file(path: object) -> str:
    """A model's file as the user gave it."""
    return f"MODEL={path}" if through_make() else str(path)


def line(command: str, folder: str | None = None, *, anew: bool = False, **options: str) -> str:
    """A command as the user would type it.

    Args:
        command: of `plumbline`.
        folder: of build/, where the command is about its model; None for the model that the user named, as far as that is known.
        anew: make everything again, even what nothing has changed for: a stage that only finds itself up to date would change nothing.
        options: by their names, `env="virtual"` for instance; an empty one is left out.
    """
    given = {name: value for name, value in options.items() if value}
    words = [model(folder)] if folder is not None else []
    if folder is None and not through_make() and command not in _NO_MODELS:
        words = [os.environ.get(MODEL, "").partition(":")[2]]
    if through_make() and command not in _NO_TARGETS:
        words = ["make", *(["clean"] if anew else []), _TARGETS.get(command, command), *words]
        words += [f"{name.upper()}={value}" for name, value in given.items()]
    else:
        words = [program(), command, *words]
        words += [f"--{name} {value}" for name, value in given.items()] + ["--anew"] * anew
    return " ".join(word for word in words if word)


def command(name: str, folder: str | None = None, *, anew: bool = False, **options: str) -> str:
    """`line` between backquotes, as a sentence holds it."""
    return f"`{line(name, folder, anew=anew, **options)}`"


def again(name: str, **options: str) -> str:
    """What the user typed, between backquotes, as another command or with other options: those of the firmware give way to one of them."""
    gone, words, given = ("env", "board", "engine"), shlex.split(typed()), {key: value for key, value in options.items() if value}
    if through_make():
        kept = [word for word in words[1:] if "=" in word and word.partition("=")[0].lower() not in (*gone, *given)]
        return f"`{shlex.join(['make', name, *kept, *(f'{key.upper()}={value}' for key, value in given.items())])}`"
    kept, skip = [], False
    for word in words[2:]:
        option = word.partition("=")[0].removeprefix("--")
        known = word.startswith("--") and option in (*gone, *given)
        if not known and not skip:
            kept.append(word)
        skip = known and "=" not in word
    return f"`{shlex.join([program(), name, *kept])}{''.join(f' --{key} {value}' for key, value in given.items())}`"


def option(name: str, value: str = "") -> str:
    """An option as the user would write it: `--samples inputs.npy` or `SAMPLES=inputs.npy`."""
    return f"{name.upper()}={value}" if through_make() else f"--{name} {value}".rstrip()


def flag(name: str) -> str:
    """An option that is on or off: `--trust` or `TRUST=1`."""
    return option(name, "1" if through_make() else "")


def either(folder: str) -> str:
    """What builds the firmware of build/FOLDER anew, wherever it runs."""
    return f"{command('flash', folder)} for a board, {command('verify', folder)} for one that this computer runs, which builds it first"
