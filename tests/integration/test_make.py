"""`make` as a user types it: what stands in a variable is never run, and a run has an outcome from its first moment to its end."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.outcome import outcome_of
from plumbline.common.paths import recipe_names
from tests.support.flatbuffer_writer import random_model, write
from tests.support.makes import CORE, make
from tests.support.peers import on_socket, silent


def verdict(checkout: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((checkout / "build" / name / "verdict.json").read_text())
    return found


RUN_ME = [
    "`touch pwned` $(touch pwned) $$(touch pwned) $(shell touch pwned); touch pwned",
    "'; touch pwned; '",
    '"; touch pwned; "\ntouch pwned\n',
]
"""Each runs in another place: bare or between double quotes, between single quotes, behind double quotes."""


@pytest.mark.parametrize("name", ["SAMPLES", "PORT", "RECIPE", "ENV", "TRUST", "QUIET", "V"])
@pytest.mark.parametrize("where", ["command line", "environment"])
def test_what_stands_in_a_variable_is_not_run(name: str, where: str, checkout: Path) -> None:
    for text in RUN_ME:
        typed = [f"{name}={text}"] if where == "command line" else []
        ended = make(checkout, "verify", "ENV=none" if name in ("PORT", "SAMPLES") else "PORT=none", *typed, **({} if typed else {name: text}))
        assert ended.returncode == 2
        assert ended.stderr.startswith("error: ")
    assert not list(checkout.rglob("pwned"))


def test_a_file_name_is_not_run_and_is_no_option(checkout: Path) -> None:
    for text in [RUN_ME[0], "-rf"]:
        ended = make(checkout, "convert", f"MODEL={text}", "PORT=none")
        assert ended.returncode == 2
        assert "does not exist" in ended.stderr
        assert "Error 2" in ended.stderr
    assert not list(checkout.rglob("pwned"))


@pytest.mark.parametrize(
    ("words", "code", "name", "said"),
    [
        (["RECIPE=no_such"], 10, "UnknownRecipe", "no recipe"),
        (["ENV=no_such"], 2, "UsageError", "virtual_tflm"),
        (["PORT="], 2, "UsageError", "PORT= is empty"),
        (["SAMPLES="], 2, "UsageError", "SAMPLES= is empty"),
        (["SAMPLES=x.npy"], 2, "UsageError", "without MODEL="),
        (["TRUST=perhaps"], 2, "UsageError", "neither yes nor no"),
        (["MODEL=none.tflite", "PORT=none"], 2, "UsageError", "does not exist"),
        (["PYTHON=/no/such/python"], 30, "SetupFailed", "cannot be run"),
    ],
)
def test_a_run_that_cannot_begin_takes_the_old_verdict_away(words: list[str], code: int, name: str, said: str, checkout: Path) -> None:
    folder = checkout / "build" / ("model_none" if "MODEL=none.tflite" in words else "no_such" if "RECIPE=no_such" in words else "linear")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdict.json").write_text(json.dumps({"schema": 3, "passed": True}))
    (folder / "junit.xml").write_text("<testsuites/>")
    ended = make(checkout, "verify", *words)
    assert ended.returncode == 2
    assert f"Error {code}" in ended.stderr
    found = verdict(checkout, folder.name)
    assert (found["outcome"], found["error"]["exit_code"], found["error"]["name"]) == ("error", code, name)
    assert said in found["error"]["message"] + found["error"]["hint"]
    assert 'errors="1"' in (folder / "junit.xml").read_text()
    assert outcome_of(folder / "last_pass") == "pass"


def test_verify_all_goes_on_after_a_failure_and_leaves_an_outcome_each(checkout: Path) -> None:
    ended = make(checkout, "verify-all", "ENV=none", MODEL="none.tflite")
    names = recipe_names()
    assert [f"{name} did not pass" in ended.stderr for name in names] == [True] * len(names)
    assert ended.stdout.count("UsageError") == len(names)
    assert "Error 1" in ended.stderr
    assert {verdict(checkout, name)["outcome"] for name in names} == {"error"}


@pytest.mark.parametrize("recipe", ["../linear", "/etc", "..", "-h", "", "model_x", "linear/../sine", "Linear\n"])
def test_a_recipe_is_a_name_and_no_path(recipe: str, checkout: Path) -> None:
    before = sorted(checkout.iterdir())
    ended = make(checkout, "verify", f"RECIPE={recipe}")
    assert "error: " in ended.stderr
    assert f"Error {2 if recipe == '' else 10}" in ended.stderr
    assert sorted(checkout.iterdir()) == before or recipe == ""


@pytest.mark.parametrize("blocked", ["build", "build/linear", "build/linear/verdict.json", "build/linear/report.html"])
def test_a_folder_that_cannot_be_written_is_a_message(blocked: str, checkout: Path) -> None:
    """A file stands where a folder has to be, or a folder where a file has: that stops root as well."""
    shutil.rmtree(checkout / "build", ignore_errors=True)
    (checkout / blocked).parent.mkdir(parents=True, exist_ok=True)
    if blocked.endswith(("json", "html")):
        (checkout / blocked).mkdir()
    else:
        (checkout / blocked).touch()
    ended = make(checkout, "verify", "ENV=none")
    assert "Error 74" in ended.stderr
    assert f"error: {blocked}" in ended.stderr or f"error: {Path(blocked).parent}" in ended.stderr
    (checkout / "build").unlink() if blocked == "build" else shutil.rmtree(checkout / "build")


@pytest.mark.slow
def test_a_build_that_is_interrupted_leaves_no_compiler_behind(tools: None, checkout: Path, tmp_path: Path) -> None:
    """PlatformIO starts SCons, which starts compilers: here one that never ends."""
    model = tmp_path / "net.tflite"
    model.write_bytes(write(random_model(np.random.default_rng(1), 1, per_channel=False)))
    assert make(checkout, "convert", f"MODEL={model}").returncode == 0
    fake = tmp_path / "bin"
    fake.mkdir()
    hang = f"case $* in *' -c '*) echo >> {tmp_path}/begun; exec sleep 500.25;; esac"
    for name in ("arm-none-eabi-gcc", "arm-none-eabi-g++"):
        (fake / name).write_text(f'#!/bin/sh\n{hang}\nexec {shutil.which(name)} "$@"\n')
        (fake / name).chmod(0o755)
    variables = {**os.environ, "PATH": f"{fake}:{os.environ['PATH']}", "PLATFORMIO_CORE_DIR": str(checkout / CORE)}
    run = subprocess.Popen(["make", "verify", f"MODEL={model}"], cwd=checkout, stderr=subprocess.PIPE, text=True, env=variables)
    deadline = time.monotonic() + 120
    while not (tmp_path / "begun").exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (tmp_path / "begun").exists()
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert not [each for each in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\x00500.25" in content_of(each)]
    assert verdict(checkout, "model_net")["error"]["name"] == "Interrupted"


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_help_lists_every_target(checkout: Path) -> None:
    ended = make(checkout)
    assert re.search(r"^  make verify +prove that", ended.stdout, re.MULTILINE)
    assert make(checkout, "help", "RECIPE=`touch pwned`").stdout == ended.stdout
    assert not (checkout / "pwned").exists()


def test_an_old_python_looks_for_another(checkout: Path, tmp_path: Path) -> None:
    for name, code in (("python3", 1), ("python3.12", 0)):
        (tmp_path / name).write_text(f'#!/bin/sh\ncase $* in *version_info*) exit {code};; esac\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert make(checkout, "verify", PATH=path).stdout == "python3.12 -m tools.run verify\n"
    (tmp_path / "$(touch pwned) `touch pwned`").symlink_to("python3.12")
    assert "python3.12" in make(checkout, "verify", f"PYTHON={tmp_path}/$(touch pwned) `touch pwned`").stdout
    assert not (checkout / "pwned").exists()
    bare = Path(shutil.copytree(checkout, tmp_path / "bare", ignore=lambda folder, _: {".venv"} if folder == str(checkout) else set()))
    ended = make(bare, "verify", f"PYTHON={tmp_path}/python3")
    assert "error: The Python that PYTHON names" in ended.stderr
    assert "Error 30" in ended.stderr


@pytest.mark.slow
def test_an_environment_without_a_python_that_runs_is_a_message(checkout: Path, tmp_path: Path) -> None:
    """The environment is found damaged, and cannot be made anew where pip has nothing to install."""
    copy = Path(shutil.copytree(checkout, tmp_path / "copy", symlinks=True))
    (copy / ".venv").unlink()
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").write_bytes(b"no program")
    (copy / ".venv" / "bin" / "python").chmod(0o755)
    (copy / "requirements.lock").write_text("no-such-package-of-plumbline==1 --hash=sha256:0\n")
    ended = make(copy, "verify", PIP_INDEX_URL="file:///nowhere", PIP_NO_INDEX="1")
    assert "Error 30" in ended.stderr
    assert verdict(copy, "linear")["error"]["name"] == "SetupFailed"


@pytest.mark.slow
def test_a_model_is_verified_and_converted_once(tools: None, checkout: Path, tmp_path: Path) -> None:
    """Its file's name is what an attacker would choose, and its folder ends in a hash as another model of the name came first."""
    names = []
    for number in (1, 2):
        model = tmp_path / str(number) / "$(touch pwned) `x`.tflite"
        model.parent.mkdir()
        model.write_bytes(write(random_model(np.random.default_rng(number), 1, per_channel=False)))
        for _ in range(2):
            ended = make(checkout, "verify", f"MODEL={model}")
            assert ended.returncode == 0, ended.stderr
            (name,) = {line.split()[1] for line in ended.stdout.splitlines() if line.startswith("PASS ")}
            names.append(name)
            assert verdict(checkout, name)["outcome"] == "pass"
        assert "FULLY_CONNECTED v" not in ended.stdout  # the report of a conversion
    assert names[0] == names[1] == "model___touch_pwned___x_"
    assert names[2] == names[3] != names[0]
    assert not list(checkout.rglob("pwned"))
    model.write_bytes(b"damaged")
    ended = make(checkout, "verify", f"MODEL={model}")
    assert verdict(checkout, names[3])["error"]["name"] == "ModelRefused"
    assert "Error 21" in ended.stderr


