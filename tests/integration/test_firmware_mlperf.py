"""MLPerf Tiny's commands on the virtual board, through the pseudo-terminal that its runner opens, and the verifier beside them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import serial
from numpy.typing import NDArray

from plumbline.common.errors import UsageError
from plumbline.common.paths import ROOT
from plumbline.common.rows import range_of
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.operators.quantize.reference import QuantizeReference
from plumbline.convert.operators.softmax.random_cases import random_softmax
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.host.firmware import firmware
from plumbline.host.firmware.settings import settings_of
from tests.support.random_network import Network
from tests.support.tflite_writer import write_case, write_graph

AD = ROOT.parent / "shared" / "models" / "mlperf_tiny" / "ad.tflite"
RESULTS = re.compile(r"m-results-\[([^]]+)\]")


def test_only_a_model_that_was_asked_for_by_name_is_the_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = settings_of("virtual_mlperf").flags
    monkeypatch.setenv("MLPERF", "kws")
    assert settings_of("virtual_mlperf").flags == (*plain, "-D PLUMBLINE_MLPERF_KWS")
    assert settings_of("virtual_mlperf").purpose == "MLPerf"
    assert "PLUMBLINE_MLPERF" not in " ".join(settings_of("virtual").flags)  # the ordinary firmware is one and the same
    monkeypatch.setenv("MLPERF", "kwss")
    with pytest.raises(UsageError, match=r"no model 'kwss'\. Did you mean kws\?"):
        settings_of("virtual_mlperf")


def test_an_autoencoder_has_as_many_outputs_as_inputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLPERF", "ad")
    (tmp_path / "ad.tflite").write_bytes(dense(40, 8))
    manifest = bring(tmp_path / "ad.tflite", tmp_path, lambda line: None)
    with pytest.raises(UsageError, match="this model has 40 inputs and 8 outputs"):
        firmware.build(tmp_path / manifest.recipe, "virtual_mlperf")


def dense(inputs: int, outputs: int) -> bytes:
    """A model of one layer from so many codes to so many."""
    net = Network(np.random.default_rng(3), (1, inputs))
    net.dense(outputs)
    return write_graph(net.tensors, net.operators, 0, net.current)


@pytest.fixture(scope="module")
def folder(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of several codes in and out, built for the runner."""
    build = tmp_path_factory.mktemp("build")
    rng = np.random.default_rng(12)
    raw = next(raw for raw in iter(lambda: write_case(random_softmax(rng, "net")), b"") if 5 <= reader.read(raw).input.elements <= 40)
    (build / "soft.tflite").write_bytes(raw)
    bring(build / "soft.tflite", build, lambda line: None)
    firmware.build(build / "model_soft", "virtual_mlperf")
    return build / "model_soft"


