"""Operators register themselves: what each of them says of itself is what the schema and the engines say."""

from __future__ import annotations

from plumbline.common.paths import ROOT
from plumbline.convert.operators import named, registered
from plumbline.convert.operators.engines import ENGINES, support_table
from plumbline.convert.operators.options import places
from tests.support.schema_reader import schema_reader


def test_every_folder_registers_its_operator() -> None:
    folders = {path.parent.name.upper() for path in (ROOT / "convert" / "operators").glob("*/__init__.py")} - {"SHARED"}
    names = {name.removeprefix("CUSTOM:") for name in registered()}
    assert folders <= names
    assert names - folders == {"PADV2"}  # which lives with PAD
    assert list(registered()) == sorted(registered())
    assert named("CONV_2D") is registered()["CONV_2D"]
    assert named("FLOOR") is None


def test_no_two_fields_of_an_options_table_are_the_same_and_all_exist() -> None:
    generated = schema_reader()
    own = {"SequenceLstmOptions": "UnidirectionalSequenceLSTMOptions"}
    deprecated = {"ResizeBilinearOptions": 2}  # fields that come first, which the schema's own reader leaves out
    for each in registered().values():
        if each.options is not None and each.options_number:
            fields = [field for place in places(each.options).values() for field in place.fields]
            table = vars(generated)[own.get(each.options.__name__, each.options.__name__) + "T"]()
            assert len(set(fields)) == len(fields) <= len(vars(table))
            assert max(fields) < len(vars(table)) + deprecated.get(each.options.__name__, 0)


def test_the_table_of_operators_says_what_each_engine_has() -> None:
    rows = {row.operator: row for row in support_table()}
    assert list(rows) == list(registered())
    assert all(set(row.newest) == set(ENGINES) and row.accepts for row in rows.values())
    assert rows["FULLY_CONNECTED"].newest == {"compiled": 12, "tflm": 12, "chirale": 4}
    assert rows["FULLY_CONNECTED"].notes == ("Chirale_TensorFlowLite 2.0.0, the Arduino library: one scale for all weights",)
    assert rows["UNIDIRECTIONAL_SEQUENCE_LSTM"].newest["chirale"] is None
    assert "missed 172 of the 180 answers" in rows["UNIDIRECTIONAL_SEQUENCE_LSTM"].notes[0]
    assert rows["TRANSPOSE"].number == 39
