"""A verdict.json is read as its schema says, or refused with what is wrong with it, whatever somebody made of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbline.commands import summary
from plumbline.common.errors import ArtefactsDisagree, FileTrouble, UnknownRecipe
from plumbline.common.outcome import Ended, Run
from plumbline.common.paths import ROOT
from plumbline.host.verdict.verdict_diff import changes
from plumbline.host.verdict.verdict_file import if_any, judged, load
from tests.support.damaged_json import ODD, places, replaced
from tests.support.verdict_documents import SCHEMA, held, passing

PUBLISHED = jsonschema.Draft202012Validator(SCHEMA)
ENDED = {"exit_code": 45, "name": "NotPlumbline", "message": "", "hint": ""}


def written(folder: Path, text: str) -> Path:
    (folder / "verdict.json").write_text(text)
    return folder


def test_a_verdict_that_passed_is_read(tmp_path: Path) -> None:
    assert judged(written(tmp_path, json.dumps(passing()))).passed is True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passed": "false"}, "passed: expected bool, got str"),
        ({"passed": False}, "contradict each other"),
        ({"outcome": "fail"}, "contradict each other"),
        ({"failures": ["something"]}, "contradict each other"),
        ({"exit_code": 13}, "contradict each other: outcome 'pass', passed True, exit_code 13"),
        ({"outcome": "fail", "passed": False, "failures": ["wrong"]}, "contradict each other: outcome 'fail', passed False, exit_code 0"),
        ({"error": ENDED}, "error: expected null, got object"),
        ({"outcome": "error"}, "passed True"),
        ({"outcome": "not finished", "passed": False, "exit_code": None}, "a field 'model_sha256'"),
        ({"outcome": "perhaps"}, "outcome: invalid enum value 'perhaps'"),
        ({"schema": 3}, "has schema 3"),
        ({"schema": True}, "has schema True"),
        ({"extra": 1}, "it has a field 'extra'"),
        ({"stats": {**passing()["stats"], "extra": 1}}, "stats has a field 'extra'"),
        ({"model_sha256": "abc"}, "model_sha256: expected str matching regex"),
        ({"inference": {"count": 1.5, "unit": "", "time_ns": None}}, "inference.count: expected int, got float"),
        ({"inference": {"count": 2**80, "unit": "", "time_ns": None}}, "inference.count: expected int <="),
        ({"stats": []}, "stats: expected object, got array"),
    ],
)
def test_what_somebody_edited_is_refused_with_the_place(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=said):
        load(written(tmp_path, json.dumps({**passing(), **change})))


UNJUDGED = {"schema": 7, "outcome": "error", "passed": False, "line": "", "failures": [""], "error": ENDED, "exit_code": 45}
UNJUDGED |= {"recipe": "", "started": "", "command": ""}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passed": True}, "outcome and passed contradict each other: outcome 'error', passed True"),
        ({"error": None}, "outcome and error contradict"),
        ({"outcome": "not finished"}, "outcome and error contradict"),
        ({"exit_code": 44}, "exit_code 44 and error.exit_code 45 contradict"),
        ({"exit_code": 0, "outcome": "not finished", "error": None}, "exit_code 0 and error.exit_code None contradict"),
        ({"outcome": "pass"}, "error: expected null, got object"),
        ({"outcome": "pass", "error": None}, "missing required field"),
        ({"board": passing()["board"]}, "a field 'board'"),
    ],
)
def test_a_run_without_a_verdict_that_somebody_edited_is_refused(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    load(written(tmp_path, json.dumps(UNJUDGED)))
    with pytest.raises(ArtefactsDisagree, match=said):
        load(written(tmp_path, json.dumps(UNJUDGED | change)))


def test_a_field_that_is_missing_is_named(tmp_path: Path) -> None:
    for name in passing():
        if name not in ("schema", "outcome"):
            with pytest.raises(ArtefactsDisagree, match=f"missing required field {name}"):
                load(written(tmp_path, json.dumps({key: value for key, value in passing().items() if key != name})))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"schema": ' * 50_000, "nested too deeply"),
        ('{"schema": NaN}', "JSON is malformed"),
        ('{"schema": 1e999}', "umber out of range"),
        ('{"schema": ' + "9" * 6000 + "}", "out of range"),
        ('{"schema": 7', "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_what_is_no_json_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=said):
        load(written(tmp_path, text))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_bytes(b'{"schema": "\xff\xfe"}')
    with pytest.raises(ArtefactsDisagree, match="cannot be read"):
        load(tmp_path)


WHOLE = passing(
    metrics=[{"kind": "accuracy"}], size={"flash": 1}, summary={"worst": {"input": "x"}}, probes=[{"x_nano": 1, "refused": True, "answer": None}]
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(places(WHOLE), key=repr)), value=st.sampled_from(ODD))
def test_whatever_stands_in_it_it_is_read_or_refused(path: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    """And what is read conforms to the published schema, and can be compared and summed up."""
    document = replaced(WHOLE, path, value)
    try:
        found = judged(written(tmp_path, json.dumps(document)))
    except ArtefactsDisagree:
        return
    PUBLISHED.validate(document)
    changes(found, held(WHOLE), {})
    changes(held(WHOLE), found, {})
    summary.row("name", found)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
def test_any_bytes_are_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_bytes(raw)
    with pytest.raises(ArtefactsDisagree):
        load(tmp_path)


def test_a_run_without_a_verdict_is_no_side_of_a_comparison(tmp_path: Path) -> None:
    run = Run.begin(tmp_path, "linear", "make verify")
    assert load(tmp_path).outcome == "not finished"
    with pytest.raises(ArtefactsDisagree, match="has not finished"):
        judged(tmp_path)
    assert "NOT FINISHED" in summary.row("linear", if_any(tmp_path))[0]
    run.end(Ended.of(UnknownRecipe("There is none.", "Write one.")))
    with pytest.raises(ArtefactsDisagree, match="There is none"):
        judged(tmp_path)
    assert "UnknownRecipe" in summary.row("linear", if_any(tmp_path))[0]
    ended = subprocess.run(
        [sys.executable, "-m", "plumbline", "compare", tmp_path, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"COLUMNS": "80"},
        timeout=300,
    )
    assert ended.returncode == ArtefactsDisagree.exit_code
    assert ended.stderr.startswith("error: ")


def test_the_published_schema_is_one_and_describes_the_fields() -> None:
    for each in (WHOLE, UNJUDGED):
        PUBLISHED.validate(each)
    with pytest.raises(jsonschema.ValidationError):
        PUBLISHED.validate({**WHOLE, "extra": 1})
    assert SCHEMA["$defs"]["Judged"]["properties"]["oracle"]["description"].startswith("What computed the expected codes")


def test_a_summary_that_cannot_be_written_is_a_message_behind_the_result(tmp_path: Path) -> None:
    written(tmp_path, json.dumps(passing()))
    environment = {"COLUMNS": "80", "GITHUB_STEP_SUMMARY": str(tmp_path / "none" / "summary.md")}
    command = [sys.executable, "-m", "plumbline", "compare", str(tmp_path), str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=300)
    assert ended.returncode == FileTrouble.exit_code
    assert "within the limits" in ended.stdout
    assert ended.stderr.startswith("error: GITHUB_STEP_SUMMARY=")
    assert "No such file" in ended.stderr
