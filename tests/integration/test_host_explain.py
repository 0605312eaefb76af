"""`plumbline explain`: what it prints fits a terminal, names the worst layer first, and belongs to the model in the folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.explanation import FILE, Explanation, LayerError
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.explain.measure import ranges
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.host.reports import html_report
from plumbline.host.verdict.verdict import Verdict
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.support.write_operators import unary

RAW = write(random_model(np.random.default_rng(3), 12, per_channel=False))
GOOD = LayerError(
    number=0,
    name="a_layer_with_a_very_long_name_indeed",
    operator="UNIDIRECTIONAL_SEQUENCE_LSTM",
    low=-1.28,
    high=1.27,
    seen_low=-1.0,
    seen_high=1.0,
    codes=200,
    at_lowest=0.0,
    at_highest=0.0001,
    channels=16,
    constant_channels=0,
    clipped=0.0,
    snr_db=40.123,
    total_rms=0.004,
    own_rms=0.003,
    inherited_rms=0.002,
    output_rms=0.01,
    share=0.25,
    score=0.95,
    took=0.0,
)
ADVICE = "channel 2 reaches 812: normalize."
BAD = replace(GOOD, number=1, name="narrow", operator="CONV_2D", share=0.75, score=0.85, took=0.1, alarming=True, advice=ADVICE)


def explanation(folder: Path, *layers: LayerError) -> Explanation:
    digest = hashlib.sha256((folder / "model.tflite").read_bytes()).hexdigest()
    return Explanation(folder.name, digest, 256, True, "accuracy", 0.95, 0.02, layers)


def told(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline", "explain", folder.name, "--only", "--build", str(folder.parent), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"})


def widest_row(text: str) -> int:
    """Characters of the widest line of the table; sentences beside it are one line each in a pipe."""
    return max(len(line) for line in text.splitlines() if line.startswith((" ", "─")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "build" / "net"
    path.mkdir(parents=True)
    (path / "model.tflite").write_bytes(RAW)
    return path


def test_the_worst_layer_comes_first_with_its_sentence_in_80_columns(folder: Path) -> None:
    (folder / FILE).write_text(explanation(folder, GOOD, BAD).to_json())
    ended = told(folder)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert widest_row(ended.stdout) <= 80
    assert "accuracy 95.0% in float, 85.0% in int8: 10.0 points lost" in ended.stdout.replace("\n", " ")
    assert f"- narrow (CONV_2D) took 10.0 points: {ADVICE}" in ended.stdout
    rows = [line for line in lines if line.startswith((" narrow", " a_layer"))]
    assert [row.split()[0] for row in rows] == ["narrow", rows[1].split()[0]]
    assert rows[0].split()[2:] == ["10.0", "75%", "40.1", "0.30", "0.20", "78%", "0.0%"]


def test_a_good_model_is_said_to_need_nothing(folder: Path) -> None:
    (folder / FILE).write_text(explanation(folder, GOOD, replace(GOOD, number=1)).to_json())
    assert "nothing to do" in told(folder).stdout.replace("\n", " ")
    assert told(folder, "--quiet").stdout.count("\n") == 1


def test_json_is_the_file_and_numbers_that_are_missing_stay_missing(folder: Path) -> None:
    written = explanation(folder, replace(GOOD, snr_db=None, took=None), BAD)
    (folder / FILE).write_text(written.to_json())
    document = json.loads(told(folder, "--json").stdout)
    assert document["layers"][0]["snr_db"] is None
    assert document["layers"][0]["used"] == pytest.approx(2.0 / 2.55)
    assert Explanation.load(folder / FILE, written.model_sha256) == written


def test_what_belongs_to_another_model_or_is_damaged_is_not_shown(folder: Path) -> None:
    (folder / FILE).write_text(explanation(folder, GOOD).to_json())
    (folder / "model.tflite").write_bytes(RAW + b"\0")
    ended = told(folder)
    assert ended.returncode == 23
    assert "plumbline convert net" in ended.stderr
    assert "a_layer" in told(folder, "--refused").stdout
    (folder / "model.tflite").write_bytes(RAW)
    for damage in ("", "[]", "{}", '{"schema": 1}', (folder / FILE).read_text()[:-200]):
        (folder / FILE).write_text(damage)
        assert Explanation.load(folder / FILE, hashlib.sha256(RAW).hexdigest()) is None


def test_a_tflite_file_has_ranges_and_says_that_there_is_no_float_model(tmp_path: Path) -> None:
    model = tmp_path / "net.tflite"
    model.write_bytes(RAW)
    manifest = bring(model, tmp_path / "build", lambda line: None)
    folder = tmp_path / "build" / manifest.recipe
    assert Manifest.load(folder / "generated" / "manifest.json").model_sha256 == manifest.model_sha256
    ended = told(folder)
    assert ended.returncode == 0, ended.stderr
    assert widest_row(ended.stdout) <= 80
    text = " ".join(ended.stdout.split())
    assert "comes without its float model" in text
    assert "give --samples to see what your own reach" in text
    assert text.count("fully_connected") == len(read(RAW).operators)


def test_samples_of_ones_own_are_measured_in_place_of_noise(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(RAW)
    held = read(RAW).input.quantized
    codes = np.random.default_rng(1).uniform(-128, 127 + 30, (40, 12))
    np.save(tmp_path / "samples.npy", ((codes - held.zero_point) * held.scale).astype(np.float32))
    told: list[str] = []
    manifest = bring(tmp_path / "net.tflite", tmp_path / "build", told.append, tmp_path / "samples.npy")
    found = Explanation.load(tmp_path / "build" / manifest.recipe / FILE, manifest.model_sha256)
    assert found is not None
    assert (found.samples, found.float_model) == (40, False)
    assert "--samples" not in found.note
    assert found.layers[0].alarming
    assert any("input: " in line and "of its codes are at the end of the range" in line for line in told)


def test_ranges_near_the_end_of_float32_are_written_as_numbers(tmp_path: Path) -> None:
    ends = [TensorSpec("input", (1, 4), (3e38,), (0,)), TensorSpec("out", (1, 4), (3e38,), (0,))]
    graph = read(write_graph(ends, [unary("RELU")], 0, 1))
    found = ranges("net", "0" * 64, graph, np.arange(-128, 128, dtype=np.int8).reshape(-1, 4), "")
    (tmp_path / FILE).write_text(found.to_json())
    assert Explanation.load(tmp_path / FILE, found.model_sha256) == found
    assert found.layers[0].used > 0


def test_float_numbers_between_two_layers_are_passed_over() -> None:
    ends = [TensorSpec("input", (1, 4), (0.1,), (0,)), TensorSpec("a", (1, 4), kind=FLOAT32), TensorSpec("b", (1, 4), (0.2,), (0,))]
    graph = read(write_graph(ends, [unary("DEQUANTIZE", 0, 1), unary("QUANTIZE", 1, 2)], 0, 2))
    found = ranges("net", "0" * 64, graph, np.arange(-128, 128, dtype=np.int8).reshape(-1, 4), "")
    assert [each.operator for each in found.layers] == ["input", "QUANTIZE"]
    assert [each.codes for each in found.layers] == [256, 129]


@pytest.mark.slow
def test_the_report_names_the_layers_that_took_it(passed: Verdict, folder: Path) -> None:
    bad = replace(BAD, name="<narrow>")
    html = html_report.to_html(passed, None, explanation(folder, GOOD, bad))
    assert "Where the error comes from" in html
    assert "&lt;narrow&gt; (CONV_2D) took 10.0 points: channel 2 reaches 812" in html
    assert html.index("&lt;narrow&gt;</td>") < html.index(f"{GOOD.name}</td>")
    assert "Where the error comes from" not in html_report.to_html(passed)


def test_saturated_and_constant_samples_of_a_tflite_file_are_named() -> None:
    graph = read(RAW)
    saturated = np.random.default_rng(1).choice(np.array([-128, 5, 60, 127], np.int8), (50, 12))
    found = ranges("net", "0" * 64, graph, saturated, "")
    assert found.layers[0].alarming
    assert "of its codes are at the end of the range" in found.layers[0].advice
    same = ranges("net", "0" * 64, graph, np.full((50, 12), 3, np.int8), "")
    assert "one code for all samples" in same.layers[0].advice
    assert same.layers[-1].constant_channels == same.layers[-1].channels
    judged = ranges("net", "0" * 64, graph, saturated, "", own_samples=False)
    assert not judged.alarming  # noise that nobody chose
