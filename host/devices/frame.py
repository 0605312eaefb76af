"""Frames to bytes and back: COBS, CRC-32 and the header that `plumbline/common/wire.py` declares.

The decoder takes bytes as they arrive, tells frames from console text and survives any noise.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from plumbline.common.wire import CRC_BYTES, FRAME_MAX, HEADER, MARK, PAYLOAD_MAX, PROTOCOL_VERSION

DELIMITER = 0
BODY_MAX = FRAME_MAX - 2
"""Longest encoded frame in bytes, without its delimiters."""
_BODY_MIN = 1 + HEADER.size + CRC_BYTES  # the COBS code byte and a frame without payload
_RUN_MAX = 254  # bytes that one COBS code byte can announce


@dataclass(frozen=True)
class Frame:
    """One message.

    Args:
        sequence: 0-65535.
        type: 0-255, see `wire.Request`, `wire.REPLY` and `wire.ERROR_REPLY`.
        payload: at most `wire.PAYLOAD_MAX` bytes.
        version: protocol version, 1-15.
    """

    sequence: int
    type: int
    payload: bytes = b""
    version: int = PROTOCOL_VERSION


def cobs_encode(data: bytes) -> bytes:
    """Rewrite `data` without zero bytes, at most one byte in 254 longer (Cheshire and Baker, SIGCOMM 1997)."""
    out = bytearray()
    for block in data.split(b"\0"):
        full, rest = divmod(len(block), _RUN_MAX)
        for start in range(0, full * _RUN_MAX, _RUN_MAX):
            out += b"\xff" + block[start : start + _RUN_MAX]
        out.append(rest + 1)
        out += block[full * _RUN_MAX :]
    return bytes(out)


def cobs_decode(data: bytes) -> bytes:
    """Undo `cobs_encode`.

    Raises:
        ValueError: a zero byte, or the last run is cut short.
    """
    out = bytearray()
    at = 0
    while at < len(data):
        run = data[at]
        block = data[at + 1 : at + run]
        if run == 0 or 0 in block or len(block) != run - 1:
            raise ValueError("not COBS")
        out += block
        at += run
        if run <= _RUN_MAX and at < len(data):
            out.append(0)
    return bytes(out)


def encode(frame: Frame) -> bytes:
    """The bytes on the line, both delimiters included.

    Raises:
        ValueError: the payload is longer than `wire.PAYLOAD_MAX`.
    """
    if len(frame.payload) > PAYLOAD_MAX:
        raise ValueError(f"a payload of {len(frame.payload)} bytes; a frame holds {PAYLOAD_MAX}")
    message = HEADER.pack(MARK | frame.version, frame.sequence, frame.type) + frame.payload
    checked = message + zlib.crc32(message).to_bytes(CRC_BYTES, "little")
    return b"\0" + cobs_encode(checked) + b"\0"


def decode(body: bytes) -> Frame | None:
    """The frame between two delimiters, or None when it is damaged. Any protocol version decodes, for the caller to refuse."""
    if not _BODY_MIN <= len(body) <= BODY_MAX:
        return None
    try:
        checked = cobs_decode(body)
    except ValueError:
        return None
    message, crc = checked[:-CRC_BYTES], checked[-CRC_BYTES:]
    if len(message) < HEADER.size or zlib.crc32(message) != int.from_bytes(crc, "little"):
        return None
    mark, sequence, kind = HEADER.unpack_from(message)
    if mark & 0xF0 != MARK:
        return None
    return Frame(sequence, kind, message[HEADER.size :], mark & 0x0F)


class Decoder:
    """Separates a stream into frames and text; holds at most one frame's bytes.

    Every zero byte may end one frame and start the next, so a lost delimiter costs no more than the frame it belonged to.
    Text after a zero byte is told from a frame by its second byte, which lacks the mark.
    """

    def __init__(self) -> None:
        self.bad_frames = 0
        self._body: bytearray | None = None  # None: in text
        self._skipping = False  # too long for a frame: wait for the next delimiter

    def feed(self, data: bytes) -> tuple[list[Frame], bytes]:
        """Take the next bytes of the stream.

        Returns:
            The frames completed by them, in order, and the text that stood between frames.
        """
        frames: list[Frame] = []
        text = bytearray()
        for byte in data:
            if byte == DELIMITER:
                self._end(frames, text)
            elif self._skipping:
                continue
            elif self._body is None:
                text.append(byte)
            else:
                self._grow(self._body, byte, text)
        return frames, bytes(text)

    def _grow(self, body: bytearray, byte: int, text: bytearray) -> None:
        body.append(byte)
        if len(body) == 2 and byte & 0xF0 != MARK:
            text += body
            self._body = None
        elif len(body) > BODY_MAX:
            self.bad_frames += 1
            self._skipping = True

    def _end(self, frames: list[Frame], text: bytearray) -> None:
        body = bytes(self._body or b"")
        if len(body) == 1:
            text += body
        elif body and not self._skipping:
            frame = decode(body)
            if frame is None:
                self.bad_frames += 1
            else:
                frames.append(frame)
        self._body = bytearray()
        self._skipping = False
