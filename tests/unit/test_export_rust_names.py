"""What a crate, its modules and its structs are called, where Rust has the model's name already."""

from __future__ import annotations

import pytest

from plumbline.convert.export.formats.rust import literal, struct_name, text, unreserved


@pytest.mark.parametrize(
    ("name", "module", "struct"),
    [
        ("digits", "digits", "Digits"),
        ("keyword_spotting", "keyword_spotting", "KeywordSpotting"),
        ("net_1_2", "net_1_2", "Net1_2"),
        ("net_12", "net_12", "Net12"),
        ("match", "match_model", "Match"),
        ("lib", "lib_model", "Lib"),
        ("print", "print", "PrintModel"),
        ("memory", "memory", "MemoryModel"),
    ],
)
def test_names_are_rusts_and_nobody_elses(name: str, module: str, struct: str) -> None:
    assert (unreserved(name), struct_name(name)) == (module, struct)


def test_literals_are_rusts() -> None:
    assert [literal(each) for each in (0.1, 1.0, 0.00390625, 2.0**-40, 3e7)] == ["0.1", "1.0", "0.00390625", "9.094947e-13", "3e+07"]
    assert text('a"b\\c\n\u00e4{}') == '"a\\u{22}b\\u{5c}c\\u{a}\\u{e4}{}"'
