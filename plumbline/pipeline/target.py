"""What a command is about: a recipe by its name, somebody's own recipe file, or a model file; and the folder in build/ that its results go to.

It needs nothing but the standard library, because `make verify` asks before anything is set up.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.common import folder_names
from plumbline.common.errors import UnknownRecipe, UsageError
from plumbline.common.paths import PACKAGE, recipe_names
from plumbline.common.text import meant
from plumbline.common.usage import through_make

MODELS = (".tflite", ".keras", ".h5", ".hdf5")
"""How the name of a model's file ends. What is in it decides later what it is."""
SAMPLES = (".npz", ".npy", ".csv", ".tsv")
"""How the name of a file of samples ends that lies beside a model of the same name."""
_NAME = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Target:
    """See the module. Of `recipe`, `file` and `model` one is given."""

    text: str = field(compare=False)
    """As it was given."""
    recipe: str | None = None
    """A recipe of Plumbline's own."""
    file: Path | None = None
    """A recipe of somebody's own."""
    model: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """What a TARGET names. Whether it exists is not looked at."""
        path = expanded(text)
        if path.suffix == ".py":
            return cls(text, file=path)
        if path.suffix.lower() in MODELS or os.sep in text or (text not in recipe_names() and path.exists()):
            return cls(text, model=path)
        return cls(text, recipe=text)

    def check(self) -> None:
        """Raises UnknownRecipe where it names a recipe that there is not."""
        if self.recipe is not None and self.recipe not in recipe_names():
            others = "" if through_make() else " The name of a model's file ends in .tflite, .keras or .h5, that of a recipe of your own in .py."
            raise UnknownRecipe(
                f"There is no recipe {self.recipe!r}.{meant(self.recipe, recipe_names())}", f"Recipes: {', '.join(recipe_names())}.{others}"
            )
        if self.file is not None and not self.file.is_file():
            raise UnknownRecipe(f"There is no file {self.file}.", "Give a recipe's name, or the file of one of your own.")

    def folder(self, build: Path) -> str:
        """The name of its folder in `build`; a model's is made, and belongs to its file from now on.

        Raises:
            UnknownRecipe: the recipe's name would lead out of `build`, or is that of another.
            OSError: `build` cannot be written.
        """
        if self.model is not None:
            return folder_names.claim(self.model, build)
        name = self.recipe if self.file is None else self.file.stem
        if not name or not re.fullmatch(_NAME, name) or name.startswith(folder_names.PREFIX):
            hint = f"Recipes: {', '.join(recipe_names())}. The name of one of your own is made of lower-case letters, digits and underscores."
            raise UnknownRecipe(f"{self.text!r} cannot be the name of a recipe." if self.file else f"There is no recipe {name!r}.", hint)
        if self.file is not None and name in recipe_names() and not _same(self.file, own_file(name)):
            raise UnknownRecipe(f"{self.text} has the name of a recipe that comes with Plumbline.", "Rename the file, and RECIPE in it.")
        return name


def own_file(recipe: str) -> Path:
    """The file of a recipe that comes with Plumbline."""
    return PACKAGE / "training" / "recipes" / f"{recipe}.py"


def expanded(text: str) -> Path:
    """A file as a person types it: where no shell has expanded the tilde of `~/model.tflite` it is done here."""
    return Path(text).expanduser() if text.startswith("~") and not os.path.lexists(text) else Path(text)


def models_in(folder: Path) -> list[Path]:
    """The models in a folder, in order of their names.

    Raises:
        UsageError: it is no folder, or holds none.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", "Give a folder of .tflite, .keras or .h5 files.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in MODELS and path.is_file())
    if not found:
        raise UsageError(f"{folder} holds no model.", "Give a folder of .tflite, .keras or .h5 files.")
    return found


def samples_beside(model: Path) -> Path | None:
    """The samples for a model: the file beside it of the same name."""
    return next((path for suffix in SAMPLES if (path := model.with_suffix(suffix)).is_file()), None)


def folder_of(text: str) -> str:
    """The name of a folder in build/, which is looked at as it is.

    Raises:
        UnknownRecipe: it would lead out of build/.
    """
    if not re.fullmatch(r"\w[\w.-]*", text):
        raise UnknownRecipe(f"{text!r} is no name of a recipe or a model.", "Give the name of a folder in the build folder, for instance linear.")
    return text


def nothing_given() -> UsageError:
    """The error of a command that does not know what it is about."""
    return UsageError(
        "Say which model: nothing is given, and no plumbline.toml is here or in a folder above.",
        f"Give a recipe ({', '.join(recipe_names())}), a .tflite file, a .keras file with --samples, or a recipe file of your own.",
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
