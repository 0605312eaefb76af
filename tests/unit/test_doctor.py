"""`plumbline doctor` finds what is wrong with this machine, says what to do, and its exit status tells."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.common.paths import ROOT
from plumbline.host import doctor
from plumbline.host.devices import discovery
from plumbline.host.doctor import Level


def port_on(device: str) -> discovery.Port:
    return discovery.Port(device, boards.board("nano33ble").usb, "Nano 33 BLE", "42")


def test_a_missing_compiler_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLUMBLINE_COMPILER", "gcc")
    (finding,) = doctor.compiler()
    assert finding.level is Level.PROBLEM
    assert "sudo apt-get install --no-install-recommends gcc-arm-none-eabi" in finding.hint


def test_a_missing_qemu_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = doctor.qemu()
    assert finding.level is Level.PROBLEM


def test_the_tools_of_a_set_up_machine_are_good() -> None:
    findings = [*doctor.python(), *doctor.packages(), *doctor.compiler(), *doctor.qemu()]
    assert [finding for finding in findings if finding.level is Level.PROBLEM] == []


def test_a_tflm_dir_without_tflm_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TFLM_DIR", str(tmp_path))
    (finding,) = doctor.tflm_library()
    assert finding.level is Level.PROBLEM


def test_the_program_that_holds_a_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    device = os.ttyname(slave)
    holder = subprocess.Popen(
        [sys.executable, "-c", f"f = open({device!r}); print('open', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        monkeypatch.setattr(discovery, "connected", lambda: [port_on(device)])
        (finding,) = doctor.boards()
        assert finding.level is Level.PROBLEM
        assert f"(pid {holder.pid})" in finding.what
    finally:
        holder.communicate(b"\n")
        os.close(master)
        os.close(slave)


def test_a_free_port_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    device = os.ttyname(slave)
    os.close(slave)
    monkeypatch.setattr(discovery, "connected", lambda: [port_on(device)])
    (finding,) = doctor.boards()
    assert finding.level is Level.GOOD
    os.close(master)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every port")
def test_a_port_without_permission_names_the_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch(mode=0)
    monkeypatch.setattr(discovery, "connected", lambda: [port_on(str(device))])
    (finding,) = doctor.boards()
    assert finding.level is Level.PROBLEM
    assert finding.hint.startswith("Run `sudo usermod -aG ")


def test_two_boards_are_noted_with_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [pty.openpty(), pty.openpty()]
    devices = [os.ttyname(slave) for _, slave in pairs]
    monkeypatch.setattr(discovery, "connected", lambda: [port_on(device) for device in devices])
    first = next(doctor.boards())
    assert first.level is Level.NOTE
    assert f"--port {devices[0]}" in first.hint
    for end in (end for pair in pairs for end in pair):
        os.close(end)


def test_the_exit_status_tells(tmp_path: Path) -> None:
    def status(path: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "plumbline", "doctor"],
            cwd=ROOT,
            env={**os.environ, "PATH": path, "PLUMBLINE_COMPILER": "gcc"},
            capture_output=True,
            text=True,
        )

    good = status(os.environ["PATH"])
    assert good.returncode == 0, good.stdout + good.stderr
    bad = status(str(tmp_path))
    assert bad.returncode == 60
    assert "arm-none-eabi-gcc" in bad.stdout
    assert "Traceback" not in bad.stderr
