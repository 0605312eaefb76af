"""What a layer of the model gave on a board whose firmware can tell: built with PLUMBLINE_LAYERS, around an engine that names its layers."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from plumbline.common import usage
from plumbline.common.errors import BoardFault
from plumbline.common.wire import PAYLOAD_MAX, REPLIES, REQUESTS, Error, Request
from plumbline.host.devices.exchange import reflash, refused, request, unpack
from plumbline.host.devices.link import Link

_PIECE = PAYLOAD_MAX - REPLIES[Request.LAYER].packed.size
_TRIES = 3  # the engine runs anew for each: what differs three times is no accident of the line


def layer_output(link: Link, run: Callable[[], object], layer: int, output: int) -> bytes | None:
    """The bytes of a layer's output in an inference.

    Args:
        link: to the board.
        run: lets the board run the inference, the same each time; several times where the output is larger than what the board keeps.
        layer: the operator's number, in execution order from 0.
        output: which of its outputs.

    Returns:
        None where the firmware was built without layers, or its engine does not tell of this one.

    Raises:
        BoardFault: the board answers with an error, or the output is another one each time.
        PlumblineError: what `Link.exchange` raises, and what `run` does.
    """
    for _ in range(_TRIES):
        found = _once(link, run, layer, output)
        if found is None or zlib.crc32(found[0]) == found[1]:
            return None if found is None else found[0]
    raise BoardFault(
        f"Output {output} of layer {layer} is another one in each inference, or arrives damaged {_TRIES} times in a row.",
        f"Is what the engine calls layers_told() with still whole then? `{usage.command('monitor')}` shows what the board says.",
    )


def _once(link: Link, run: Callable[[], object], layer: int, output: int) -> tuple[bytes, int] | None:
    """The bytes, and the checksum that the board computed over all of them at once."""
    data = b""
    while True:
        reply = link.exchange(Request.WATCH, REQUESTS[Request.WATCH].packed.pack(layer, output, len(data)))
        if refused(reply, Error.UNKNOWN_TYPE):
            return None
        room = unpack(Request.WATCH, reply)[0]["room"]
        run()
        facts, _ = request(link, Request.LAYER, 0, 0)
        if facts["bytes"] == 0:
            return None
        data += _window(link, min(room, facts["bytes"] - len(data)))
        if len(data) >= facts["bytes"]:
            return data, facts["crc32"]


def _window(link: Link, size: int) -> bytes:
    """What the board keeps."""
    data = b""
    while len(data) < size:
        _, piece = request(link, Request.LAYER, len(data), min(_PIECE, size - len(data)))
        if not piece:
            raise BoardFault("The board keeps less of a layer's output than it says.", reflash())
        data += piece
    if size <= 0:
        raise BoardFault("The size of a layer's output changes from one inference to the next.", reflash())
    return data
