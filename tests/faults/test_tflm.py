"""TensorFlow Lite Micro's mutants: each changes the sources as it says, and the verification on the virtual board finds it out.

The second half needs a TensorFlow Lite Micro for no operating system, in the folder that TFLM_DIR names; without one it is skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.errors import TflmMissing
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.arena import arena
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.codegen.generated_folder import generated_files
from plumbline.convert.importers.flatbuffer.reader import read
from tests.faults import experiments, tflm_mutants
from tests.faults.experiments import Torture
from tests.faults.models import with_tanh
from tests.faults.tflm_bench import ENGINE, ENGINE_SOURCE, FLATBUFFER_SOURCE, commands
from tests.faults.tflm_mutants import EXPERIMENTS, Trials
from tests.faults.tflm_variants import (
    ARENA_WORDS,
    MODEL,
    RESOLVER,
    Variant,
    arena_of,
    elastic,
    flatbuffer_later,
    registered,
    replaced,
    resolvers,
    unchecked,
)

SAID = """Building in release mode
arm-none-eabi-gcc -o /b/model/plumbline_flatbuffer.o -c -I/g "-DNAME=a b" /g/plumbline_flatbuffer.c
arm-none-eabi-gcc-ar rc /b/lib1/libsha256.a /b/lib1/sha256/sha256.o
arm-none-eabi-gcc -o /b/firmware.elf -T script.ld /b/model/plumbline_flatbuffer.o -lc
"""


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """The engine, and what is generated for a model of two operators."""
    raw = with_tanh()
    graph = read(raw)
    files = generated_files("two", raw, graph, compile_graph(graph, "two", bytes(32)), arena(graph, 600), (-1, 1))
    return files | {ENGINE_SOURCE: (ENGINE / ENGINE_SOURCE).read_text()}


def changed(variant: Variant, sources: dict[str, str]) -> str:
    """The one source that the variant changes."""
    ((name, change),) = variant.changes.items()
    return change(sources[name])


def test_the_compiler_s_calls_are_read_from_what_platformio_says() -> None:
    compiles, links = commands(SAID)
    assert (compiles.links, compiles.output, compiles.source) == (False, Path("/b/model/plumbline_flatbuffer.o"), Path("/g/plumbline_flatbuffer.c"))
    assert "-DNAME=a b" in compiles.words
    assert (links.links, links.output) == (True, Path("/b/firmware.elf"))
    assert compiles.changed({"/g": "/other"})[4:] == ["-I/other", "-DNAME=a b", "/other/plumbline_flatbuffer.c"]


def test_what_is_no_longer_there_is_not_changed_silently() -> None:
    assert replaced("a b a", "b", r"\1") == r"a \1 a"
    for pattern in ("c", "a"):
        with pytest.raises(ValueError, match="times in the source"):
            replaced("a b a", pattern, "d")


def test_every_variant_of_the_sources_says_what_it_is(sources: dict[str, str]) -> None:
    assert "PLUMBLINE_ARENA_BYTES 77\n" in changed(arena_of(77), sources)
    stretched = changed(elastic(), sources)
    assert all(stretched.count(word) == 3 for word in ARENA_WORDS)
    assert "memcmp" in sources[ENGINE_SOURCE]
    assert "memcmp" not in changed(unchecked(), sources)
    before, after = sources[FLATBUFFER_SOURCE], changed(flatbuffer_later(3), sources)
    assert "plumbline_room + 3" in after
    assert after.count("0x00, ") == before.count("0x00, ") + 3
    assert arena_of(77).changes.keys() == {MODEL}


def test_every_variant_of_the_operators_differs_from_the_others(sources: dict[str, str]) -> None:
    assert registered(sources[RESOLVER]) == ["AddFullyConnected", "AddTanh"]
    variants = resolvers(sources[RESOLVER])
    texts = [changed(variant, sources) for variant in variants]
    assert len({*texts, sources[RESOLVER]}) == len({variant.name for variant in variants}) + 1 == len(variants) + 1 > 20
    assert {"missing operator", "slots", "twice", "order", "kernel", "part of a kernel"} == {variant.kind for variant in variants}
    (order,) = (text for variant, text in zip(variants, texts, strict=True) if variant.kind == "order")
    assert registered(order) == ["AddTanh", "AddFullyConnected"]


def test_without_the_library_every_row_is_there_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TFLM_DIR", raising=False)
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path))
    (tmp_path / "linear" / "generated").mkdir(parents=True)
    rows = list(experiments.run(Torture(tmp_path / "linear", tmp_path, experiments.FULL, 1), ["tflm"]))
    assert [row.name for row in rows] == list(EXPERIMENTS)
    assert all(row.skipped and not row.missed and not row.good for row in rows)
    assert "TFLM_DIR" in rows[0].skipped
    monkeypatch.setenv("TFLM_DIR", str(tmp_path))
    with pytest.raises(TflmMissing):
        tflm_mutants.missing(tmp_path / "linear")


@pytest.fixture(scope="module")
def trials(tflm_recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(tflm_recipe, tmp_path_factory.mktemp("trials"), 3, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_finds_everything(name: str, trials: Trials) -> None:
    found = EXPERIMENTS[name](trials)
    assert found.count == found.caught > 0, found.note
    assert str(ROOT) not in found.note
