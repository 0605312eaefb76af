"""The limits of what is useful: how a user writes them, and that the table in the docs says what the code holds."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from plumbline.common.errors import UsageError
from plumbline.common.limits import RANGES, Limits
from plumbline.common.paths import ROOT


def test_what_is_not_named_keeps_its_default() -> None:
    assert Limits.parse("") == Limits()
    assert Limits.parse("agreement=0.9 rms=10%,distinct=1") == Limits(agreement=0.9, rms=0.1, distinct=1)
    assert Limits.parse("rms=0.2", Limits(agreement=0.5)) == Limits(agreement=0.5, rms=0.2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("agrement=0.9", "Did you mean agreement"),
        ("RMS=0.1", "Did you mean rms"),
        ("speed=3", "no limit 'speed'"),
        ("rms", "rms= is not a number"),
        ("rms=-1", "rms=-1 is not a number from 0"),
        ("rms=nan", "not a number"),
        ("rms=inf", "not a number"),
        ("agreement=1.5", "from 0 to 1"),
        ("distinct=1.5", "not a whole number"),
        ("distinct=0", "not a whole number from 1"),
        ("rms=0.1 rms=0.2", "rms is named twice"),
    ],
)
def test_what_makes_no_sense_is_named(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)) as caught:
        Limits.parse(text)
    assert "usefulness.md" in caught.value.hint


def test_every_limit_has_its_range() -> None:
    assert set(RANGES) == set(asdict(Limits()))
    assert Limits().check() == Limits()


def test_the_docs_say_what_the_code_holds() -> None:
    text = (ROOT / "docs" / "explanation" / "usefulness.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| ([\d.]+) \| (.+?) \|$", text, re.MULTILINE)
    assert {name: float(value) for name, _, value, _ in rows} == {name: float(value) for name, value in asdict(Limits()).items()}
    assert all(len(reason) > 40 for *_, reason in rows)
    assert "docs/explanation/usefulness.md" in (ROOT / "README.md").read_text()
