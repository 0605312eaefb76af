"""What comes from a file or a board is shown, and does nothing else to a terminal or to the lines around it."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from plumbline.common import progress
from plumbline.common.text import broken, indented, printable, xml_text
from plumbline.host.reports.terminal import Terminal


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert printable(shown) == shown


@pytest.mark.parametrize("text", ["", "x = 1", "größe", "模型", "модель", "نموذج", "नमूना", "😀", "a[b]\\c"])
def test_what_a_terminal_shows_stays_as_it_is(text: str) -> None:
    assert printable(text) == indented(text, 4) == xml_text(text) == text


def test_only_the_first_line_begins_at_the_margin() -> None:
    assert indented("one\nPASS two\n\x1b[Hthree", 7) == "one\n       PASS two\n       \\x1b[Hthree"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_table_and_a_line_show_names_and_nothing_else(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "x\x1b[31m\x1b]0;title\x07\nPASS y\u202e\r"
    monkeypatch.setenv("COLUMNS", "200")
    console = Terminal()
    console.file = io.StringIO()
    console._force_terminal = terminal
    table = Table(title=name)
    table.add_column("layer")
    table.add_row(escape(name))
    console.print(table)
    console.print(escape(name), Text(name), soft_wrap=True)
    said = console.file.getvalue()
    assert "\x1b[31m" not in said
    assert "\x1b]" not in said
    assert not any(each in said for each in "\x07\u202e\r")
    assert said.count(r"x\x1b[31m\x1b]0;title\x07\nPASS y\u202e\r") == 3
    assert r"x\x1b[31m\x1b]0;title\nPASS y\u202e" in said  # Rich's Text leaves out what rings
    assert not any(line.startswith("PASS") for line in said.splitlines())


def test_the_title_of_a_task_cannot_begin_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.task("Converting a\nPASS\x1b[2J.keras"):
        pass
    assert all(line.startswith(r"Converting a\nPASS\x1b[2J.keras") for line in capsys.readouterr().err.splitlines())
    progress.choose(progress.Output("json"))
    try:
        with progress.task("Converting \x1b[2J"):
            pass
    finally:
        progress.choose(progress.Output())
    assert [json.loads(line)["task"] for line in capsys.readouterr().err.splitlines()] == [r"Converting \x1b[2J"] * 2


def test_a_message_is_broken_between_words_and_never_begins_a_line_at_the_margin() -> None:
    text = "One sentence with `make verify PORT=/dev/ttyACM0` in it.\n- It has a second line that is too long as well."
    assert indented(text, 7, 40).split("\n") == [
        "One sentence with `make verify",
        "       PORT=/dev/ttyACM0` in it.",
        "       - It has a second line that is",
        "       too long as well.",
    ]
    assert indented("\n\nx", 2, 40) == "\n  \n  x"
    assert indented("a" * 60, 7, 40) == "a" * 60


def test_a_line_of_a_report_goes_on_below_its_beginning() -> None:
    assert broken("  error  1 2 3 4 5 6 7 8", 20, "    ") == ["  error  1 2 3 4 5 6", "    7 8"]
    assert broken("  a   table   ", 20) == ["  a   table   "]
