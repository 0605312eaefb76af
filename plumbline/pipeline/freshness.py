"""Whether a stage has to run again: a stamp beside its results holds the hash of the sources, inputs and options that they were made from."""

from __future__ import annotations

import ast
import hashlib
import platform
import stat
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from plumbline.common.paths import PACKAGE

LARGEST = 2**28
"""Bytes of an input that is hashed; a larger one is converted each time, which refuses what no board could hold."""
RECIPES = "plumbline.training.recipes"
_PACKAGES = ("numpy", "tensorflow-cpu", "tensorflow", "keras", "ai-edge-litert", "tflite-micro", "scikit-learn", "statsmodels")
"""Packages that what is trained and converted depends on."""


class Unhashable(Exception):
    """The content of the input cannot be remembered: it is missing, endless or huge."""


def own(*parts: str, below: bool = True) -> dict[str, Path]:
    """Files of this package by their names in it: those of some folders, and with `below` of the folders in them."""
    found = [path for part in parts for path in sorted((PACKAGE / part).glob("**/*" if below else "*.py"))]
    return {path.relative_to(PACKAGE).as_posix(): path for path in found if path.is_file() and "__pycache__" not in path.parts}


def recipe_files(recipe: Path) -> dict[str, Path]:
    """A recipe's file and the Python files that it imports out of its own folder or out of Plumbline's recipes, and so on, by their names."""
    found: dict[str, Path] = {}
    left = [recipe]
    while left:
        path = left.pop()
        if path.name in found or not path.is_file():
            continue
        found[path.name] = path
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):  # the training says what is wrong with it
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                left += [path.with_name(f"{each.name}.py") for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module == RECIPES:
                left += [PACKAGE / "training" / "recipes" / f"{each.name}.py" for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                left.append(path.with_name(f"{node.module}.py"))
    return dict(sorted(found.items()))


def versions() -> list[str]:
    """Python, and the packages that take part in training and conversion."""
    found = [f"python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found


def digest(files: Mapping[str, Path], words: Iterable[str] = ()) -> str:
    """SHA-256 over files, by name and content, and words."""
    found = hashlib.sha256()
    for word in words:
        found.update(b"word %d " % len(word) + word.encode("utf-8", "surrogatepass"))
    for name, path in files.items():
        content = path.read_bytes()
        found.update(b"file %s %d " % (name.encode("utf-8", "surrogatepass"), len(content)))
        found.update(content)
    return found.hexdigest()


def content(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files.

    Raises:
        Unhashable: see there.
    """
    try:
        inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else []
        files = {each.relative_to(path).as_posix(): each for each in inside} or {path.name: path}
        kinds = [each.stat() for each in files.values()]
        if not all(stat.S_ISREG(each.st_mode) for each in kinds) or sum(each.st_size for each in kinds) > LARGEST:
            raise Unhashable
        return digest(files)
    except OSError as error:
        raise Unhashable from error


class Stamp:
    """Remembers what the results of a stage were made from.

    Args:
        file: the stamp.
        key: the hash of what they would be made from now; None where that is not known.
        results: what the stage leaves.
    """

    def __init__(self, file: Path, key: str | None, results: Iterable[Path]) -> None:
        self._file, self._key, self._results = file, key, tuple(results)

    @property
    def fresh(self) -> bool:
        if self._key is None or not all(each.is_file() for each in self._results):
            return False
        try:
            return self._file.read_text(errors="replace") == self._key
        except OSError:
            return False

    def begin(self) -> None:
        """Before the stage: what it leaves half done is no result."""
        self._file.unlink(missing_ok=True)

    def done(self) -> None:
        """After it."""
        if self._key is not None:
            self._file.write_text(self._key)
