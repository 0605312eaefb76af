"""Images for the emulated chip: what is read from ELF, HEX and raw files, what is refused, and names in messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.errors import NotModelled, UsageError
from plumbline.host.nrf52840.chip import Chip
from plumbline.host.nrf52840.image import Image, load
from tests.support.thumb import halfwords

VECTORS = (0x2004_0000).to_bytes(4, "little") + (0x1_0009).to_bytes(4, "little")
RADIO_ON = halfwords("F04F 4080 mov.w r0, #0x40000000\nF500 5080 add.w r0, r0, #0x1000\n2101 movs r1, #1\n6001 str r1, [r0]")


def record(kind: int, address: int, data: bytes) -> str:
    raw = bytes((len(data), *address.to_bytes(2, "big"), kind)) + data
    return ":" + (raw + bytes((-sum(raw) & 0xFF,))).hex()


def test_hex_records_are_joined_and_uicr_is_left_out(tmp_path: Path) -> None:
    lines = [record(4, 0, b"\x00\x01"), record(0, 0, b"ab"), record(0, 2, b"cd"), record(0, 0x10, b"ef")]
    lines += [record(2, 0, b"\x30\x00"), record(0, 4, b"gh"), record(4, 0, b"\x10\x00"), record(0, 0x1000, b"uicr"), record(1, 0, b""), "rest"]
    path = tmp_path / "image.hex"
    path.write_text("\n".join(lines))
    assert load(path).pieces == ((0x1_0000, b"abcd"), (0x1_0010, b"ef"), (0x3_0004, b"gh"))


def test_anything_else_is_raw(tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(b"\x00\x01\x02")
    assert load(path, 0x1_0000).pieces == ((0x1_0000, b"\x00\x01\x02"),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b":0400000000010203F7", "is damaged: the record :0400000000010203F7 has a wrong length or checksum"),
        (b":0400", "is damaged"),
        (b"\x7fELF not really", "is damaged"),
        (b"\xff" * (1 << 20) + b"x", "has 1048577 bytes at 0x00000000, where an nRF52840 has no flash"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "image"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load(tmp_path / "none.elf")


def test_messages_name_the_function() -> None:
    chip = Chip()
    chip.load(Image(((0x1_0000, VECTORS + RADIO_ON),), ((0x1_0008, "transmit"),)))
    with pytest.raises(NotModelled, match=r"RADIO at 0x40001000, which the instruction at 0x00010012 \(transmit\+0xa\) uses"):
        chip.run(lambda: False, 100)


def test_with_a_boot_loader_the_chip_starts_there() -> None:
    chip = Chip()
    chip.load(Image(((0, VECTORS[:4] + (0x101).to_bytes(4, "little")), (0x100, halfwords("E7FE b ."))), ()))
    chip.load(Image(((0x1_0000, VECTORS + RADIO_ON),), ()))
    chip.run(lambda: False, 100)
    assert chip.pc == 0x100
