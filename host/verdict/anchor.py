"""Does the manifest say what follows from the model? Whoever edits a bound, a tolerance or a scale in it gets no verdict."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from plumbline.common import usage
from plumbline.common.dataset import FILE, Declared
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.folder_names import PREFIX
from plumbline.common.manifest import DECLARED, GENERATED, BoundSpec
from plumbline.convert.interface import Derived, arena, derived, proposed_tolerance, runs_with_tflm
from plumbline.host.verdict.artefacts import Artefacts

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


def check_anchored(artefacts: Artefacts) -> None:
    """Work everything out anew that the manifest promises of the model, and compare.

    The limits are not compared: they are what a user chose for this conversion.

    Raises:
        ArtefactsDisagree: names the first promise that does not follow, and both numbers; or dataset.npz is missing or damaged.
    """
    manifest, references = artefacts.manifest, artefacts.references
    follows = derived(artefacts.graph, references, manifest.domain)
    again = usage.command("convert", manifest.recipe, anew=True)
    hint = f"Someone or something changed the manifest, or the recipe was changed after the conversion: run {again}."
    # the conversion takes the bound over the domain where a recipe declares one
    known = next((each for each in follows.bounds if _same(manifest.bound, each)), follows.bounds[0])
    promises = [
        *_of_the_model(artefacts, follows),
        Promise("bound", manifest.bound, known, "the model, with the float layers in references.npz,"),
        Promise("float_parameters", manifest.float_parameters, references.parameters, "references.npz"),
        *_of_the_recipe(artefacts, follows, known),
    ]
    for each in promises:
        if not _same(each.promised, each.found):
            raise ArtefactsDisagree(f"The manifest's {each.what} is {_shown(each.promised)}; {each.source} says {_shown(each.found)}.", hint)


def _of_the_model(artefacts: Artefacts, follows: Derived) -> Iterator[Promise]:
    manifest, folder, said = artefacts.manifest, artefacts.folder, "model.tflite"
    yield Promise("model_sha256", manifest.model_sha256, hashlib.sha256(artefacts.raw).hexdigest(), said)
    yield Promise("model_bytes", manifest.model_bytes, len(artefacts.raw), said)
    yield Promise("inputs", manifest.inputs, follows.inputs, said)
    yield Promise("outputs", manifest.outputs, follows.outputs, said)
    yield Promise("number of operators", len(manifest.operators), len(follows.operators), said)
    for number, (promised, operator) in enumerate(zip(manifest.operators, follows.operators, strict=False)):
        unnamed = replace(promised, called=operator.called)  # what Keras calls its layers is not in the file
        yield Promise(f"operator {number}", unnamed, operator, said)
    source = "plumbline_model.h"
    header = (folder / GENERATED / source).read_text()
    used = _number(r"Micro's working memory: (\d+) in use", header)
    yield Promise("arena", manifest.arena, arena(artefacts.graph, used), f"{source} with the model")
    yield Promise("arena", manifest.arena.bytes, _number(r"PLUMBLINE_ARENA_BYTES (\d+)", header), source)
    yield Promise("engines", manifest.engines, _engines(artefacts), said)
    if "compiled" not in manifest.engines:
        yield Promise("bound", manifest.bound, None, said)
        return
    source = "plumbline_compiled.h"
    header = (folder / GENERATED / source).read_text()
    yield Promise("memory_bytes", manifest.memory_bytes, _number(r"PLUMBLINE_COMPILED_MEMORY_BYTES (\d+)", header), source)
    yield Promise("constant_bytes", manifest.constant_bytes, _number(r"runs on, (\d+) bytes in all", header), source)


def _engines(artefacts: Artefacts) -> tuple[str, ...]:
    """Those that run the model; whether the compiler takes it, the conversion's files tell."""
    found = [] if "compiled" not in artefacts.manifest.engines else ["compiled"]
    return (*found, *(["tflm"] if runs_with_tflm(artefacts.graph) else []))


def _of_the_recipe(artefacts: Artefacts, follows: Derived, proven: BoundSpec | None) -> Iterator[Promise]:
    """What a recipe declares, or what is taken for a model of one's own."""
    manifest, references = artefacts.manifest, artefacts.references
    if manifest.recipe.startswith(PREFIX):
        yield Promise("domain", manifest.domain, follows.inputs[0].range, "model.tflite")
        yield Promise("tolerance", manifest.tolerance, follows.reach, "model.tflite")
        yield Promise("float_model", manifest.float_model, references.parameters is not None, "references.npz")
        return
    recipe = Declared.load(artefacts.folder / FILE)
    said = f"the recipe {recipe.name}"
    yield Promise("recipe", manifest.recipe, recipe.name, FILE)
    yield Promise("float_model", manifest.float_model, True, said)
    yield Promise("domain", manifest.domain, recipe.domain or follows.inputs[0].range, said)
    yield Promise("quality", manifest.quality, recipe.quality, said)
    yield Promise("tolerance_from", manifest.tolerance_from == DECLARED, recipe.tolerance is not None, said)
    tolerance = proposed_tolerance(artefacts.graph, references, proven) if recipe.tolerance is None else recipe.tolerance
    yield Promise("tolerance", manifest.tolerance, tolerance, said)


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