@pytest.fixture(scope="module", params=["made up", "of the benchmark"])
def autoencoder(request: pytest.FixtureRequest, tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is called `ad`, built for the runner."""
    build = tmp_path_factory.mktemp("build")
    if request.param == "made up":
        (build / "ad.tflite").write_bytes(dense(40, 40))
    elif AD.is_file():
        (build / "ad.tflite").write_bytes(AD.read_bytes())
    else:
        pytest.skip("needs ../shared/models/mlperf_tiny, which is not part of the repository")
    bring(build / "ad.tflite", build, lambda line: None)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("MLPERF", "ad")
        firmware.build(build / "model_ad", "virtual_mlperf")
    return build / "model_ad"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The path of the pseudo-terminal that `plumbline serve` names."""
    command = [sys.executable, "-m", "plumbline", "serve", folder.name, "--only", "--env", "virtual_mlperf", "--build", str(folder.parent)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0


@pytest.fixture
def terminal(folder: Path) -> Iterator[str]:
    with served(folder) as path:
        yield path


def ready(port: serial.Serial) -> None:
    """Wait for the end of the greeting."""
    while "m-init-done" not in port.readline().decode():
        pass
    assert port.readline().strip() == b"m-ready"


def ask(port: serial.Serial, command: str) -> list[str]:
    """The lines up to the one that says the board is ready, as the runner reads them."""
    port.write(f"{command}%".encode())
    lines: list[str] = []
    while not lines or lines[-1] != "m-ready":
        line = port.readline().decode()
        assert line, f"nothing more after {lines}"
        lines.append(line.strip())
    return lines[:-1]


def load(port: serial.Serial, data: bytes) -> None:
    """In pieces of 31 bytes, as the runner does."""
    assert ask(port, f"db load {len(data)}") == [f"m-[Expecting {len(data)} bytes]"]
    pieces = [ask(port, f"db {data[at : at + 31].hex()}") for at in range(0, len(data), 31)]
    assert pieces[-1] == ["m-load-done"]


@pytest.mark.slow
def test_a_runner_loads_samples_and_reads_results(folder: Path, terminal: str) -> None:
    graph = reader.read((folder / "model.tflite").read_bytes())
    codes = np.random.default_rng(1).integers(-128, 128, (3, graph.input.elements)).astype(np.int8)
    with serial.Serial(terminal, 115200, timeout=60) as port:
        ready(port)
        (name,) = ask(port, "name")
        assert name.startswith("m-name-dut-[virtual Cortex-M4F")
        assert ask(port, "profile")[1] == "m-model-[model_soft]"
        for row in codes:
            load(port, row.tobytes())
            lines = ask(port, "infer 20 3")
            laps = [int(line.removeprefix("m-lap-us-")) for line in lines if line.startswith("m-lap-us-")]
            assert len(laps) == 2
            assert 0 < laps[1] - laps[0] < 1_000_000
            found = RESULTS.fullmatch(lines[-1])
            assert found
            expected = (
                reference_interpreter.run(graph, row.reshape(1, -1))[0].astype(float) - graph.output.quantized.zero_point
            ) * graph.output.quantized.scale
            np.testing.assert_allclose([float(each) for each in found[1].split(",")], expected, atol=5e-4)
        assert ask(port, "nonsense")[0].startswith("e-[")


def oracle(folder: Path) -> Callable[[NDArray[np.int8]], NDArray[np.int8]]:
    """TensorFlow Lite Micro where its wheel is at hand, else the integer model that equals it."""
    raw = (folder / "model.tflite").read_bytes()
    graph = reader.read(raw)
    return tflm.Interpreter(raw, graph).run if tflm.available() else partial(reference_interpreter.run, graph)


@pytest.mark.slow
def test_of_an_autoencoder_the_runner_hears_how_far_its_output_is_from_its_input(autoencoder: Path) -> None:
    """Against scores in float64 from NumPy, which may differ from the board's by far less than the half of a thousandth that rounding takes."""
    graph, run = reader.read((autoencoder / "model.tflite").read_bytes()), oracle(autoencoder)
    rng = np.random.default_rng(2)
    low, high = range_of(graph.input)
    # about the middle and over all that codes can say, beyond their ends, on the ties between two codes, and tiny
    samples: list[NDArray[np.floating]] = [rng.normal((low + high) / 2, (high - low) * width, graph.input.elements) for width in (0.02, 0.1, 0.3, 30)]
    samples += [(rng.integers(-200, 200, graph.input.elements) + 0.5) * graph.input.quantized.scale, rng.normal(0, 1e-40, graph.input.elements)]
    with served(autoencoder) as terminal, serial.Serial(terminal, 115200, timeout=60) as port:
        ready(port)
        assert ask(port, "profile")[1] == "m-model-[ad01]"
        assert ask(port, "results")[0].startswith("e-[")
        assert ask(port, f"db load {graph.input.elements}")[0].startswith("e-[")
        for sample in (each.astype("<f4") for each in samples):
            load(port, sample.tobytes())
            lines = ask(port, "infer 3 1")
            assert [line for line in lines if line.startswith("m-infer")] == ["m-infer-start-3", "m-infer-done"]
            codes = QuantizeReference(graph.input.elements, graph.input.quantized).answer(sample.reshape(1, -1))
            answers = (run(codes)[0].astype(float) - graph.output.quantized.zero_point) * graph.output.quantized.scale
            score = float(np.mean((answers - sample.astype(float)) ** 2))
            found = RESULTS.fullmatch(lines[-1])
            assert found
            assert re.fullmatch(r"\d+\.\d{3}", found[1])
            assert abs(float(found[1]) - score) <= 0.0005 + 1e-12 * score
            assert ask(port, "results") == [lines[-1]]
        load(port, np.full(graph.input.elements, np.nan, "<f4").tobytes())
        assert ask(port, "infer 1 0") == ["e-[The input holds a number that is NaN or infinite]"]


@pytest.mark.slow
def test_the_verifier_finds_the_same_board(folder: Path) -> None:
    command = [sys.executable, "-m", "plumbline", "verify", folder.name, "--only", "--env", "virtual_mlperf", "--build", str(folder.parent)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "codes exact" in done.stdout
