"""The table of `make verify-models` and `make verify-boards`: one row for each model or board, with why it did not pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plumbline.common.errors import ModelRefused, UsageError
from plumbline.common.outcome import Ended, Run
from plumbline.host.reports.many_table import Verified, conclude
from plumbline.host.verdict import verdict_file
from plumbline.pipeline.target import models_in, samples_beside
from tests.support.verdict_documents import passing

NAMES = ("first.tflite", "second.tflite", "third.keras")


@pytest.fixture
def models(tmp_path: Path) -> list[Verified]:
    for name in NAMES:
        (tmp_path / name).touch()
    (tmp_path / "third.npz").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "model_first").mkdir()
    (tmp_path / "model_first" / "verdict.json").write_text(json.dumps(passing()))
    Run.begin(tmp_path / "model_second", "model_second", "make verify").end(Ended.of(ModelRefused("It computes in float16.", "")))
    return [Verified(path.name, verdict_file.if_any(tmp_path / f"model_{path.stem}" / "verdict.json"), 7.42) for path in models_in(tmp_path)]


@pytest.mark.parametrize("width", [60, 200])
def test_each_model_is_a_row_with_its_outcome_and_its_reason(
    width: int, models: list[Verified], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert conclude("model", models) == 1
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    for begin in (["PASS", "first.tflite"], ["ERROR", "second.tflite"], ["no", "verdict", "third.keras"]):
        assert any(line.split()[: len(begin)] == begin for line in said.splitlines()), begin
    assert "float16" in said
    assert "1 of 3 models passed" in said


def test_a_long_reason_takes_no_number_away(
    models: list[Verified], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "190")
    Run.begin(tmp_path / "long", "long", "make verify").end(Ended.of(ModelRefused("A sentence of many words. " * 12, "")))
    conclude("model", [models[0], Verified("long.tflite", verdict_file.if_any(tmp_path / "long" / "verdict.json"), 7.4)])
    said = capsys.readouterr().out
    assert "Left out" not in said
    assert said.split().count("sentence") == 12
    given = passing()["summary"]
    assert f"{given['exact']:,}/{given['compared']:,}" in said


def test_the_same_as_json(models: list[Verified], capsys: pytest.CaptureFixture[str]) -> None:
    conclude("model", models, as_json=True)
    first, second, third = json.loads(capsys.readouterr().out)
    given = passing()
    assert (first["outcome"], first["exact"], first["seconds"]) == ("pass", given["summary"]["exact"], 7.4)
    assert first["distinct"] == len({tuple(each["board"]) for each in given["comparisons"]})
    assert (first["stack"], first["ram"]) == (given["stats"]["stack_used"], None)
    assert (second["outcome"], third["outcome"]) == ("error", "no verdict")
    assert second["reason"] == "ModelRefused (exit code 21): It computes in float16."


def test_samples_lie_beside_their_model(tmp_path: Path, models: list[Verified]) -> None:
    assert samples_beside(tmp_path / "third.keras") == tmp_path / "third.npz"
    assert samples_beside(tmp_path / "first.tflite") is None


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no model"):
        models_in(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        models_in(tmp_path / "none")
