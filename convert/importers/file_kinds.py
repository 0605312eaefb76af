"""What a file is, by its first bytes and by what a zip file holds, since a name says little: for refusals that name it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Kind:
    """A kind of file: `name` for the program, `title` for a sentence behind "is", and the step that helps whoever brings it."""

    name: str
    title: str
    samples_hint: str = ""
    """What to do with it as SAMPLES; empty where nothing special helps."""
    model_hint: str = ""
    """What to do with it as MODEL; empty where nothing special helps."""


AS_NUMPY = "Save the array with numpy.save('samples.npy', x)."
AS_CSV = "Save the table as CSV, one sample a row."
AS_KERAS = "Load it where its code is known, and save it with model.save('name.keras')."

EMPTY = Kind("empty", "empty", AS_NUMPY, "Save the model anew with model.save('name.keras').")
TEXT = Kind("text", "a text file")
UNKNOWN = Kind("unknown", "a binary file of a kind that is not known here", AS_NUMPY)
ZIP = Kind("zip", "a zip file", "Unpack it, and give the file with the numbers in it.", "Unpack it, and give the model in it.")
NPZ = Kind("npz", "a NumPy .npz file", "", "That is an array of numbers; give the model, and this as SAMPLES.")
KERAS = Kind("keras", "a .keras model", "Give the inputs of the model as SAMPLES, and the model as MODEL.")
PICKLE = Kind(
    "pickle",
    "a Python pickle, which runs code when it is read",
    "Load it where you trust it, and save the numbers with numpy.save('samples.npy', x).",
    AS_KERAS,
)
TORCH = Kind(
    "torch",
    "a PyTorch model",
    "",
    "Convert it to an int8 .tflite file with litert-torch (ai-edge-torch), or write its layers in Keras and copy the weights.",
)
HDF5 = Kind("hdf5", "an HDF5 file", AS_NUMPY)
TFLITE = Kind("tflite", "a TensorFlow Lite model", "Give the inputs of the model as SAMPLES, and the model as MODEL.")
JSON = Kind(
    "json",
    "a JSON file",
    AS_NUMPY,
    "It holds layers without weights: keras.models.model_from_json builds the model, load_weights fills it; then model.save('name.keras').",
)
PROTOBUF = Kind(
    "protobuf",
    "a frozen TensorFlow graph or a part of a SavedModel",
    "",
    "Give the SavedModel's folder; a frozen graph has to be saved anew from Keras with model.save('name.keras').",
)
ONNX = Kind("onnx", "an ONNX model", "", "Convert it to TensorFlow with onnx2tf, quantize it to int8, and give the .tflite file.")

LFS = Kind("lfs", "a Git LFS pointer, a few lines of text in place of the file", "Fetch the file: git lfs pull.", "Fetch the file: git lfs pull.")
RAW = "Download the file itself; on GitHub that is the button Raw, or the address with raw.githubusercontent.com."
HTML = Kind("html", "a web page", RAW, RAW)
C_SOURCE = Kind("c", "a C source", AS_NUMPY, "Give the .tflite file that its array was made of, or turn the array's bytes back into a file.")

MAGICS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x93NUMPY", Kind("npy", "a NumPy .npy file", "", "That is an array of numbers; give the model, and this as SAMPLES.")),
    (b"\x89HDF\r\n\x1a\n", HDF5),
    (b"\x1f\x8b", Kind("gzip", "a file compressed with gzip", "Unpack it with gunzip.", "Unpack it with gunzip.")),
    (b"BZh", Kind("bzip2", "a file compressed with bzip2", "Unpack it with bunzip2.", "Unpack it with bunzip2.")),
    (b"\xfd7zXZ\0", Kind("xz", "a file compressed with xz", "Unpack it with unxz.", "Unpack it with unxz.")),
    (b"\x28\xb5\x2f\xfd", Kind("zstd", "a file compressed with zstd", "Unpack it with unzstd.", "Unpack it with unzstd.")),
    (b"7z\xbc\xaf'\x1c", Kind("7z", "a 7z archive", "Unpack it.", "Unpack it.")),
    (b"Rar!", Kind("rar", "a rar archive", "Unpack it.", "Unpack it.")),
    (b"PAR1", Kind("parquet", "a Parquet table", AS_CSV)),
    (b"ARROW1", Kind("feather", "a Feather table", AS_CSV)),
    (b"MATLAB", Kind("matlab", "a MATLAB file", AS_NUMPY)),
    (b"\xd0\xcf\x11\xe0", Kind("xls", "an old Excel workbook", AS_CSV)),
    (b"\x89PNG", Kind("png", "a PNG picture", AS_NUMPY)),
    (b"\xff\xd8\xff", Kind("jpeg", "a JPEG picture", AS_NUMPY)),
    (b"GIF8", Kind("gif", "a GIF picture", AS_NUMPY)),
    (b"RIFF", Kind("riff", "a WAV recording or another RIFF file", AS_NUMPY)),
    (b"%PDF", Kind("pdf", "a PDF document", AS_CSV)),
    (b"\x7fELF", Kind("elf", "a program", "", "Give the model that the program was built from.")),
    (b"SQLite format 3\0", Kind("sqlite", "an SQLite database", AS_CSV)),
)
C_SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".ino")
C_BEGINS = rb"^\s*(#include\b|#ifndef\b|#pragma once\b|(alignas\(\d+\)\s*)?((static|extern|const|constexpr)\s+)*(unsigned char|u?int8_t)\s+\w+\s*\[)"
CHECKPOINT = Kind("checkpoint", "a checkpoint, which holds weights without layers", "", AS_KERAS)
BY_SUFFIX = {".pb": PROTOBUF, ".pbtxt": PROTOBUF, ".onnx": ONNX, ".pt": TORCH, ".pth": TORCH, ".ckpt": CHECKPOINT}
"""Kinds whose first bytes say nothing."""
PICKLES = (".pkl", ".pickle", ".joblib")


def kind_of(path: Path) -> Kind:
    """What the file holds.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return EMPTY
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return zip_kind(path)
    if head[4:8] in (b"TFL3", b"TFL2", b"TFL1"):
        return TFLITE
    for magic, kind in MAGICS:
        if head.startswith(magic):
            return kind
    suffix = path.suffix.lower()
    if suffix in PICKLES or (head[0] == 0x80 and len(head) > 1 and head[1] <= 5):
        return TORCH if suffix in (".pt", ".pth") else PICKLE
    if suffix in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    if head.startswith(b"\x08\x01\x12"):
        return PROTOBUF
    if head[0] == 8 and any(maker in head[:200] for maker in (b"pytorch", b"onnx", b"tf2onnx", b"skl2onnx", b"keras2onnx")):
        return ONNX
    if not is_text(head):
        return UNKNOWN
    return text_kind(head, suffix)


