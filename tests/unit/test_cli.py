"""Every command ends in an exit code; whatever happened becomes one message with its hint, never a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.cli import COMMANDS
from plumbline.common.errors import FileTrouble, InternalError, OutOfMemory, PlumblineError, SetupFailed
from plumbline.common.paths import ROOT


def ended(body: str, *, preexec: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    """A command whose `main` is `body`, in a process of its own: its ending changes signals and streams."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    imports = "import os, sys, signal\nfrom pathlib import Path\nfrom plumbline.common.errors import *\nfrom plumbline.common.ending import run\n"
    program = f"{imports}{preexec}\ndef main():\n{lines}run(main)"
    given: dict[str, object] = {"capture_output": True, "text": True, **options}
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=300, **given)  # type: ignore[call-overload, no-any-return]


def test_a_known_error_becomes_its_message_hint_and_exit_code() -> None:
    done = ended('raise BoardSilent("Nothing arrived in 2 s.", "Reset the board.")')
    assert (done.returncode, done.stdout, done.stderr) == (44, "", "error: Nothing arrived in 2 s.\nhint:  Reset the board.\n")


def test_without_a_hint_there_is_no_hint_line() -> None:
    assert ended('raise BoardSilent("Odd.")').stderr == "error: Odd.\n"


@pytest.mark.parametrize("code", [0, 3])
def test_the_commands_own_code_is_passed_on(code: int) -> None:
    assert ended(f"return {code}").returncode == code


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_in_130_without_a_traceback(name: str) -> None:
    done = ended(f"signal.raise_signal(signal.{name})\nreturn 0")
    assert done.returncode == 130
    assert done.stderr == f"error: Interrupted by {'Ctrl-C' if name == 'SIGINT' else name}.\n"


def test_ctrl_c_within_text_that_an_extension_runs_ends_in_130(tmp_path: Path) -> None:
    """As numpy and others do while they are imported: after a plain KeyboardInterrupt there `python -m` kills itself with SIGINT."""
    lines = (
        "import ctypes",
        "from plumbline.common.ending import run",
        "run_text = ctypes.pythonapi.PyRun_String",
        "run_text.restype = ctypes.py_object",
        "text = b'import signal; signal.raise_signal(signal.SIGINT)'",
        "run(lambda: run_text(text, 257, ctypes.py_object({}), ctypes.py_object({})))",
    )
    (tmp_path / "interrupted.py").write_text("\n".join(lines))
    variables = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (130, "error: Interrupted by Ctrl-C.\n")


def test_the_report_of_an_error_is_not_interrupted() -> None:
    late = "class Late:\n  def write(self, text): signal.raise_signal(signal.SIGINT); return sys.__stderr__.write(text)"
    rest = "  def __getattr__(self, name): return getattr(sys.__stderr__, name)"
    done = ended("sys.stderr = Late()\nraise BoardSilent('Nothing arrived.')", preexec=f"{late}\n{rest}")
    assert (done.returncode, done.stderr) == (44, "error: Nothing arrived.\n")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """As `nohup` starts a program."""
    assert ended("signal.raise_signal(signal.SIGHUP)\nreturn 0", preexec="signal.signal(signal.SIGHUP, signal.SIG_IGN)").returncode == 0


def test_the_end_of_a_run_is_not_disturbed_by_a_second_signal() -> None:
    done = ended(
        "try:\n    signal.raise_signal(signal.SIGTERM)\nfinally:\n    signal.raise_signal(signal.SIGTERM)\n    print('cleaned up', flush=True)"
    )
    assert (done.returncode, done.stdout) == (130, "cleaned up\n")


def test_a_defect_asks_for_a_report_and_keeps_its_traceback_in_a_file() -> None:
    done = ended("return 1 // 0")
    assert done.returncode == InternalError.exit_code
    assert "Traceback" not in done.stderr
    first, second = done.stderr.splitlines()
    assert first.startswith("error: A defect of Plumbline: ZeroDivisionError: ")
    assert second.startswith("hint:  Please report it")
    record = Path(second.rpartition("in ")[2].rstrip("."))
    kept = record.read_text()
    record.unlink()
    assert "ZeroDivisionError" in kept
    assert "Traceback" in kept
    assert sys.version.split()[0] in kept
    assert f"command: {sys.executable}" in kept


