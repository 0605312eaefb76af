"""A board as an object: who it is, what it answers to a real number and to codes, and the counters of its link."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.documents import Count, Whole
from plumbline.common.errors import BoardFault, PlumblineError, WrongProtocol
from plumbline.common.wire import ADDED_FIELDS, ERROR_REPLY, FIELD_CODES, PAYLOAD_MAX, PROTOCOL_VERSION, REPLIES, REQUESTS, Error, Field, Request
from plumbline.host.devices.link import PATIENCE_S, Link

Codes = NDArray[np.int8]

INFERENCE_PATIENCE_S = 30.0  # a large model takes its time
_PIECE = PAYLOAD_MAX - REQUESTS[Request.WRITE].packed.size
_TENSOR_TRIES = 3  # a damaged tensor is sent and read anew; three in a row are no accident


@dataclass(frozen=True)
class Identity:
    """What a board says about itself; the fields are `wire.Field`'s, the sizes come from its HELLO."""

    protocol: Count
    input_bytes: Count
    output_bytes: Count
    batch: Count
    """Most inputs in one BATCH; 0 when an input or output is too large for a frame."""
    board: str
    engine: str
    build: str
    """What the firmware was built from."""
    model: str
    model_sha256: str
    """64 hexadecimal digits."""
    constants_sha256: str
    """64 hexadecimal digits, or empty for an engine that runs the flatbuffer itself."""
    input_scale: float
    input_zero_point: Whole
    output_scale: float
    output_zero_point: Whole
    domain_nano: tuple[Whole, Whole]
    """Lowest and highest x that `ask` answers."""
    arena_used: Count
    """Bytes."""
    clock_hz: Count
    unit: str
    """What counts count: cycles, instructions or ticks."""
    engine_error: str
    """Empty while the engine works."""
    last_reset: str
    """Why the board started, such as "watchdog, pc 0x00000abc"; empty after power-on, an ordinary reset, and for firmware that does not say."""


@dataclass(frozen=True)
class Answer:
    """What the board made of a real number x."""

    input_code: int
    output_code: int
    y_nano: int
    count: int
    time_ns: int
    """2**32-1 where it did not fit."""


@dataclass(frozen=True)
class Inferences:
    """What the board made of tensors of codes."""

    outputs: Codes
    """(N, output_bytes)"""
    counts: tuple[int, ...]
    """Of those inferences that the board reported, at least one a request."""
    times_ns: tuple[int, ...]


@dataclass(frozen=True)
class Stats:
    """The board's own counters since its start."""

    uptime_ms: Count
    frames: Count
    bad_frames: Count
    overruns: Count
    stack_used: Count
    stack_bytes: Count
    """0 where the board cannot tell."""


@dataclass(frozen=True)
class OperatorCost:
    """What one operator cost in the board's last inference, in the identity's unit."""

    operators: int
    """How many the model has."""
    count: int
    """Of this one, the probe's cost subtracted."""
    probe: int
    """What a probe costs; an inference runs one more of them than it has operators."""


class _TensorDamaged(Exception):
    """The whole-tensor checksum did not hold."""


