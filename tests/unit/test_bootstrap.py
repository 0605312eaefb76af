"""Setting up a machine: which packages are missing, which Python serves, and what is said when nothing does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.errors import SetupFailed
from plumbline.training.recipe import names
from tests.support.makes import outside_make
from tools import bootstrap, targets


@pytest.fixture
def folder_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def command(folder: Path, name: str, script: str = "exit 0") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_each_missing_package_is_named_once(folder_of_commands: Path) -> None:
    command(folder_of_commands, "qemu-system-arm")
    command(folder_of_commands, "arm-none-eabi-gcc", 'echo "${1#-print-file-name=}"')  # a compiler without its library
    assert bootstrap.missing_packages(bootstrap.ARM) == ["libnewlib-arm-none-eabi", "libstdc++-arm-none-eabi-dev"]


def test_nothing_is_missing_here() -> None:
    assert bootstrap.missing_packages(bootstrap.ARM) == []


def test_without_apt_the_line_to_type_is_said(folder_of_commands: Path) -> None:
    command(folder_of_commands, "dnf")
    with pytest.raises(SetupFailed) as refused:
        bootstrap.install_system(["qemu-system-arm"])
    assert "qemu-system-arm" in str(refused.value)
    assert "sudo dnf install" in refused.value.hint


def test_a_recipe_brings_its_own_packages(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "venv_is_current", lambda: True)
    command(folder_of_commands, "pacman")
    for recipe in ("", "linear"):
        bootstrap.set_up("none", recipe)
    with pytest.raises(SetupFailed, match=r"missing \(by their Debian names\): espeak-ng\.") as refused:
        bootstrap.set_up("none", "speech")
    assert refused.value.hint.endswith("doctest espeak-ng")
    assert set(bootstrap.RECIPES) <= set(names())


@pytest.mark.parametrize(
    ("words", "variables", "asked"),
    [
        (["setup"], {"RECIPE": "speech"}, ("virtual", "speech")),
        (["setup"], {}, ("virtual", "linear")),
        (["setup"], {"PORT": "/dev/ttyACM0"}, ("none", "linear")),
        (["setup"], {"MODEL": "x.tflite"}, ("virtual", "")),
        (["setup", "test"], {}, ("test", "")),
        (["setup", "test"], {"CI": "true"}, ("ci", "")),
    ],
)
def test_make_sets_up_what_is_needed(words: list[str], variables: dict[str, str], asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe's own packages for that recipe alone, and for the tests in CI, which leave none out."""
    for name in ("CI", "RECIPE", "PORT", "MODEL", "ENV"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda *call: calls.append(call))
    monkeypatch.setattr(sys, "argv", ["run", *words])
    monkeypatch.chdir(bootstrap.ROOT)
    assert targets.main() == 0
    assert calls == [asked]


def test_a_program_that_cannot_be_run_counts_as_missing(folder_of_commands: Path, tmp_path: Path) -> None:
    (folder_of_commands / "qemu-system-arm").write_bytes(b"\x7fELF no program")
    (folder_of_commands / "arm-none-eabi-gcc").write_bytes(b"\x7fELF no program")
    for name in ("qemu-system-arm", "arm-none-eabi-gcc"):
        (folder_of_commands / name).chmod(0o755)
    assert bootstrap.answer([str(folder_of_commands / "qemu-system-arm")]) is None
    assert bootstrap.answer([str(tmp_path / "none")]) is None
    assert "libnewlib-arm-none-eabi" in bootstrap.missing_packages(bootstrap.ARM)


def test_without_rights_the_line_to_type_is_said(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(folder_of_commands, "apt-get")
    command(folder_of_commands, "sudo", "exit 1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupFailed) as refused:
        bootstrap.install_system(["qemu-system-arm", "g++"])
    assert refused.value.hint.endswith("sudo apt-get update && sudo apt-get install --no-install-recommends qemu-system-arm g++")


def test_an_unsupported_python_looks_for_another(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(SetupFailed, match=r"3\.14\.0 is not supported"):
        bootstrap.find_python()
    command(folder_of_commands, "python3.12")
    assert bootstrap.find_python() == str(folder_of_commands / "python3.12")


def test_a_failing_installation_shows_the_end_of_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path)
    job = bootstrap.Job("Try", "a command", ["sh", "-c", "echo no network; exit 3"], "Do this.")
    with pytest.raises(SetupFailed, match="no network") as refused:
        job.wait()
    assert refused.value.hint.startswith("Do this.")


def test_a_changed_lock_file_renews_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.venv_is_current()
    changed = tmp_path / "requirements.lock"
    changed.write_bytes(bootstrap.LOCK.read_bytes() + b"# changed\n")
    monkeypatch.setattr(bootstrap, "LOCK", changed)
    assert not bootstrap.venv_is_current()


def test_a_second_run_has_nothing_to_do() -> None:
    assert bootstrap.venv_is_current(), "run `make setup` first: here it would take the packages away from the other tests"
    again = subprocess.run(["make", "setup"], cwd=bootstrap.ROOT, capture_output=True, text=True, env=outside_make())
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", bootstrap.LOCK.read_text().strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
