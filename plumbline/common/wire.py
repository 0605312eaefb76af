"""The one declaration of what travels over the serial line, used by the host and rendered into `plumbline_wire.h` for the board.

A frame is `00 COBS(header payload crc) 00`. Bytes outside frames are text for a person's console. The second byte of every frame
on the line that carries a valid header has its top bit set, which no typed ASCII line has: that is how the board tells them apart.

All integers are little-endian. The CRC is CRC-32/ISO-HDLC (zlib.crc32) over header and payload.

What a model takes travels as one row: the bytes of all inputs, one tensor after the other, in the order of its signature; likewise what it gives.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

PROTOCOL_VERSION = 1
MARK = 0xB0
"""High nibble of a frame's first byte; the low nibble is the protocol version (1-15)."""

HEADER = struct.Struct("<BHB")
"""mark | version, sequence number (0-65535, the reply repeats the request's), message type."""

CRC_BYTES = 4
FRAME_MAX = 63
"""Longest frame on the line in bytes, both delimiters included: under one 64-byte USB block, which the Nano's core drops whole."""

PAYLOAD_MAX = FRAME_MAX - 2 - 1 - HEADER.size - CRC_BYTES  # delimiters, COBS code byte, header, CRC
REPLY = 0x80
"""Set in the type of a reply: type of the request | 0x80."""


class Request(IntEnum):
    """Message types from host to board; every one may be repeated without harm."""

    HELLO = 1  # who are you: sizes of the rows
    FIELD = 2  # one fact of the board's identity
    WRITE = 3  # one piece of the row of inputs
    INVOKE = 4  # run the model on the written row
    READ = 5  # one piece of the row of outputs
    BATCH = 6  # run the model on each of several small rows that fit one frame
    ASK = 7  # one real number x: quantize, run, dequantize on the board
    STATS = 8  # counters of the link
    PROFILE = 9  # what one operator cost in the last inference; only firmware built with PLUMBLINE_PROFILE knows it
    RESET = 10  # put the model's state to its beginning; only the firmware of a stateful model knows it
    END = 11  # one input or output; firmware of one int8 in and one int8 out does not know it: its fields say the same
    WATCH = 12  # which layer's output to keep in the inferences to come; only firmware built with PLUMBLINE_LAYERS knows this and the next one
    LAYER = 13  # one piece of what was kept


ERROR_REPLY = 0xFF
"""Message type of a reply that reports an error: payload `<BB`, Error and the type of the request."""


class Error(IntEnum):
    """Why the board did not do what a request asked for."""

    UNKNOWN_TYPE = 1
    BAD_LENGTH = 2
    BAD_OFFSET = 3
    BAD_CHECKSUM = 4  # the assembled input is not the one the host announced
    WRONG_VERSION = 5
    OUT_OF_DOMAIN = 6
    NOT_SCALAR = 7  # ASK on a model whose input or output is not one int8
    ENGINE_FAILED = 8
    UNKNOWN_FIELD = 9
    OUT_OF_ORDER = 10  # of a stateful model: a late double of a request that has been overtaken by newer ones


class Type(IntEnum):
    """Types of inputs and outputs, by their names and numbers in the TensorFlow Lite schema. A BOOL is one byte, 0 is false."""

    FLOAT32 = 0
    INT32 = 2
    UINT8 = 3
    INT64 = 4
    BOOL = 6
    INT16 = 7
    INT8 = 9


class Direction(IntEnum):
    """Which tensors END speaks of."""

    INPUT = 0
    OUTPUT = 1


@dataclass(frozen=True)
class Layout:
    """A payload's fixed part: `(name, struct code)` in order; `rest` names bytes that follow it, if any."""

    fields: tuple[tuple[str, str], ...]
    rest: str = ""

    @property
    def packed(self) -> struct.Struct:
        return struct.Struct("<" + "".join(code for _, code in self.fields))


REQUESTS: dict[Request, Layout] = {
    Request.HELLO: Layout(()),
    Request.FIELD: Layout((("field", "B"),)),
    Request.WRITE: Layout((("offset", "I"),), rest="bytes"),
    Request.INVOKE: Layout((("input_crc32", "I"),)),
    Request.READ: Layout((("offset", "I"), ("length", "B"))),
    Request.BATCH: Layout((), rest="rows"),
    Request.ASK: Layout((("x_nano", "q"),)),
    Request.STATS: Layout(()),
    Request.PROFILE: Layout((("number", "I"),)),  # of the operator, in execution order from 0
    Request.RESET: Layout(()),
    Request.END: Layout((("direction", "B"), ("number", "H"))),  # in the order of the signature, from 0
    Request.WATCH: Layout((("layer", "I"), ("output", "B"), ("offset", "I"))),  # of the operator, in execution order from 0; of its outputs; in bytes
    Request.LAYER: Layout((("offset", "I"), ("length", "B"))),  # from where watching begins
}

