"""Setting up a machine: which packages are missing, which Python serves, and what is said when nothing does."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.errors import SetupFailed
from plumbline.host.devices import qemu, qemu_packages
from tests.support.makes import outside_make
from tools import bootstrap, jobs, run, system_packages
from tools.pip_progress import PipProgress


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
    assert bootstrap.missing_packages(system_packages.ARM) == ["libnewlib-arm-none-eabi", "libstdc++-arm-none-eabi-dev"]


def test_nothing_is_missing_here() -> None:
    assert bootstrap.missing_packages(system_packages.ARM) == []


def test_without_apt_the_line_to_type_is_said(folder_of_commands: Path) -> None:
    command(folder_of_commands, "dnf")
    with pytest.raises(SetupFailed) as refused:
        bootstrap.install_system(["libnewlib-arm-none-eabi", "qemu-system-arm"])
    assert "qemu-system-arm" in str(refused.value)
    assert refused.value.hint.endswith(": sudo dnf install arm-none-eabi-newlib qemu-system-arm")


def test_a_recipe_brings_its_own_packages(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "venv_is_current", lambda locks: True)
    command(folder_of_commands, "pacman")
    for recipe in ("", "linear"):
        bootstrap.set_up("none", recipe)
    with pytest.raises(SetupFailed, match=r"missing \(by their Debian names\): espeak-ng\.") as refused:
        bootstrap.set_up("none", "speech")
    assert refused.value.hint.endswith(": sudo pacman -S espeak-ng")


@pytest.mark.parametrize(
    ("words", "variables", "asked"),
    [
        (["setup"], {"RECIPE": "speech"}, ("virtual", "speech")),
        (["setup"], {}, ("virtual", "linear")),
        (["setup"], {"PORT": "/dev/ttyACM0"}, ("none", "linear")),
        (["setup"], {"MODEL": "x.tflite"}, ("virtual", "")),
        (["setup"], {"ENV": "virtual_tflm"}, ("gcc", "linear")),
        (["setup"], {"ENV": "nano33ble"}, ("none", "linear")),
        (["setup"], {"ENV": "virtual_rv32"}, ("boards", "linear")),
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
    assert run.main() == 0
    assert calls == [asked]


def test_a_program_that_cannot_be_run_counts_as_missing(folder_of_commands: Path, tmp_path: Path) -> None:
    (folder_of_commands / "qemu-system-arm").write_bytes(b"\x7fELF no program")
    (folder_of_commands / "arm-none-eabi-gcc").write_bytes(b"\x7fELF no program")
    for name in ("qemu-system-arm", "arm-none-eabi-gcc"):
        (folder_of_commands / name).chmod(0o755)
    assert bootstrap.answer([str(folder_of_commands / "qemu-system-arm")]) is None
    assert bootstrap.answer([str(tmp_path / "none")]) is None
    assert "libnewlib-arm-none-eabi" in bootstrap.missing_packages(system_packages.ARM)


def test_without_rights_the_line_to_type_is_said(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(folder_of_commands, "apt-get")
    command(folder_of_commands, "sudo", "exit 1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PLUMBLINE_APT", "1")
    with pytest.raises(SetupFailed) as refused:
        bootstrap.install_system(["qemu-system-arm", "g++"])
    assert refused.value.hint.endswith("sudo apt-get update && sudo apt-get install --no-install-recommends qemu-system-arm g++")


@pytest.mark.parametrize("group", system_packages.PORTABLE)
def test_what_the_virtual_board_lacks_comes_without_any_right(group: str, folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where GCC or QEMU is missing, apt installs nothing: the compiler comes from PyPI, and QEMU is unpacked where the board needs it."""
    asked: list[object] = []

    class Done:
        def wait(self) -> None:
            pass

    def job(*asking: object) -> Done:
        asked.extend(asking)
        return Done()

    monkeypatch.setattr(bootstrap, "venv_is_current", lambda locks: locks == [bootstrap.LOCK])
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda python: True)
    monkeypatch.setattr(bootstrap, "install_python", lambda python, locks: job(*locks))
    monkeypatch.setattr(bootstrap, "unpack_qemu", lambda: job("QEMU"))
    monkeypatch.setattr(qemu_packages, "unpacked", lambda: folder_of_commands / "unpacked")
    for name in ("apt-get", "dpkg-deb"):
        command(folder_of_commands, name)
    bootstrap.set_up(group, "")
    emulator = ["QEMU"] * (group == "virtual")
    assert asked == [bootstrap.LOCK, bootstrap.ZIG_LOCK, *emulator]
    asked.clear()
    command(folder_of_commands, "arm-none-eabi-gcc", 'echo "/lib/${1#-print-file-name=}"')
    command(folder_of_commands, "arm-none-eabi-g++")
    command(folder_of_commands, "unpacked")
    bootstrap.set_up(group, "")
    assert asked == []


