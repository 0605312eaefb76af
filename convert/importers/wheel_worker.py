"""The child process that asks TensorFlow Lite Micro about somebody's file: import_model.py starts it with the folder of a job.

It runs apart because a damaged file that the reader accepts can end the wheel's process: it reads fields that Plumbline does not, and its C++
trusts them. It reads model.tflite, codes.npy and, of a model with a state, starts.npy from the folder JOB, and writes answers.npz there.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import numpy as np

from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references.golden_data import expect

MEMORY = 1 << 32
"""Bytes of address space it may take."""


def main() -> int:
    job = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    raw = (job / "model.tflite").read_bytes()
    starts = job / "starts.npy"
    expected, oracle, used = expect(raw, read(raw), np.load(job / "codes.npy"), np.load(starts) if starts.exists() else None)
    np.savez(job / "answers.npz", expected=expected, oracle=np.array(oracle), used=np.array(-1 if used is None else used, np.int64))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
