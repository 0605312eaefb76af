"""What several models in one firmware have in common: helper functions, their tables and their types.

Each such part stands between guards with the hash of its text, and of the texts that it needs. In one translation unit the first model's is
everybody's, and one of another version ends the compilation. Linked apart with PLUMBLINE_SHARE, functions are weak and carry the hash in their
names, so that the linker keeps one of each.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from plumbline.convert.codegen.helpers import in_order
from plumbline.convert.codegen.templating import environment

FUNCTION = re.compile(r"^static (?!inline\b|const\b)(?=[^;(]*?\b(plumbline_\w+)\()", re.MULTILINE)
"""Where a function begins that is not inlined wherever it is called."""
DIGITS = 8
"""Of a hash in names, in hexadecimal: 32 bits tell the few versions apart that can meet in a firmware."""


@dataclass(frozen=True)
class Part:
    """Something that is printed once for all models."""

    guard: str
    """The macro that says that it is there."""
    version: str
    """Of its text, in hexadecimal."""
    text: str
    functions: tuple[str, ...] = ()
    """Those of its functions that the linker may keep one of."""


def part(name: str, text: str, needed: str = "") -> Part:
    """A part of that name; `needed` is the text of all that it calls."""
    version = hashlib.sha256((needed + text).encode()).hexdigest()[:DIGITS]
    once, functions = FUNCTION.subn("PLUMBLINE_ONCE ", text), tuple(FUNCTION.findall(text))
    return Part(f"PLUMBLINE_HAS_{name.upper()}", version, once[0].strip("\n"), functions)


def helper_parts(helpers: tuple[str, ...]) -> list[Part]:
    """The helpers of these names, in their order, each after those that it needs."""
    templates = environment()
    texts = {name: templates.get_template(f"{name}.c.j2").render() for name in helpers}
    return [part(name, texts[name], "".join(texts[each] for each in in_order([name])[:-1])) for name in helpers]
