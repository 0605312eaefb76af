"""A board's answers over a line that damages what it carries, and from a board that does not keep to the protocol."""

from __future__ import annotations

import random
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import BoardFault, PlumblineError, WrongProtocol
from plumbline.common.manifest import Manifest
from plumbline.common.wire import ERROR_REPLY, FIELD_CODES, REPLIES, REPLY, TEXT_MAX, Error, Field, Request
from plumbline.host.devices.board import Answer, Board, Identity, ToldEnd
from plumbline.host.devices.frame import Frame, encode
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.verdict.verify import verify
from tests.support.identities import IDENTITY as IDENTITY_OF_ONE
from tests.support.peers import Peer, Script, on_socket


@contextmanager
def damaged(url: str, rng: random.Random, rate: float) -> Iterator[str]:
    """A line to `url` that loses, doubles or changes some of its bytes in both directions."""
    target = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                out = bytearray()
                for byte in data:
                    fate = rng.random() / rate
                    out += bytes([byte]) if fate >= 1 else b"" if fate < 0.4 else bytes([byte, byte]) if fate < 0.6 else bytes([rng.randrange(256)])
                sink.sendall(out)

    with socket.create_server(("127.0.0.1", 0)) as server, target:

        def serve() -> None:
            host, _ = server.accept()
            with host:
                for end in (host, target):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=carry, args=(target, host), daemon=True)
                back.start()
                carry(host, target)
                with suppress(OSError):
                    target.shutdown(socket.SHUT_RDWR)
                back.join()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


@pytest.mark.slow
def test_a_damaged_line_costs_time_but_no_answer(virtual: Path, linear: Path) -> None:
    """Against the real firmware: one byte in 600 is hit, so about one exchange in ten."""
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    with VirtualBoard(virtual) as board, damaged(board.url, random.Random(7), 1 / 600) as url, Link(url, first_wait=0.05) as link:
        verdict = verify(Board(link), linear, manifest)
    assert verdict.passed, verdict.failures
    assert verdict.traffic.resends > 5
    assert verdict.traffic.bad_frames + verdict.stats.bad_frames > 0


@pytest.mark.slow
def test_a_damaged_line_and_tensors_in_pieces(wide: Path) -> None:
    manifest = Manifest.load(wide / "generated" / "manifest.json")
    image = wide / "pio" / "virtual" / "firmware.elf"
    with VirtualBoard(image) as board, damaged(board.url, random.Random(8), 1 / 1500) as url, Link(url, first_wait=0.05) as link:
        verdict = verify(Board(link), wide, manifest)
    assert verdict.passed, verdict.failures
    assert verdict.traffic.resends > 5


IDENTITY = replace(IDENTITY_OF_ONE, input_bytes=100, output_bytes=60, batch=0)


class Memory:
    """A board with tensors of 100 and 60 bytes whose answer is the input's beginning; `spoil` may change what it sends."""

    def __init__(self) -> None:
        self.input = bytearray(100)
        self.invoked = 0

    def spoil(self, kind: Request, payload: bytes) -> bytes:
        return payload

    def __call__(self, peer: Peer) -> None:
        for request in peer.requests():
            kind = Request(request.type)
            error, payload = self.answer(kind, request.payload)
            if error is None:
                peer.write(encode(Frame(request.sequence, kind | REPLY, self.spoil(kind, payload))))
            else:
                peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([error, kind]))))

    def answer(self, kind: Request, payload: bytes) -> tuple[Error | None, bytes]:
        if kind == Request.WRITE:
            (offset,) = struct.unpack_from("<I", payload)
            self.input[offset : offset + len(payload) - 4] = payload[4:]
            return None, struct.pack("<I", offset + len(payload) - 4)
        if kind == Request.INVOKE:
            self.invoked += 1
            if struct.unpack("<I", payload) != (zlib.crc32(self.input),):
                return Error.BAD_CHECKSUM, b""
            return None, struct.pack("<III", zlib.crc32(self.input[:60]), 5, 2**32 - 1)
        assert kind == Request.READ
        offset, length = struct.unpack("<IB", payload)
        return None, struct.pack("<I", offset) + bytes(self.input[:60][offset : offset + length])


def infer(script: Script) -> NDArray[np.int8]:
    codes = np.random.default_rng(3).integers(-128, 128, (3, 100)).astype(np.int8)
    with on_socket(script) as url, Link(url) as link:
        answers = Board(link).infer(codes, IDENTITY)
    assert (answers.outputs == codes[:, :60]).all()
    assert answers.counts == (5, 5, 5)
    return codes


def test_pieces_make_a_whole() -> None:
    board = Memory()
    infer(board)
    assert board.invoked == 3


