"""A user's own model: an int8 .tflite file, which is used unchanged, or a float model with samples, which is quantized first: a .keras file, or a
float32 .tflite file.

It goes through the same steps as a recipe's: the file is checked, compiled, and held to TensorFlow Lite Micro on the board.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import folder_names, golden_data, usage
from plumbline.common.activations import INT8
from plumbline.common.board_description import Board
from plumbline.common.errors import UsageError
from plumbline.common.golden_data import References
from plumbline.common.limits import Limits
from plumbline.common.manifest import ENDLESS, Manifest
from plumbline.common.paths import ROOT
from plumbline.common.progress import task
from plumbline.common.rows import elements, range_of, to_reals
from plumbline.common.way import Way, came_as
from plumbline.convert.explain.write import findings, write_explanation, write_ranges
from plumbline.convert.importers.demands import qualities_for, targets_for
from plumbline.convert.importers.file_kinds import KERAS, kind_of
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.flatbuffer.parse import Parts, pick, take_apart
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.importers.flatbuffer.unused_types import called_int8
from plumbline.convert.importers.keras.config import inputs_of
from plumbline.convert.importers.keras.load import examined
from plumbline.convert.importers.keras.quantize import DEADLINE_SECONDS, FLOAT_TFLITE, TENSORFLOW, Quantizer
from plumbline.convert.importers.keras.quantize import quantize as quantize_float
from plumbline.convert.importers.model_file import way_of
from plumbline.convert.importers.samples.checks import check_range, check_varied
from plumbline.convert.importers.samples.reader import Samples, load_samples
from plumbline.convert.importers.samples.shape import fit
from plumbline.convert.importers.samples.values import Targets
from plumbline.convert.importers.wheel import ask_apart, choose_apart
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.model.keras_layers import with_layers
from plumbline.convert.model.model_kind import is_float32
from plumbline.convert.model_package import Demands, finish
from plumbline.convert.references.choose_inputs import Asked, samples_asked, with_chosen
from plumbline.convert.references.choose_sequences import samples_in_order, sequences
from plumbline.convert.references.golden_data import Golden, Points, rows_of, swept
from plumbline.convert.references.golden_data import golden_data as made_golden
from plumbline.convert.references.promises import reach
from plumbline.convert.references.sample_rows import sample_rows
from plumbline.convert.runs import runs_of

NOWHERE = Points(np.empty(0, np.int64), 0)
"""What a board is asked for whose model does not map one number to one number."""
Chooses = Callable[[Graph, NDArray[np.int8]], Asked]
"""Chooses what a board is asked beside samples."""
LISTED = 4
"""Unused tensors that are named."""


def bring(
    path: Path,
    build: Path,
    say: Callable[[str], None],
    samples: Path | None = None,
    *,
    trust: bool = False,
    per_channel_dense: bool = False,
    activations: str = INT8,
    limits: Limits | None = None,
    board: Board | None = None,
) -> Manifest:
    """Convert a model into build/model_NAME.

    Args:
        path: a .tflite, .keras or .h5 file.
        build: the folder for results.
        say: receives the report line by line.
        samples: inputs, needed for a float model: see `load_samples`.
        trust: run the Python code that a .keras file with a Lambda holds.
        per_channel_dense: see `plumbline.convert.importers.keras.quantize.quantize`.
        activations: of ACTIVATIONS, what layers of a float model hand to each other when it is quantized.
        limits: what the board must reach on the samples; None for the defaults.
        board: whose memory the model must fit into; None asks that of none.

    Raises:
        UsageError: a file is missing or of another kind, there are no samples for a float model, or they do not fit the model's input.
        ModelRefused: the model is damaged, not int8, or holds code that is not trusted.
        ConversionFailed: the library that quantizes it does not.
        UnsupportedOperator: it holds an operator that neither the compiler nor TensorFlow Lite Micro has.
        DoesNotFit: the board does not hold it, or it is larger than what is compiled.
    """
    way, folder = way_of(path), build / folder_names.claim(path, build)
    with came_as(way):
        parts = take_apart(path.read_bytes()) if way is Way.TFLITE else None
        if parts is not None and is_float32(parts.every_operator):
            given = read_samples(samples, names_of(parts), say)
            return bring_float(path, folder, given, trust, per_channel_dense, activations, limits or Limits(), board, say, FLOAT_TFLITE)
        if way is Way.TFLITE:
            raw, ends = cut(path.read_bytes())
            if ends:
                say(f"{path.name}: {' and '.join(ends)} cut off; the board takes and gives the codes behind")
            raw, unused = called_int8(raw)
            if unused:
                more = f" and {len(unused) - LISTED} more" if len(unused) > LISTED else ""
                say(f"{path.name}: unused tensors called INT8, as TensorFlow Lite Micro refuses their types: {', '.join(unused[:LISTED])}{more}")
            return bring_tflite(raw, folder, samples, limits or Limits(), board, say)
        names = examined_apart(path, trust) if samples is not None else ()
        return bring_float(
            path, folder, read_samples(samples, names or ("inputs",), say), trust, per_channel_dense, activations, limits or Limits(), board, say
        )


def read_samples(path: Path | None, names: tuple[str, ...], say: Callable[[str], None]) -> Samples | None:
    """The samples in a file for inputs of these names, and what was done with it as lines of the report; None without a file."""
    given = None if path is None else load_samples(path, names)
    for note in given.notes if given is not None else ():
        say(f"{path}: {note}")
    return given


def names_of(parts: Parts) -> tuple[str, ...]:
    """What a flatbuffer calls its inputs."""
    return tuple(parts.names.get(index, pick(parts.tensors, index).name) for index in parts.inputs)


def examined_apart(path: Path, trust: bool) -> tuple[str, ...]:
    """What is wrong with a Keras model itself comes before what is wrong with its samples. HDF5 files are left to child processes, which the
    library that reads them may take along.

    Returns:
        The names of the model's inputs, where they are known.

    Raises:
        ModelRefused, DoesNotFit: see `keras_load.examined`.
    """
    return tuple(name for name, _ in inputs_of(examined(path, trust).config)) if kind_of(path) is KERAS else names_in_hdf5(path)


def names_in_hdf5(path: Path) -> tuple[str, ...]:
    """The names of the inputs of a model in an HDF5 file; none where it cannot be read, which the process that converts it says with its reason."""
    command = [sys.executable, "-m", "plumbline.convert.importers.keras.inputs_worker", str(path.resolve())]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=DEADLINE_SECONDS)
    return tuple(json.loads(child.stdout)) if child.returncode == 0 else ()


def bring_tflite(raw: bytes, folder: Path, samples: Path | None, limits: Limits, board: Board | None, say: Callable[[str], None]) -> Manifest:
    """No float model vouches for a .tflite file: its board is held to TensorFlow Lite Micro alone."""
    graph = reader.read(raw)
    given = read_samples(samples, tuple(map(graph.name_of, graph.inputs)), say)
    fitted = None if given is None else fitted_samples(given, graph)
    runs = runs_of(folder.name, raw, graph, board)
    targets = targets_for(given, graph)
    quality = qualities_for(targets, graph, limits, raw)
    chooses: Chooses = with_chosen if runs.compiled else lambda _, samples: choose_apart(raw, samples)
    (codes, own), domain = codes_for(graph, fitted, targets, chooses), range_of(graph.inputs[0])
    at = swept(domain, domain) if graph.scalar else NOWHERE
    with task(f"Asking TensorFlow Lite Micro for {len(codes)} answers"):
        golden = asked(raw, graph, codes, at, own)
    explained = findings(write_ranges(folder, raw, graph, golden.references))
    demands = Demands(domain=domain, tolerance=reach(graph), tolerance_from=ENDLESS, quality=quality, limits=limits)
    return finish(folder, raw, graph, runs, golden, demands, say, explained=explained)


def fitted_samples(samples: Samples, graph: Graph) -> Samples:
    """The samples in the shapes of the model's inputs.

    Raises:
        UsageError: they do not fit, do not vary, or lie outside what an input holds.
    """
    fitted = tuple(fit(each, axes(end)) for each, end in zip(samples.inputs, graph.inputs, strict=True))
    check_varied(fitted)
    for each, end in zip(fitted, graph.inputs, strict=True):
        if end.quantization is not None:
            check_range(each, end)
    return replace(samples, inputs=fitted)


@dataclass(frozen=True)
class OwnSamples:
    """What a user's samples become among the inputs that a board is asked for: see the fields of `References`."""

    data: golden_data.Samples | None = None
    kinds: NDArray[np.str_] | None = None
    starts: NDArray[np.bool_] | None = None


