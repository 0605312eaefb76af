"""`plumbline build`: compiles the firmware of a model for one environment."""

from __future__ import annotations

import json
from dataclasses import asdict

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, STAGES, Given, define


@define(
    "plumbline build linear --board virtual --engine tflm",
    takes=(MODEL, FIRMWARE, STAGES, BUILD),
    result="where the image is and its size",
)
def command(given: Given) -> int:
    """Compile the firmware. The model is converted first, where something has changed."""
    from plumbline.host.firmware import firmware
    from plumbline.host.firmware.elf_size import size_of

    work, env = given.work(), given.environment().env
    if not given.only:
        work.check()
        work.convert()
    image = firmware.build(work.folder, env.name)
    if given.json:
        size = size_of(image)
        print(json.dumps({"image": str(image), "size": asdict(size) if size else None}))
    elif not given.quiet:
        print(image)
    return 0
