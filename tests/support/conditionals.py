"""C without what the compiler of this machine leaves out: a kernel stands in the source once for each kind of chip."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache

_CONDITIONAL = re.compile(r"\s*#\s*(?:if|ifdef|ifndef|elif|else|endif)\b")
_DEFINITION = re.compile(r"\s*#\s*(?:define|undef)\b")
_MARK = "plumbline_line_"


@lru_cache(maxsize=64)
def compiled_here(source: str) -> str:
    """The lines that GCC compiles, definitions and includes among them, without the conditions around them.

    Raises:
        subprocess.CalledProcessError: the conditions are no C.
    """
    lines = re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n", source)  # a line that ends in a backslash goes on
    asked = ""
    for number, line in enumerate(lines):
        if _CONDITIONAL.match(line):
            asked += line
        else:
            asked += (line if _DEFINITION.match(line) else "") + f"{_MARK}{number}\n"
    said = subprocess.run(["gcc", "-E", "-P", "-x", "c", "-"], input=asked, capture_output=True, text=True, check=True, timeout=60).stdout
    return "".join(lines[int(number)] for number in re.findall(rf"{_MARK}(\d+)", said))
