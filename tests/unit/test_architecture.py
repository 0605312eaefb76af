"""Which package may import which, told once and held: the arrows between the parts of Plumbline, the order of the rooms in each, and who is nobody's.

An import counts wherever it stands in a file, also inside of a function.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT

PARTS = ("convert", "host", "learn", "training")
"""Folders of the checkout that are packages of `plumbline` by a link."""
BELOW = {
    "common": set(),
    "training": {"common"},
    "convert": {"common"},
    "host": {"common", "convert.interface"},
    "learn": {"common", "training"},
    "loaded": {"common", "convert", "pipeline"},
}
"""What each part may import. Whatever is not listed is a roof over all of them: the command and its pipeline."""
ELSEWHERE = ("tests", "benchmarks", "tools")
"""What the product does not import."""
LONGEST = 300


@cache
def modules() -> dict[str, Path]:
    """Every module of the checkout by the name that it is imported by."""
    found = {}
    for folder in ("plumbline", *PARTS, *ELSEWHERE):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[:2] in {("plumbline", part) for part in PARTS}:
                continue  # by way of the link
            name = ".".join(("plumbline", *parts) if folder in PARTS else parts)
            found[name.removesuffix(".__init__")] = path
    return found


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of the checkout, and the packages from elsewhere, that a module imports; not what it imports for its types alone."""
    found = set()
    tree = ast.parse(modules()[module].read_bytes())
    for block in [each for each in ast.walk(tree) if isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING"]:
        block.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            source = str(node.module)
            found |= {f"{source}.{each.name}" if f"{source}.{each.name}" in modules() else source for each in node.names}
    return frozenset(found)


def arrows() -> Iterator[tuple[str, str]]:
    """Every import of the product within itself, without the leading `plumbline.`."""
    for module in modules():
        if module.startswith("plumbline."):
            for other in imported(module):
                if other.startswith("plumbline."):
                    yield module.removeprefix("plumbline."), other.removeprefix("plumbline.")


def part(module: str) -> str:
    return module.partition(".")[0]


def room(module: str) -> str:
    """`convert.importers` of `convert.importers.keras.load`; of a module that stands in no room, `convert`."""
    package = module if modules()[f"plumbline.{module}"].name == "__init__.py" else module.rpartition(".")[0]
    return ".".join(package.split(".")[:2])


def test_the_links_and_packages_are_all_known() -> None:
    assert {"plumbline.convert.pipeline", "plumbline.host.verdict.verify", "plumbline.common.errors", "tests.conftest"} <= set(modules())
    assert len(list(arrows())) > 500


def test_each_part_imports_only_what_is_below_it() -> None:
    wrong = []
    for module, other in arrows():
        if part(module) in BELOW and part(other) != part(module) and not {part(other), other} & BELOW[part(module)]:
            wrong.append(f"{module} imports {other}")
    assert wrong == []


@pytest.mark.parametrize("of", ["convert", "host", "learn", "all parts"])
def test_no_rooms_import_each_other_in_a_circle(of: str) -> None:
    """In a package the rooms are its folders; a module beside them is a roof over them, which none of them imports.

    Of `training` that is not asked: its one room holds the recipes, which the modules beside it look up by name, and which import them.
    """
    graph: dict[str, set[str]] = defaultdict(set)
    for module, other in arrows():
        one, two = (part(module), part(other)) if of == "all parts" else (room(module), room(other))
        if one != two and (of == "all parts" or part(module) == part(other) == of):
            graph[one].add(two)
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"these import each other: {' <- '.join(error.args[1])}")


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph: dict[str, set[str]] = defaultdict(set)
    for module, other in arrows():
        if not module.startswith(other + "."):  # a folder's own registration knows its files, which know what a registration is
            graph[module].add(other)
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"these import each other: {' <- '.join(error.args[1])}")


def test_nothing_of_the_product_imports_tests_benchmarks_or_tools() -> None:
    wrong = [(module, other) for module in modules() if module.startswith("plumbline") for other in imported(module) if part(other) in ELSEWHERE]
    assert wrong == []


def test_one_module_of_each_stage_of_the_host_reads_the_model() -> None:
    """The others get the graph from it, so that a stage takes the file apart once."""
    readers = set()
    for module, path in modules().items():
        if module.startswith("plumbline.host."):
            nodes = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ImportFrom)]
            if any(node.module == "plumbline.convert.interface" and "read" in [each.name for each in node.names] for node in nodes):
                readers.add(module.removeprefix("plumbline.host."))
    assert readers == {"firmware.tflm", "verdict.artefacts"}  # of a build, and of a verification


def test_no_test_is_imported() -> None:
    tests = {module for module in modules() if module.rpartition(".")[2].startswith("test_")}
    assert [(module, other) for module in modules() for other in imported(module) if other in tests] == []


def test_a_conversion_imports_no_recipe_and_the_host_no_tensorflow() -> None:
    """Not even by way of others: what the interpreter has loaded says so."""
    for package, unwanted in (("convert.pipeline", "plumbline.training"), ("convert.import_model", "plumbline.training")):
        assert unwanted not in loaded_with(package)
    for package in ("commands.verify", "host.devices.connect", "host.reports.report_writer", "host.verdict.verify", "host.firmware.firmware"):
        assert not {"tensorflow", "keras", "plumbline.training"} & loaded_with(package)


def loaded_with(module: str) -> set[str]:
    program = f"import sys, plumbline.{module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_files_stay_short() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules().values()}
    assert {path: count for path, count in lines.items() if count >= LONGEST} == {}
