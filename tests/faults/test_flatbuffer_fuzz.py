"""The reader and the compiler on mutated models: refused with a message or compiled, never anything else. `make fuzz` runs 100,000."""

from __future__ import annotations

import pytest

from tests.faults.fuzz_flatbuffer import fate, run, seeds


def test_the_seeds_are_valid() -> None:
    fates = [fate(raw) for raw in seeds()]
    assert set(fates) == {"compiled", "UnsupportedOperator"}


@pytest.mark.slow
def test_5000_mutants_end_in_a_message_or_in_c() -> None:
    fates = run(seed=2, count=5000)
    assert sum(fates.values()) == 5000
    assert min(fates["compiled"], fates["ModelRefused"], fates["UnsupportedOperator"]) > 50
