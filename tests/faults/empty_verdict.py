"""Verifications in which nothing, or nothing that means anything, is compared: each has to fail."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from plumbline.common.errors import PlumblineError
from plumbline.common.files import sha256_of
from plumbline.common.wire import ERROR_REPLY, REPLY, Error, Request
from plumbline.host.devices.board import Board
from plumbline.host.devices.frame import Frame
from plumbline.host.devices.link import Link
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.settings import settings_of
from plumbline.host.verdict.verify import verify
from tests.faults.lines import Line, clean, rewritten
from tests.faults.models import manifest_of
from tests.faults.native import Native, running
from tests.faults.proxy import proxied

Arrays = dict[str, Any]
ROWS = ("codes", "tflm", "litert", "float_codes")
POINTS = ("x_nano", "float_x")


def _without(*names: str) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.update({name: arrays[name][:0] for name in names if name in arrays})


def _everything(arrays: Arrays) -> None:
    _without(*ROWS, *POINTS)(arrays)
    arrays["samples"] = np.int64(0)


def _nan(name: str, where: slice) -> Callable[[Arrays], None]:
    def spoil(arrays: Arrays) -> None:
        arrays[name][where] = np.nan

    return spoil


def _outside(arrays: Arrays) -> None:
    arrays["x_nano"] = np.full_like(arrays["x_nano"], 10**15)


def _once(arrays: Arrays) -> None:
    for name in ROWS:
        if name in arrays:
            arrays[name] = np.repeat(arrays[name][:1], len(arrays[name]), axis=0)


def _refused(_: int, frame: Frame) -> Frame:
    if frame.type == Request.ASK | REPLY:
        return Frame(frame.sequence, ERROR_REPLY, bytes([Error.OUT_OF_DOMAIN, Request.ASK]))
    return frame


@dataclass(frozen=True)
class Attempt:
    """One way to a PASS that means nothing."""

    name: str
    change: Callable[[Arrays], None] | None = None
    """Of references.npz, for which the manifest then vouches."""
    content: bytes | None = None
    """Of references.npz as a whole."""
    line: Line = clean


ATTEMPTS = (
    Attempt("no inputs at all", _everything),
    Attempt("no codes", _without(*ROWS)),
    Attempt("no points", _without(*POINTS)),
    Attempt("one code 256 times", _once),
    Attempt("every input skipped: all are refused by the board", line=rewritten(_refused)),
    Attempt("every point outside the domain", _outside),
    Attempt("an empty reference file", content=b""),
    Attempt("a reference file cut short", content=b"PK\x03\x04"),
    Attempt("one NaN among the codes' references", _nan("float_codes", slice(5, 6))),
    Attempt("one NaN among the points' references", _nan("float_x", slice(5, 6))),
    Attempt("nothing but NaN", _nan("float_codes", slice(None))),
)


def spoilt(folder: Path, to: Path, attempt: Attempt) -> Path:
    """A copy of a converted folder with other references, and a manifest that vouches for them."""
    copy = to / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("pio"), dirs_exist_ok=True)
    references = copy / "references.npz"
    if attempt.change is not None:
        with np.load(references) as stored:
            arrays: Arrays = {name: stored[name].copy() for name in stored}
        attempt.change(arrays)
        np.savez(references, **arrays)
    if attempt.content is not None:
        references.write_bytes(attempt.content)
    manifest = manifest_of(copy)
    vouched = replace(manifest, artefacts={name: sha256_of(copy / name) for name in manifest.artefacts})
    (copy / "generated" / "manifest.json").write_text(vouched.to_json())
    return copy


def board_of(folder: Path, work: Path) -> Path:
    """The folder's model behind the firmware, as a program of this machine that does everything right."""
    source = (folder / "generated" / "plumbline_compiled.c").read_text()
    return Native(folder / "generated", work).build(source, "right", build_id(folder / "generated", settings_of("virtual")))


def outcome(attempt: Attempt, program: Path, folder: Path, work: Path) -> str:
    """How the attempt ended: the first failure of its verdict or an error's message; empty for a PASS."""
    copy = spoilt(folder, work, attempt)
    try:
        with running(program) as board, proxied(board, down=attempt.line) as url, Link(url) as link:
            verdict = verify(Board(link), copy, manifest_of(copy))
    except PlumblineError as error:
        return error.message if error.hint else ""
    return "" if verdict.passed else verdict.failures[0]
