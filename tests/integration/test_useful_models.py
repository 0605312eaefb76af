"""Models of one's own that are exact and of no use, from the Keras file to the verdict: FAIL in every form, with its own exit code and the cause."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.by_name import ONLY
from plumbline.common.errors import QualityMissed, UsageError
from plumbline.common.golden_data import References
from plumbline.common.limits import Limits
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.importers.samples.values import Targets
from plumbline.convert.model.graph import Graph
from plumbline.host.firmware import firmware
from plumbline.host.reports import html_report, markdown, terminal
from plumbline.host.verdict.useful import useful_of, warnings_of
from tests.support.flatbuffer_writer import random_model, write
from tests.support.stages import Once, verified

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]

RNG = np.random.default_rng(7)
RAW = write(random_model(np.random.default_rng(3), 12, per_channel=False))


def quiet(_: str) -> None:
    """Nobody reads the report."""


@pytest.fixture(scope="module")
def unequal(tools: None, once: Once) -> Path:
    """build/model_unequal: 3 * x0 with x0 in [0, 1] beside a feature in [0, 10000]."""

    def fill(build: Path) -> None:
        keras_env.start()
        import keras

        net = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, use_bias=False)])
        net.set_weights([np.array([[3.0], [0.0]], np.float32)])
        net.save(build / "unequal.keras")
        samples = np.column_stack([RNG.uniform(0, 1, 300), RNG.uniform(0, 10_000, 300)]).astype(np.float32)
        np.save(build / "samples.npy", samples)
        bring(build / "unequal.keras", build, quiet, build / "samples.npy")
        firmware.build(build / "model_unequal", "virtual")

    return once("unequal", fill) / "model_unequal"


def test_a_model_of_no_use_fails_in_every_form(unequal: Path, tmp_path: Path) -> None:
    verdict = verified(unequal)
    assert verdict.exact == len(verdict.comparisons)
    assert not verdict.passed
    assert verdict.exit_code == QualityMissed.exit_code == 13
    (useful,) = verdict.useful
    assert useful.distinct == 1
    assert useful.max_share is not None
    assert useful.max_share > 0.95
    assert useful.input_rms == pytest.approx(useful.rms_error, rel=0.01)
    because = "feature 0 has 1 of 256 codes, because feature 1 is 10,000 times larger: normalize both before the model"
    assert because in verdict.failures
    assert "tolerance" not in terminal.last_line(verdict)
    assert "1 distinct answer to 300 samples" in terminal.last_line(verdict)
    document = json.loads((unequal / "verdict.json").read_text())
    assert (document["outcome"], document["exit_code"], document["useful"][0]["limits"]["rms"]) == ("fail", 13, 0.05)
    failures = ET.fromstring((unequal / "junit.xml").read_bytes()).findall(".//testcase/failure")
    assert {each.attrib["type"] for each in failures} == {"QualityMissed", "mismatch"}
    assert because in (failures[0].text or "")
    for text in (html_report.to_html(verdict), markdown.of_verdict(verdict), terminal.last_line(verdict), (unequal / "verdict.json").read_text()):
        assert "PASS" not in text.replace("PASSED", "")
        assert "FAIL" in text or "fail" in text


def test_the_command_ends_with_its_own_code_and_takes_other_limits(unequal: Path) -> None:
    command = [sys.executable, "-m", "plumbline", "verify", "model_unequal", "--only", "--build", str(unequal.parent), "--quiet"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 13, ended.stderr
    assert ended.stdout.startswith("FAIL")
    easy = subprocess.run([*command, "--limits", "rms=2 distinct=1"], cwd=ROOT, capture_output=True, text=True)
    assert easy.returncode == 0, easy.stderr
    document = json.loads((unequal / "verdict.json").read_text())
    assert "--limits 'rms=2 distinct=1'" in document["command"]
    assert any("feature 0 has 1 of 256 codes" in each for each in document["warnings"])
    odd = subprocess.run([*command, "--limits", "agrement=1"], cwd=ROOT, capture_output=True, text=True)
    assert odd.returncode == 2
    assert "Did you mean agreement?" in odd.stderr


def test_a_classifier_with_labels_has_its_accuracy_and_confusion(tmp_path: Path) -> None:
    keras_env.start()
    import keras

    centres = np.array([[2, 0, 0, 1], [0, 2, 0, 1], [0, 0, 2, 1]], np.float32)
    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    net.set_weights([4 * centres.T, np.zeros(3, np.float32)])
    net.save(tmp_path / "net.keras")
    labels = RNG.integers(0, 3, 120)
    inputs = (centres[labels] + RNG.normal(size=(120, 4)) * 0.3).astype(np.float32)
    np.savez(tmp_path / "samples.npz", inputs=inputs, labels=labels)
    lines: list[str] = []
    manifest = bring(tmp_path / "net.keras", tmp_path / "build", lines.append, tmp_path / "samples.npz", limits=Limits(agreement=0.99))
    (quality,) = manifest.quality
    assert (quality.kind, quality.reach, manifest.limits.agreement) == ("accuracy", None, 0.99)
    folder = tmp_path / "build" / "model_net"
    references = References.load(folder / "references.npz", manifest)
    assert references.data is not None
    assert references.data.floats is not None
    np.testing.assert_array_equal(references.data.inputs, inputs)
    np.testing.assert_array_equal(references.data.targets[0], labels)
    at_codes = references.float_codes[references.data.rows]
    assert 0 < np.abs(references.data.floats - at_codes).max() < 0.1  # asked at the samples, not at their codes
    (useful,) = useful_of(graph_of(folder), manifest, references, references.expected)
    assert (useful.missed, useful.decides) == ((), "a class")
    assert useful.skill is not None
    assert useful.skill > 0.9
    assert "warning" not in "\n".join(lines)


def graph_of(folder: Path) -> Graph:
    return read((folder / "model.tflite").read_bytes())


def held(codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """The numbers that codes of RAW's input stand for; outside of int8 they are beyond what it holds."""
    end = read(RAW).input.quantized
    return ((codes - end.zero_point) * end.scale).astype(np.float32)


