"""What an exported model costs: the stack out of a call graph, what compilers say of real C, and what was measured of exactly this conversion."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plumbline.common.measured import measured
from plumbline.convert.export.costs import CORES, compiler_of, costs_of, stack_of
from tests.support.manifests import MANIFEST


def graph(frames: dict[str, str], *calls: tuple[str, str]) -> str:
    """A call graph as GCC writes it; a function without a frame has no body."""
    nodes = [f'node: {{ title: "{title}" label: "{title}\\na.c:1:1{label and chr(92) + "n" + label}" }}' for title, label in frames.items()]
    return "\n".join(['graph: { title: "a.c"', *nodes, *(f'edge: {{ sourcename: "{a}" targetname: "{b}" label: "a.c:2:3" }}' for a, b in calls), "}"])


def static(count: int) -> str:
    return f"{count} bytes (static)"


@pytest.mark.parametrize(
    ("frames", "calls", "expected"),
    [
        ({"m_invoke": static(16)}, [], (16, ())),
        (
            {"m_invoke": static(16), "a.c:f": static(100), "a.c:g": static(40), "a.c:h": static(70)},
            [("m_invoke", "a.c:f"), ("m_invoke", "a.c:g"), ("a.c:g", "a.c:h")],
            (126, ()),
        ),
        ({"m_invoke": static(16), "m_reset": static(24), "memcpy": ""}, [("m_reset", "memcpy")], (24, ("memcpy",))),
        ({"m_invoke": static(16), "a.c:f": static(8)}, [("m_invoke", "a.c:f"), ("a.c:f", "a.c:f")], (None, ())),
        ({"m_invoke": "16 bytes (dynamic)"}, [], (None, ())),
        ({"m_invoke": static(16), "a.c:f": ""}, [("m_invoke", "a.c:f")], (None, ())),
        ({"other": static(16), "memset": ""}, [("other", "memset")], (None, ())),
    ],
    ids=["one", "the deepest way counts", "a library's function", "recursion", "a frame that grows", "a lost function", "none of the entries"],
)
def test_the_stack_is_that_of_the_deepest_way(
    frames: dict[str, str], calls: list[tuple[str, str]], expected: tuple[int | None, tuple[str, ...]]
) -> None:
    assert stack_of(graph(frames, *calls), ("m_invoke", "m_reset")) == expected


def test_no_graph_no_stack() -> None:
    assert stack_of("", ("m_invoke",)) == (None, ())


SOURCE = """#include "m.h"
static const int8_t table[1000] = { 1, 2, 3 };
__attribute__((noinline)) static int inner(int at)
{
    volatile int8_t here[200];
    here[at] = table[at];
    return here[at + 1];
}
int m_invoke(int at)
{
    volatile int8_t here[400];
    here[at] = (int8_t)at;
    return inner(here[at]) + table[at];
}
"""
HEADER = "#include <stdint.h>\nint m_invoke(int at);\n"
INSTALLED = [core for core in CORES if compiler_of(core)]


@pytest.mark.skipif(not INSTALLED, reason="no compiler for one of the cores")
def test_a_compiler_says_what_c_takes() -> None:
    found = costs_of("m", HEADER, SOURCE)
    assert [each.core for each in found] == [each.name for each in INSTALLED]
    for each in found:
        assert 20 < each.code < 300
        assert 1000 <= each.constants < 1016
        assert each.stack is not None
        assert 600 <= each.stack < 700
        assert each.runtime == ()
        assert each.compiler.startswith("GCC ")
    assert costs_of("m", HEADER, SOURCE.replace("return", "retrun")) == ()


MEASURED = {"passed": True, "inference": {"count": 208401, "unit": "instructions"}, "board": {"board": "virtual Pico", "engine": "compiled"}}


def firmware(**changed: Any) -> dict[str, Any]:
    compiler = "arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205"
    return {"build": "1 pico", "compiler": compiler, "manifest_sha256": MANIFEST.sha256, "settings": {"environment": "virtual_pico"}, **changed}


def told(folder: Path) -> str:
    found = measured(folder, MANIFEST)
    return "" if found is None else found.sentence


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_a_verification_has_measured_it(tmp_path: Path) -> None:
    expected = "208,401 instructions for an inference on the virtual Pico (Cortex-M0+), measured in Plumbline's own firmware (GCC 12.2.1)"
    assert told(tmp_path) == ""
    write(tmp_path / "verdict.json", {**MEASURED, "firmware": firmware()})
    assert told(tmp_path) == expected
    unknown = firmware(settings={"environment": "elsewhere"}, compiler="Clang\x1b 99")
    write(tmp_path / "verdict.json", {**MEASURED, "firmware": unknown})
    assert told(tmp_path) == expected.replace(" (Cortex-M0+)", "").replace("GCC 12.2.1", "Clang? 99")


@pytest.mark.parametrize(
    "changed",
    [
        {"firmware": firmware(manifest_sha256="0" * 64)},
        {"firmware": None},
        {"passed": False},
        {"board": {"board": "virtual Pico", "engine": "tflm"}},
        {"inference": {"count": True, "unit": "instructions"}},
        {"inference": {"count": 10}},
        {"inference": []},
    ],
)
def test_what_was_measured_of_something_else_does_not_count(changed: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path / "verdict.json", {**MEASURED, "firmware": firmware(), **changed})
    assert told(tmp_path) == ""


def test_a_profile_has_measured_it_where_no_verification_has(tmp_path: Path) -> None:
    profile = {"build": "1 pico", "board": "virtual Pico", "engine": "compiled", "unit": "cycles", "whole": 900, "plain": 880}
    write(tmp_path / "profile.json", profile)
    assert told(tmp_path) == ""  # of which conversion, its firmware says
    write(tmp_path / "pio" / "virtual_pico" / "firmware.json", firmware())
    assert told(tmp_path).startswith("880 cycles ")
    write(tmp_path / "profile.json", {**profile, "plain": None})
    assert told(tmp_path).startswith("900 cycles ")
    (tmp_path / "verdict.json").write_text("{")
    assert told(tmp_path).startswith("900 cycles ")
    found = measured(tmp_path, replace(MANIFEST, tolerance=2.0))
    assert found is None
