"""Models as C for somebody else's firmware: names, the folder, what is refused; and the header's arithmetic, natively."""

from __future__ import annotations

import re
import struct
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.commands import export as command
from plumbline.common.errors import UsageError
from plumbline.common.quantization import round_half_away
from plumbline.convert.codegen.ends import macro_names
from plumbline.convert.codegen.sharing import part
from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import Package
from plumbline.convert.export.formats import formats
from plumbline.convert.export.names import check_name, check_version, proposed
from plumbline.convert.export.write import RECORD, write_export
from tests.support.compiled_c import WARNINGS, compiler

PACKAGE = Package("two", (), "1.0.0", "Plumbline 0")


def test_ends_of_other_languages_keep_their_letters() -> None:
    assert macro_names(["é", "éo", "Größe", "温度", ""]) == ["E", "EO", "GROSSE", "UNNAMED", "UNNAMED_2"]


@given(st.text())
def test_what_is_proposed_for_any_text_is_a_name(text: str) -> None:
    assert check_name(proposed(text)) == proposed(text)


@pytest.mark.parametrize("name", ["", "Digits", "2fast", "a__b", "ends_", "main", "plumbline", "plumbline_x", "x" * 33, "a-b", "ä"])
def test_a_name_that_c_or_somebody_else_has_is_refused_with_one_that_serves(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_name(name)
    assert check_name(str(re.findall(r"--name (\w+)", refused.value.hint)[0]))


def test_a_version_has_three_numbers() -> None:
    assert check_version("10.0.3") == "10.0.3"
    for wrong in ("1", "1.0", "1.0.0-rc1", "01.0.0", "1.0.0\n"):
        with pytest.raises(UsageError):
            check_version(wrong)


def test_the_help_names_every_format() -> None:
    assert tuple(formats()) == command.FORMATS


def test_an_export_replaces_its_own_files_and_no_others(tmp_path: Path) -> None:
    write_export(tmp_path, "c", PACKAGE, {"a.c": "1", "b.c": "2"})
    write_export(tmp_path, "c", PACKAGE, {"a.c": "3"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.c", RECORD]
    (tmp_path / "a.c").write_text("mine")
    with pytest.raises(UsageError, match=r"changed since: a\.c"):
        write_export(tmp_path, "c", PACKAGE, {"a.c": "4"})
    assert (tmp_path / "a.c").read_text() == "mine"
    write_export(tmp_path, "c", PACKAGE, {"a.c": "4"}, force=True)
    assert (tmp_path / "a.c").read_text() == "4"


def test_a_file_that_no_export_wrote_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(UsageError, match=r"README\.md"):
        write_export(tmp_path, "c", PACKAGE, {"README.md": "ours"})
    (tmp_path / RECORD).write_text('{"generator": "x", "format": "c", "models": {}, "files": {"../outside": "0"}}')
    write_export(tmp_path, "c", PACKAGE, {"other.md": "ours"})


def test_a_shared_function_carries_the_hash_of_all_that_it_needs() -> None:
    text = "static int32_t plumbline_one(int a)\n{\n}\nstatic inline int plumbline_two(int a)\n{\n}\n"
    found = part("one", text)
    assert found.functions == ("plumbline_one",)
    assert found.text.startswith("PLUMBLINE_ONCE int32_t plumbline_one(int a)")
    assert "static inline int plumbline_two" in found.text
    assert found.version != part("one", text, "needed").version


ROW = struct.Struct("<fffiii")
DRIVER = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
%s
int main(void)
{
    struct { float scale, value, unused; int32_t q16, mantissa, exponent; } row;
    while (fread(&row, sizeof row, 1, stdin) == 1) {
        const int32_t answers[] = {
            plumbline_quantized(row.value, row.scale, 5, -32768, 32767),
            plumbline_quantized_q16(row.q16, (uint32_t)row.mantissa, row.exponent, 5, -32768, 32767),
            plumbline_dequantized_q16(row.q16 >> 16, (uint32_t)row.mantissa, row.exponent),
        };
        if (fwrite(answers, sizeof answers, 1, stdout) != 1) return 1;
    }
    return 0;
}
"""


@pytest.mark.skipif(compiler() is None, reason="needs a C compiler")
def test_the_headers_arithmetic_is_exact(tmp_path: Path) -> None:
    """Random values and scales, values on and next to the middle between two codes among them."""
    source = tmp_path / "driver.c"
    source.write_text(DRIVER % environment().get_template("quantization.h.j2").render())
    program = tmp_path / "driver"
    subprocess.run([str(compiler()), *WARNINGS, "-Wundef", "-fsanitize=undefined", str(source), "-o", str(program)], check=True, timeout=300)
    draw = np.random.default_rng(1)
    rows = []
    for _ in range(40_000):
        scale = np.float32(2.0 ** draw.uniform(-40, 24) if draw.random() < 0.9 else 2.0 ** draw.integers(-40, 24))
        steps = draw.integers(-33000, 33000) if draw.random() < 0.5 else draw.integers(-300, 300)
        value = np.float32((steps + 0.5) * np.float64(scale))
        beside = [value, np.nextafter(value, np.float32(np.inf)), np.nextafter(value, np.float32(-np.inf)), np.float32(draw.normal() * 1e3)]
        value = beside[int(draw.integers(4))]
        q16 = int(draw.integers(-(2**31), 2**31)) >> int(draw.integers(0, 32))
        numerator, denominator = float(scale).as_integer_ratio()
        exponent = 1 - denominator.bit_length()
        while numerator % 2 == 0:
            numerator, exponent = numerator // 2, exponent + 1
        rows.append((scale, value, np.float32(0), q16, numerator, exponent + 16))
    rows += [(np.float32(1), np.float32(x), np.float32(0), -(2**31), 1, 16) for x in (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45)]
    said = subprocess.run([str(program)], input=b"".join(ROW.pack(*row) for row in rows), capture_output=True, timeout=300, check=True)
    assert said.stderr == b""
    answers = np.frombuffer(said.stdout, np.int32).reshape(-1, 3)
    assert len(answers) == len(rows)
    for (scale, value, _, q16, mantissa, exponent), found in zip(rows, answers, strict=True):
        exact = Fraction(mantissa) * Fraction(2) ** (exponent - 16)
        assert exact == Fraction(float(scale))
        assert found[0] == (5 if np.isnan(value) else code(float(value), exact)), (scale, value)
        assert found[1] == bounded(round_half_away(Fraction(q16, 2**16) / exact) + 5, 2**15), (scale, q16)
        assert found[2] == max(1 - 2**31, bounded(round_half_away((q16 >> 16) * exact * 2**16), 2**31)), (scale, q16)


def code(value: float, scale: Fraction) -> int:
    """What round(value / scale) + 5 is within int16."""
    if np.isinf(value):
        return 2**15 - 1 if value > 0 else -(2**15)
    return bounded(round_half_away(Fraction(value) / scale) + 5, 2**15)


def bounded(value: int, limit: int) -> int:
    return max(-limit, min(limit - 1, value))
