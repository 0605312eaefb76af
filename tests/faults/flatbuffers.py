"""Mutants of the flatbuffer that TensorFlow Lite Micro runs, by what the changed byte means: each that answers otherwise has to be found."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import PlumblineError
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.references import tflm
from plumbline.host.verdict.checks import Comparer, failures

Codes = NDArray[np.int8]
SECONDS = 20.0
"""For one mutant, whose offsets may lead TensorFlow Lite Micro anywhere."""


@dataclass(frozen=True)
class Tally:
    """What became of the mutants."""

    count: int
    wrong: int
    """Answered otherwise and passed, or answered as the model does and did not."""
    refused: int
    """The interpreter did not load them, crashed or hung: a board gives no answer then."""
    equivalent: int
    """All 256 codes compared, all as the model answers."""
    classes: Counter[str]
    """How many of each class of byte."""


def run(folder: Path, manifest: Manifest, count: int, seed: int) -> Tally:
    """Change one byte after the other in the model of `folder`, and let TensorFlow Lite Micro run it for the board."""
    raw = (folder / "model.tflite").read_bytes()
    graph, references = read(raw), References.load(folder / "references.npz", manifest)
    comparer = Comparer(manifest, references)
    wrong = refused = equivalent = 0
    classes: Counter[str] = Counter()
    for mutant, kind in mutants(raw, graph, count, seed):
        classes[kind] += 1
        outputs = answers(mutant, graph, references.codes)
        if outputs is None:
            refused += 1
            continue
        same = bool((outputs == references.expected).all())
        equivalent += same
        wrong += same != passes(comparer, references, outputs)
    return Tally(count, wrong, refused, equivalent, classes)


def passes(comparer: Comparer, references: References, outputs: Codes) -> bool:
    """The verdict on these answers to `references.codes`."""
    return not failures(comparer.codes(outputs), ()) and not comparer.shortcomings() and len(outputs) == len(references.codes)


def mutants(raw: bytes, graph: Graph, count: int, seed: int) -> Iterator[tuple[bytes, str]]:
    """The model with one byte changed, and what the byte means; half of them or more in weights and biases, the other classes an eighth at most."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    made = 0
    while made < count:
        at = rng.randrange(len(raw))
        mutant = raw[:at] + bytes([raw[at] ^ rng.randrange(1, 256)]) + raw[at + 1 :]
        kind = meaning(graph, mutant)
        if kind not in ("weights", "bias") and seen[kind] >= max(1, count // 8):  # most bytes of a file mean less
            continue
        seen[kind] += 1
        made += 1
        yield mutant, kind


def meaning(graph: Graph, mutant: bytes) -> str:
    """The class of the changed byte, told by what changes in the graph that is read."""
    try:
        other = read(mutant)
    except PlumblineError:
        return "structure"
    if len(other.tensors) != len(graph.tensors) or [o.name for o in other.operators] != [o.name for o in graph.operators]:
        return "operators"
    for ours, theirs in zip(graph.tensors, other.tensors, strict=True):
        if (ours.shape, ours.data is None) != (theirs.shape, theirs.data is None):
            return "shape"
        if ours.data != theirs.data:
            return "bias" if ours.type == "INT32" else "weights"
        if ours.quantization != theirs.quantization:
            mine, changed = ours.quantization, theirs.quantization
            return "scale" if mine is None or changed is None or mine.scales != changed.scales else "zero point"
        if ours.name != theirs.name:
            return "name"
    if any(ours.options != theirs.options for ours, theirs in zip(graph.operators, other.operators, strict=True)):
        return "options"
    return "no meaning"


def answers(raw: bytes, graph: Graph, codes: Codes) -> Codes | None:
    """What the interpreter makes of it, asked in a process of its own, because a damaged file can take it anywhere; None where it answers nothing."""
    near, far = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_ask, args=(raw, graph, codes, far))
    process.start()
    far.close()
    try:
        return np.frombuffer(near.recv_bytes(), np.int8).reshape(len(codes), -1) if near.poll(SECONDS) else None
    except EOFError:  # it ended without an answer
        return None
    finally:
        near.close()
        process.kill()
        process.join()


def _ask(raw: bytes, graph: Graph, codes: Codes, to: Connection) -> None:
    try:
        to.send_bytes(tflm.Interpreter(raw, graph).run(codes).tobytes())
    except Exception:  # refused, by TensorFlow Lite Micro or by the wheel's Python around it: closing says so
        to.close()