@pytest.mark.parametrize("kind", [Request.WRITE, Request.READ])
def test_a_damaged_tensor_is_sent_again(kind: Request) -> None:
    """The frame's own checksum holds, the piece is wrong all the same: only the checksum over the whole tells."""

    class Forgetful(Memory):
        spoiled = 0

        def spoil(self, this: Request, payload: bytes) -> bytes:
            if this == kind and self.spoiled < 1:
                self.spoiled += 1
                if kind == Request.WRITE:
                    self.input[7] ^= 1
                else:
                    return payload[:-1] + bytes([payload[-1] ^ 1])
            return payload

    board = Forgetful()
    infer(board)
    assert board.invoked == (4 if kind == Request.WRITE else 3)


def test_a_tensor_that_stays_damaged_is_an_error() -> None:
    class Broken(Memory):
        def spoil(self, this: Request, payload: bytes) -> bytes:
            self.input[7] = 0x55
            return payload

    with pytest.raises(BoardFault, match="damaged 3 times"):
        infer(Broken())


def fields_of(**changes: bytes | None) -> Script:
    """A board that says who it is, with some answers replaced; None: it does not know the field."""
    sizes = struct.pack("<BIIB", 1, 1, 1, 44)

    def script(peer: Peer) -> None:
        for request in peer.requests():
            if request.type == Request.END:
                peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.UNKNOWN_TYPE, Request.END]))))
                continue
            if request.type == Request.HELLO:
                payload = changes.get("HELLO") or sizes
            else:
                field = Field(request.payload[0])
                code = FIELD_CODES[field]
                value = b"" if code in ("text", "bytes") else bytes(struct.calcsize("<" + code))
                answer = changes.get(field.name, value)
                if answer is None:
                    peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.UNKNOWN_FIELD, Request.FIELD]))))
                    continue
                payload = bytes([field]) + answer
            peer.write(encode(Frame(request.sequence, request.type | REPLY, payload)))

    return script


def hello(script: Script) -> Identity:
    with on_socket(script) as url, Link(url) as link:
        return Board(link).hello()


def test_every_field_reaches_the_identity() -> None:
    identity = hello(
        fields_of(BOARD=b"b" * TEXT_MAX, MODEL_SHA256=bytes(range(32)), INPUT_SCALE=struct.pack("<f", 0.25), DOMAIN_NANO=struct.pack("<qq", -5, 7))
    )
    assert identity.board == "b" * TEXT_MAX
    assert identity.model_sha256 == bytes(range(32)).hex()
    assert identity.inputs == (ToldEnd("", "INT8", 1, 0.25, 0),)
    assert identity.domain_nano == (-5, 7)
    assert (identity.input_bytes, identity.output_bytes, identity.batch) == (1, 1, 44)


def test_a_field_that_the_firmware_does_not_know_yet_is_empty() -> None:
    assert hello(fields_of(LAST_RESET=b"watchdog, pc 0x00000abc")).last_reset == "watchdog, pc 0x00000abc"
    assert hello(fields_of(LAST_RESET=None)).last_reset == ""
    with pytest.raises(BoardFault, match="UNKNOWN_FIELD"):
        hello(fields_of(ENGINE_ERROR=None))


def test_control_characters_never_reach_a_terminal() -> None:
    assert hello(fields_of(BOARD=b"evil\x1b[2J\xff")).board == r"evil\x1b[2J\xff"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"HELLO": struct.pack("<BIIB", 2, 1, 1, 44)}, WrongProtocol),
        ({"HELLO": b"\x01"}, BoardFault),
        ({"HELLO": bytes(30)}, BoardFault),
        ({"INPUT_SCALE": b"\0\0"}, BoardFault),
        ({"DOMAIN_NANO": bytes(17)}, BoardFault),
    ],
)
def test_malformed_answers(changes: dict[str, bytes], error: type[PlumblineError]) -> None:
    with pytest.raises(error):
        hello(fields_of(**changes))


def test_an_unknown_error_number_is_shown() -> None:
    def refuse(peer: Peer) -> None:
        for request in peer.requests():
            peer.write(encode(Frame(request.sequence, ERROR_REPLY, b"\xc8")))

    with on_socket(refuse) as url, Link(url) as link, pytest.raises(BoardFault, match="error 200"):
        Board(link).ask(0)


def test_out_of_domain_is_no_error_and_everything_else_is_an_answer() -> None:
    answer = Answer(-3, 4, -(10**15), 17, 2**32 - 1)

    def odd(peer: Peer) -> None:
        for request in peer.requests():
            if struct.unpack("<q", request.payload)[0] % 2:
                packed = REPLIES[Request.ASK].packed.pack(*answer.__dict__.values())
                peer.write(encode(Frame(request.sequence, Request.ASK | REPLY, packed)))
            else:
                peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.OUT_OF_DOMAIN, Request.ASK]))))

    with on_socket(odd) as url, Link(url) as link:
        assert [Board(link).ask(x) for x in (-1, 2, 2**63 - 1)] == [answer, None, answer]


def test_codes_of_another_shape_are_refused_before_they_are_sent() -> None:
    with on_socket(lambda peer: None) as url, Link(url) as link, pytest.raises(BoardFault, match="takes 100 bytes"):
        Board(link).infer(np.zeros((1, 99), np.int8), IDENTITY)
