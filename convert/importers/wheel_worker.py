"""The child process that asks TensorFlow Lite Micro about somebody's file: import_model.py starts it with the folder of a job.

It runs apart because a damaged file that the reader accepts can end the wheel's process: it reads fields that Plumbline does not, and its C++
trusts them. It reads model.tflite, codes.npy and, of a model with a state, starts.npy from the folder JOB, and writes answers.npz there.
Where samples.npy is in it instead, it chooses inputs beside these samples.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import numpy as np

from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import tflm
from plumbline.convert.references.choose_by_answers import Answered
from plumbline.convert.references.choose_inputs import with_chosen
from plumbline.convert.references.golden_data import expect

MEMORY = 1 << 32
"""Bytes of address space it may take."""


def main() -> int:
    job = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    raw = (job / "model.tflite").read_bytes()
    graph, starts, samples = read(raw), job / "starts.npy", job / "samples.npy"
    if samples.exists():
        chosen = with_chosen(graph, np.load(samples), Answered(graph, tflm.Interpreter(raw, graph).run))
        np.savez(job / "answers.npz", codes=chosen.codes, kinds=np.array(chosen.kinds))
        return 0
    expected, oracle, used = expect(raw, graph, np.load(job / "codes.npy"), np.load(starts) if starts.exists() else None)
    np.savez(job / "answers.npz", expected=expected, oracle=np.array(oracle), used=np.array(-1 if used is None else used, np.int64))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
