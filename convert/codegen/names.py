"""Names of things in generated C: short, readable, valid and different from one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import registered

LONGEST = 40
SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L"})
"""Letters that Unicode does not take apart into one of ASCII and an accent."""
INTERFACE = re.compile(
    r"(memory|invoke|reset|test|label|labels|layer|layers|argmax|model|generator|stateful|hooks|constants?|constant_count|before_layer|after_layer|"
    r"(de)?quantize|inputs?|outputs?|\d+|shift_keeps_sign|memory_(is|behind)_.*)|((de)?quantize|argmax|input|output|test|label)_.*"
)
"""What stands behind a model's name in its interface: of the second kind a name of the model's may follow."""


def unaccented(name: str) -> str:
    """The beginning of a name, its letters without what stands above or below them."""
    spelled = unicodedata.normalize("NFKD", name[: 4 * LONGEST].translate(SPELLED))
    return "".join(each for each in spelled if not unicodedata.combining(each))


def identifier(name: str) -> str:
    """The letters, digits and underscores of C that are most like a name: accents are left out, and letters of other scripts are.

    None ends in _t, as types do.
    """
    found = re.sub(r"_{2,}", "_", re.sub(r"\W+", "_", unaccented(name), flags=re.ASCII)).strip("_").lower()
    found = found[:LONGEST].rstrip("_") or "0"
    return f"{found}_layer" if found == "t" or found.endswith("_t") else found


def plain(name: str) -> str:
    """A C identifier made of `name`.

    A name without an underscore could be a keyword or a library function, and plumbline_ is taken: these get a prefix.
    """
    base = identifier(name)
    return base if "_" in base and not base[0].isdigit() and not base.startswith("plumbline") else f"layer_{base}"


def behind(name: str) -> str:
    """What stands in C behind a model's name and an underscore, so that it is nothing of the model's interface."""
    base = identifier(name)
    return f"layer_{base}" if INTERFACE.fullmatch(base) else base


def identifiers(layers: Iterable[str], prefixed: bool = False) -> list[str]:
    """One C identifier for each operator of a layer, in order; neither they nor those of their constants clash.

    Args:
        layers: what the operators are called.
        prefixed: whether the model's name and an underscore will stand before each; else they clash with nothing in Plumbline's own firmware.
    """
    constants = {constant for each in registered().values() for constant in each.constants}
    return distinct(map(behind if prefixed else plain, layers), {"", *(f"_{constant}" for constant in constants)}, set())


def variable_names(graph: Graph, layers: Iterable[str], prefixed: bool = False) -> list[str]:
    """One C identifier per variable, in order, so that those of their constants clash with no others, which operators of these layers have."""
    bases = map(behind if prefixed else plain, (each.name for each in graph.variables))
    return distinct(bases, {"_beginning"}, set(identifiers(layers, prefixed)))


def distinct(bases: Iterable[str], ends: Iterable[str], taken: set[str]) -> list[str]:
    """The names, some with a number behind them, so that none of them with one of these ends is another, or taken."""
    last: dict[str, int] = {}
    result = []
    for base in bases:
        number = last.get(base, 1)
        name = base if number == 1 else f"{base}_{number}"
        while taken & (own := {name + end for end in ends}):
            number += 1
            name = f"{base}_{number}"
        last[base] = number
        taken |= own
        result.append(name)
    return result
