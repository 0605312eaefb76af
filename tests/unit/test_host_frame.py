"""The frame codec: whatever goes in comes out, whatever is damaged does not, and noise costs no good frame that follows it."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.common.wire import FRAME_MAX, HEADER, MARK, PAYLOAD_MAX
from plumbline.host.devices.frame import BODY_MAX, Decoder, Frame, cobs_decode, cobs_encode, decode, encode

frames = st.builds(
    Frame,
    sequence=st.integers(0, 0xFFFF),
    type=st.integers(0, 0xFF),
    payload=st.binary(max_size=PAYLOAD_MAX),
    version=st.integers(1, 15),
)
text = st.text(st.characters(min_codepoint=1, max_codepoint=0x7F)).map(str.encode)


def feed_in_pieces(decoder: Decoder, data: bytes, size: int) -> tuple[list[Frame], bytes]:
    found, said = [], b""
    for start in range(0, len(data), size):
        some, words = decoder.feed(data[start : start + size])
        found += some
        said += words
    return found, said


@given(st.binary(max_size=1200))
def test_cobs_round_trip_has_no_zero(data: bytes) -> None:
    encoded = cobs_encode(data)
    assert 0 not in encoded
    assert len(encoded) <= len(data) + 1 + len(data) // 254
    assert cobs_decode(encoded) == data


@pytest.mark.parametrize(
    ("plain", "encoded"),  # examples of the paper that defines COBS
    [("", "01"), ("00", "0101"), ("0000", "010101"), ("11220033", "0311220233"), ("11223344", "0511223344"), ("11000000", "0211010101")],
)
def test_cobs_vectors(plain: str, encoded: str) -> None:
    assert cobs_encode(bytes.fromhex(plain)).hex() == encoded
    assert cobs_decode(bytes.fromhex(encoded)).hex() == plain


@pytest.mark.parametrize("run", [253, 254, 255, 508, 509])
def test_cobs_at_the_longest_run(run: int) -> None:
    for data in (b"\x07" * run, b"\x07" * run + b"\0", b"\0" + b"\x07" * run + b"\0\x01"):
        assert cobs_decode(cobs_encode(data)) == data


@given(st.binary(max_size=300))
def test_cobs_decode_returns_or_refuses(data: bytes) -> None:
    try:
        decoded = cobs_decode(data)
    except ValueError:
        return
    assert cobs_decode(cobs_encode(decoded)) == decoded


@given(frames)
def test_a_frame_fits_the_line_and_comes_back(frame: Frame) -> None:
    line = encode(frame)
    assert len(line) <= FRAME_MAX
    assert line[0] == line[-1] == 0
    assert 0 not in line[1:-1]
    assert line[2] & 0xF0 == MARK  # where the board looks for the mark
    assert decode(line[1:-1]) == frame


def test_the_layout_is_the_declared_one() -> None:
    frame = Frame(0x1234, 0x81, b"\x00\xff", version=3)
    message = bytes([MARK | 3, 0x34, 0x12, 0x81, 0x00, 0xFF])
    assert cobs_decode(encode(frame)[1:-1]) == message + zlib.crc32(message).to_bytes(4, "little")


def test_too_long_a_payload_is_refused() -> None:
    with pytest.raises(ValueError, match="holds"):
        encode(Frame(0, 1, bytes(PAYLOAD_MAX + 1)))


@given(st.lists(st.one_of(frames, text), max_size=12), st.integers(1, 40))
def test_frames_and_text_are_told_apart_in_any_chunks(items: list[Frame | bytes], size: int) -> None:
    line = b"".join(encode(each) if isinstance(each, Frame) else each for each in items)
    decoder = Decoder()
    found, said = feed_in_pieces(decoder, line, size)
    said += decoder.feed(b"\0")[1]  # one character after a frame could still begin the next
    assert found == [each for each in items if isinstance(each, Frame)]
    assert said == b"".join(each for each in items if isinstance(each, bytes))
    assert decoder.bad_frames == 0


@given(st.binary(max_size=300), frames, frames)
def test_noise_costs_no_frame_after_it(noise: bytes, first: Frame, second: Frame) -> None:
    found, _ = Decoder().feed(noise + encode(first) + encode(second))
    assert found[-2:] == [first, second]


@given(frames, frames, st.data())
def test_a_lost_byte_costs_its_own_frame_at_most(first: Frame, second: Frame, data: st.DataObject) -> None:
    line = encode(first)
    lost = data.draw(st.integers(0, len(line) - 1))
    found, _ = Decoder().feed(b"\0" + line[:lost] + line[lost + 1 :] + encode(second))
    assert found[-1] == second
    assert found[:-1] in ([], [first])


@given(frames, st.integers(0, FRAME_MAX))
def test_a_cut_frame_is_never_accepted(frame: Frame, length: int) -> None:
    body = encode(frame)[1:-1]
    if length < len(body):
        assert decode(body[:length]) is None


def test_no_corrupted_frame_is_accepted() -> None:
    rng = random.Random(2)
    for _ in range(60_000):
        frame = Frame(rng.randrange(1 << 16), rng.randrange(256), rng.randbytes(rng.randrange(PAYLOAD_MAX + 1)))
        body = bytearray(encode(frame)[1:-1])
        for _ in range(rng.randrange(1, 4)):
            body[rng.randrange(len(body))] ^= rng.randrange(1, 256)
        again = decode(bytes(body))
        assert again is None or again == frame  # two flips may undo each other


@given(frames)
def test_every_flipped_bit_is_found(frame: Frame) -> None:
    checked = cobs_decode(encode(frame)[1:-1])
    for bit in range(8 * len(checked)):
        flipped = bytearray(checked)
        flipped[bit // 8] ^= 1 << bit % 8
        assert decode(cobs_encode(bytes(flipped))) is None


@pytest.mark.parametrize("said", [b"a\xc3\xa9\n", b"\xc3\xa9\n", b"1\xa0V"])
def test_text_after_a_frame_need_not_be_ascii(said: bytes) -> None:
    frame = Frame(1, 0x81)
    assert Decoder().feed(encode(frame) + said) == ([frame], said)


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=4).filter(lambda each: 0 not in each))
def test_the_decoder_does_not_grow(pattern: bytes) -> None:
    decoder = Decoder()
    decoder.feed(b"\0\x05\xb1")
    for _ in range(50):
        decoder.feed(pattern * 200)
    assert len(decoder._body or b"") <= BODY_MAX + 1
    assert decoder.bad_frames == 1
    frame = Frame(7, 0x81, b"after")
    assert decoder.feed(encode(frame))[0] == [frame]


def test_a_frame_without_the_mark_is_refused() -> None:
    message = HEADER.pack(0x71, 1, 1)
    assert decode(cobs_encode(message + zlib.crc32(message).to_bytes(4, "little"))) is None