class Board:
    """Speaks to a board over a link.

    Every method raises what `Link.exchange` raises, and BoardFault when the board answers with an error.
    """

    def __init__(self, link: Link) -> None:
        self.link = link

    def hello(self) -> Identity:
        """Ask for everything the board says about itself.

        Raises:
            WrongProtocol: the sizes come in another version's layout.
        """
        sizes, _ = self._request(Request.HELLO)
        if sizes["protocol"] != PROTOCOL_VERSION:
            raise WrongProtocol(
                f"The board speaks version {sizes['protocol']} of the protocol, this program {PROTOCOL_VERSION}.",
                f"Flash the firmware of this version: {usage.command('flash')}.",
            )
        return Identity(**sizes, **{field.name.lower(): self._field(field) for field in Field})

    def ask(self, x_nano: int) -> Answer | None:
        """Let the board quantize x, run the model and dequantize.

        Args:
            x_nano: x in nano-units, a signed 64-bit integer.

        Returns:
            None when the board says that x is outside its domain.
        """
        payload = REQUESTS[Request.ASK].packed.pack(x_nano)
        reply = self.link.exchange(Request.ASK, payload, INFERENCE_PATIENCE_S)
        if reply.type == ERROR_REPLY and reply.payload[:1] == bytes([Error.OUT_OF_DOMAIN]):
            return None
        values, _ = _unpack(Request.ASK, reply.type, reply.payload)
        return Answer(**values)

    def infer(self, codes: Codes, identity: Identity, advance: Callable[[int], None] = lambda _: None) -> Inferences:
        """Run the model on each row of codes, many in a frame where they fit, else tensor by tensor in pieces.

        Args:
            codes: (N, input_bytes) int8.
            identity: what `hello` answered.
            advance: is called with the number of rows done since its last call.

        Raises:
            BoardFault: also when a tensor arrives damaged three times in a row.
        """
        if codes.ndim != 2 or codes.shape[1] != identity.input_bytes:
            raise BoardFault(
                f"The board takes {identity.input_bytes} bytes of input, not codes of shape {codes.shape}.",
                f"Flash it anew, with the same model as here: {usage.command('flash')}.",
            )
        outputs, counts, times = [], [], []
        step = max(1, identity.batch)
        for start in range(0, len(codes), step):
            rows = codes[start : start + step]
            values, output = self._batch(rows, identity) if identity.batch else self._whole(rows[0], identity)
            outputs.append(output)
            counts.append(values["count"])
            times.append(values["time_ns"])
            advance(len(rows))
        return Inferences(np.concatenate(outputs) if outputs else np.empty((0, identity.output_bytes), np.int8), tuple(counts), tuple(times))

    def stats(self) -> Stats:
        """The board's counters."""
        values, _ = self._request(Request.STATS)
        return Stats(**values)

    def operator_cost(self, number: int) -> OperatorCost | None:
        """What an operator cost in the last inference.

        Args:
            number: in execution order, from 0.

        Returns:
            None when the firmware was built without profiling.
        """
        reply = self.link.exchange(Request.PROFILE, REQUESTS[Request.PROFILE].packed.pack(number))
        if reply.type == ERROR_REPLY and reply.payload[:1] == bytes([Error.UNKNOWN_TYPE]):
            return None
        values, _ = _unpack(Request.PROFILE, reply.type, reply.payload)
        return OperatorCost(**values)

    def _batch(self, rows: Codes, identity: Identity) -> tuple[dict[str, Any], Codes]:
        values, rest = self._request(Request.BATCH, rest=rows.tobytes(), patience=INFERENCE_PATIENCE_S)
        if len(rest) != len(rows) * identity.output_bytes:
            raise BoardFault(f"The board answers {len(rows)} inputs with {len(rest)} bytes.", _reflash())
        return values, np.frombuffer(rest, np.int8).reshape(len(rows), -1)

    def _whole(self, row: Codes, identity: Identity) -> tuple[dict[str, Any], Codes]:
        """One inference in pieces; begun anew when a checksum over the whole input or output does not hold."""
        for _ in range(_TENSOR_TRIES):
            try:
                return self._pieces(row.tobytes(), identity.output_bytes)
            except _TensorDamaged:
                continue
        raise BoardFault(f"A tensor arrived damaged {_TENSOR_TRIES} times in a row.", "Use a shorter cable or another USB port.")

    def _pieces(self, data: bytes, output_bytes: int) -> tuple[dict[str, Any], Codes]:
        for offset in range(0, len(data), _PIECE):
            piece = data[offset : offset + _PIECE]
            values, _ = self._request(Request.WRITE, offset, rest=piece)
            if values["offset"] != offset + len(piece):
                raise _TensorDamaged
        payload = REQUESTS[Request.INVOKE].packed.pack(zlib.crc32(data))
        reply = self.link.exchange(Request.INVOKE, payload, INFERENCE_PATIENCE_S)
        if reply.type == ERROR_REPLY and reply.payload[:1] == bytes([Error.BAD_CHECKSUM]):
            raise _TensorDamaged  # the engine may have overwritten its input before a resent INVOKE came
        invoked, _ = _unpack(Request.INVOKE, reply.type, reply.payload)
        output = b""
        while len(output) < output_bytes:
            length = min(_PIECE, output_bytes - len(output))
            values, piece = self._request(Request.READ, len(output), length)
            if values["offset"] != len(output) or len(piece) != length:
                raise _TensorDamaged
            output += piece
        if zlib.crc32(output) != invoked["output_crc32"]:
            raise _TensorDamaged
        return invoked, np.frombuffer(output, np.int8).reshape(1, -1)

    def last_reset(self) -> str:
        """Ask only why the board started: `Identity.last_reset`."""
        return str(self._field(Field.LAST_RESET))

    def _field(self, field: Field) -> Any:
        reply = self.link.exchange(Request.FIELD, REQUESTS[Request.FIELD].packed.pack(field))
        if field in ADDED_FIELDS and reply.type == ERROR_REPLY and reply.payload[:1] == bytes([Error.UNKNOWN_FIELD]):
            return ""
        values, raw = _unpack(Request.FIELD, reply.type, reply.payload)
        code = FIELD_CODES[field]
        if code == "text":
            # no control character may reach a terminal or a report
            return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in raw.decode("utf-8", "backslashreplace"))
        if code == "bytes":
            return raw.hex()
        if values["field"] != field or len(raw) != struct.calcsize("<" + code):
            raise BoardFault(f"The board answers FIELD {field.name} with {len(raw)} bytes.", _reflash())
        numbers = struct.unpack("<" + code, raw)
        return numbers if len(numbers) > 1 else numbers[0]

    def _request(self, kind: Request, *fixed: int, rest: bytes = b"", patience: float = PATIENCE_S) -> tuple[dict[str, Any], bytes]:
        reply = self.link.exchange(kind, REQUESTS[kind].packed.pack(*fixed) + rest, patience)
        return _unpack(kind, reply.type, reply.payload)


def _unpack(kind: Request, reply_type: int, payload: bytes) -> tuple[dict[str, Any], bytes]:
    """A reply's fixed fields by name, and the bytes after them."""
    if reply_type == ERROR_REPLY:
        raise _fault(kind, payload)
    layout = REPLIES[kind]
    size = layout.packed.size
    if len(payload) < size or (len(payload) > size and not layout.rest):
        raise BoardFault(f"The board answers {kind.name} with {len(payload)} bytes.", _reflash())
    names = [name for name, _ in layout.fields]
    return dict(zip(names, layout.packed.unpack_from(payload), strict=True)), payload[size:]


def _fault(kind: Request, payload: bytes) -> PlumblineError:
    number = payload[0] if payload else 0
    if number == Error.WRONG_VERSION:
        return WrongProtocol(
            f"The board refuses protocol version {PROTOCOL_VERSION}.", f"Build and flash the firmware of this version: {usage.command('flash')}."
        )
    name = Error(number).name if number in list(Error) else f"error {number}"
    hint = f"{usage.command('monitor')} and `info` show what the board says." if number == Error.ENGINE_FAILED else _reflash()
    return BoardFault(f"The board refuses {kind.name}: {name}.", hint)


def _reflash() -> str:
    return f"Host and firmware are of different versions: build and flash again with {usage.command('flash')}."