def wanted(inputs: NDArray[np.float32], targets: NDArray[Any]) -> Samples:
    """Samples with the targets of the only output."""
    return Samples((inputs,), {ONLY: Targets(targets)})


def brought(tmp_path: Path, samples: Samples | None) -> tuple[Path, Manifest]:
    (tmp_path / "net.tflite").write_bytes(RAW)
    file = tmp_path / "samples.npz"
    if samples is not None:
        arrays = {"inputs": samples.inputs[0]} | {"targets" + name: each.values for name, each in samples.targets.items()}
        np.savez(file, **arrays)
    manifest = bring(tmp_path / "net.tflite", tmp_path / "build", quiet, file if samples is not None else None)
    return tmp_path / "build" / "model_net", manifest


def test_a_tflite_file_is_warned_of_and_not_failed(tmp_path: Path) -> None:
    codes = RNG.integers(-128, 128, (40, 12))
    codes[:, 0] = 500  # one number of twelve lies outside what the input holds
    folder, manifest = brought(tmp_path, Samples((held(codes),)))
    references = References.load(folder / "references.npz", manifest)
    (useful,) = useful_of(graph_of(folder), manifest, references, references.expected)
    assert (useful.missed, useful.rms_error, useful.agreement) == ((), None, None)
    assert useful.saturated_inputs == pytest.approx(1 / 12)
    assert any("lie outside what the input holds" in each for each in warnings_of((useful,), references.expected))


def test_a_tflite_file_without_samples_tells_when_all_answers_are_one(tmp_path: Path) -> None:
    folder, manifest = brought(tmp_path, None)
    references = References.load(folder / "references.npz", manifest)
    assert useful_of(graph_of(folder), manifest, references, references.expected) == ()
    assert warnings_of((), references.expected) == ()
    assert "give samples" in warnings_of((), references.expected[:1].repeat(25, axis=0))[0]


def test_targets_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    inputs = held(RNG.integers(-128, 128, (40, 12)))
    _, manifest = brought(tmp_path, wanted(inputs, RNG.normal(size=(40, 2)).astype(np.float32)))
    assert manifest.quality[0].kind == "rmse"
    _, manifest = brought(tmp_path, wanted(inputs, RNG.integers(0, 2, 40)))
    assert manifest.quality[0].kind == "accuracy"
    for targets, says in ((RNG.normal(size=(40, 1)), "the model answers 2 numbers"), (RNG.integers(0, 3, 40), "whole numbers from 0 to 2")):
        with pytest.raises(UsageError, match=says):
            brought(tmp_path, wanted(inputs, targets))
    with pytest.raises(UsageError, match="have 3 targets each, the model answers 2"):
        brought(tmp_path, wanted(inputs, RNG.normal(size=(40, 3))))
