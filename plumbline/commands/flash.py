"""`plumbline flash`: builds the firmware for a real board, uploads it, and waits until the board is back."""

from __future__ import annotations

import json
from collections.abc import Iterator

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, PORT, STAGES, Given, define
from plumbline.common import boards, usage
from plumbline.common.errors import UsageError
from plumbline.pipeline.environment import Chosen
from plumbline.pipeline.project import FILE

ENGINES = {"tflm": ", TensorFlow Lite Micro, a library", "compiled": ", the model as C code"}
"""What an engine is, after its name."""


@define(
    "plumbline flash linear",
    "plumbline flash model.tflite --engine compiled --port /dev/ttyACM0",
    takes=(MODEL, FIRMWARE, PORT, STAGES, BUILD),
    result="the port that the board came back as",
)
def command(given: Given) -> int:
    """Build the firmware for a connected board, and upload it."""
    from plumbline.host.firmware import flash
    from plumbline.host.firmware.settings import settings_of

    work, chosen = given.work(), _real(given)
    env = chosen.env
    if not given.only:
        work.check()
        work.convert()
    if not given.silent:
        for line in taken(chosen, given):
            print(line)
    device = flash.flash(work.folder, env.name, given.line)
    if given.json:
        print(json.dumps({"port": device}))
    elif not given.quiet:
        named = env.name if settings_of(env.name).purpose else ""  # the ordinary firmware says itself what it is
        print(f"Flashed. Now prove it: {usage.line('verify', work.name, port=device, env=named)}")
    return 0


def taken(chosen: Chosen, given: Given) -> Iterator[str]:
    """Which environment and engine are taken and why, and what to type for the other engines of the board."""
    env = chosen.env
    said = "as you say" if given.env or given.board or given.engine else f"as {FILE} says"
    why = said if chosen.demanded or env.board != boards.connected().board else "the first of the board, as none is named"
    yield f"environment  {env.name}, {why}"
    yield f"engine       {env.engine}{ENGINES.get(env.engine, '')}"
    for other in boards.environments().values():
        if other.board == env.board and other.engine != env.engine and not other.extra:
            yield f"             {usage.option('env', other.name)} takes {other.engine}{ENGINES.get(other.engine, '')}"


def _real(given: Given) -> Chosen:
    """The environment of a real board; a project that names a virtual one means the virtual board for everything else."""
    chosen = given.environment(boards.connected())
    if not chosen.env.virtual:
        return chosen
    if given.env or given.board:
        real = ", ".join(each.name for each in boards.boards().values() if not each.virtual)
        raise UsageError("A virtual board cannot be flashed.", f"Leave its name out, or choose one of: {real}.")
    return Given(engine=given.engine).environment(boards.connected())
