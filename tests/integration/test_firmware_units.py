"""The firmware's C on this machine, under the address and undefined-behaviour sanitizers: its own C++ tests, and its numbers against fractions."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from plumbline.common import wire
from plumbline.common.quantization import code_of_nano, nano_of, round_half_away
from plumbline.convert.codegen.generated_folder import wire_header
from plumbline.convert.model.graph import Quantization
from plumbline.convert.operators.quantize.reference import QuantizeReference
from tests.support import firmware_native as native
from tests.support.ends import End

pytestmark = pytest.mark.slow

OK, MALFORMED, TOO_LARGE, TOO_FINE = range(4)
INT64_MAX = 2**63 - 1


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return native.build(tmp_path_factory.mktemp("native"))


@pytest.mark.parametrize("name", ["scalar", "small", "several", "stateful", "large", "layers", "mlperf", "mlperf_numbers"])
def test_cpp(programs: dict[str, Path], name: str) -> None:
    output = native.run([str(programs[name])])
    passed = re.search(r"test cases: +(\d+) \| +(\d+) passed", output)
    assert passed is not None
    assert int(passed[1]) == int(passed[2]) >= 4


def answers(programs: dict[str, Path], lines: list[str]) -> list[str]:
    result = native.run([str(programs["number_driver"])], "\n".join(lines) + "\n").split("\n")[:-1]
    assert len(result) == len(lines)
    return result


def expected_parse(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII):
        return MALFORMED, 0
    exact = Fraction(re.sub(r"\.$", "", text)) * wire.NANO
    truncated = abs(exact).__floor__()
    if truncated > INT64_MAX:
        return TOO_LARGE, 0
    if truncated != abs(exact):
        return TOO_FINE, 0
    return OK, int(exact)


def test_parse(programs: dict[str, Path]) -> None:
    random.seed(1)
    texts = ["", "0", "-0", "+", "-", ".", "-.", "1.", ".5", "-.5", "+.5", "1..2", "1.2.3", "--1", "+-1", "1e3", "0x10", "1,5", "nan", "1 ", " 1"]
    texts += ["9223372036.854775807", "9223372036.854775808", "-9223372036.854775807", "9223372036.8547758070", "9223372036.8547758071"]
    texts += ["92233720368", "9" * 30, "0" * 40 + "1", "1." + "0" * 40, "1." + "0" * 40 + "1", "0.000000001", "0.0000000001", "1\t", "1\0" + "2"]
    for _ in range(20_000):
        digits = "".join(random.choices("0123456789", k=random.randrange(13)))
        decimals = "".join(random.choices("0123456789", k=random.randrange(12)))
        texts.append(random.choice(["", "", "-", "+"]) + digits + random.choice(["", ".", "."]) + decimals)
        texts.append("".join(random.choices("0123456789+-. e", k=random.randrange(8))))
    got = [tuple(int(word) for word in line.split()) for line in answers(programs, [f"parse {text}" for text in texts])]
    assert got == [expected_parse(text) for text in texts]


def expected_print(nano: int, least: int, most: int) -> str:
    scaled = round_half_away(Fraction(nano, 10 ** (9 - most)))
    digits = f"{abs(scaled):0{most + 1}d}"
    whole, decimals = digits[: len(digits) - most], digits[len(digits) - most :]
    while len(decimals) > least and decimals.endswith("0"):
        decimals = decimals[:-1]
    return ("-" if scaled < 0 else "") + whole + ("." + decimals if decimals else "")


def test_print(programs: dict[str, Path]) -> None:
    random.seed(2)
    numbers = [0, 1, -1, 49_999_999, 50_000_000, -50_000_000, 999_999_999, 10**9, INT64_MAX, -INT64_MAX, -INT64_MAX - 1]
    numbers += [random.choice([1, -1]) * random.getrandbits(random.randrange(1, 64)) for _ in range(20_000)]
    cases = [(n, least, most) for n in numbers for most in (random.randrange(10),) for least in (random.randrange(most + 1),)]
    cases += [(n, least, most) for n in numbers[:11] for most in range(10) for least in range(most + 1)]
    got = answers(programs, [f"print {n} {least} {most}" for n, least, most in cases])
    assert got == [expected_print(*case) for case in cases]


def scales(count: int) -> list[tuple[int, int]]:
    """Mantissa and exponent of float32 scales: the usual ones, and out to the ends of what a float32 can say."""
    usual = [(13421773, -27), (13421773, -26), (1, 0), (1, -8), (1, 7), (2**24 - 1, -24), (2**24 - 1, 104), (1, -149), (2**23 + 1, -60)]
    return usual + [(random.randrange(1, 2**24), random.randrange(-60, 20)) for _ in range(count)]


def test_quantize(programs: dict[str, Path]) -> None:
    random.seed(3)
    cases = []
    for mantissa, exponent in scales(2000):
        scale = Fraction(mantissa) * Fraction(2) ** exponent
        for _ in range(10):
            # around the ties between two codes, where one nano-unit decides
            near = round_half_away((random.randrange(-300, 300) + Fraction(1, 2)) * scale * wire.NANO) + random.randrange(-2, 3)
            anywhere = random.choice([1, -1]) * random.getrandbits(random.randrange(1, 64))
            cases += [(x, mantissa, exponent, random.randrange(-128, 128)) for x in (near, anywhere) if abs(x) <= INT64_MAX]
    got = [int(line) for line in answers(programs, [f"quantize {x} {m} {e} {z}" for x, m, e, z in cases])]
    expected = []
    for x, mantissa, exponent, zero_point in cases:
        exact = Fraction(x, wire.NANO) / (Fraction(mantissa) * Fraction(2) ** exponent)
        expected.append(max(-128, min(127, round_half_away(exact) + zero_point)))
    assert got == expected
    assert len(set(got)) == 256
    # the host's own arithmetic, with the scale as a float
    assert [code_of_nano(x, End(mantissa * 2.0**exponent, zero_point)) for x, mantissa, exponent, zero_point in cases] == expected


def test_dequantize(programs: dict[str, Path]) -> None:
    random.seed(4)
    cases = [(random.randrange(-128, 128), m, e, random.randrange(-128, 128)) for m, e in scales(4000) for _ in range(5)]
    cases += [(code, m, e, code) for code in (-128, 0, 127) for m, e in scales(0)]
    got = [int(line) for line in answers(programs, [f"dequantize {code} {m} {e} {z}" for code, m, e, z in cases])]
    expected = [nano_of(code, End(mantissa * 2.0**exponent, zero_point)) for code, mantissa, exponent, zero_point in cases]
    assert got == [max(-INT64_MAX, min(INT64_MAX, y)) for y in expected]
    assert sum(abs(y) == INT64_MAX for y in got) < len(got) // 2


def float32_bits(count: int) -> list[int]:
    """Zeros, ends, infinities and NaN, and `count` of any bits."""
    ends = [0, 1, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF]
    return [sign | bits for bits in ends for sign in (0, 1 << 31)] + [random.getrandbits(32) for _ in range(count)]


def float32_of(bits: int) -> float:
    return float(np.uint32(bits).view(np.float32))


def bits_of(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def float32_scales(count: int) -> list[int]:
    """Bits of scales from the smallest subnormal number to the largest, most of them as models have them."""
    return [1, 0x00800000, 0x7F7FFFFF, bits_of(0.1), bits_of(0.25)] + [bits_of(math.exp(random.uniform(-12, 6))) for _ in range(count)]


@np.errstate(over="ignore", invalid="ignore")
def test_float32_codes(programs: dict[str, Path]) -> None:
    """The codes of QUANTIZE's kernel, which is held to TensorFlow Lite Micro's, on numbers about the ties and on any bits."""
    random.seed(5)
    cases = []
    for scale in float32_scales(600):
        zero_point = random.randrange(-128, 128)
        ties = [bits_of((random.randrange(-300, 300) + 0.5) * float32_of(scale)) for _ in range(20)]
        numbers = float32_bits(20) + [max(0, min(2**32 - 1, bits + step)) for bits in ties for step in (-1, 0, 1)]
        cases += [(bits, scale, zero_point) for bits in numbers]
    got = [tuple(map(int, line.split())) for line in answers(programs, [f"float32 {b} {s} {z}" for b, s, z in cases])]
    expected = []
    for bits, scale, zero_point in cases:
        (code,) = QuantizeReference(1, Quantization((float32_of(scale),), (zero_point,), 0)).answer(np.array([[bits]], "<u4").view("<f4"))[0]
        expected.append((int(math.isfinite(float32_of(bits))), int(code)))
    assert got == expected
    assert len({code for _, code in got}) == 256


def test_distance(programs: dict[str, Path]) -> None:
    """Against fractions, within what float32.h promises."""
    random.seed(6)
    cases = []
    for scale in float32_scales(300):
        count = random.choice((1, 2, 3, 10, 640))
        reach = float32_of(scale) * random.choice((1, 100, 10_000))
        near = [bits_of(min(3.4e38, random.uniform(-1, 1) * reach)) for _ in range(count)]
        wild = [bits for bits in float32_bits(count) if math.isfinite(float32_of(bits))][-count:]
        numbers = random.choice((near, near, near, wild))
        cases.append((scale, random.randrange(-128, 128), [(bits, random.randrange(-128, 128)) for bits in numbers]))
    lines = [f"distance {scale} {zero} " + " ".join(f"{bits} {code}" for bits, code in pairs) for scale, zero, pairs in cases]
    worst = Fraction(0)
    for (scale, zero, pairs), line in zip(cases, answers(programs, lines), strict=True):
        terms = [(Fraction(float32_of(scale)) * (code - zero) - Fraction(float32_of(bits))) ** 2 for bits, code in pairs]
        exact = sum(terms, Fraction(0)) / len(terms)
        error = abs(Fraction(float.fromhex(line)) - exact)
        assert error <= (len(terms) + 4) * exact / 2**53
        worst = max(worst, error / exact if exact else Fraction(0))
    assert worst > 0
    not_finite = [f"distance {bits_of(0.1)} 0 0 1 {bits} 1" for bits in (0x7F800000, 0xFF800000, 0x7FC00000)]
    assert answers(programs, not_finite)[:2] == ["inf", "inf"]
    assert "nan" in answers(programs, not_finite)[2]


C_TYPES = {"B": "uint8_t", "b": "int8_t", "H": "uint16_t", "I": "uint32_t", "i": "int32_t", "q": "int64_t"}


def test_wire_header_says_what_python_says(tmp_path: Path) -> None:
    """Each layout as a packed C struct: sizes and offsets are the compiler's, the macros are the header's, the fields are Python's."""
    checks = []
    for kind, table in (("REQUEST", wire.REQUESTS), ("REPLY", wire.REPLIES)):
        for message, layout in table.items():
            if layout.fields:
                members = " ".join(f"{C_TYPES[code]} {name};" for name, code in layout.fields)
                struct = f"{message.name}_{kind}"
                checks.append(f"struct __attribute__((packed)) {struct} {{ {members} }};")
                checks.append(f"CHECK(sizeof(struct {struct}) == PLUMBLINE_{struct}_BYTES);")
                checks += [f"CHECK(offsetof(struct {struct}, {n}) == PLUMBLINE_{struct}_{n.upper()}_OFFSET);" for n, _ in layout.fields]
            checks.append(f"CHECK({layout.packed.size} == PLUMBLINE_{message.name}_{kind}_BYTES);")
    for enum in (wire.Request, wire.Error, wire.Field, wire.Type, wire.Direction):
        checks += [f"CHECK(PLUMBLINE_{enum.__name__.upper()}_{member.name} == {member.value});" for member in enum]
    for name in ("PROTOCOL_VERSION", "MARK", "FRAME_MAX", "PAYLOAD_MAX", "CRC_BYTES", "REPLY", "ERROR_REPLY", "TEXT_MAX", "NAME_MAX"):
        checks.append(f"CHECK(PLUMBLINE_{name} == {getattr(wire, name)});")
    checks.append(f"CHECK(PLUMBLINE_HEADER_BYTES == {wire.HEADER.size});")
    source = "#include <plumbline_wire.h>\n#include <stddef.h>\n#include <stdint.h>\n" + "\n".join(checks) + "\n"
    (tmp_path / "plumbline_wire.h").write_text(wire_header())
    for suffix, compiler, check in (("c", ("gcc", "-std=c11"), "_Static_assert(x, #x)"), ("cpp", native.CXX, "static_assert(x, #x)")):
        path = tmp_path / f"layout.{suffix}"
        path.write_text(f"#define CHECK(x) {check}\n" + source)
        native.run([*compiler, *native.WARNINGS, f"-I{tmp_path}", "-fsyntax-only", str(path)])
