"""The end of every conversion, whichever way the model came: a flatbuffer and its golden data become the model package in build/NAME."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

from plumbline.common import golden_data
from plumbline.common.files import write_if_changed
from plumbline.common.golden_data import References
from plumbline.common.layer_names import layer_name
from plumbline.common.limits import Limits
from plumbline.common.manifest import DECLARED, GENERATED, BoundSpec, Manifest
from plumbline.common.quality import Quality
from plumbline.common.quantization import formula
from plumbline.convert.codegen.arena import arena
from plumbline.convert.codegen.generated_folder import generated_files
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references.foresight import foreseen
from plumbline.convert.references.golden_data import Golden
from plumbline.convert.references.promises import end_specs, operator_specs
from plumbline.convert.runs import Runs


@dataclass(frozen=True)
class Demands:
    """What a board is held to besides the expected codes; see the fields of `Manifest`."""

    domain: tuple[float, float]
    tolerance: float
    tolerance_from: str = DECLARED
    bound: BoundSpec | None = None
    quality: tuple[Quality, ...] = ()
    limits: Limits = field(default_factory=Limits)


def finish(
    folder: Path,
    raw: bytes,
    graph: Graph,
    runs: Runs,
    golden: Golden,
    demands: Demands,
    say: Callable[[str], None],
    notes: Sequence[str] = (),
    explained: Sequence[str] = (),
) -> Manifest:
    """Write the model package and report it.

    Args:
        folder, raw, graph, runs, golden, demands: see `write`.
        say: receives the report line by line.
        notes: lines of this way to convert, after those of the model.
        explained: the layers to look at, as the last lines.
    """
    manifest = write(folder, raw, graph, runs, golden, demands)
    for line in [*report(manifest, graph, golden.references, runs.lacking), *notes, *foreseen(manifest, graph, golden.references), *explained]:
        say(line)
    return manifest


def write(folder: Path, raw: bytes, graph: Graph, runs: Runs, golden: Golden, demands: Demands) -> Manifest:
    """Write everything that a firmware build and a verification need of a flatbuffer.

    Args:
        folder: build/NAME.
        raw: the flatbuffer.
        graph: what was read from it.
        runs: which engines run it.
        golden: what the board must answer.
        demands: what it is held to besides.
    """
    compiled, working_memory = runs.compiled, arena(graph, golden.arena_used)
    files: dict[str, bytes] = {"model.tflite": raw, golden_data.FILE: golden.references.to_bytes()}
    for generated, text in generated_files(runs.name, raw, graph, compiled, working_memory, demands.domain).items():
        files[f"{GENERATED}/{generated}"] = text.encode()
    manifest = Manifest(
        recipe=runs.name,
        model_sha256=hashlib.sha256(raw).hexdigest(),
        model_bytes=len(raw),
        constants_sha256=compiled.constants_sha256 if compiled else "",
        memory_bytes=compiled.memory.bytes if compiled else 0,
        constant_bytes=compiled.constant_bytes if compiled else 0,
        inputs=end_specs(graph, graph.inputs),
        outputs=end_specs(graph, graph.outputs),
        domain=demands.domain,
        tolerance=demands.tolerance,
        tolerance_from=demands.tolerance_from,
        operators=operator_specs(graph),
        arena=working_memory,
        bound=demands.bound,
        oracle=golden.oracle,
        artefacts={path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
        versions=versions(),
        quality=demands.quality,
        float_model=golden.references.parameters is not None,
        float_parameters=golden.references.parameters,
        limits=demands.limits,
        engines=cast(Any, runs.engines),
    )
    for path, content in files.items():
        write_if_changed(folder / path, content)
    write_if_changed(folder / GENERATED / "manifest.json", manifest.to_json())  # last: it vouches for the others
    return manifest


def versions() -> dict[str, str]:
    """What took part in the conversion; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in ("tensorflow-cpu", "tensorflow", "keras", "numpy", "ai-edge-litert", "tflite-micro"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def end_line(what: str, end: Tensor, graph: Graph) -> str:
    """An input or output in the report: its name where there are several, its type where that is not int8."""
    name = f"{graph.name_of(end)}: " if len(graph.inputs) + len(graph.outputs) > 2 else ""
    kind = "" if end.type == "INT8" else f"{end.type.lower()} "
    held = formula(end.quantized) if end.quantization is not None else "as it is"
    return f"{what} {name}{kind}{held}, shape {list(end.shape)}"


def report(manifest: Manifest, graph: Graph, references: References, lacking: Sequence[str] = ()) -> list[str]:
    """The lines a person reads after a conversion; `lacking` is what the compiler refuses."""
    lines = [
        f"{manifest.recipe}: {manifest.model_bytes} bytes of int8, SHA-256 {manifest.model_sha256[:16]}...",
        *(f"  {o.name} v{o.version}{' per channel' if o.per_channel else ''}  {layer_name(o)}" for o in graph.operators),
    ]
    lines += [f"  {end_line('input ', each, graph)}" for each in graph.inputs] + [f"  {end_line('output', each, graph)}" for each in graph.outputs]
    if lacking:
        lines += [
            "  runs with TensorFlow Lite Micro alone, whose wheel says what is right; no error bound is stated. The compiled engine refuses it:"
        ]
        lines += [f"    {line}" for line in lacking]
    else:
        lines.append(f"  memory {manifest.memory_bytes} bytes for the compiled engine")
    lines.append(f"  arena {manifest.arena.bytes} bytes for TensorFlow Lite Micro ({manifest.arena.used} in use + {manifest.arena.margin} margin)")
    others = (
        ("LiteRT", references.litert),
        ("TensorFlow Lite Micro from before autumn 2026, as in the Arduino library,", references.float_product),
    )
    for title, answers in others:
        differ = 0 if answers is None else int((references.expected != answers).any(axis=1).sum())
        if differ:
            lines.append(f"  {title} differs from the expected codes on {differ} of {len(references.codes)} inputs")
    return lines
