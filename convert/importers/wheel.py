"""Asks TensorFlow Lite Micro about somebody's file in a process of its own, so that a crash there becomes a message."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.common.paths import ROOT
from plumbline.convert.importers.keras.quantize import DEADLINE_SECONDS, ended
from plumbline.convert.references import choose_inputs
from plumbline.convert.references.sequences import Starts


@dataclass(frozen=True)
class Asked:
    """What it answered."""

    expected: NDArray[np.int8]
    """(N, output bytes)."""
    oracle: str
    """Who answered, with the version: the integer model where there is no wheel."""
    used: int | None
    """Bytes of arena in use; None without the wheel."""


def ask_apart(raw: bytes, codes: NDArray[np.int8], starts: Starts | None = None) -> Asked:
    """`references.expect` in a child process.

    Args:
        raw: the flatbuffer.
        codes: rows (N, input bytes).
        starts: of a stateful model, see `sequences.Starts`.

    Raises:
        ModelRefused: TensorFlow Lite Micro refuses the file, crashes on it, needs too much memory, or does not end.
    """
    answers = child(raw, len(codes), {"codes": codes} if starts is None else {"codes": codes, "starts": starts})
    used = int(answers["used"])
    return Asked(answers["expected"], str(answers["oracle"]), None if used < 0 else used)


def choose_apart(raw: bytes, samples: NDArray[np.int8]) -> choose_inputs.Asked:
    """`choose_inputs.with_chosen` in a child process, by the wheel's answers, for a model whose inside the reference interpreter does not know.

    Raises:
        ModelRefused: see `ask_apart`.
    """
    answers = child(raw, choose_inputs.MOST_TRIED, {"samples": samples})
    return choose_inputs.Asked(answers["codes"], tuple(map(str, answers["kinds"])))


def child(raw: bytes, count: int, given: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """What the child process finds; `given` are the arrays of its job, see `wheel_worker`, about so many inputs."""
    hint = "The file is damaged, or holds what TensorFlow Lite Micro does not run: convert it anew with the TensorFlow of this project."
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        job = Path(folder)
        (job / "model.tflite").write_bytes(raw)
        for name, array in given.items():
            np.save(job / f"{name}.npy", array)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "plumbline.convert.importers.wheel_worker", folder], cwd=ROOT, capture_output=True, timeout=DEADLINE_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise ModelRefused(f"TensorFlow Lite Micro took longer than {DEADLINE_SECONDS} s for {count} inputs.", "Use a smaller model.") from None
        if done.returncode != 0:
            raise ModelRefused(f"TensorFlow Lite Micro does not run the model: {ended(done.returncode, done.stderr)[1]}.", hint)
        with np.load(job / "answers.npz") as answers:
            return dict(answers)
