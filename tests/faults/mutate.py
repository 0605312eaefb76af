"""Seeded mutations of a compiled model's C source: one constant, or one place in the code that the compiler wrote."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.conditionals import compiled_here

_ARRAY = re.compile(r"static const (u?int(?:8|16|32)_t) (\w+)\[\d+\][^=;]*= \{([^}]*)\};")
_NUMBER = re.compile(r"-?\d+")
_LITERAL = re.compile(r"(?<![\w.])\d+(?!\w)")

OPERATORS: tuple[tuple[str, str, str], ...] = (
    ("sign", " + ", " - "),
    ("sign", " - ", " + "),
    ("sign", " += ", " -= "),
    ("sign", "(-1 - ", "(1 - "),
    ("product", " * ", " + "),
    ("shift", " >> ", " << "),
    ("shift", " << ", " >> "),
    ("comparison", " < ", " <= "),
    ("comparison", " > ", " >= "),
    ("comparison", " < ", " > "),
    ("comparison", " > ", " < "),
    ("rounding", "? 1 : 0", "? 0 : 1"),
    ("rounding", "? 1 : 0", "? 0 : 0"),
    ("width", "(int64_t)", "(int32_t)"),
    ("width", "(int32_t)", "(int8_t)"),
)
"""Class, what stands in the code, and what a careless hand makes of it."""
_CALL = re.compile(r"(\w+\()([^(),]+(?:\[[^\]]*\])?), ([^(),]+)([,)])")


@dataclass(frozen=True)
class Mutation:
    """One change."""

    kind: str
    """The class of what was changed, e.g. "bias" or "rounding"."""
    what: str
    """For a person."""
    source: str
    """The whole mutant."""


def mutations(source: str, seed: int) -> Iterator[Mutation]:
    """Endlessly many, a constant and a place in the code in turn, no two with the same source."""
    rng = random.Random(seed)
    seen = {source, compiled_here(source)}
    while True:
        for draw in (constant, code):
            mutation = draw(rng, source)
            if mutation is not None and mutation.source not in seen:
                seen.add(mutation.source)
                yield mutation


def constant(rng: random.Random, source: str) -> Mutation | None:
    """One number of one array becomes another that its type holds."""
    arrays = list(_ARRAY.finditer(source))
    if not arrays:
        return None
    array = rng.choice(arrays)
    c_type, name, body = array.groups()
    number = rng.choice(list(_NUMBER.finditer(body)))
    bits = int(re.sub(r"\D", "", c_type))
    low, high = (0, 2**bits - 1) if c_type.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    value = int(number[0])
    raw = (value % 2**bits).to_bytes(bits // 8, "little")
    turned = int.from_bytes(raw, "big", signed=low < 0)  # the other byte order
    other = rng.choice([value + 1, value - 1, -value, 0, low, high, turned, value ^ 1 << rng.randrange(bits - 1), rng.randint(low, high)])
    if other == value or not low <= other <= high:
        return None
    at = array.start(3) + number.start()
    kind = name.rsplit("_", 1)[-1]
    if kind == "output":
        kind = ("zero point", "lowest code", "highest code")[body[: number.start()].count(",")]
    text = f"{name}[{body[: number.start()].count(',')}]: {value} becomes {other}"
    return Mutation(kind, text, source[:at] + str(other) + source[at + len(number[0]) :])


def code(rng: random.Random, source: str) -> Mutation | None:
    """One operator, literal, cast or pair of arguments in a function body becomes another."""
    plain = compiled_here(source)
    found = [*_operators(plain), *_literals(plain), *_swaps(plain)]
    kind = rng.choice(sorted({kind for kind, _, _, _ in found}))
    kind, start, end, text = rng.choice([each for each in found if each[0] == kind])
    line = plain.count("\n", 0, start) + 1
    return Mutation(f"code: {kind}", f"line {line}: {plain[start:end]!r} becomes {text!r}", plain[:start] + text + plain[end:])


Place = tuple[str, int, int, str]


def _bodies(source: str) -> Iterator[tuple[int, str]]:
    """The statements: every indented line that is no comment, constant or preprocessor line, with its offset."""
    begin, at = max((array.end() for array in _ARRAY.finditer(source)), default=0), 0
    for line in source.splitlines(keepends=True):
        statement = line.split("//")[0]
        if at >= begin and statement.startswith("    ") and re.search(r"[a-z]", statement) and not re.match(r" +\{ \w+, sizeof|.*PROBE", statement):
            yield at, statement
        at += len(line)


def _operators(source: str) -> Iterator[Place]:
    for at, line in _bodies(source):
        for kind, old, new in OPERATORS:
            if "for (" in line and kind in ("comparison", "sign"):
                continue  # an endless loop, or a walk through memory that is not the model's
            yield from ((kind, at + found.start(), at + found.end(), new) for found in re.finditer(re.escape(old), line))


def _literals(source: str) -> Iterator[Place]:
    for at, line in _bodies(source):
        for found in _LITERAL.finditer(line):
            value = int(found[0])
            others = [value - 1] if "for (" in line else [value + 1, value - 1]
            yield from (("literal", at + found.start(), at + found.end(), str(other)) for other in others if other >= 0)


def _swaps(source: str) -> Iterator[Place]:
    for at, line in _bodies(source):
        for found in _CALL.finditer(line):
            name, first, second, rest = found.groups()
            yield "operand order", at + found.start(), at + found.end(), f"{name}{second}, {first}{rest}"
