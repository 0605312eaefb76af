"""Setting up a machine: which packages are missing, which Python serves, and what is said when nothing does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import SetupFailed
from tools import bootstrap
from training.recipe import names


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
    with pytest.raises(bootstrap.Refused) as refused:
        bootstrap.install_system(["qemu-system-arm"])
    assert "qemu-system-arm" in str(refused.value)
    assert "sudo dnf install" in refused.value.hint


def test_a_recipe_brings_its_own_packages(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "venv_is_current", lambda: True)
    monkeypatch.setattr(bootstrap, "install_scons", lambda: None)
    command(folder_of_commands, "pacman")
    for words, missing in ((["none"], ""), (["none", "linear"], ""), (["none", "speech"], "espeak-ng")):
        monkeypatch.setattr(sys, "argv", ["bootstrap.py", *words])
        assert bootstrap.main() == (bootstrap.SETUP_FAILED if missing else 0)
        said = capsys.readouterr().err
        assert (f"missing (by their Debian names): {missing}." in said and "doctest espeak-ng" in said) == bool(missing)
    assert set(bootstrap.RECIPES) <= set(names())


def test_make_sets_up_what_its_recipe_needs() -> None:
    """And nothing of it for another recipe or for the tests, of which CI leaves none out."""
    for words, asks in (
        (["verify", "RECIPE=speech"], "virtual speech"),
        (["verify"], "virtual linear"),
        (["test", "CI="], "test"),
        (["test", "CI=true"], "ci"),
    ):
        planned = subprocess.run(["make", "--dry-run", *words], cwd=bootstrap.ROOT, capture_output=True, text=True, check=True).stdout
        assert re.findall(r"tools/bootstrap\.py (.*)", planned) == [asks]


def test_without_rights_the_line_to_type_is_said(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(folder_of_commands, "apt-get")
    command(folder_of_commands, "sudo", "exit 1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(bootstrap.Refused) as refused:
        bootstrap.install_system(["qemu-system-arm", "g++"])
    assert refused.value.hint.endswith("sudo apt-get update && sudo apt-get install --no-install-recommends qemu-system-arm g++")


def test_an_unsupported_python_looks_for_another(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(bootstrap.Refused, match=r"3\.14\.0 is not supported"):
        bootstrap.find_python()
    command(folder_of_commands, "python3.12")
    assert bootstrap.find_python() == str(folder_of_commands / "python3.12")


def test_a_failing_installation_shows_the_end_of_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path)
    job = bootstrap.Job("Try", "a command", ["sh", "-c", "echo no network; exit 3"], "Do this.")
    with pytest.raises(bootstrap.Refused, match="no network") as refused:
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
    again = subprocess.run([sys.executable, "tools/bootstrap.py", "virtual"], cwd=bootstrap.ROOT, capture_output=True, text=True)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_its_exit_code_is_the_one_in_the_table() -> None:
    assert SetupFailed.exit_code == bootstrap.SETUP_FAILED


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", bootstrap.LOCK.read_text().strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
