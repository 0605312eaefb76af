"""A build folder of any flatbuffer, as the conversion would leave it, without a recipe behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.files import write_if_changed
from common.manifest import Manifest, OperatorSpec
from convert import integer
from convert.arena import arena
from convert.codegen import generated_files
from convert.compiler.emit import compile_graph
from convert.flatbuffer import read
from convert.pipeline import representable, tensor_spec
from convert.references import References


def write_folder(folder: Path, raw: bytes, edit: Callable[[str], str] = lambda source: source) -> Manifest:
    """Convert `raw` into `folder`, whose name becomes the recipe's; `edit` may change the compiled C before it is vouched for."""
    graph = read(raw)
    compiled = compile_graph(graph, folder.name, hashlib.sha256(raw).digest())
    codes = np.random.default_rng(1).integers(-128, 128, (4, graph.input.bytes)).astype(np.int8)
    expected = integer.run(graph, codes)
    arrays: dict[str, NDArray[Any]] = {"codes": codes, "tflm": expected, "float_codes": np.zeros(expected.shape, np.float32)}
    arrays |= {"x_nano": np.zeros(0, np.int64), "samples": np.array(0), "float_x": np.zeros((0, graph.output.bytes), np.float32)}
    answers = References(arrays, integer.NAME, None)
    files = {"model.tflite": raw, "references.npz": answers.as_npz()}
    for name, text in generated_files(folder.name, raw, graph, compiled, arena(graph, None), representable(graph.input)).items():
        files[f"generated/{name}"] = (edit(text) if name == "plumbline_compiled.c" else text).encode()
    manifest = Manifest(
        recipe=folder.name,
        model_sha256=hashlib.sha256(raw).hexdigest(),
        model_bytes=len(raw),
        constants_sha256=compiled.constants_sha256,
        memory_bytes=compiled.memory.bytes,
        input=tensor_spec(graph.input),
        output=tensor_spec(graph.output),
        domain=representable(graph.input),
        tolerance=1.0,
        operators=tuple(OperatorSpec(o.name, o.version, o.layer, o.per_channel) for o in graph.operators),
        arena=arena(graph, None),
        bound=None,
        oracle=integer.NAME,
        artefacts={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )
    for name, data in files.items():
        write_if_changed(folder / name, data)
    write_if_changed(folder / "generated" / "manifest.json", manifest.to_json())
    return manifest
