"""`plumbline flash`: builds the firmware for a real board, uploads it, and waits until the board is back."""

from __future__ import annotations

import json

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, PORT, STAGES, Given, define
from plumbline.common import usage
from plumbline.common.errors import UsageError
from plumbline.pipeline.environment import Chosen, connected


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

    work, env = given.work(), _real(given).env
    if not given.only:
        work.check()
        work.convert()
    device = flash.flash(work.folder, env.name, given.line)
    if given.json:
        print(json.dumps({"port": device}))
    elif not given.quiet:
        named = env.name if settings_of(env.name).purpose else ""  # the ordinary firmware says itself what it is
        print(f"Flashed. Now prove it: {usage.line('verify', work.name, port=device, env=named)}")
    return 0


def _real(given: Given) -> Chosen:
    """The environment of a real board; a project that names a virtual one means the virtual board for everything else."""
    chosen = given.environment(connected())
    if not chosen.env.virtual:
        return chosen
    if given.env or given.board:
        raise UsageError("The virtual board cannot be flashed.", "Leave its name out, or choose one that `plumbline boards` calls real.")
    return Given(engine=given.engine).environment(connected())
