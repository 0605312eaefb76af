"""A file that is no model is called what it is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.file_kinds import kind_of
from plumbline.convert.importers.model_file import way_of

FILES = {
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 300568\n",
    "a web page": b"\n\n<!DOCTYPE html>\n<html lang=en>",
    "a C source": b"// made by xxd\n#include <cstdint>\nalignas(8) const unsigned char model[] = {0x1c, 0x00};\n",
    "a C source with no include": b"unsigned char model_tflite[] = {\n  0x1c, 0x00, 0x00, 0x00, 0x54, 0x46, 0x4c, 0x33,\n",
    "a C source with no include, for Arduino": b"// model\nconst uint8_t g_model[] PROGMEM = {0x1c, 0x00};\n",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + bytes(20),
    "an ONNX model": b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:" + bytes(50),
    "a part of a SavedModel": b"\x08\x01\x12\xcd\x8c\x02" + bytes(50),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(30),
    "empty": b"",
    "a text file": b"hello, this is text",
    "a binary file of a kind that is not known": bytes(range(256)),
}


@pytest.mark.parametrize("title", FILES)
def test_a_file_is_named_by_its_first_bytes(tmp_path: Path, title: str) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(FILES[title])
    kind = kind_of(path)
    assert title.partition(" with no include")[0] in kind.title
    assert kind.model_hint or kind.name in ("text", "unknown", "hdf5")


def test_a_c_source_is_told_by_its_suffix_where_its_licence_is_long(tmp_path: Path) -> None:
    path = tmp_path / "model_data.cc"
    path.write_text("/* " + "words of a licence\n" * 400 + "*/\n")
    assert kind_of(path).title == "a C source"


def test_what_a_server_answered_in_place_of_a_model_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_text("404: Not Found")
    with pytest.raises(ModelRefused, match="is a text file, no TensorFlow Lite model") as caught:
        way_of(path)
    assert "It begins with '404: Not Found'" in caught.value.hint
