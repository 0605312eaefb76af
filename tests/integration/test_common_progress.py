"""Long work shows itself: a bar on a terminal, lines in a log, JSON lines for a program, nothing when nobody wants to know."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbline.commands.options import Given, choose_output, define
from plumbline.common import keras_env, progress
from plumbline.common.paths import ROOT
from plumbline.common.progress import Output, choose, chosen, counted, task
from plumbline.host.firmware import platformio


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")  # what a test changes is put back
    choose(Output())
    yield
    choose(Output())


def steps(total: int | None = 4) -> None:
    with task("Working", total, "epochs") as advance:
        for _ in range(4):
            advance(1)


def test_a_log_gets_the_start_and_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    steps()
    assert capsys.readouterr().out == ""
    steps()
    first, last = capsys.readouterr().err.splitlines()
    assert first == "Working ..."
    assert last.startswith("Working: done in 0.")


def test_a_log_of_long_work_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    steps()
    assert capsys.readouterr().err.splitlines() == [
        "Working ...",
        "Working: 2 of 4 epochs, 0.17 epochs/s, 12 s left",
        "Working: 4 of 4 epochs, 0.17 epochs/s",
        "Working: done in 30.0 s",
    ]


def test_work_that_fails_is_not_said_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    for form, last in (("shown", "Working ..."), ("json", "failed")):
        choose(Output(form))  # type: ignore[arg-type]
        with pytest.raises(ZeroDivisionError), task("Working"):
            raise ZeroDivisionError
        written = capsys.readouterr().err.splitlines()[-1]
        assert (written if form == "shown" else json.loads(written)["event"]) == last


def test_quiet_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    choose(Output("none"))
    steps()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("total", [4, None])
def test_json_is_one_object_a_line(total: int | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "JSON_EVERY_S", 0.0)
    choose(Output("json"))
    steps(total)
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["event"] for each in events] == ["start", *["progress"] * 4, "end"]
    assert {(each["task"], each["total"], each["unit"]) for each in events} == {("Working", total, "epochs")}
    assert [each["done"] for each in events[1:]] == [1, 2, 3, 4, 4]
    assert events[1]["rate"] > 0
    assert (events[1]["seconds_left"] is None) == (total is None)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((120, 500, "epochs", 60.0), "120 of 500 epochs, 60 epochs/s, 6 s left"),
        ((0, 500, "epochs", None), "0 of 500 epochs"),
        ((0, 500, "epochs", 0.0), "0 of 500 epochs"),
        ((500, 500, "epochs", 2.5), "500 of 500 epochs, 2.5 epochs/s"),
        ((1234, None, "files", 20.0), "1,234 files, 20 files/s"),
    ],
)
def test_a_person_reads_count_rate_and_time_left(arguments: tuple[int, int | None, str, float | None], text: str) -> None:
    assert counted(*arguments) == text


@pytest.mark.parametrize("total", ["4", "None"])
def test_a_terminal_gets_a_bar_with_rate_and_time_left(total: str) -> None:
    code = (
        "import time\nfrom plumbline.common.progress import task\n"
        f"with task('Working [x]', {total}, 'epochs') as advance:\n    for _ in range(4):\n        time.sleep(0.3)\n        advance(1)"
    )
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=slave, env=environment)
    os.close(slave)
    written = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:  # Linux' way to say that nobody writes any more
            break
        if not data:
            break
        written += data
    os.close(master)
    assert process.wait() == 0
    text = written.decode()
    assert "Working [x]" in text
    assert "epochs/s" in text
    assert ("━" in text and "s left" in text and "4 of 4 epochs" in text) == (total == "4")
    assert "4 epochs" in text


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ([], Output()),
        (["--quiet"], Output("none")),
        (["--json"], Output("json")),
        (["--verbose"], Output(verbose=True)),
        (["--quiet", "--verbose"], Output("none", verbose=True)),
    ],
)
def test_the_options_choose(words: list[str], output: Output) -> None:
    @define("an example", result="nothing")
    def command(given: Given) -> int:
        """Nothing."""
        return 0

    with command.make_context("command", list(words)) as context:
        assert command.invoke(context) == 0
    assert chosen() == output
    assert (os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0") == output.verbose


def test_a_command_without_the_options_shows_everything() -> None:
    choose(Output("none"))
    choose_output(Given())
    assert chosen() == Output()


def test_tensorflow_is_silent_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    for name in ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "")
    keras_env.prepare()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    choose_output(Given(verbose=True))
    keras_env.prepare()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["train", "convert"])
def test_training_and_conversion_show_what_they_are_asked_to(stage: str, linear: Path) -> None:
    def run(option: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "plumbline", stage, "linear", "--only", "--build", str(linear.parent), option]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert ended.returncode == 0, ended.stderr
        return ended

    quiet = run("--quiet")
    assert (quiet.stdout, quiet.stderr) == ("", "")
    told = run("--json")
    assert json.loads(told.stdout)["recipe"] == "linear"
    events = [json.loads(line) for line in told.stderr.splitlines()]
    assert events[-1]["event"] == "end"
    counted = [each for each in events if each["event"] == "end" and each["total"] is not None]
    assert counted[-1]["done"] == counted[-1]["total"] > 100
    said = run("--verbose").stderr
    assert "TensorFlow binary is optimized" in said or "cpu_feature_guard" in said
    assert any(line.endswith(" ...") for line in said.splitlines())


def watched(chunks: list[bytes], *, upload: bool) -> list[int]:
    counted_steps: list[int] = []
    watch = platformio.Watch(counted_steps.append, upload)
    for chunk in chunks:
        watch.feed(chunk)
    return [each for each in counted_steps if each]


def test_a_build_counts_files_however_its_output_is_cut() -> None:
    output = (
        b"Processing virtual\nCompiling a.o\nIndexing liba.a\nRetrieved `b.o' from cache\nwarning: Compiling is said here\nLinking firmware.elf\n"
    )
    for size in (1, 7, len(output)):
        assert sum(watched([output[i : i + size] for i in range(0, len(output), size)], upload=False)) == 4


def test_an_upload_counts_percents_once() -> None:
    bars = [b"\r[%s] %d%% (%d/25 pages)" % (b"=" * 5, percent, percent // 4) for percent in (0, 16, 48, 100)]
    assert sum(watched([b"Write 99 bytes to flash\n", *bars, b"\ndone\nVerify\n", *bars, b"\n"], upload=True)) == 100
    assert watched([b"[=] 7% (1/9 pages)\n", b"[=] 9% (2/9 pages)\n"], upload=True) == [7, 2]


def test_a_program_that_fails_gives_its_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import sys\nprint('Compiling x', flush=True)\nprint('broken', file=sys.stderr)\nsys.exit(int(sys.argv[1]))"
    for status in (0, 3):
        for verbose in (False, True):
            choose(Output(verbose=verbose))
            log = tmp_path / "build.log"
            output = platformio.run([sys.executable, "-c", code, str(status)], os.environ, log, platformio.Watch(lambda _: None, upload=False))
            assert output == (None if status == 0 else "Compiling x\nbroken\n")
            assert log.read_text() == "Compiling x\nbroken\n"
            assert capsys.readouterr().err == ("Compiling x\nbroken\n" if verbose else "")
