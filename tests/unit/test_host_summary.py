"""The table of `make verify-all`: whatever the width, each line says what became of its recipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plumbline.commands import summary
from plumbline.commands.options import Given
from plumbline.common.errors import BoardSilent
from plumbline.common.outcome import Ended, Run
from plumbline.host.reports.terminal import Terminal
from plumbline.training.recipe import names
from tests.support.verdict_documents import passing


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_line_begins_with_its_outcome(width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    passed, silent, running, missing = names()[:4]
    (tmp_path / passed).mkdir()
    (tmp_path / passed / "verdict.json").write_text(json.dumps({**passing(), "recipe": passed}))
    Run.begin(tmp_path / silent, silent, "make verify").end(Ended.of(BoardSilent("Nothing came.", "")))
    Run.begin(tmp_path / running, running, "make verify")
    monkeypatch.setenv("COLUMNS", str(width))
    assert summary.conclude(Given(build=tmp_path), names(), {passed: 7.4}) == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    for said, name in (("PASS", passed), ("ERROR BoardSilent", silent), ("NOT FINISHED", running), ("no verdict", missing)):
        assert any(line.split()[: len(said.split()) + 1] == [*said.split(), name] for line in lines), said
    assert ("Left out" in "".join(lines)) == (width < 200)


@pytest.mark.parametrize("terminal", [False, True])
def test_a_sentence_is_broken_between_words_on_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    sentence = "the board answers otherwise than the oracle " * 4
    console = Terminal()
    console._force_terminal = terminal
    console.say(sentence.strip())
    lines = capsys.readouterr().out.splitlines()
    assert [word for line in lines for word in line.split()] == sentence.split()
    assert (len(lines) > 1) == terminal
