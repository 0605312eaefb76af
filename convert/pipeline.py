"""One conversion from start to end: model.keras and dataset.npz in; model.tflite, references.npz and generated/ out, all or none."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from plumbline.common.board_description import Board
from plumbline.common.dataset import FILE, Dataset, Declared
from plumbline.common.errors import ArtefactsDisagree, DoesNotFit, QualityMissed
from plumbline.common.files import write_if_changed
from plumbline.common.limits import Limits
from plumbline.common.manifest import DECLARED, GENERATED, BoundSpec, Manifest
from plumbline.common.progress import task
from plumbline.common.quality import Quality, measure
from plumbline.common.wire import NANO
from plumbline.convert.codegen.arena import arena
from plumbline.convert.codegen.emit import LARGEST, Compiled, compile_graph
from plumbline.convert.codegen.generated_folder import generated_files
from plumbline.convert.explain.write import findings, write_explanation
from plumbline.convert.graph import Graph
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.keras.quantize import quantize
from plumbline.convert.references.bound import bound
from plumbline.convert.references.codes import dequantize, formula
from plumbline.convert.references.foresight import foreseen
from plumbline.convert.references.golden_data import References, points, references
from plumbline.convert.references.promises import float_arrays, operator_spec, tensor_spec
from plumbline.convert.references.tolerance import line as tolerance_line
from plumbline.convert.references.tolerance import propose, tolerance_of


def convert(folder: Path, say: Callable[[str], None], per_channel_dense: bool = False, limits: str = "", board: Board | None = None) -> Manifest:
    """Convert what a recipe's training left and write everything the firmware and the verification need.

    Args:
        folder: build/NAME, which holds model.keras and dataset.npz.
        say: receives the report line by line.
        per_channel_dense: see `quantize`.
        limits: what the board must reach on the samples, as a user writes it, see `Limits.parse`; what is not named is the recipe's.
        board: whose memory the model must fit into; None asks that of none.

    Raises:
        ArtefactsDisagree: model.keras or dataset.npz is missing, or dataset.npz is damaged.
        ConversionFailed, ModelRefused, UnsupportedOperator, DoesNotFit: the model cannot be converted, read, compiled or held by a board.
        UsageError: the limits make no sense.
        BadRecipe: the recipe's tolerance is less than the proven error bound, or than the loss that was measured.
        QualityMissed: the int8 model loses more than the recipe allows.
    """
    model = folder / "model.keras"
    if not model.is_file():
        raise ArtefactsDisagree(f"{model} does not exist.", "Run `make train` first.")
    dataset = Dataset.load(folder / FILE)
    recipe, calibration, test = dataset.declared, dataset.calibration, dataset.test
    at, judged = points(recipe), Limits.parse(limits, recipe.limits)
    held_back = test.inputs if test is not None else None
    with task(f"Converting {recipe.name}", len(calibration), "samples") as advance:
        converted = quantize(model, calibration, at.inputs(calibration.shape[1:]), per_channel_dense, test=held_back, advance=advance)
    graph = reader.read(converted.tflite)
    compiled = compiled_model(recipe.name, converted.tflite, graph, board)
    answers = references(converted, graph, at, test is not None, test.targets if test is not None else None)
    answers = replace(answers, arrays=answers.arrays | float_arrays(converted.chain))
    explained = findings(write_explanation(folder, converted, graph, answers))
    metrics = check_quality(recipe, graph, answers, explained)
    proven = bound(graph, converted.chain, recipe.domain)
    proposal = propose(graph, answers, proven)
    tolerance = tolerance_of(recipe, proposal)
    check_reach(recipe, graph.output.quantized.range)
    manifest = write(
        folder,
        converted.tflite,
        graph,
        compiled,
        answers,
        domain=recipe.domain or graph.input.quantized.range,
        tolerance=tolerance,
        tolerance_from=proposal.reason if recipe.tolerance is None else DECLARED,
        bound=proven,
        quality=recipe.quality,
        float_parameters=converted.parameters,
        limits=judged,
    )
    told = [*report(manifest, graph, answers), tolerance_line(recipe, proposal, proven), *metrics, *foreseen(manifest, graph, answers)]
    for line in told + explained:
        say(line)
    return manifest


def compiled_model(name: str, raw: bytes, graph: Graph, board: Board | None = None) -> Compiled:
    """Compile a flatbuffer, which `graph` was read from, under the name of its folder in build/.

    Raises:
        UnsupportedOperator, ModelRefused: the model cannot be compiled, or its numbers do not pass the line.
        DoesNotFit: it needs more than `board` has, or than LARGEST; the firmware around it needs memory too, which the linker checks.
    """
    reader.check_scales(graph)
    compiled = compile_graph(graph, name, hashlib.sha256(raw).digest())
    if board is not None:
        board.check_holds(constants=compiled.constant_bytes, memory=compiled.memory.bytes)
    for what, needed in (("working memory", compiled.memory.bytes), ("constants", compiled.constant_bytes)):
        if needed > LARGEST:
            raise DoesNotFit(f"The model needs {needed:,} bytes for its {what}, at most {LARGEST:,} are compiled.", "Use a smaller model.")
    return compiled


def write(
    folder: Path,
    raw: bytes,
    graph: Graph,
    compiled: Compiled,
    answers: References,
    *,
    domain: tuple[float, float],
    tolerance: float,
    tolerance_from: str = DECLARED,
    bound: BoundSpec | None = None,
    quality: Quality | None = None,
    float_model: bool = True,
    float_parameters: int | None = None,
    limits: Limits | None = None,
) -> Manifest:
    """Write everything that a firmware build and a verification need of a flatbuffer.

    Args:
        folder: build/NAME.
        raw: the flatbuffer.
        graph: what was read from it.
        compiled: from `compiled_model`.
        answers: what the board must answer.
        domain, tolerance, tolerance_from, bound, quality, float_model, float_parameters, limits: see `Manifest`.
    """
    name, working_memory = compiled.name, arena(graph, answers.arena_used)
    files: dict[str, bytes] = {"model.tflite": raw, "references.npz": answers.as_npz()}
    for generated, text in generated_files(name, raw, graph, compiled, working_memory, domain).items():
        files[f"{GENERATED}/{generated}"] = text.encode()
    manifest = Manifest(
        recipe=name,
        model_sha256=hashlib.sha256(raw).hexdigest(),
        model_bytes=len(raw),
        constants_sha256=compiled.constants_sha256,
        memory_bytes=compiled.memory.bytes,
        constant_bytes=compiled.constant_bytes,
        input=tensor_spec(graph.input),
        output=tensor_spec(graph.output),
        domain=domain,
        tolerance=tolerance,
        tolerance_from=tolerance_from,
        operators=tuple(operator_spec(each) for each in graph.operators),
        arena=working_memory,
        bound=bound,
        oracle=answers.oracle,
        artefacts={path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
        versions=versions(),
        quality=quality,
        float_model=float_model,
        float_parameters=float_parameters,
        limits=limits or Limits(),
    )
    for path, content in files.items():
        write_if_changed(folder / path, content)
    write_if_changed(folder / GENERATED / "manifest.json", manifest.to_json())  # last: it vouches for the others
    return manifest


def check_quality(recipe: Declared, graph: Graph, answers: References, explained: list[str]) -> list[str]:
    """Measure the int8 model on the test split; `explained` are the layers to look at where it falls short.

    Returns:
        The lines for the report.

    Raises:
        QualityMissed: it loses more against the float model than the recipe allows.
    """
    quality = recipe.quality
    if quality is None:
        return []
    arrays, end = answers.arrays, graph.output.quantized
    coded = dequantize(arrays["tflm"][arrays["sample_rows"]], end)
    floats, int8 = (measure(quality.kind, each, arrays["targets"]) for each in (arrays["float_samples"], coded))
    missed = quality.shortcomings("the float model", floats) + quality.shortcomings("the int8 model", int8, floats)
    lines = [f"  {quality.kind} on {len(coded)} test inputs: float {floats:.4g}, int8 {int8:.4g}"]
    held = answers.held
    steps = float(np.abs(dequantize(arrays["tflm"], end) - arrays["float_codes"])[held].max() / end.scale)
    if quality.steps is not None:
        compared = int(held.sum())
        lines.append(f"  int8 lies within {steps:.3g} output steps of float on all {compared} inputs compared; the recipe allows {quality.steps:g}")
        if not steps <= quality.steps:
            missed.append(f"the int8 model lies up to {steps:.3g} output steps from the float model, the recipe allows {quality.steps:g}")
    if missed:
        rest = f"All layers: `make explain RECIPE={recipe.name}`."
        hint = "\n".join([*explained, rest]).strip() if explained else "Calibrate on more of the training data, or allow a larger loss."
        raise QualityMissed(f"Recipe {recipe.name}: {'; '.join(missed)}.", hint)
    return lines


def check_reach(recipe: Declared, outputs: tuple[float, float]) -> None:
    """Raises BadRecipe where an answer would not fit the link, which carries 64-bit integers of 1e-9."""
    if max(abs(y) for y in outputs) >= 2**63 / NANO:
        raise recipe.bad(f"answers up to {max(outputs, key=abs):g}", "Scale the targets: y travels in units of 1e-9 and reaches 9e9.")


def versions() -> dict[str, str]:
    """What took part in the conversion; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in ("tensorflow-cpu", "tensorflow", "keras", "numpy", "ai-edge-litert", "tflite-micro"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def report(manifest: Manifest, graph: Graph, answers: References) -> list[str]:
    """The lines a person reads after a conversion."""
    lines = [
        f"{manifest.recipe}: {manifest.model_bytes} bytes of int8, SHA-256 {manifest.model_sha256[:16]}...",
        *(f"  {o.name} v{o.version}{' per channel' if o.per_channel else ''}  {o.layer}" for o in graph.operators),
    ]
    lines += [f"  {name} {formula(end.quantized)}, shape {list(end.shape)}" for name, end in (("input ", graph.input), ("output", graph.output))]
    lines.append(f"  memory {manifest.memory_bytes} bytes for the compiled engine")
    lines.append(f"  arena {manifest.arena.bytes} bytes for TensorFlow Lite Micro ({manifest.arena.used} in use + {manifest.arena.margin} margin)")
    for name, title in (("litert", "LiteRT"), ("tflm_float_product", "TensorFlow Lite Micro from before autumn 2026, as in the Arduino library,")):
        differ = int((answers.arrays["tflm"] != answers.arrays.get(name, answers.arrays["tflm"])).any(axis=1).sum())
        if differ:
            lines.append(f"  {title} differs from the expected codes on {differ} of {len(answers.arrays['codes'])} inputs")
    return lines