def asked(raw: bytes, graph: Graph, codes: NDArray[np.int8], at: Points, own: OwnSamples = OwnSamples()) -> Golden:
    """Golden data whose float answers are what the expected codes stand for, with the user's own samples."""
    found = ask_apart(raw, codes, own.starts)
    meant = to_reals(found.expected, graph.outputs).astype(np.float32)
    references = References(
        codes=codes,
        expected=found.expected,
        float_codes=meant,
        x_nano=at.x_nano,
        samples=at.samples,
        float_x=meant[rows_of(at, graph)],
        data=own.data,
        kinds=own.kinds,
        starts=own.starts,
    )
    return Golden(references, found.oracle, found.used)


def codes_for(
    graph: Graph, samples: Samples | None, targets: Sequence[Targets | None] = (), chooses: Chooses = with_chosen
) -> tuple[NDArray[np.int8], OwnSamples]:
    """Rows (N, input bytes): all 256 codes of a single int8; else the samples, and what `choose` or `sequences` finds beside them.

    `chooses` is another than `with_chosen` for a model whose inside the reference interpreter does not know.
    """
    inputs = np.empty((0, elements(graph.inputs)), np.float32) if samples is None else samples.flat
    if graph.stateful:
        inputs = inputs[: samples_in_order(graph)]
    given = sample_rows(graph, inputs, samples_asked(graph))
    data = None
    if samples is not None:
        wanted = tuple(None if each is None else each[given.chosen] for each in values_of_each(targets))
        data = golden_data.Samples(given.rows, inputs[given.chosen], None, wanted)
    with task("Choosing inputs that tell kernels apart"):
        if graph.stateful:
            found = sequences(graph, given.codes, inside=chooses is with_chosen)
            return found.codes, OwnSamples(data, np.array(found.kinds), found.starts)
        chosen = chooses(graph, given.codes)
    return chosen.codes, OwnSamples(data, np.array(chosen.kinds) if any(chosen.kinds) else None)


