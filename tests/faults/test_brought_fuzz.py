"""Whatever the bytes of a file of samples or of a Keras model say, it is read or refused with a message and a hint; see fuzz_brought.py."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.faults import fuzz_brought
from tests.faults.fuzz_flatbuffer import run
from tests.support.keras_writer import archive

KEYS = ("class_name", "config", "layers", "name", "dtype", "input_layers", "output_layers", "batch_shape", "axis", "cell", "module")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["Lambda", "LSTM", "Functional", "float16"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("source", "judge"),
    [(fuzz_brought.sample_mutants, fuzz_brought.sample_fate), (fuzz_brought.keras_mutants, fuzz_brought.keras_fate)],
    ids=["samples", "keras"],
)
def test_mutated_files_are_read_or_refused(source, judge) -> None:  # type: ignore[no-untyped-def]
    fates = run(9, 1500, source, judge, "")
    assert fates["read"] > 50
    assert sum(fates.values()) - fates["read"] > 50


@settings(max_examples=150)
@given(st.text(alphabet="0123456789.,;\t\n eE+-\"'#ab\r\0", max_size=60))
@example("1,2\n3,4\n")
def test_any_text_is_a_table_or_is_refused(text: str) -> None:
    assert fuzz_brought.sample_fate(b"c" + text.encode()) in ("read", "UsageError")


@settings(max_examples=150)
@given(st.binary(max_size=200))
@example(b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }\n")
@example(b"\x93NUMPY\x01\x00\x76\x00" + b"(" * 118)
def test_any_bytes_are_an_array_or_are_refused(raw: bytes) -> None:
    assert fuzz_brought.sample_fate(b"n" + raw) in ("read", "UsageError")


@settings(max_examples=150)
@given(JSON)
def test_any_description_is_examined_or_refused(config: object) -> None:
    assert fuzz_brought.keras_fate(archive(config)) in ("read", "ModelRefused")
