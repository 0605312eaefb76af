"""What a bench of boards needs besides a laboratory: which Python has labgrid, folders and JUnit for places, and what cannot be typed together."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest

from plumbline.commands import verify
from plumbline.common import junit, progress, usage
from plumbline.common.errors import BoardNotFound, PortBusy, SetupFailed, UsageError
from plumbline.common.junit import Case
from plumbline.common.progress import Output
from plumbline.host.bench import program
from plumbline.host.bench.places import Place, free
from plumbline.host.reports.places_progress import PlacesProgress
from plumbline.pipeline.bench import folder_of
from tools import bootstrap, jobs, labgrid_environment, run


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (f"#!{sys.executable}", "import sys", sys.executable),
        (f"#!{sys.executable} -I", "", sys.executable),
        ("#!/bin/sh", f'\'\'\'exec\' "{sys.executable}" "$0" "$@"', sys.executable),
        ("#!/bin/sh", "exec labgrid", None),
        ("#!/no/such/python", "", None),
        ("\x7fELF", "", None),
        ("", "", None),
    ],
)
def test_the_python_of_an_installed_program_is_found(first: str, second: str, found: str | None, tmp_path: Path) -> None:
    (tmp_path / "labgrid-client").write_text(f"{first}\n{second}\n")
    assert program.interpreter(tmp_path / "labgrid-client") == found


def test_the_program_on_the_path_counts_before_the_own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own" / "bin" / "python"
    monkeypatch.setattr(program, "ENVIRONMENT", tmp_path / "own")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupFailed, match="there is no labgrid-client on the PATH") as refused:
        program.python()
    assert "make setup-bench" in refused.value.hint
    own.parent.mkdir(parents=True)
    own.touch()
    assert program.python() == str(own)
    client = tmp_path / "labgrid-client"
    client.write_text(f"#!{sys.executable}\n")
    client.chmod(0o755)
    assert program.python() == sys.executable


@pytest.mark.parametrize(("words", "variables"), [(["setup", "bench"], {}), (["setup"], {"PLACE": "nano-1"})])
def test_make_brings_labgrid_where_a_place_is_named(words: list[str], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    calls: list[str] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda group, _: calls.append(group))
    monkeypatch.setattr(sys, "argv", ["run", *words])
    monkeypatch.chdir(bootstrap.ROOT)
    assert run.main() == 0
    assert calls == ["bench"]


def test_labgrid_comes_from_its_lock_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    python.chmod(0o755)
    monkeypatch.setattr(labgrid_environment, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(labgrid_environment, "STAMP", tmp_path / ".installed")
    monkeypatch.setattr(labgrid_environment, "CLIENT", "no-such-program")
    monkeypatch.setattr(jobs, "LOGS", tmp_path)
    for _ in range(2):
        labgrid_environment.set_up(str(python))
    made, installed = (tmp_path / "asked").read_text().splitlines()
    assert made.startswith("-m venv ")
    assert installed.endswith(f"--require-hashes -r {labgrid_environment.LOCK}")
    assert "pyserial-labgrid==" in labgrid_environment.LOCK.read_text()
    assert "labgrid" not in bootstrap.LOCK.read_text()


@pytest.mark.parametrize(
    "words",
    [
        ["linear", "--place", "a", "--port", "/dev/x"],
        ["linear", "--place", "a", "--places", "b"],
        ["linear", "--places", "a", "--port", "/dev/x"],
        ["linear", "--places", "a", "--boards"],
        ["linear", "--boards", "--place", "a"],
        ["linear", "--upload", "true"],
        ["linear", "--coordinator", "lab"],
    ],
)
def test_what_contradicts_itself_is_refused(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(usage.TYPED, "plumbline verify linear")
    before = progress.chosen()
    try:
        with pytest.raises(UsageError), verify.command.make_context("verify", words, parent=click.Context(verify.command)) as context:
            verify.command.invoke(context)
    finally:
        progress.choose(before)


def test_each_place_has_a_folder_of_its_own(tmp_path: Path) -> None:
    names = ("a", "a/b", "a_b", "..", ".", ".a", "a b", "%2E", "ä")
    folders = [folder_of(tmp_path, name) for name in names]
    assert len(set(folders)) == len(names)
    assert {folder.resolve().parent for folder in folders} == {(tmp_path / "places").resolve()}


def test_files_of_junit_become_one_with_a_suite_each() -> None:
    good = junit.to_xml("plumbline.linear", "2026-01-01T00:00:00+00:00", [Case("samples", "x"), Case("verdict", "verdict")], seconds=2)
    bad = junit.to_xml("plumbline.linear", "2026-01-01T00:00:00+00:00", [Case("verdict", "verdict", ["lost"], "BoardLost", "error")], seconds=3)
    one = ET.fromstring(junit.joined([("plumbline.linear.a", good), ("plumbline.linear.b", bad)]))
    assert one.attrib == {"name": "plumbline", "tests": "3", "skipped": "0", "failures": "0", "errors": "1", "time": "3.000"}
    assert [(suite.get("name"), suite.get("errors")) for suite in one] == [("plumbline.linear.a", "0"), ("plumbline.linear.b", "1")]
    assert [case.get("classname") for case in one.iter("testcase")] == [
        "plumbline.linear.a.samples",
        "plumbline.linear.a.verdict",
        "plumbline.linear.b.verdict",
    ]


def test_who_holds_a_place_is_named() -> None:
    def place(holder: str, user: str = "") -> Place:
        resource = {"path": ["lab", "a", "NetworkSerialPort", "NetworkSerialPort"], "available": False, "user": user, "device": ""}
        return Place.of({"name": "a", "aliases": [], "tags": {}, "holder": holder, "matches": ["lab/a/*"], "resources": [resource]})

    free(place(""), "here/me")
    for one, said in (
        (place("there/you"), "you on there holds place a"),
        (place("here/me"), "You hold place a already"),
        (place("", "b"), "Place b"),
    ):
        with pytest.raises(PortBusy, match=said) as refused:
            free(one, "here/me")
        assert "release" in refused.value.hint
    with pytest.raises(BoardNotFound, match="is not plugged in, says exporter lab"):
        place("").serial_port()
    with pytest.raises(BoardNotFound, match="Exporter lab cannot offer"):
        place("", "<broken>").serial_port()


@pytest.mark.parametrize(("how", "shown"), [("shown", "\\x1bmine: Verifying\n"), ("json", '"place": "\\u001bmine"'), ("none", "")])
def test_several_places_do_not_write_over_each_other(how: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = progress.chosen()
    progress.choose(Output(how))  # type: ignore[arg-type]
    try:
        with PlacesProgress(["\x1bmine", "yours"]) as places, places.of("\x1bmine"), progress.task("Verifying", 2, "inputs") as advance:
            advance(2)
            places.say("yours", "PASS", ended=True)
    finally:
        progress.choose(before)
    said = capsys.readouterr().err
    assert shown in said
    assert "\x1b" not in said
    assert len(said.splitlines()) == (0 if how == "none" else 2)