def test_nothing_is_brought_where_neither_compiler_nor_emulator_is_needed(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training, conversion and the lesson."""
    monkeypatch.setattr(bootstrap, "venv_is_current", lambda locks: locks == [bootstrap.LOCK])
    bootstrap.set_up("none", "")


@pytest.mark.parametrize(
    ("variables", "typed", "user", "agreed"),
    [
        ({}, None, 1000, False),
        ({}, None, 0, True),
        ({"CI": "true"}, None, 1000, True),
        ({"PLUMBLINE_APT": "1"}, None, 1000, True),
        ({"PLUMBLINE_APT": "0", "CI": "true"}, None, 0, False),
        ({}, "y\n", 1000, True),
        ({}, "\n", 0, False),
        ({}, "", 0, False),
    ],
)
def test_the_system_is_changed_by_consent_alone(
    variables: dict[str, str], typed: str | None, user: int, agreed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`typed` is what somebody at a terminal answers; None where there is none."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return typed is not None

    for name in ("CI", "PLUMBLINE_APT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("sys.stdin", Terminal(typed or ""))
    monkeypatch.setattr("sys.stderr", shown := Terminal())
    assert bootstrap.agreed("qemu-system-arm") is agreed
    assert ("qemu-system-arm" in shown.getvalue()) is (typed is not None)


def test_without_consent_the_line_to_type_is_said(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(folder_of_commands, "apt-get")
    monkeypatch.setattr(bootstrap, "agreed", lambda names: False)
    with pytest.raises(SetupFailed, match=r"missing: g\+\+\.") as refused:
        bootstrap.install_system(["g++"])
    assert "sudo apt-get install --no-install-recommends g++" in refused.value.hint
    assert "PLUMBLINE_APT=1 make" in refused.value.hint


def test_pip_says_how_far_it_is(tmp_path: Path) -> None:
    lock, log = tmp_path / "lock", tmp_path / "log"
    lock.write_text("a==1 \\\n    --hash=sha256:0\n    # via b\nb==1\nc==1 ; sys_platform == 'win32'\n")
    (tmp_path / "fetched").mkdir()
    state = PipProgress(log, tmp_path / "fetched", tmp_path / "environment", [lock])
    assert state() == "the environment is made"
    site = tmp_path / "environment" / "lib" / "python3.11" / "site-packages"
    (site / "pip-1.dist-info").mkdir(parents=True)
    log.write_text("Ignoring c: markers do not match your environment\nCollecting a==1 (from -r lock (line 1))\n  Downloading a.whl (3.0 MB)\n")
    (tmp_path / "fetched" / "a.whl").write_bytes(bytes(3_000_000))
    assert state() == "1 of 2 packages fetched, 3 MB fetched"
    with log.open("a") as more:
        more.write("Collecting b==1\nInstalling collected packages: a, b\n")
    (tmp_path / "fetched" / "a.whl").unlink()
    (site / "a-1.dist-info").mkdir()
    assert state() == "1 of 2 packages installed, 3 MB fetched"


@pytest.mark.parametrize("terminal", [False, True])
def test_a_job_says_that_it_lives(terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is renewed on a terminal, lines one below the other elsewhere."""

    class Shown(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr(jobs, "LOGS", tmp_path)
    monkeypatch.setattr(jobs, "TERMINAL_S", 0.01)
    monkeypatch.setattr(jobs, "LOG_S", 0.01)
    monkeypatch.setattr("sys.stderr", shown := Shown())
    jobs.Job("Try it", "a command", ["sh", "-c", "sleep 0.5"], "", state=lambda: "half way").wait()
    assert "Try it: a command ...\n" in shown.getvalue()
    assert "Try it: half way, 0 s" in shown.getvalue()
    assert ("\r" in shown.getvalue()) is terminal
    assert shown.getvalue().endswith("done in 0 s\n") or shown.getvalue().endswith("done in 1 s\n")


@pytest.mark.slow
def test_qemu_is_unpacked_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the right to read the system's list of packages alone."""
    if not qemu_packages.possible():
        pytest.skip("needs apt-get and dpkg-deb")
    monkeypatch.setattr(qemu_packages, "cache", lambda: tmp_path / "a cache")
    done = subprocess.run(qemu_packages.command(), capture_output=True, text=True)
    if "Failed to fetch" in done.stderr or "Temporary failure" in done.stderr:
        pytest.skip("Debian's packages are out of reach")
    assert done.returncode == 0, done.stderr
    assert "QEMU emulator version" in done.stdout
    assert [path.name for path in qemu_packages.unpacked().parent.parent.iterdir()] == ["qemu"]
    assert qemu_packages.unpacked().parent.parent.name == "a cache"
    monkeypatch.setattr("shutil.which", lambda name: None if name == qemu.QEMU else name)
    assert qemu.program() == str(qemu_packages.unpacked())


def test_an_unsupported_python_looks_for_another(folder_of_commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(SetupFailed, match=r"3\.14\.0 is not supported"):
        bootstrap.find_python()
    command(folder_of_commands, "python3.12")
    assert bootstrap.find_python() == str(folder_of_commands / "python3.12")


def test_a_failing_installation_shows_the_end_of_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOGS", tmp_path)
    job = jobs.Job("Try", "a command", ["sh", "-c", "echo no network; exit 3"], "Do this.")
    with pytest.raises(SetupFailed, match="no network") as refused:
        job.wait()
    assert refused.value.hint.startswith("Do this.")


def test_a_changed_lock_file_renews_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.venv_is_current([bootstrap.LOCK])
    changed = tmp_path / "requirements.lock"
    changed.write_bytes(bootstrap.LOCK.read_bytes() + b"# changed\n")
    monkeypatch.setattr(bootstrap, "LOCK", changed)
    assert not bootstrap.venv_is_current([changed])


def test_the_compiler_comes_into_an_environment_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    command(tmp_path / "venv" / "bin", "python", f'echo "$@" >>{tmp_path}/asked')
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "STAMP", stamp := tmp_path / "venv" / ".installed")
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path)
    monkeypatch.setattr(jobs, "LOGS", tmp_path)
    stamp.write_text(bootstrap.digests([bootstrap.LOCK])[0])
    both = [bootstrap.LOCK, bootstrap.ZIG_LOCK]
    assert not bootstrap.venv_is_current(both)
    bootstrap.install_python(sys.executable, both).wait()
    (pip,) = (line for line in (tmp_path / "asked").read_text().splitlines() if "pip install" in line)
    assert pip.endswith(f"--require-hashes -r {bootstrap.ZIG_LOCK}")
    assert bootstrap.venv_is_current(both)
    assert bootstrap.venv_is_current([bootstrap.LOCK])


@pytest.mark.parametrize("module", ["tools.run", "plumbline.pipeline.target"])
def test_the_set_up_needs_the_standard_library_alone(module: str) -> None:
    """`-S` hides the environment's packages, as nothing is there yet on a fresh machine."""
    done = subprocess.run([sys.executable, "-S", "-c", f"import {module}"], cwd=bootstrap.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_second_run_has_nothing_to_do() -> None:
    assert bootstrap.venv_is_current([bootstrap.LOCK]), "run `make setup` first: here it would take the packages away from the other tests"
    again = subprocess.run(["make", "setup"], cwd=bootstrap.ROOT, capture_output=True, text=True, env=outside_make())
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", bootstrap.LOCK.read_text().strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
