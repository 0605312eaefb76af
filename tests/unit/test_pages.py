"""What the pages name is there: targets, modules, files, headings; their tables hold all that the code has."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

from plumbline import cli
from plumbline.common import boards, wire
from plumbline.common.paths import ROOT
from plumbline.convert.operators import registered
from plumbline.convert.operators.engines import ENGINES
from plumbline.convert.operators.interpreted import INTERPRETED
from plumbline.pipeline import project
from tests.support import pages
from tests.support.errors import errors
from tools import doc_tables

HELD = {
    "exit-codes": [f"`{each.__name__}`" for each in errors()],
    "operators": [f"`{name}`" for name in registered()],
    "interpreted": [f"`{name.removeprefix('CUSTOM:')}`" for name in INTERPRETED],
    "engines": [f"`{name}`" for name in ENGINES],
    "boards": [f"`{name}`" for name in boards.boards()],
    "environments": [f"`{name}`" for name in boards.environments()],
    "messages": [f"`{each.name}`" for each in wire.Request],
    "fields": [f"`{each.name}`" for each in wire.Field],
    "wire-errors": [f"`{each.name}`" for each in wire.Error],
    "commands": [f"### plumbline {name}\n" for name in cli.COMMANDS],
    "targets": ["`make verify`", "`make flash`", "`make test`"],
    "verdict": ["`outcome`", "`comparisons[].exact`", "`traffic.share_of_115200`", "`layers[].number`"],
    "no-verdict": ["`outcome`", "`error.exit_code`"],
}
"""What has to stand in each table."""


@pytest.mark.parametrize("path", pages.PAGES, ids=pages.named)
def test_its_links_lead_somewhere(path: Path) -> None:
    for link in pages.links(path.read_text()):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), link
        assert not anchor or anchor in pages.anchors(target.read_text()), link


@pytest.mark.parametrize("path", pages.PAGES, ids=pages.named)
def test_the_commands_it_names_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", pages.text("Makefile"), re.MULTILINE))
    for line in pages.typed(path.read_text()):
        if found := re.match(r"make ((?:[a-z-]+ ?)+)", line):
            assert set(found[1].split()) <= targets, line
        if found := re.match(r"(?:\.venv/bin/)?plumbline ([a-z].*)", line):
            assert pages.unknown_options(found[1]) == set(), line
        for module in re.findall(r"python -m ([\w.]+)", line):
            if module != "NAME":
                assert importlib.util.find_spec(module), line


def test_the_two_commands_are_there() -> None:
    assert {"make verify", "make test"} <= set(pages.typed(pages.text("README.md")))


@pytest.mark.parametrize("path", pages.PAGES, ids=pages.named)
def test_no_placeholder_is_left(path: Path) -> None:
    assert re.findall(r"@[A-Z_]+@|TODO|FIXME", path.read_text()) == []


def test_every_page_is_linked_from_the_first_one() -> None:
    linked = {(ROOT / "docs" / link).resolve() for link in pages.links(pages.text("docs/index.md"))}
    assert {path for path in pages.PAGES if path != ROOT / "docs" / "index.md"} <= linked


@pytest.mark.parametrize("name", doc_tables.TABLES)
def test_a_table_holds_all_that_the_code_has_and_stands_on_a_page(name: str) -> None:
    made = doc_tables.TABLES[name]()
    for lines in (part.splitlines() for part in made.split("\n\n") if part.startswith("| ")):
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(re.findall(r"\|", lines[0]))}
    assert [each for each in HELD[name] if each not in made] == []
    assert sum(f"<!-- table: {name} -->" in path.read_text() for path in pages.PAGES) == 1


def test_every_make_target_has_its_line() -> None:
    listed = set(re.findall(r"^\| `make ([a-z-]+)` \|", doc_tables.TABLES["targets"](), re.MULTILINE))
    assert set(re.findall(r"^([a-z-]+):.*##", pages.text("Makefile"), re.MULTILINE)) == listed


def test_the_page_of_the_project_file_has_all_keys_and_its_example_is_read(tmp_path: Path) -> None:
    page = "docs/reference/project-file.md"
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", pages.text(page), re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"\w+", row)} == set(project.KEYS)
    (tmp_path / project.FILE).write_text(pages.code(page, "toml"))
    assert project.read(tmp_path / project.FILE).board == "nano33ble"


def test_the_pages_that_code_and_messages_name_are_there() -> None:
    tracked = subprocess.run(["git", "grep", "-hoE", r"docs/[a-z0-9/_-]+\.(md|yml)"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this checkout has no git")
    assert [name for name in sorted(set(tracked.stdout.split())) if not (ROOT / name).is_file()] == []


def test_every_variable_of_make_has_its_line() -> None:
    (given,) = re.findall(r"^GIVEN := (.+)$", pages.text("Makefile"), re.MULTILINE)
    listed = re.findall(r"^\| `([A-Z_]+)=", pages.text("docs/reference/commands.md"), re.MULTILINE)
    assert set(listed) == set(given.split()) - {"CI"}