@pytest.fixture
def begun(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that waits for a board which does not answer."""
    (checkout / "build" / "model_of_nobody").mkdir(parents=True, exist_ok=True)
    folder = checkout / "build" / "linear"
    shutil.rmtree(folder, ignore_errors=True)
    with on_socket(silent) as url:
        run = subprocess.Popen(["make", "verify", f"PORT={url}"], cwd=checkout, stderr=subprocess.PIPE, text=True, start_new_session=True)
        while outcome_of(folder) != "not finished" and run.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        yield run
        run.kill()
        run.communicate()


@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_a_run_and_its_outcome_tells(number: signal.Signals, group: bool, begun: subprocess.Popen[str], checkout: Path) -> None:
    """Whether make alone gets it, or everything that the terminal runs."""
    os.killpg(begun.pid, number) if group else begun.send_signal(number)
    begun.wait(timeout=60)
    deadline = time.monotonic() + 20
    while alive(checkout) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(checkout)
    assert begun.stderr is not None
    assert "Traceback" not in begun.stderr.read()
    found = verdict(checkout, "linear")
    if number == signal.SIGKILL:
        assert found["outcome"] == "not finished"
    else:
        assert (found["outcome"], found["error"]["exit_code"]) == ("error", 130)


def alive(checkout: Path) -> list[str]:
    """Processes that work in the checkout."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == checkout.resolve():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return [each for each in found if each]


@pytest.mark.parametrize("wait", [0.02, 0.05, 0.08, 0.15])
def test_ctrl_c_before_python_is_there_shows_no_traceback(wait: float, checkout: Path) -> None:
    """Python answers Ctrl-C in its own first moments with a traceback."""
    run = subprocess.Popen(["make", "help"], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(wait)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert "Traceback" not in said
