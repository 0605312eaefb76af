"""Exported models of random operators, which compilers and tools are shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.codegen.naming import exported_as
from plumbline.convert.export.build import GENERATOR, ends, model_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.header import with_header
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from tests.support.converted import write_folder
from tests.support.random_network import random_network
from tests.support.tflite_writer import write_case

OPERATORS = [
    *("BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D", "DEQUANTIZE", "FULLY_CONNECTED", "GATHER_ND", "IF", "LOGISTIC", "MUL", "READ_VARIABLE"),
    *("SOFTMAX", "SQUARED_DIFFERENCE", "SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
]
"""Of each kind of code one."""
CLANG_FORMAT = (str(Path(sys.executable).with_name("clang-format")), f"--style=file:{ROOT / '.clang-format'}")
"""The command of the version that holds generated C: the environment's."""


def exported(folder: Path, each: int = 1) -> list[ExportedModel]:
    """A network, converted into this folder, and so many random cases of `OPERATORS`, whose headers tell of the same conversion."""
    network = folder / "network"
    network.mkdir(parents=True)
    write_folder(network, random_network(np.random.default_rng(72), reshaped_ends=False))
    model = model_of(network, "network")
    return [model, *(case(name, number, model) for name in OPERATORS for number in range(each))]


def case(operator: str, number: int, like: ExportedModel) -> ExportedModel:
    """A random case of an operator."""
    rng = np.random.default_rng([registered()[operator].number, 8, number])
    name = f"{operator.lower()[:5].rstrip('_')}{number}"  # short, as lines are as long as names
    graph = read(write_case(registered()[operator].random_case(rng, "layer")))
    compiled = compile_graph(graph, name, bytes(32), naming=exported_as(name))
    made = replace(
        like,
        name=name,
        graph=graph,
        compiled=compiled,
        inputs=ends(graph, compiled, "input", graph.inputs),
        outputs=ends(graph, compiled, "output", graph.outputs),
        source=compiled.source,
    )
    return with_header(made, GENERATOR)


def written(folder: Path, models: Sequence[ExportedModel]) -> list[Path]:
    """Their C files in a folder, headers beside them; the first one is all of them in one translation unit."""
    for model in models:
        for name, text in model.sources.items():
            (folder / name).write_text(text)
    together = folder / "together.c"
    together.write_text("".join(f'#include "{model.name}.c"\n' for model in models))
    return [together, *(folder / f"{model.name}.c" for model in models)]
