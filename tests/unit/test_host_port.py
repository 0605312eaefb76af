"""Opening what cannot be opened: each reason has its own error, with what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.errors import BoardNotFound, PortBusy, UsageError
from plumbline.common.paths import ROOT
from plumbline.host.devices.link import Link
from tests.support.peers import on_terminal, silent


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BoardNotFound, match="refused"):
        Link(f"socket://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["/dev/no-such-port", "COM99"])
def test_no_such_port(url: str) -> None:
    with pytest.raises(BoardNotFound, match=r"There is no port"):
        Link(url)


def test_a_file_is_no_port() -> None:
    with pytest.raises(BoardNotFound, match="cannot be used as a serial port"):
        Link(__file__)


@pytest.mark.parametrize("url", ["nonsense://x", "socket://", "socket://127.0.0.1", "socket://127.0.0.1:port"])
def test_a_bad_url(url: str) -> None:
    with pytest.raises(UsageError):
        Link(url)


@pytest.mark.parametrize("scheme", ["spy", "SPY", "alt", "hwgrep", "cp2110", "file", " spy"])
def test_a_url_that_does_more_than_open_a_port_is_not_taken(scheme: str, tmp_path: Path) -> None:
    written = tmp_path / "written"
    with pytest.raises(UsageError, match="is not taken"):
        Link(f"{scheme}://loop://?file={written}")
    assert not written.exists()


def test_a_port_that_is_given_and_empty_is_refused() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "plumbline", "verify", "linear", "--port", ""], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == UsageError.exit_code
    assert "--port is empty" in ended.stderr


def test_a_busy_port_names_who_holds_it() -> None:
    with on_terminal(silent) as device:
        holder = subprocess.Popen(
            [sys.executable, "-c", f"import serial, time; p = serial.Serial({device!r}, exclusive=True); print('held', flush=True); time.sleep(300)"],
            stdout=subprocess.PIPE,
        )
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(PortBusy, match=rf"python\S* \(pid {holder.pid}\)"):
                Link(device)
        finally:
            holder.kill()
            holder.communicate()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_a_forbidden_port() -> None:
    with on_terminal(silent) as device:
        Path(device).chmod(0)
        code = f"import os, plumbline.host.devices.link\nif os.geteuid() == 0: os.setuid(65534)\nplumbline.host.devices.link.Link({device!r})"
        ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "PortDenied: You may not open" in ended.stderr
