"""What the firmware says of an end of its own, in its last words over the line: a crash, or the bite of its watchdog."""

from __future__ import annotations

import re

from plumbline.common.errors import BoardLost

_SAID = re.compile(rb"(Fault|Watchdog): ([^\r\n]*)([\r\n]?)")
_NAMES = "`arm-none-eabi-addr2line -fe build/.../firmware.elf ADDRESS` names the line of an address."


def ending(text: bytes, asked: str, complete: bool = False) -> BoardLost | None:
    """The error that the firmware's words amount to.

    Args:
        text: what came last between the frames.
        asked: name of the request that was open; empty without one.
        complete: take a whole line only, because the rest of it may still come.

    Returns:
        None where the firmware said nothing of the kind.
    """
    said = _SAID.search(text)
    if said is None or (complete and not said[3]):
        return None
    why = "".join(each if each.isprintable() else "?" for each in said[2].decode(errors="replace")).strip()
    if said[1] == b"Fault":
        return BoardLost(f"The firmware crashed: {why}", _NAMES)
    return BoardLost(
        f"The board's watchdog reset it{' during ' * bool(asked)}{asked}: {why}",
        f"An endless loop, or an inference longer than the watchdog allows (`watchdog_s`, see docs/explanation/watchdog.md). {_NAMES}",
    )
