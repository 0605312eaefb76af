"""One request and its reply, taken apart as `wire` declares them; an error reply becomes an error."""

from __future__ import annotations

from typing import Any

from plumbline.common import usage
from plumbline.common.errors import BoardFault, PlumblineError, WrongProtocol
from plumbline.common.wire import ERROR_REPLY, PROTOCOL_VERSION, REPLIES, REQUESTS, Error, Request
from plumbline.host.devices.frame import Frame
from plumbline.host.devices.link import PATIENCE_S, Link

INFERENCE_PATIENCE_S = 30.0  # a large model takes its time


def request(link: Link, kind: Request, *fixed: int, rest: bytes = b"", patience: float = PATIENCE_S) -> tuple[dict[str, Any], bytes]:
    """Ask and return the reply's fixed fields by name, and the bytes after them.

    Raises:
        BoardFault, WrongProtocol: the board answers with an error, or with another number of bytes.
        PlumblineError: what `Link.exchange` raises.
    """
    return unpack(kind, link.exchange(kind, REQUESTS[kind].packed.pack(*fixed) + rest, patience))


def refused(reply: Frame, error: Error) -> bool:
    """Whether a reply is this error."""
    return reply.type == ERROR_REPLY and reply.payload[:1] == bytes([error])


def unpack(kind: Request, reply: Frame) -> tuple[dict[str, Any], bytes]:
    """A reply's fixed fields by name, and the bytes after them; raises as `request`."""
    if reply.type == ERROR_REPLY:
        raise _fault(kind, reply.payload)
    layout, payload = REPLIES[kind], reply.payload
    size = layout.packed.size
    if len(payload) < size or (len(payload) > size and not layout.rest):
        raise BoardFault(f"The board answers {kind.name} with {len(payload)} bytes.", reflash())
    names = [name for name, _ in layout.fields]
    return dict(zip(names, layout.packed.unpack_from(payload), strict=True)), payload[size:]


def reflash() -> str:
    return f"Host and firmware are of different versions: build and flash again with {usage.command('flash')}."


def _fault(kind: Request, payload: bytes) -> PlumblineError:
    number = payload[0] if payload else 0
    if number == Error.WRONG_VERSION:
        return WrongProtocol(
            f"The board refuses protocol version {PROTOCOL_VERSION}.", f"Build and flash the firmware of this version: {usage.command('flash')}."
        )
    name = Error(number).name if number in list(Error) else f"error {number}"
    hint = f"{usage.command('monitor')} and `info` show what the board says." if number == Error.ENGINE_FAILED else reflash()
    return BoardFault(f"The board refuses {kind.name}: {name}.", hint)