REPLIES: dict[Request, Layout] = {
    Request.HELLO: Layout((("protocol", "B"), ("input_bytes", "I"), ("output_bytes", "I"), ("batch", "B"))),
    Request.FIELD: Layout((("field", "B"),), rest="value"),
    Request.WRITE: Layout((("offset", "I"),)),  # of the byte after the piece
    Request.INVOKE: Layout((("output_crc32", "I"), ("count", "I"), ("time_ns", "I"))),
    Request.READ: Layout((("offset", "I"),), rest="bytes"),
    Request.BATCH: Layout((("count", "I"), ("time_ns", "I")), rest="rows"),  # of the last inference
    Request.ASK: Layout((("input_code", "b"), ("output_code", "b"), ("y_nano", "q"), ("count", "I"), ("time_ns", "I"))),
    Request.STATS: Layout((("uptime_ms", "I"), ("frames", "I"), ("bad_frames", "I"), ("overruns", "I"), ("stack_used", "I"), ("stack_bytes", "I"))),
    Request.PROFILE: Layout((("operators", "I"), ("count", "I"), ("probe", "I"))),  # how many there are; of this one; of the probe between two
    Request.RESET: Layout(()),
    Request.END: Layout((("ends", "H"), ("type", "B"), ("elements", "I"), ("scale_bits", "I"), ("zero_point", "i")), rest="name"),
    Request.WATCH: Layout((("room", "I"),)),  # bytes that are kept
    Request.LAYER: Layout((("bytes", "I"), ("crc32", "I")), rest="piece"),  # of the layer's whole output; 0 where the engine has not told of it
}
"""`count` is in the unit that the field UNIT names; `time_ns` is 2**32-1 where it does not fit. A `_nano` is 1e-9 of a unit. `ends` is how many there
are in this direction; `scale_bits` are a float32's, 0 where the tensor is not quantized."""


class Field(IntEnum):
    """Facts of the board's identity. The value's encoding is FIELD_CODES'."""

    BOARD = 1
    ENGINE = 2
    BUILD = 3  # what the firmware was built from and with
    MODEL = 4  # name
    MODEL_SHA256 = 5  # of the flatbuffer: computed by `tflm` over the array it runs, carried by `compiled`
    CONSTANTS_SHA256 = 6  # computed by `compiled` over the constants it runs; empty for `tflm`
    INPUT_SCALE = 7  # this and the next three: of one int8 in and one int8 out; see Request.END for other models
    INPUT_ZERO_POINT = 8
    OUTPUT_SCALE = 9
    OUTPUT_ZERO_POINT = 10
    DOMAIN_NANO = 11  # lowest and highest x that ASK answers
    ARENA_USED = 12  # bytes; 0 for an engine without an arena
    CLOCK_HZ = 13
    UNIT = 14  # what `count` counts: cycles, instructions or ticks
    ENGINE_ERROR = 15  # empty while the engine works
    LAST_RESET = 16  # why the board started; empty after power-on and an ordinary reset


FIELD_CODES: dict[Field, str] = {
    Field.BOARD: "text",
    Field.ENGINE: "text",
    Field.BUILD: "text",
    Field.MODEL: "text",
    Field.MODEL_SHA256: "bytes",
    Field.CONSTANTS_SHA256: "bytes",
    Field.INPUT_SCALE: "f",
    Field.INPUT_ZERO_POINT: "i",
    Field.OUTPUT_SCALE: "f",
    Field.OUTPUT_ZERO_POINT: "i",
    Field.DOMAIN_NANO: "qq",
    Field.ARENA_USED: "I",
    Field.CLOCK_HZ: "I",
    Field.UNIT: "text",
    Field.ENGINE_ERROR: "text",
    Field.LAST_RESET: "text",
}
FIELDS_OF_ENDS = (Field.INPUT_SCALE, Field.INPUT_ZERO_POINT, Field.OUTPUT_SCALE, Field.OUTPUT_ZERO_POINT)
"""Only firmware of one int8 in and one int8 out knows them."""
ADDED_FIELDS = frozenset({Field.LAST_RESET})
"""Texts that were added without a new protocol version: firmware that does not know them yet refuses them, which the host takes for an empty one."""
TEXT_MAX = PAYLOAD_MAX - 1
"""Longest text or byte string of a field."""
NAME_MAX = PAYLOAD_MAX - REPLIES[Request.END].packed.size
"""Bytes of an input's or output's name that END tells."""


def told(name: str) -> str:
    """What END tells of a name in the model: whole characters, and no more of them than fit."""
    return name.encode(errors="replace")[:NAME_MAX].decode(errors="ignore")


NANO = 1_000_000_000
"""x and y travel as integers of 1e-9: host and board then quantize the same exact number."""
