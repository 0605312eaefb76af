"""MLPerf Tiny's commands on the virtual board, through the pseudo-terminal that its runner opens, and the verifier beside them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

from convert import flatbuffer, integer
from convert.brought import bring
from convert.mlperf import named
from host import firmware
from host.paths import ROOT
from tests.random_layers import random_softmax

RESULTS = re.compile(r"m-results-\[([^]]+)\]")


def test_models_of_the_benchmark_are_known_by_their_files() -> None:
    assert (named("model_kws").model, named("model_kws").unsigned) == ("kws01", False)
    assert (named("model_ic").model, named("model_vww").unsigned) == ("ic01", True)
    assert (named("digits").model, named("digits").unsigned) == ("digits", False)


@pytest.fixture(scope="module")
def folder(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of several codes in and out, built for the runner."""
    build = tmp_path_factory.mktemp("build")
    rng = np.random.default_rng(12)
    raw = next(raw for raw in iter(lambda: random_softmax(rng, "net"), b"") if 5 <= flatbuffer.read(raw).input.elements <= 40)
    (build / "soft.tflite").write_bytes(raw)
    bring(build / "soft.tflite", build, lambda line: None)
    firmware.build(build / "model_soft", "virtual_mlperf")
    return build / "model_soft"


@pytest.fixture
def terminal(folder: Path) -> Iterator[str]:
    """The path of the pseudo-terminal that `python -m host serve` names."""
    command = [sys.executable, "-m", "host", "serve", folder.name, "--env", "virtual_mlperf", "--build", str(folder.parent)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0


def ask(port: serial.Serial, command: str) -> list[str]:
    """The lines up to the one that says the board is ready, as the runner reads them."""
    port.write(f"{command}%".encode())
    lines: list[str] = []
    while not lines or lines[-1] != "m-ready":
        line = port.readline().decode()
        assert line, f"nothing more after {lines}"
        lines.append(line.strip())
    return lines[:-1]


@pytest.mark.slow
def test_a_runner_loads_samples_and_reads_results(folder: Path, terminal: str) -> None:
    graph = flatbuffer.read((folder / "model.tflite").read_bytes())
    codes = np.random.default_rng(1).integers(-128, 128, (3, graph.input.elements)).astype(np.int8)
    with serial.Serial(terminal, 115200, timeout=20) as port:
        while "m-init-done" not in port.readline().decode():
            pass
        assert port.readline().strip() == b"m-ready"
        (name,) = ask(port, "name")
        assert name.startswith("m-name-dut-[virtual Cortex-M4F")
        assert ask(port, "profile")[1] == "m-model-[model_soft]"
        for row in codes:
            assert ask(port, f"db load {row.size}") == [f"m-[Expecting {row.size} bytes]"]
            data = row.tobytes()
            pieces = [ask(port, f"db {data[at : at + 31].hex()}") for at in range(0, len(data), 31)]
            assert pieces[-1] == ["m-load-done"]
            lines = ask(port, "infer 20 3")
            laps = [int(line.removeprefix("m-lap-us-")) for line in lines if line.startswith("m-lap-us-")]
            assert len(laps) == 2
            assert 0 < laps[1] - laps[0] < 1_000_000
            found = RESULTS.fullmatch(lines[-1])
            assert found
            expected = (integer.run(graph, row.reshape(1, -1))[0].astype(float) - graph.output.quantized.zero_point) * graph.output.quantized.scale
            np.testing.assert_allclose([float(each) for each in found[1].split(",")], expected, atol=5e-4)
        assert ask(port, "nonsense")[0].startswith("e-[")


@pytest.mark.slow
def test_the_verifier_finds_the_same_board(folder: Path) -> None:
    command = [sys.executable, "-m", "host", "verify", folder.name, "--env", "virtual_mlperf", "--build", str(folder.parent)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "codes exact" in done.stdout
