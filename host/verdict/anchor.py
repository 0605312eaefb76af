"""Does the manifest say what follows from the model? Whoever edits a bound, a tolerance or a scale in it gets no verdict."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.dataset import FILE, Declared
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.files import sha256_of
from plumbline.common.folder_names import PREFIX, anew
from plumbline.common.manifest import DECLARED, GENERATED, BoundSpec, Manifest
from plumbline.convert.codegen.arena import arena
from plumbline.convert.graph import Graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references.bound import bound
from plumbline.convert.references.golden_data import References
from plumbline.convert.references.promises import PARAMETERS, chain_of, operator_spec, reach, tensor_spec
from plumbline.convert.references.tolerance import propose
from plumbline.host.verdict.oracle import UNREADABLE

SLACK = 1e-9
"""Relative: what two computers' sums of float64 may differ by. No bound is as close to an error."""


@dataclass(frozen=True)
class Promise:
    """One fact of a manifest, and what it has to be."""

    what: str
    promised: object
    found: object
    source: str
    """Who says what it has to be."""


def check_anchored(folder: Path, manifest: Manifest) -> Graph:
    """Work everything out anew that the manifest promises of the model, and compare.

    The limits are not compared: they are what a user chose for this conversion.

    Args:
        folder: build/NAME, whose artefacts have the manifest's hashes.

    Returns:
        The model, for whoever reads it next.

    Raises:
        ArtefactsDisagree: names the first promise that does not follow, and both numbers.
        ModelRefused: model.tflite cannot be read.
    """
    hint = f"Someone or something changed the manifest, or the recipe was changed after the conversion: run {anew(manifest.recipe)}."
    raw = (folder / "model.tflite").read_bytes()
    graph = read(raw)
    references = folder / "references.npz"
    try:
        with np.load(references, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        bounds = _bounds(graph, manifest, arrays)
    except UNREADABLE as error:
        raise ArtefactsDisagree(f"{references} cannot be read: {error}.", hint) from error
    known = next((each for each in bounds if _same(manifest.bound, each)), bounds[0])
    promises = [
        *_of_the_model(folder, manifest, raw, graph),
        Promise("bound", manifest.bound, known, "the model, with the float layers in references.npz,"),
        Promise("float_parameters", manifest.float_parameters, int(arrays[PARAMETERS]) if PARAMETERS in arrays else None, "references.npz"),
        *_of_the_recipe(folder, manifest, graph, arrays, known),
    ]
    for each in promises:
        if not _same(each.promised, each.found):
            raise ArtefactsDisagree(f"The manifest's {each.what} is {_shown(each.promised)}; {each.source} says {_shown(each.found)}.", hint)
    return graph


def _of_the_model(folder: Path, manifest: Manifest, raw: bytes, graph: Graph) -> Iterator[Promise]:
    said = "model.tflite"
    yield Promise("model_sha256", manifest.model_sha256, sha256_of(folder / said), said)
    yield Promise("model_bytes", manifest.model_bytes, len(raw), said)
    yield Promise("input", manifest.input, tensor_spec(graph.input), said)
    yield Promise("output", manifest.output, tensor_spec(graph.output), said)
    yield Promise("number of operators", len(manifest.operators), len(graph.operators), said)
    for number, (promised, operator) in enumerate(zip(manifest.operators, graph.operators, strict=False)):
        yield Promise(f"operator {number}", promised, operator_spec(operator), said)
    source = "plumbline_model.h"
    header = (folder / GENERATED / source).read_text()
    used = _number(r"Micro's working memory: (\d+) in use", header)
    yield Promise("arena", manifest.arena, arena(graph, used), f"{source} with the model")
    yield Promise("arena", manifest.arena.bytes, _number(r"PLUMBLINE_ARENA_BYTES (\d+)", header), source)
    source = "plumbline_compiled.h"
    header = (folder / GENERATED / source).read_text()
    yield Promise("memory_bytes", manifest.memory_bytes, _number(r"PLUMBLINE_COMPILED_MEMORY_BYTES (\d+)", header), source)
    yield Promise("constant_bytes", manifest.constant_bytes, _number(r"runs on, (\d+) bytes in all", header), source)


def _of_the_recipe(folder: Path, manifest: Manifest, graph: Graph, arrays: Mapping[str, NDArray[Any]], proven: BoundSpec | None) -> Iterator[Promise]:
    """What a recipe declares, or what is taken for a model of one's own."""
    if manifest.recipe.startswith(PREFIX):
        yield Promise("domain", manifest.domain, graph.input.quantized.range, "model.tflite")
        yield Promise("tolerance", manifest.tolerance, reach(graph), "model.tflite")
        yield Promise("float_model", manifest.float_model, PARAMETERS in arrays, "references.npz")
        return
    recipe = Declared.load(folder / FILE)
    said = f"the recipe {recipe.name}"
    yield Promise("recipe", manifest.recipe, recipe.name, FILE)
    yield Promise("float_model", manifest.float_model, True, said)
    yield Promise("domain", manifest.domain, recipe.domain or graph.input.quantized.range, said)
    yield Promise("quality", manifest.quality, recipe.quality, said)
    yield Promise("tolerance_from", manifest.tolerance_from == DECLARED, recipe.tolerance is not None, said)
    tolerance = propose(graph, References(dict(arrays), "", None), proven).value if recipe.tolerance is None else recipe.tolerance
    yield Promise("tolerance", manifest.tolerance, tolerance, said)


def _bounds(graph: Graph, manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> tuple[BoundSpec | None, ...]:
    """What can be proven of the model: over the domain, and for any input. The conversion takes the first where it declares a domain."""
    chain = chain_of(arrays)
    return (bound(graph, chain, manifest.domain), bound(graph, chain, None)) if chain else (None,)


def _number(pattern: str, text: str) -> int:
    """The number in a generated source; -1, which no promise is, where it is not there."""
    found = re.search(pattern, text)
    return int(found[1]) if found else -1


def _same(promised: object, found: object) -> bool:
    """Equal; the numbers of a bound within SLACK."""
    if isinstance(promised, BoundSpec) and isinstance(found, BoundSpec):
        pairs = [(getattr(promised, field.name), getattr(found, field.name)) for field in fields(BoundSpec)]
        return all(a == b if isinstance(a, str) else math.isclose(a, b, rel_tol=SLACK, abs_tol=1e-15) for a, b in pairs)
    if isinstance(promised, float) and isinstance(found, float):
        return math.isclose(promised, found, rel_tol=SLACK)
    return type(promised) is type(found) and promised == found


def _shown(value: object) -> str:
    if isinstance(value, BoundSpec):
        return f"{value.total:.9g} in all ({', '.join(f'{field.name} {getattr(value, field.name):.6g}' for field in fields(value)[:4])})"
    return str(value)
