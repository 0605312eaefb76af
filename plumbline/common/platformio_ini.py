"""PlatformIO's configuration files as PlatformIO reads them: a section takes what it extends, and ${section.option} is another option's value."""

from __future__ import annotations

import configparser
import re
from collections.abc import Sequence
from pathlib import Path

from plumbline.common.errors import BadBoard

_REFERENCE = re.compile(r"\$\{([^.{}]+)\.([^{}]+)\}")


class Project:
    """The sections of several files.

    Args:
        paths: in the order in which PlatformIO reads them.

    Raises:
        BadBoard: one of them cannot be read, or two have a section of the same name.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = {path: _parsed(path) for path in paths}
        self._sections: dict[str, dict[str, str]] = {}
        for path, parser in self._files.items():
            for section in parser.sections():
                if section in self._sections:
                    raise BadBoard(f"{path} has a section [{section}] that another file has too.", "Give it another name.")
                self._sections[section] = dict(parser.items(section))

    def sections(self, path: Path) -> list[str]:
        """Those of one file, in its order."""
        return self._files[path].sections()

    def family(self, section: str) -> list[str]:
        """A section and all that it extends; what stands in an earlier one counts.

        Of several that a section extends the last one counts first, as in PlatformIO.

        Raises:
            BadBoard: a section does not exist.
        """
        waiting, found = [section], list[str]()
        while waiting:
            current = waiting.pop()
            if current in found:
                continue
            if current not in self._sections:
                raise BadBoard(f"[{section}] in {self._place(section)} extends [{current}], which no file has.", "Correct the name.")
            found.append(current)
            waiting += words(self._sections[current].get("extends", ""))
        return found

    def options(self, section: str) -> dict[str, str]:
        """Every option of a section, with references to other sections replaced; those to the system's variables and of PlatformIO itself stay.

        Raises:
            BadBoard: see `family`, or two options refer to each other.
        """
        merged: dict[str, str] = {}
        for each in self.family(section):
            merged = {**self._sections[each], **merged}
        try:
            return {name: self._replaced(value) for name, value in merged.items()}
        except RecursionError:
            raise BadBoard(f"Options of [{section}] in {self._place(section)} refer to each other.", "Write one of them out.") from None

    def _replaced(self, value: str) -> str:
        def value_of(reference: re.Match[str]) -> str:
            section, option = reference.groups()
            if section not in self._sections:
                return reference[0]
            return next((self._replaced(self._sections[each][option]) for each in self.family(section) if option in self._sections[each]), "")

        return _REFERENCE.sub(value_of, value)

    def _place(self, section: str) -> str:
        return next((str(path) for path, parser in self._files.items() if parser.has_section(section)), "no file")


def words(value: str) -> list[str]:
    """An option of several values: one a line, or separated by a comma and a blank."""
    parts = value.split("\n" if "\n" in value else ", ")
    return [part.strip() for part in parts if part.strip()]


def _parsed(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(inline_comment_prefixes=("#", ";"), interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise BadBoard(f"{path} cannot be read: {' '.join(str(error).split())}.", "Correct the file, or take it out of the folder.") from error
    return parser
