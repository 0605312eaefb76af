"""The command line as a user meets it: what it prints, what it leaves, and the code it ends with."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plumbline.common.outcome import FILES, outcome_of
from plumbline.common.paths import ROOT
from plumbline.common.wire import Request
from plumbline.host.devices.virtual_board import VirtualBoard
from tests.faults.faults import answers, xor
from tests.faults.proxy import proxied
from tests.support.peers import Peer, on_socket, silent

pytestmark = pytest.mark.slow


def host(*words: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    ended = subprocess.run([sys.executable, "-m", "plumbline", *map(str, words)], cwd=ROOT, capture_output=True, text=True, input=stdin, timeout=300)
    assert "Traceback" not in ended.stderr
    return ended


def test_verify_passes_and_leaves_its_reports(virtual: Path, linear: Path) -> None:
    ended = host("verify", "linear", "--only", "--build", linear.parent)
    assert ended.returncode == 0, ended.stderr
    last = ended.stdout.splitlines()[-1]
    assert last.startswith("PASS linear on virtual")
    assert "256/256 codes" in last
    assert "Verifying" in ended.stderr
    assert all((linear / name).is_file() for name in FILES)
    assert json.loads((linear / "verdict.json").read_text())["line"] == last


def test_quiet_is_one_line_and_json_is_json(virtual: Path, linear: Path) -> None:
    quiet = host("verify", "linear", "--only", "--build", linear.parent, "--quiet").stdout
    assert quiet.count("\n") == 1
    assert quiet.startswith("PASS ")
    printed = host("verify", "linear", "--only", "--build", linear.parent, "--json").stdout
    assert printed == (linear / "verdict.json").read_text()


def test_an_error_stands_in_the_place_of_the_old_reports(virtual: Path, linear: Path) -> None:
    host("verify", "linear", "--only", "--build", linear.parent, "--quiet")
    with on_socket(silent) as url:
        ended = host("verify", "linear", "--only", "--build", linear.parent, "--port", url)
    assert ended.returncode == 44
    assert ended.stderr.startswith("error: Nothing came from socket://")
    assert "hint:" in ended.stderr
    found = json.loads((linear / "verdict.json").read_text())
    assert (found["outcome"], found["error"]["exit_code"], found["error"]["name"]) == ("error", 44, "BoardSilent")
    assert 'errors="1"' in (linear / "junit.xml").read_text()
    assert not (linear / "report.html").exists()
    assert outcome_of(linear / "last_pass") == "pass"


@pytest.mark.parametrize(
    ("number", "left"), [(signal.SIGINT, "error"), (signal.SIGTERM, "error"), (signal.SIGHUP, "error"), (signal.SIGKILL, "not finished")]
)
def test_a_signal_ends_a_run_and_its_outcome_tells(number: signal.Signals, left: str, virtual: Path, linear: Path) -> None:
    with on_socket(silent) as url:
        command = [sys.executable, "-m", "plumbline", "verify", "linear", "--only", "--build", str(linear.parent), "--port", url]
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while outcome_of(linear) != "not finished":
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    assert outcome_of(linear) == left
    assert "Traceback" not in said
    if left == "error":
        assert run.returncode == 130
        assert json.loads((linear / "verdict.json").read_text())["error"]["name"] == "Interrupted"


def test_a_failed_verdict_ends_with_1_and_leaves_reports(virtual: Path, linear: Path) -> None:
    """One bit of one answer is another, in a frame with a right checksum."""
    with VirtualBoard(virtual) as qemu, proxied(qemu.url, down=answers(Request.ASK, xor(1, 1))) as url:
        ended = host("verify", "linear", "--only", "--build", linear.parent, "--port", url)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("FAIL linear on virtual")
    assert json.loads((linear / "verdict.json").read_text())["passed"] is False
    assert "FAIL" in (linear / "report.html").read_text()


def test_the_report_tells_how_to_repeat_it(virtual: Path, linear: Path) -> None:
    host("verify", "linear", "--only", "--build", linear.parent, "--quiet")
    command = json.loads((linear / "verdict.json").read_text())["command"]
    assert command == f"plumbline verify linear --only --build {linear.parent} --quiet"


def test_a_terminal_without_unicode_gets_its_verdict(virtual: Path, linear: Path) -> None:
    command = [sys.executable, "-m", "plumbline", "verify", "linear", "--only", "--build", str(linear.parent)]
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, env=plain)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.decode("ascii").splitlines()[-1].startswith("PASS linear")


def test_monitor_carries_lines(virtual: Path, linear: Path) -> None:
    ended = host("monitor", "linear", "--only", "--build", linear.parent, stdin="10\n100\n-1\n")
    assert ended.returncode == 0
    lines = ended.stdout.splitlines()
    assert "19.0" in lines
    assert "-3.0" in lines
    assert any("12.7" in line for line in lines)  # 100 is outside the domain
    assert "\r" not in ended.stdout


def test_monitor_waits_for_a_board_that_takes_its_time() -> None:
    def slow(peer: Peer) -> None:
        while line := peer.read():
            time.sleep(1)
            peer.write(b"heard " + line)

    with on_socket(slow) as url:
        ended = host("monitor", "--port", url, stdin="1\n2\n")
    assert (ended.returncode, ended.stdout) == (0, "heard 1\nheard 2\n")


def test_monitor_on_a_terminal_ends_with_ctrl_d(virtual: Path, linear: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "plumbline", "monitor", "linear", "--only", "--build", str(linear.parent)]
    monitor = subprocess.Popen(command, cwd=ROOT, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(slave)
    os.write(master, b"4\n\x04")
    said, told = monitor.communicate(timeout=300)
    os.close(master)
    assert monitor.returncode == 0
    assert "7.0" in said.splitlines()
    assert "Ctrl-D" in told


@pytest.mark.parametrize("command", ["verify", "monitor", "ports"])
def test_a_reader_that_leaves_early_is_no_trouble(command: str, virtual: Path, linear: Path) -> None:
    words = ["ports"] if command == "ports" else [command, "linear", "--only", "--build", str(linear.parent)]
    process = subprocess.Popen(
        [sys.executable, "-m", "plumbline", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert process.wait() == 141, said
    assert "Traceback" not in said
    assert "Exception" not in said


def test_ports_lists_or_says_there_is_none() -> None:
    ended = host("ports")
    assert ended.returncode == 0
    assert ended.stdout.strip()


def test_no_tensorflow_is_imported(virtual: Path, linear: Path) -> None:
    code = (
        "import sys, plumbline.cli as main, plumbline.host.firmware.flash, plumbline.host.doctor\n"
        "import plumbline.convert.references.reference_interpreter\n"
        f"sys.argv = ['plumbline', 'verify', 'linear', '--only', '--quiet', '--build', {str(linear.parent)!r}]\n"
        "assert main.main() == 0\n"
        "print({name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras', 'tf_keras', 'ai_edge_litert', 'jax', 'torch'})"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "set()", ended.stderr
