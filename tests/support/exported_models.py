"""Three small models in one package, for the tests of the formats: an image's classes, a stream with state, and one of several inputs and types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import range_of
from plumbline.convert.export.build import GENERATOR, model_of, package_of
from plumbline.convert.export.exported import Package
from plumbline.convert.export.formats import formats
from plumbline.convert.export.labels import with_labels
from plumbline.convert.export.write import write_export
from plumbline.convert.import_model import NOWHERE, OwnSamples, asked
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.model_package import Demands, write
from plumbline.convert.runs import runs_of
from tests.faults.networks import NETWORKS

NAME = "sensors"
MODELS = {"keyword": "classifier", "gauge": "with_state", "lamp": "two_outputs"}
"""The names of the models in the package, and in NETWORKS."""
CLASSES = ("silence", "unknown", "yes", "no", "stop")
"""Of the first model."""
ROWS = 8


def converted(build: Path) -> None:
    """Fill a build folder with what the package is made of: a few answers to noise are enough for the self-tests."""
    for name, network in MODELS.items():
        convert(build, name, NETWORKS[network]())


def convert(build: Path, name: str, raw: bytes) -> None:
    """Fill build/NAME with what an export is made of."""
    graph = read(raw)
    codes = noise(name, graph, ROWS)
    own = OwnSamples(starts=np.arange(ROWS) % 5 == 0) if graph.stateful else OwnSamples()
    golden = asked(raw, graph, codes, NOWHERE, own)
    (build / name).mkdir()
    write(build / name, raw, graph, runs_of(name, raw, graph), golden, Demands(domain=range_of(graph.inputs[0]), tolerance=1.0))


def noise(name: str, graph: Graph, rows: int) -> NDArray[np.int8]:
    """Inputs (N, bytes) that a model answers in several ways; most of them leave the stream's sums below 0, which it answers alike."""
    codes = np.random.default_rng(1).integers(110 if name == "gauge" else -128, 128, (rows, graph.input_bytes)).astype(np.int8)
    at = 0
    for end in graph.inputs:
        if end.type == "BOOL":
            codes[:, at : at + end.bytes] &= 1
        at += end.bytes
    return codes


def package(build: Path) -> Package:
    """The package of what `converted` left."""
    (build / "labels.txt").write_text("\n".join(CLASSES))
    models = with_labels([model_of(build / name, name) for name in MODELS], [f"keyword={build / 'labels.txt'}"], GENERATOR)
    return package_of(models, NAME)


def exported(format_name: str, build: Path, folder: Path) -> Path:
    """The package as an export of that format; returns its folder in `folder`."""
    made = package(build)
    write_export(folder / "export", format_name, made, formats()[format_name].files(made))
    return folder / "export"
