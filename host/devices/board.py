"""A board as an object: who it is, what it answers to a real number and to rows of inputs, and the counters of its link."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import BoardFault, WrongProtocol
from plumbline.common.rows import Rows
from plumbline.common.wire import (
    ADDED_FIELDS,
    FIELD_CODES,
    FIELDS_OF_ENDS,
    PROTOCOL_VERSION,
    REQUESTS,
    Direction,
    Error,
    Field,
    Request,
    Type,
)
from plumbline.host.devices.answers import Answer, Identity, Inferences, OperatorCost, Stats, ToldEnd
from plumbline.host.devices.exchange import INFERENCE_PATIENCE_S, reflash, refused, request, unpack
from plumbline.host.devices.inference import infer
from plumbline.host.devices.link import Link

__all__ = ["INFERENCE_PATIENCE_S", "Answer", "Board", "Identity", "Inferences", "OperatorCost", "Stats", "ToldEnd"]


class Board:
    """Speaks to a board over a link.

    Every method raises what `Link.exchange` raises, and BoardFault when the board answers with an error.

    Args:
        link: to the board.
        emulated: it runs the image of a real board without that board, and its firmware cannot know: `hello` adds that to the board's name, and calls
            instructions what the firmware's cycle counter has counted there.
    """

    def __init__(self, link: Link, emulated: bool = False) -> None:
        self.link = link
        self._emulated = emulated

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
        fields = {field.name.lower(): self._field(field) for field in Field if field not in FIELDS_OF_ENDS}
        first = self.link.exchange(Request.END, REQUESTS[Request.END].packed.pack(Direction.INPUT, 0))
        if refused(first, Error.UNKNOWN_TYPE):
            inputs, outputs = self._two_ends(sizes["input_bytes"], sizes["output_bytes"])
        else:
            inputs, outputs = self._ends(Direction.INPUT), self._ends(Direction.OUTPUT)
        if self._emulated:
            fields["board"] = f"emulated {fields['board']}"
            fields["unit"] = "instructions" if fields["unit"].startswith("cycles") else fields["unit"]
        return Identity(**sizes, **fields, inputs=inputs, outputs=outputs)

    def ask(self, x_nano: int) -> Answer | None:
        """Let the board quantize x, run the model and dequantize.

        Args:
            x_nano: x in nano-units, a signed 64-bit integer.

        Returns:
            None when the board says that x is outside its domain.
        """
        reply = self.link.exchange(Request.ASK, REQUESTS[Request.ASK].packed.pack(x_nano), INFERENCE_PATIENCE_S)
        return None if refused(reply, Error.OUT_OF_DOMAIN) else Answer(**unpack(Request.ASK, reply)[0])

    def infer(
        self,
        rows: Rows,
        identity: Identity,
        starts: NDArray[np.bool_] | None = None,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Inferences:
        """Run the model on each row, many in a frame where they fit, else row by row in pieces.

        Args:
            rows: (N, input_bytes) int8, see `plumbline.common.rows`.
            identity: what `hello` answered on this link: a stateful model's board counts requests from there on.
            starts: (N,), before which rows the state of a stateful model is put to its beginning, the first one among them; None of another model.
            advance: is called with the number of rows done since its last call.

        Raises:
            BoardFault: also when a tensor arrives damaged three times in a row.
        """
        return infer(self.link, rows, identity, starts, advance)

    def reset(self) -> None:
        """Put the state of a stateful model to its beginning."""
        self._request(Request.RESET)

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
        return None if refused(reply, Error.UNKNOWN_TYPE) else OperatorCost(**unpack(Request.PROFILE, reply)[0])

    def last_reset(self) -> str:
        """Ask only why the board started: `Identity.last_reset`."""
        return str(self._field(Field.LAST_RESET))

    def _ends(self, direction: Direction) -> tuple[ToldEnd, ...]:
        ends: list[ToldEnd] = []
        while True:
            values, name = self._request(Request.END, direction, len(ends))
            (scale,) = struct.unpack("<f", struct.pack("<I", values["scale_bits"]))
            quantized = (scale, values["zero_point"]) if scale else (None, None)
            kind = values["type"]
            ends.append(ToldEnd(shown(name), Type(kind).name if kind in list(Type) else f"type {kind}", values["elements"], *quantized))
            if len(ends) >= values["ends"]:
                return tuple(ends)

    def _two_ends(self, *sizes: int) -> list[tuple[ToldEnd, ...]]:
        """One int8 in and one int8 out, of which fields tell."""
        scales, zero_points = ([self._field(field) for field in FIELDS_OF_ENDS[at::2]] for at in (0, 1))
        return [(ToldEnd("", Type.INT8.name, *each),) for each in zip(sizes, scales, zero_points, strict=True)]

    def _field(self, field: Field) -> Any:
        reply = self.link.exchange(Request.FIELD, REQUESTS[Request.FIELD].packed.pack(field))
        if field in ADDED_FIELDS and refused(reply, Error.UNKNOWN_FIELD):
            return ""
        values, raw = unpack(Request.FIELD, reply)
        code = FIELD_CODES[field]
        if code == "text":
            return shown(raw)
        if code == "bytes":
            return raw.hex()
        if values["field"] != field or len(raw) != struct.calcsize("<" + code):
            raise BoardFault(f"The board answers FIELD {field.name} with {len(raw)} bytes.", reflash())
        numbers = struct.unpack("<" + code, raw)
        return numbers if len(numbers) > 1 else numbers[0]

    def _request(self, kind: Request, *fixed: int) -> tuple[dict[str, Any], bytes]:
        return request(self.link, kind, *fixed)


def shown(raw: bytes) -> str:
    """A text from a board; no control character may reach a terminal or a report."""
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in raw.decode("utf-8", "backslashreplace"))
