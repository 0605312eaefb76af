"""What a recipe needs of the system before it can be loaded: read out of its file, which is neither run nor imported.

A recipe that runs a program says so with a literal at the top of its file: SYSTEM_NEEDS = {"espeak-ng": "espeak-ng"}, the command and the Debian
package that brings it. The standard library suffices to read it, because nothing else is installed yet.
"""

from __future__ import annotations

import ast
from pathlib import Path

from plumbline.common.errors import BadRecipe
from plumbline.common.paths import PACKAGE, recipe_names

NAME = "SYSTEM_NEEDS"


def needs_of(recipe: str) -> dict[str, str]:
    """Command to Debian package of what a recipe that comes with Plumbline needs; empty for one that needs nothing, and for one that there is not.

    Raises:
        BadRecipe: see `declared_needs`.
    """
    path = PACKAGE / "training" / "recipes" / f"{recipe}.py"
    return declared_needs(path) if path.is_file() else {}


def needs_of_all() -> dict[str, str]:
    """The needs of all recipes that come with Plumbline. Raises as `declared_needs`."""
    return {command: package for recipe in recipe_names() for command, package in needs_of(recipe).items()}


def declared_needs(path: Path) -> dict[str, str]:
    """What a recipe's file declares.

    Raises:
        BadRecipe: its SYSTEM_NEEDS is no literal of that form. A file that is no Python is left for training to report.
    """
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError):
        return {}
    values = [each.value for each in body if isinstance(each, ast.Assign) and any(isinstance(at, ast.Name) and at.id == NAME for at in each.targets)]
    if not values:
        return {}
    try:
        needs = ast.literal_eval(values[-1])
        if not all(isinstance(text, str) and text for pair in needs.items() for text in pair):
            raise ValueError("not text")
    except (ValueError, TypeError, AttributeError) as error:
        hint = f'Write it as a literal: {NAME} = {{"espeak-ng": "espeak-ng"}}, the command and the Debian package that brings it.'
        raise BadRecipe(f"{path}: {NAME} is read without running the file, and is no dictionary of texts.", hint) from error
    return dict(needs)
