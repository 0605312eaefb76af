"""`plumbline` as somebody types it who has not read a page: help, mistakes, completion, and no import that a command does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from plumbline.cli import COMMANDS, GROUPS, command
from plumbline.common.errors import CompilerMissing, QemuMissing
from plumbline.common.paths import ROOT, recipe_names

WITHOUT_RESULT = {"monitor", "serve"}
"""What goes on until it is ended."""


def plumbline(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **variables}
    return subprocess.run([sys.executable, "-m", "plumbline", *words], cwd=folder, env=given, capture_output=True, text=True, timeout=300)


def found(name: str) -> click.Command:
    one = command.get_command(click.Context(command), name)
    assert one is not None
    return one


def help_of(name: str) -> str:
    return found(name).get_help(click.Context(found(name), info_name=name, parent=click.Context(command, info_name="plumbline")))


def test_every_module_is_a_command_and_every_command_a_module() -> None:
    modules = {path.stem for path in (ROOT / "plumbline" / "commands").glob("*.py")} - {"__init__", "completion", "external", "options"}
    assert modules == set(COMMANDS)
    assert len(COMMANDS) == sum(len(group) for group in GROUPS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_and_says_what_json_prints(name: str) -> None:
    text = help_of(name)
    assert f"\n  plumbline {name}" in text[text.index("\nExample") :]
    assert ("--json" in text) == (name not in WITHOUT_RESULT)
    assert all(option in text for option in ("--quiet", "--verbose", "--help"))
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_one(name: str) -> None:
    for example in found(name).examples:  # type: ignore[attr-defined]
        program, typed, *words = example.split()
        assert (program, typed) == ("plumbline", name)
        found(name).make_context(name, words)


def test_the_list_of_commands_is_in_groups_and_says_how_to_turn_on_completion(tmp_path: Path) -> None:
    done = plumbline(tmp_path)
    assert done.returncode == 0
    assert all(f"\n{title}:\n" in done.stdout for title in GROUPS)
    assert "_PLUMBLINE_COMPLETE=bash_source plumbline" in done.stdout
    assert done.stdout == plumbline(tmp_path, "--help").stdout


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (["veryfy"], "There is no command 'veryfy'. Did you mean verify?", "`plumbline --help`"),
        (["verify", "--sampels", "x"], "'--samples'", "`plumbline verify --help`"),
        (["verify", "--env"], "--env", "`plumbline verify --help`"),
        (["verify", "a", "b"], "unexpected extra argument", "`plumbline verify --help`"),
        (["compare", "a", "b", "--max-flash-growth", "-3"], "no amount like 200", "`plumbline compare --help`"),
        (["compare"], "Missing argument", "`plumbline compare --help`"),
        (["verify", "linear", "--port", ""], "--port is empty.", "leave --port out"),
        (["verify", "linear", "--quiet", "--json"], "--quiet and --json are given.", "Choose one."),
        (["build"], "Say which model", "linear"),
        (["train", "model.tflite"], "is not trained here", "`plumbline convert model.tflite`"),
        (["convert", "linear", "--samples", "x.npy"], "--samples is given without a model", "brings its own"),
        (["verify", "linear", "--env", "virtul"], "There is no firmware environment 'virtul'.", "virtual_tflm"),
        (["build", "linear", "--board", "nano"], "There is no board 'nano'.", "nano33ble"),
        (["build", "linear", "--env", "virtual", "--engine", "tflm"], "names a board and an engine already", "alone"),
        (["build", "linear", "--mlperf", "kwz"], "no model 'kwz'. Did you mean kws?", "--mlperf one of kws, vww, ic, ad"),
        (["flash", "linear", "--board", "virtual"], "cannot be flashed", "nano33ble"),
        (["serve", "linear", "--board", "nucleo_f446re"], "Nothing emulates the board of nucleo_f446re", "plumbline ports"),
    ],
)
def test_a_mistake_is_one_message_with_a_hint(words: list[str], said: str, hint: str, tmp_path: Path) -> None:
    done = plumbline(tmp_path, *words)
    assert done.returncode == 2, done.stderr
    first, _, second = done.stderr.partition("\nhint:  ")
    assert first.startswith("error: ")
    assert said in first
    assert hint in second
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "typed", "completed"),
    [
        (["plumbline"], "ve", {"verify"}),
        (["plumbline", "verify"], "--sam", {"--samples"}),
        (["plumbline", "verify"], "w", {"wakeword", "weather", "weather_unrolled"}),
        (["plumbline", "build", "--env"], "virtual_t", {"virtual_tflm"}),
        (["plumbline", "build", "--board"], "", {"virtual", "nano33ble"}),
        (["plumbline", "serve", "--mlperf"], "", {"kws", "vww", "ic", "ad"}),
    ],
)
def test_a_shell_completes(words: list[str], typed: str, completed: set[str], tmp_path: Path) -> None:
    variables = {"_PLUMBLINE_COMPLETE": "bash_complete", "COMP_WORDS": " ".join([*words, typed]), "COMP_CWORD": str(len(words))}
    done = plumbline(tmp_path, **variables)
    offered = {line.partition(",")[2] for line in done.stdout.splitlines() if line.startswith("plain,")}
    assert completed <= offered, done.stderr
    assert all(each.startswith(typed) for each in offered)
    assert "complete" in plumbline(tmp_path, _PLUMBLINE_COMPLETE="zsh_source").stdout


def test_a_file_of_the_current_folder_passes_for_no_module(tmp_path: Path) -> None:
    """In a stage, which Python starts there."""
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    code = "from plumbline.pipeline import stages; stages.run('train', 'no_such', '--only')"
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300)
    assert "There is no recipe 'no_such'" in done.stderr
    assert ("not this one" in done.stderr) == (sys.version_info < (3, 11))


def test_no_command_imports_what_others_need(tmp_path: Path) -> None:
    """The list of commands in particular is there at once."""
    code = (
        "import sys; sys.argv = ['plumbline', *sys.argv[1:]]\n"
        "from plumbline.cli import main\n"
        "main()\n"
        "print({name.split('.')[0] for name in sys.modules} & {'numpy', 'rich', 'jinja2', 'tensorflow', 'matplotlib', 'serial', 'platformio'})"
    )
    for words, imported in (([], set()), (["train", "--help"], {"rich"}), (["verify", "--help"], {"rich"})):
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.stdout.splitlines()[-1] == str(imported), done.stderr


def test_a_recipe_is_known_without_importing_it() -> None:
    from plumbline.training.recipe import names

    assert recipe_names() == names()


def test_what_the_virtual_board_lacks_is_said_before_anything_is_made(tmp_path: Path) -> None:
    """Else it would be said after training, converting and building."""
    (tmp_path / "model.tflite").write_bytes(b"never read")
    (tmp_path / "bin").mkdir()
    ended = plumbline(tmp_path, "verify", "model.tflite", PATH=str(tmp_path / "bin"))
    assert ended.returncode == QemuMissing.exit_code
    assert "qemu-system-arm is not installed" in ended.stderr
    (tmp_path / "bin" / "qemu-system-arm").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "qemu-system-arm").chmod(0o755)
    ended = plumbline(tmp_path, "verify", "model.tflite", PATH=str(tmp_path / "bin"), PLUMBLINE_COMPILER="gcc")
    assert ended.returncode == CompilerMissing.exit_code
    assert "arm-none-eabi-gcc: it is not installed" in ended.stderr
