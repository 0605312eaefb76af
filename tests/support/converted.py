"""A build folder of any flatbuffer, as the conversion would leave it, without a recipe behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from plumbline.common.manifest import Manifest
from plumbline.common.rows import range_of
from plumbline.convert.import_model import NOWHERE, asked
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model_package import Demands, write
from plumbline.convert.runs import runs_of


def write_folder(folder: Path, raw: bytes, edit: Callable[[str], str] | None = None) -> Manifest:
    """Convert `raw` into `folder`, whose name becomes the recipe's; `edit` may change the compiled C, which the manifest then vouches for."""
    graph = read(raw)
    codes = np.random.default_rng(1).integers(-128, 128, (4, graph.input.bytes)).astype(np.int8)
    runs = runs_of(folder.name, raw, graph)
    if edit and runs.compiled:
        runs = replace(runs, compiled=replace(runs.compiled, source=edit(runs.compiled.source)))
    golden = asked(raw, graph, codes, NOWHERE)
    return write(folder, raw, graph, runs, golden, Demands(domain=range_of(graph.input), tolerance=1.0))