def test_who_asks_for_everything_sees_the_traceback() -> None:
    done = ended("return 1 // 0", env={**os.environ, "V": "1"})
    Path(done.stderr.rpartition("in ")[2].strip().rstrip(".")).unlink()
    assert "ZeroDivisionError" in done.stderr
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        ("import no_such_package", SetupFailed, "'no_such_package' is missing"),
        ("raise ImportError('libx.so: cannot open', name='numpy.core')", SetupFailed, "'numpy' is missing in the environment or damaged"),
        ("raise MemoryError", OutOfMemory, "memory"),
        ("Path('/dev/full').write_text('x' * 100)", FileTrouble, "No space left on device"),
        ("(Path('/proc') / 'none').mkdir()", FileTrouble, "/proc/none: No such file"),
        ("Path('README.md/none').write_text('')", FileTrouble, "README.md/none: Not a directory"),
        ("import plumbline.common.no_such_module", InternalError, "no_such_module"),
        (
            "import resource, tempfile\nfrom plumbline.common.files import write_if_changed\nresource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
            "with tempfile.TemporaryDirectory() as folder:\n    write_if_changed(Path(folder) / 'model.tflite', b'x' * 100)",
            FileTrouble,
            "/model.tflite: File too large",
        ),
        ("raise RecursionError", InternalError, "RecursionError"),
    ],
)
def test_what_nobody_expects_has_a_message_of_its_own(body: str, error: type[PlumblineError], said: str) -> None:
    done = ended(body)
    assert done.returncode == error.exit_code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    if error is InternalError:
        Path(done.stderr.rpartition("in ")[2].strip().rstrip(".")).unlink()


def test_a_full_disk_behind_standard_output_is_no_verdict() -> None:
    with Path("/dev/full").open("w") as full:
        done = ended("print('x')\nreturn 0", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == FileTrouble.exit_code
    assert re.match(r"error: .*tandard output cannot be .*: No space left on device\.\nhint:", done.stderr)
    assert "Exception" not in done.stderr


def test_a_closed_standard_output_is_refused_before_any_work() -> None:
    command = 'exec "$0" -c \'from plumbline.common.ending import run; run(lambda: print("work", file=open("/dev/stderr", "w")) or 0)\' >&-'
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == FileTrouble.exit_code
    assert done.stderr.startswith("error: Standard output is closed.\nhint:")
    assert "work" not in done.stderr


def test_a_closed_standard_error_gives_its_number_to_no_file(tmp_path: Path) -> None:
    command = (
        'exec "$0" -c \'import sys, os; from plumbline.common.ending import run\n'
        'def main():\n    file = open(sys.argv[1], "w"); os.write(2, b"noise"); print("noise", file=sys.stderr); file.write("mine"); return 0\n'
        'run(main)\' "$1" 2>&-'
    )
    done = subprocess.run(["sh", "-c", command, sys.executable, str(tmp_path / "file")], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0
    assert (tmp_path / "file").read_text() == "mine"


def test_a_reader_that_leaves_early_is_no_trouble() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = ended("print('x')\nreturn 0", capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_message_cannot_play_with_the_terminal_or_pass_for_another() -> None:
    name = "a\x1b[2Jb\u202ec\u200bd\re\x07f\x9b2Jg\nPASS linear\nerror: other\udcff"
    done = ended(f"raise ModelRefused({name!r}, {name!r})")
    assert done.stderr.splitlines() == [
        r"error: a\x1b[2Jb\u202ec\u200bd\re\x07f\x9b2Jg",
        "       PASS linear",
        r"       error: other\udcff",
        r"hint:  a\x1b[2Jb\u202ec\u200bd\re\x07f\x9b2Jg",
        "       PASS linear",
        r"       error: other\udcff",
    ]


def test_a_line_of_a_report_is_one_line() -> None:
    done = ended("from plumbline.common.ending import say\nsay('layer \\x1b[31mred\\nPASS \u00e4\u6a21\U0001f600')\nreturn 0")
    assert done.stdout == "layer \\x1b[31mred\\nPASS \u00e4\u6a21\U0001f600\n"


def test_what_libraries_warn_of_does_not_reach_the_terminal() -> None:
    warned = "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('look out')\n"
    assert ended(warned + "class Bad:\n    def __del__(self): raise ValueError\nBad()\nreturn 0").stderr == ""


@pytest.mark.parametrize("module", ["plumbline", "plumbline verify", "tests.faults"])
def test_a_command_line_that_makes_no_sense_ends_in_2(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", *module.split(), "--nonsense"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert done.stderr.startswith(("error: No such option", "usage:"))
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [*(f"plumbline {name} --help" for name in COMMANDS), "tests.faults"])
def test_a_package_that_is_missing_is_named_by_every_command(words: str, tmp_path: Path) -> None:
    """As if `rich` had been deleted from the environment: a folder before it that cannot be imported."""
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'rich'\", name='rich')")
    done = subprocess.run(
        [sys.executable, "-m", *words.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == SetupFailed.exit_code
    assert done.stderr.startswith("error: The Python package 'rich' is missing")
