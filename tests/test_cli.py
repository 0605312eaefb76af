"""Every command ends in an exit code; a known error becomes one message with its hint, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from common.cli import run
from common.errors import BoardSilent, PlumblineError

ROOT = Path(__file__).resolve().parent.parent


def test_a_known_error_becomes_its_message_hint_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise BoardSilent("Nothing arrived in 2 s.", "Reset the board.")

    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == BoardSilent.exit_code
    assert capsys.readouterr() == ("", "error: Nothing arrived in 2 s.\nhint:  Reset the board.\n")


def test_without_a_hint_there_is_no_hint_line(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise PlumblineError("Odd.")

    with pytest.raises(SystemExit):
        run(main)
    assert capsys.readouterr().err == "error: Odd.\n"


@pytest.mark.parametrize("code", [0, 3])
def test_the_commands_own_code_is_passed_on(code: int) -> None:
    with pytest.raises(SystemExit) as ended:
        run(lambda: code)
    assert ended.value.code == code


def test_ctrl_c_ends_in_130_without_a_traceback() -> None:
    program = "import signal\nfrom common.cli import run\nrun(lambda: signal.raise_signal(signal.SIGINT) or 0)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 // 0)


@pytest.mark.parametrize("module", ["training", "convert", "learn"])
def test_a_command_line_that_makes_no_sense_ends_in_2(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--nonsense"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr
