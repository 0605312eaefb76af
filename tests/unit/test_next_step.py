"""A person at a terminal is told what to type next, as they typed it before; a program that reads the output is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.commands import flash
from plumbline.commands.options import Given
from plumbline.common import boards, usage
from plumbline.pipeline.environment import choose
from plumbline.pipeline.next_step import after_pass


@pytest.mark.parametrize(
    ("typed", "real", "said"),
    [
        ("make verify", False, "next  with a board, Arduino Nano 33 BLE: make flash RECIPE=linear"),
        ("plumbline verify linear", False, "next  with a board, Arduino Nano 33 BLE: plumbline flash linear"),
        (
            "plumbline verify linear --port X",
            True,
            "next  keep it for CI: cp build/linear/verdict.json baseline.json; later plumbline compare baseline.json build/linear/verdict.json tells "
            "what changed",
        ),
        (
            "make verify PORT=X",
            True,
            "next  keep it for CI: cp build/linear/verdict.json baseline.json; later .venv/bin/plumbline compare baseline.json "
            "build/linear/verdict.json tells what changed",
        ),
    ],
)
def test_after_a_pass(typed: str, real: bool, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(usage.TYPED, typed)
    monkeypatch.delenv(usage.MODEL, raising=False)
    assert after_pass(Path("build/linear"), real) == said


def test_flash_says_which_engine_it_takes_why_and_how_to_get_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(usage.TYPED, "plumbline flash linear")
    default = list(flash.taken(choose(None, None, None, boards.connected()), Given()))
    assert default == [
        "environment  nano33ble, the first of the board, as none is named",
        "engine       tflm, TensorFlow Lite Micro, a library",
        "             --env nano33ble_compiled takes compiled, the model as C code",
    ]
    named = list(flash.taken(choose(None, None, "compiled", boards.connected()), Given(engine="compiled")))
    assert named[:2] == ["environment  nano33ble_compiled, as you say", "engine       compiled, the model as C code"]
    project = list(flash.taken(choose("nano33ble_compiled", None, None, boards.connected()), Given()))
    assert project[0] == "environment  nano33ble_compiled, as plumbline.toml says"


def test_every_engine_is_explained() -> None:
    assert {each.engine for each in boards.environments().values()} == set(flash.ENGINES)