def values_of_each(targets: Sequence[Targets | None]) -> tuple[NDArray[Any] | None, ...]:
    """The numbers of each output's targets."""
    return tuple(None if each is None else each.values for each in targets)


def axes(end: Tensor) -> tuple[int, ...]:
    """The shape of one sample: that of the input without the batch of 1."""
    shape = end.shape
    return shape[1:] if shape[:1] == (1,) else shape


def bring_float(
    path: Path,
    folder: Path,
    samples: Samples | None,
    trust: bool,
    per_channel_dense: bool,
    activations: str,
    limits: Limits,
    board: Board | None,
    say: Callable[[str], None],
    quantizer: Quantizer = TENSORFLOW,
) -> Manifest:
    """Quantized on the samples, which are among what the board is asked."""
    if samples is None:
        raise UsageError(
            f"{path} is a float model: samples of its inputs are needed to choose the int8 scales.",
            f"Give {usage.option('samples', 'inputs.npy')} with some 100 typical inputs, (N, ...) float32.",
        )
    check_varied(samples.inputs)
    inputs = samples.inputs
    with task(f"Converting {path.name}", len(inputs[0]), "samples") as advance:
        converted = quantize_float(
            path,
            inputs,
            [each[:0] for each in inputs],
            per_channel_dense,
            activations=activations,
            trust=trust,
            advance=advance,
            quantizer=quantizer,
        )
    graph = with_layers(reader.read(converted.tflite), converted.layers)
    runs = runs_of(folder.name, converted.tflite, graph, board)
    targets = targets_for(samples, graph)
    quality = qualities_for(targets, graph, limits)
    golden = made_golden(converted, graph, NOWHERE, targets=values_of_each(targets))
    explained = findings(write_explanation(folder, converted, graph, golden.references))
    demands = Demands(domain=range_of(graph.inputs[0]), tolerance=reach(graph), tolerance_from=ENDLESS, quality=quality, limits=limits)
    return finish(folder, converted.tflite, graph, runs, golden, demands, say, explained=explained)
