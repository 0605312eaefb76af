"""Two verdicts compared: what counts as worse, which limits hold, and that a CI job fails when one does not."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plumbline.commands.compare import to_json
from plumbline.common.by_name import ONLY
from plumbline.common.errors import ArtefactsDisagree, LimitExceeded, UsageError
from plumbline.common.outcome import SCHEMA, SUMMARY
from plumbline.common.paths import ROOT
from plumbline.host.reports import markdown
from plumbline.host.reports.report_writer import to_json as verdict_json
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_diff import METRIC, QUANTITIES, Allowance, Change, changes
from plumbline.host.verdict.verdict_file import judged, load
from tests.support.verdict_documents import held, passing

BEFORE: dict[str, Any] = passing(
    recipe="r",
    board={"board": "b | c", "engine": "compiled", "build": "1"},
    metrics=[{"kind": "accuracy", "board_value": 0.9}],
    summary={"max_error": 0.1},
    inference={"count": 1000, "unit": "instructions"},
    size={"flash": 7000, "ram": 1700},
    footprint={"model_bytes": 1168},
)


def changed(**values: Any) -> dict[str, Any]:
    """BEFORE with a value of one of its tables replaced: `inference={"count": 5}`."""
    after = copy.deepcopy(BEFORE)
    for name, value in values.items():
        after[name] = {**after[name], **value} if isinstance(value, dict) and after[name] else value
    return after


def measured(*metrics: dict[str, Any]) -> dict[str, Any]:
    """BEFORE with these in place of the numbers of its metric, one for each output."""
    return changed(metrics=[{**BEFORE["metrics"][0], **each} for each in metrics])


def failures(after: dict[str, Any], before: dict[str, Any] = BEFORE, /, **limits: str) -> tuple[str, ...]:
    allowed = {(f"max-{name.replace('_', '-')}", ONLY): Allowance.parse(text) for name, text in limits.items()}
    return changes(held(before), held(after), allowed).failures


@pytest.mark.parametrize(("text", "amount", "relative"), [("5%", 0.05, True), ("200", 200, False), ("0", 0, False), ("0.5%", 0.005, True)])
def test_an_allowance_is_a_share_or_an_amount(text: str, amount: float, relative: bool) -> None:
    found = Allowance.parse(text)
    assert found.amount == pytest.approx(amount)
    assert found.relative == relative
    assert str(found) == text


@pytest.mark.parametrize("text", ["", "%", "five", "-1", "-1%", "nan", "inf"])
def test_what_is_no_allowance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Allowance.parse(text)


@pytest.mark.parametrize(
    ("limit", "count", "holds"),
    [("5%", 1050, True), ("5%", 1051, False), ("50", 1050, True), ("50", 1051, False), ("0", 1000, True), ("0%", 1001, False), ("0", 10, True)],
)
def test_latency_may_grow_as_far_as_allowed(limit: str, count: int, holds: bool) -> None:
    found = failures(changed(inference={"count": count}), latency_growth=limit)
    assert (found == ()) == holds
    assert holds or f"inference went from 1,000 to {count:,}" in found[0]


def test_accuracy_is_worse_when_it_falls_and_an_error_when_it_grows() -> None:
    fallen, risen = measured({"board_value": 0.88}), measured({"board_value": 0.99})
    assert failures(fallen, metric_loss="0.01")
    assert not failures(fallen, metric_loss="0.02")
    assert not failures(risen, metric_loss="0")
    rmse = measured({"kind": "rmse"})
    assert failures(measured({"kind": "rmse", "board_value": 0.99}), rmse, metric_loss="0.01")
    assert not failures(measured({"kind": "rmse", "board_value": 0.88}), rmse, metric_loss="0")


@pytest.mark.parametrize(
    ("option", "table", "name", "value"),
    [
        ("error_growth", "summary", "max_error", 0.2),
        ("flash_growth", "size", "flash", 9000),
        ("ram_growth", "size", "ram", 9000),
        ("model_growth", "footprint", "model_bytes", 9000),
    ],
)
def test_every_limit_is_held(option: str, table: str, name: str, value: float) -> None:
    after = changed(**{table: {name: value}})
    assert len(failures(after, **{option: "10%"})) == 1
    assert not failures(after, **{option: "1000%"})
    assert not failures(after)


def test_pass_may_not_become_fail() -> None:
    failed = changed(outcome="fail", passed=False, exit_code=1)
    assert failures(failed) == ("PASS became FAIL",)
    assert failures(failed, failed) == ()
    assert failures(BEFORE, failed) == ()


def test_a_limit_that_cannot_be_checked_does_not_hold() -> None:
    assert "different units" in failures(changed(inference={"unit": "cycles"}), latency_growth="5%")[0]
    assert "does not hold it" in failures(changed(size=None), flash_growth="5%")[0]
    assert "does not hold it" in failures(changed(metrics=[]), metric_loss="1")[0]
    assert failures(measured({"kind": "rmse"}), metric_loss="1")
    assert not failures(changed(size=None, metrics=[]))


def test_a_limit_on_what_neither_verdict_holds_is_skipped_and_said() -> None:
    without = changed(metrics=[])
    found = changes(held(without), held(without), {(METRIC, ONLY): Allowance.parse("0.01")})
    assert found.failures == ()
    assert found.notes == ("metric on the board: neither verdict holds it, so that the limit of 0.01 was skipped",)
    assert markdown.of_changes(found).count("was skipped") == 1
    assert json.loads(to_json(found))["notes"] == list(found.notes)
    assert "does not hold it" in failures(without, metric_loss="0.01")[0]
    assert changes(held(BEFORE), held(BEFORE), {(METRIC, ONLY): Allowance.parse("0.01")}).notes == ()


def test_each_output_has_its_own_metric_and_may_have_its_own_limit() -> None:
    shape, place = {"output": "shape", "board_value": 0.9}, {"output": "place", "kind": "rmse", "board_value": 0.5}
    before, after = held(measured(shape, place)), held(measured({**shape, "board_value": 0.88}, {**place, "board_value": 0.6}))

    def said(**limits: str) -> tuple[str, ...]:
        return changes(before, after, {(METRIC, name): Allowance.parse(text) for name, text in limits.items()}).failures

    assert said(shape="0.03", place="0.2") == ()
    assert said(shape="0.01", place="0.2") == ("shape: accuracy on the board went from 0.9 to 0.88 (-2.2%); at most 0.01 is allowed",)
    assert said(place="5%") == ("place: rmse on the board went from 0.5 to 0.6 (+20.0%); at most 5% is allowed",)
    assert len(changes(before, after, {(METRIC, ONLY): Allowance.parse("0")}).failures) == 2
    with pytest.raises(UsageError, match=r"angle=\.\.\. names an output whose metric neither verdict holds") as caught:
        said(angle="1")
    assert caught.value.hint == "Of these outputs: place, shape."


def test_growth_from_nothing_has_no_share() -> None:
    change = Change("inference", "instructions", 0, 5, 5, Allowance.parse("900%"))
    assert change.share is None
    assert change.exceeded


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"schema": SCHEMA - 1})])
def test_what_is_no_verdict_of_this_version_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(text)
    for path in (tmp_path, tmp_path / "verdict.json", tmp_path / "none"):
        with pytest.raises(ArtefactsDisagree):
            load(path)


def host(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline", "compare", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"COLUMNS": "80", **environment}, timeout=300)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    for name, document in (("a", BEFORE), ("b", changed(inference={"count": 1100}, metrics=measured({"board_value": 0.95})["metrics"]))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "verdict.json").write_text(json.dumps(document))
    return tmp_path / "a", tmp_path / "b" / "verdict.json"


def test_the_command_shows_what_changed_and_ends_in_its_code(two: tuple[Path, Path], tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    ended = host(*two, GITHUB_STEP_SUMMARY=str(summary))
    assert ended.returncode == 0, ended.stderr
    assert "+100 (+10.0%)" in ended.stdout
    assert "+0.05 (+5.6%)" in ended.stdout
    assert "within the limits" in ended.stdout
    assert "| inference, instructions | 1,000 | 1,100 | +100 (+10.0%) |  |" in summary.read_text()
    assert r"b \| c" in summary.read_text()
    ended = host(*two, "--max-latency-growth", "5%", "--quiet", GITHUB_STEP_SUMMARY=str(summary))
    assert ended.returncode == LimitExceeded.exit_code
    assert ended.stdout == "- inference went from 1,000 to 1,100 (+10.0%); at most 5% is allowed\n"
    assert "❌ limits exceeded" in summary.read_text()
    assert "✗ 5%" in summary.read_text()
    printed = json.loads(host(*two, "--max-latency-growth", "5%", "--json").stdout)
    assert [row["name"] for row in printed["quantities"] if row["exceeded"]] == ["inference"]
    assert printed["facts"]["verdict"] == {"before": "PASS", "after": "PASS"}


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_what_exceeds_its_limit_is_marked_at_every_width(two: tuple[Path, Path], width: str) -> None:
    printed = host(*two, "--max-latency-growth", "5%", "--max-flash-growth", "0", "--max-metric-loss", "0", COLUMNS=width).stdout.splitlines()
    marked = {line[1:3]: line for line in printed if line[1:3] in ("NO", "ok")}
    assert "inference" in marked["NO"]
    assert max(map(len, printed[: printed.index(next(line for line in printed if line.startswith("- ")))])) <= int(width)
    assert [line[1:3] for line in printed].count("ok") == 2


def test_a_limit_that_makes_no_sense_ends_in_2(two: tuple[Path, Path]) -> None:
    assert host(*two, "--max-flash-growth", "lots").returncode == 2
    assert host(two[0]).returncode == 2
    assert host(two[0], "no-such-folder").returncode == ArtefactsDisagree.exit_code


@pytest.mark.slow
def test_a_verdict_holds_what_is_compared(passed: Verdict, tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(verdict_json(passed))
    document = judged(tmp_path)
    found = changes(document, document, {(each.option, ONLY): Allowance.parse("0") for each in QUANTITIES[1:]})
    assert found.failures == ()
    assert {row.name for row in found.rows if row.worse_by is None} == {"metric on the board"}
    assert json.loads(to_json(found))["within_limits"] is True


@pytest.mark.slow
def test_the_summary_of_a_step_holds_verdict_sizes_and_command(
    passed: Verdict, failed: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SUMMARY, raising=False)
    assert not markdown.append_summary("nowhere")
    monkeypatch.setenv(SUMMARY, str(tmp_path / "summary.md"))
    for verdict in (passed, failed):
        assert markdown.append_summary(markdown.of_verdict(verdict))
    text = (tmp_path / "summary.md").read_text()
    assert text.index("✅ PASS: linear") < text.index("❌ FAIL: linear")
    assert f"| {passed.footprint.model_bytes:,} B |" in text
    assert text.count(passed.command) == 2
    assert "256/256 codes" in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith(" |")
