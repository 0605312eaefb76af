"""The page for a Nano shows what the commands print, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.commands.flash import taken
from plumbline.commands.options import Given
from plumbline.common import boards, errors, system, usage
from plumbline.host import doctor
from plumbline.host.devices import discovery
from plumbline.pipeline.environment import choose
from plumbline.pipeline.next_step import after_pass
from tests.support import pages

PAGE = pages.text("docs/tutorial/nano33ble.md")
PORT = "/dev/ttyACM0"


@pytest.fixture(autouse=True)
def through_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(usage.TYPED, "make verify")
    monkeypatch.setattr("sys.platform", "linux")


def test_the_findings_of_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "list_all", list)
    (nothing,) = doctor.boards()
    assert f"note     {nothing.what}\n         {nothing.hint}\n" in PAGE
    monkeypatch.setattr("os.access", lambda *_: False)
    (forbidden,) = doctor.port(PORT)
    assert f"PROBLEM  {forbidden.what}\n         {forbidden.hint}\n" in PAGE
    monkeypatch.setattr("os.access", lambda *_: True)
    monkeypatch.setattr(doctor, "owners_of", lambda _: [])
    (good,) = doctor.port(PORT)
    assert f"ok       {good.what}\n" in PAGE


def test_what_flash_says() -> None:
    env = "nano33ble_compiled"
    assert "\n".join([*taken(choose(env, None, None, boards.connected()), Given(env=env)), ""]) in PAGE
    assert f"Flashed. Now prove it: {usage.line('verify', 'linear', port=PORT)}\n" in PAGE


def test_what_stands_behind_a_pass() -> None:
    assert after_pass(Path("build/linear"), real=False) + "\n" in PAGE
    assert f"PASS linear on {boards.boards()['nano33ble'].title}`" in PAGE


def test_its_exit_codes() -> None:
    for each in (errors.RegistryUnreachable, errors.UploadFailed, errors.BoardNotFound, errors.SeveralBoards, errors.PortBusy, errors.PortDenied):
        assert f"exit code {each.exit_code}, `{each.__name__}`" in PAGE
    assert system.permission(PORT) in PAGE
