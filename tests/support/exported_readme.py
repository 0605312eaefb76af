"""Follows the README of an export word by word: writes the files that it shows, and types its commands.

`NAME`: before a block of code says which file it is. Blocks of `sh` are commands; lines that are indented are for tools that a test cannot have.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PART = re.compile(r"^## (?P<section>[^\n]+)\n|^(?:`(?P<file>[^`\n]+)`:\n\n)?```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code in a README."""

    section: str
    """Under which heading it stands."""
    file: str
    """Which file it is; empty where none is named."""
    language: str
    code: str


def blocks(readme: str) -> list[Block]:
    """All of them, in their order."""
    result, section = [], ""
    for part in PART.finditer(readme):
        section = part["section"] or section
        if part["language"]:
            result.append(Block(section, part["file"] or "", part["language"], part["code"]))
    return result


def block(readme: str, section: str, language: str) -> str:
    """The only one of that language in a section."""
    (found,) = (each.code for each in blocks(readme) if (each.section, each.language) == (section, language))
    return found


def as_it_is(text: str) -> str:
    return text


def follow(readme: str, section: str, folder: Path, variables: Mapping[str, str] | None = None, change: Callable[[str], str] = as_it_is) -> str:
    """Do what a section says in a folder.

    Args:
        readme: its text.
        section: its heading.
        folder: where the reader is.
        variables: of the environment, beside those of this process.
        change: what the reader makes of a file, or of commands.

    Returns:
        What the commands printed. An AssertionError carries it where one fails.
    """
    done, printed = 0, ""
    for each in blocks(readme):
        if each.section == section and (each.file or each.language == "sh"):
            done += 1
            if each.file:
                (folder / each.file).parent.mkdir(parents=True, exist_ok=True)
                (folder / each.file).write_text(change(each.code))
            else:
                printed += typed(change(each.code), folder, variables)
    assert done, f"{section} says nothing to do"
    return printed


def typed(commands: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """What a shell prints of commands that all have to succeed."""
    ended = subprocess.run(["sh", "-ec", commands], cwd=folder, env={**os.environ, **(variables or {})}, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, f"{commands}{ended.stdout[-6000:]}{ended.stderr[-6000:]}"
    assert "warning" not in ended.stderr.lower(), ended.stderr
    return ended.stdout