def text_kind(head: bytes, suffix: str) -> Kind:
    """What a text is, by how it begins."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"version https://git-lfs"):
        return LFS
    if start.startswith((b"<!doctype html", b"<html")):
        return HTML
    if suffix in C_SUFFIXES or re.search(C_BEGINS, head, re.MULTILINE):
        return C_SOURCE
    return JSON if suffix == ".json" or re.match(rb'\s*\{\s*("|\}|$)', head) else TEXT


def zip_kind(path: Path) -> Kind:
    """What a zip file is, by the names of its members; a damaged one stays a zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError):
        names = []
    told: tuple[tuple[Callable[[str], bool], Kind], ...] = (
        (lambda each: each == "config.json", KERAS),
        (lambda each: each == "xl/workbook.xml", Kind("xlsx", "an Excel workbook", AS_CSV)),
        (lambda each: each == "content.xml", Kind("ods", "a LibreOffice document", AS_CSV)),
        (lambda each: each.endswith("data.pkl"), TORCH),
        (lambda each: each.endswith("saved_model.pb"), Kind("zipped SavedModel", "a zipped SavedModel", "", "Unpack it, and give the folder.")),
        (lambda each: each.endswith(".npy"), NPZ),
    )
    for tells, kind in told:
        if any(tells(each) for each in names):
            return kind
    suffix = path.suffix.lower()
    return {".npz": NPZ, ".keras": KERAS}.get(suffix, ZIP)


def is_text(head: bytes) -> bool:
    """Whether bytes look like text: UTF-8, UTF-16 or an older code page, without control characters."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if b"\0" in head:
        return max(head[0::2].count(0), head[1::2].count(0)) > len(head) // 3  # UTF-16 without a byte-order mark
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in head)
