"""Rows of inputs through the model on a board: many in a frame where they fit, else row by row in pieces; of a stateful model in sequences.

The board runs no request twice because its reply was lost. What is left is a row of outputs that cannot be read undamaged. A model without a state is
then asked again; the answers of a stateful one depend on what it was asked before, so its whole sequence begins anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import BoardFault
from plumbline.common.rows import Rows
from plumbline.common.wire import PAYLOAD_MAX, REPLIES, REQUESTS, Error, Request
from plumbline.host.devices.answers import Identity, Inferences
from plumbline.host.devices.exchange import INFERENCE_PATIENCE_S, reflash, refused, request, unpack
from plumbline.host.devices.link import Link

_WRITTEN = PAYLOAD_MAX - REQUESTS[Request.WRITE].packed.size
_READ = PAYLOAD_MAX - REPLIES[Request.READ].packed.size
_Result = TypeVar("_Result")
_TRIES = 3  # what is damaged is sent or read anew; three in a row are no accident


class _Damaged(Exception):
    """A checksum over a whole row did not hold."""


def infer(link: Link, rows: Rows, identity: Identity, starts: NDArray[np.bool_] | None, advance: Callable[[int], None]) -> Inferences:
    """See `Board.infer`."""
    if rows.ndim != 2 or rows.shape[1] != identity.input_bytes:
        raise BoardFault(
            f"The board takes {identity.input_bytes} bytes of input, not codes of shape {rows.shape}.",
            f"Flash it anew, with the same model as here: {usage.command('flash')}.",
        )
    if starts is not None and (starts.shape != (len(rows),) or not starts[:1].all()):
        raise ValueError("each row starts a sequence or goes on with one, and the first one starts")
    run = _Run(link, rows, identity, advance)
    for first, last in stretches(len(rows), identity.batch, starts):
        _until_whole(partial(run.stretch, first, last, reset=starts is not None))
    return Inferences(run.outputs, tuple(values["count"] for values in run.costs.values()), tuple(values["time_ns"] for values in run.costs.values()))


def stretches(rows: int, batch: int, starts: NDArray[np.bool_] | None) -> list[tuple[int, int]]:
    """What can be asked again by itself, as pairs of first row and row after the last: sequences, or as much as one request holds."""
    if starts is None:
        return list(parts(0, rows, batch))
    edges = [*np.flatnonzero(starts).tolist(), rows]
    return list(pairwise(edges))


def parts(first: int, last: int, batch: int) -> Iterator[tuple[int, int]]:
    """A stretch in parts of what one request holds."""
    step = max(1, batch)
    return ((at, min(at + step, last)) for at in range(first, last, step))


class _Run:
    """What becomes of the rows of one call."""

    def __init__(self, link: Link, rows: Rows, identity: Identity, advance: Callable[[int], None]) -> None:
        self.outputs = np.empty((len(rows), identity.output_bytes), np.int8)
        self.costs: dict[int, dict[str, Any]] = {}
        """What each request reported, by its first row."""
        self._link = link
        self._rows = rows
        self._batch = identity.batch
        self._advance = advance
        self._done = 0

    def stretch(self, first: int, last: int, reset: bool) -> None:
        """Ask these rows in order, after a reset of the model's state where that is asked for."""
        if reset:
            request(self._link, Request.RESET)
        for at, until in parts(first, last, self._batch):
            if self._batch:
                self.costs[at] = self._together(at, until)
            else:
                self.costs[at] = self._alone(at)
            if until > self._done:  # a stretch that was begun anew has come here before
                self._advance(until - self._done)
                self._done = until

    def _together(self, at: int, until: int) -> dict[str, Any]:
        """Several rows in one frame."""
        asked = self._rows[at:until]
        values, rest = request(self._link, Request.BATCH, rest=asked.tobytes(), patience=INFERENCE_PATIENCE_S)
        if len(rest) != self.outputs[at:until].nbytes:
            raise BoardFault(f"The board answers {len(asked)} inputs with {len(rest)} bytes.", reflash())
        self.outputs[at:until] = np.frombuffer(rest, np.int8).reshape(len(asked), -1)
        return values

    def _alone(self, at: int) -> dict[str, Any]:
        """One row in pieces. Nothing has run yet while its inputs are damaged; outputs stay on the board to be read again."""
        data = self._rows[at].tobytes()
        values = _until_whole(lambda: _invoke(self._link, data))
        for _ in range(_TRIES):
            output = _read(self._link, self.outputs.shape[1])
            if zlib.crc32(output) == values["output_crc32"]:
                self.outputs[at] = np.frombuffer(output, np.int8)
                return values
        raise _Damaged


def _until_whole(attempt: Callable[[], _Result]) -> _Result:
    """Try again what found something damaged, a few times.

    Raises:
        BoardFault: it stays damaged.
    """
    for _ in range(_TRIES):
        try:
            return attempt()
        except _Damaged:
            continue
    raise BoardFault(f"A tensor arrived damaged {_TRIES} times in a row.", "Use a shorter cable or another USB port.")


def _invoke(link: Link, data: bytes) -> dict[str, Any]:
    """Write a row of inputs and run the model on it; what INVOKE answers."""
    for offset in range(0, len(data), _WRITTEN):
        piece = data[offset : offset + _WRITTEN]
        values, _ = request(link, Request.WRITE, offset, rest=piece)
        if values["offset"] != offset + len(piece):
            raise _Damaged
    reply = link.exchange(Request.INVOKE, REQUESTS[Request.INVOKE].packed.pack(zlib.crc32(data)), INFERENCE_PATIENCE_S)
    if refused(reply, Error.BAD_CHECKSUM):
        raise _Damaged  # of a model without a state, the engine may have overwritten its input before a resent INVOKE came
    return unpack(Request.INVOKE, reply)[0]


def _read(link: Link, size: int) -> bytes:
    """A row of outputs; one of fewer bytes where a piece is not the one that was asked for."""
    output = b""
    while len(output) < size:
        length = min(_READ, size - len(output))
        values, piece = request(link, Request.READ, len(output), length)
        if values["offset"] != len(output) or len(piece) != length:
            break
        output += piece
    return output
