"""Makes an export of what a conversion left in build/NAME."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from plumbline import __version__
from plumbline.common import golden_data
from plumbline.common.errors import UnsupportedOperator, UsageError
from plumbline.common.golden_data import References
from plumbline.common.manifest import GENERATED, Manifest
from plumbline.convert.codegen.emit import Compiled, compile_graph
from plumbline.convert.codegen.ends import Scale, macro_names
from plumbline.convert.codegen.naming import exported_as
from plumbline.convert.export.exported import ExportedEnd, ExportedModel, Package
from plumbline.convert.export.facts import with_facts
from plumbline.convert.export.header import with_header
from plumbline.convert.export.labels import with_known
from plumbline.convert.export.self_test import A_FEW, SelfTest, with_test
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.called import with_names
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.runs import compiled_alone

GENERATOR = f"Plumbline {__version__}"


def model_of(folder: Path, name: str, test: SelfTest = A_FEW, target: str = "") -> ExportedModel:
    """The model of a conversion under the name that its C carries.

    Args:
        folder: build/NAME.
        name: see `check_name`.
        test: what its self-test holds.
        target: see `ExportedModel.target`; empty for the folder's name.

    Raises:
        ArtefactsDisagree: the folder holds no conversion, or one that was changed since.
        UnsupportedOperator: TensorFlow Lite Micro alone runs the model.
    """
    manifest = Manifest.load(folder / GENERATED / "manifest.json")
    manifest.check_artefacts(folder)
    raw = (folder / "model.tflite").read_bytes()
    graph = with_names(read(raw), [each.called for each in manifest.operators])
    if "compiled" not in manifest.engines:
        refuse(name, raw, graph)
    compiled = compile_graph(graph, name, hashlib.sha256(raw).digest(), naming=exported_as(name))
    model = ExportedModel(
        name=name,
        graph=graph,
        compiled=compiled,
        manifest=manifest,
        references=References.load(folder / golden_data.FILE, manifest),
        target=target or folder.name,
        inputs=ends(graph, compiled, "input", graph.inputs),
        outputs=with_known(ends(graph, compiled, "output", graph.outputs), manifest, raw),
        header="",
        source=compiled.source,
    )
    return with_test(with_facts(with_header(model, GENERATOR), folder, GENERATOR), test)


def refuse(name: str, raw: bytes, graph: Graph) -> None:
    """Raises UnsupportedOperator with what the compiler lacks."""
    try:
        compiled_alone(name, raw, graph)
    except UnsupportedOperator as refused:
        raise UnsupportedOperator(refused.message, "Only a model that the compiler takes can be exported as C.") from refused


def ends(graph: Graph, compiled: Compiled, kind: str, tensors: Sequence[Tensor]) -> tuple[ExportedEnd, ...]:
    """All inputs or all outputs."""
    names = [graph.name_of(each) for each in tensors]
    suffixes = [f"_{each.lower()}" for each in macro_names(names)] if len(tensors) > 1 else [""]
    return tuple(
        ExportedEnd(
            kind, suffix, name, tensor, compiled.memory.offsets[tensor.index], None if tensor.quantization is None else Scale.of(tensor.quantization)
        )
        for suffix, name, tensor in zip(suffixes, names, tensors, strict=True)
    )


def package_of(models: Sequence[ExportedModel], name: str | None, version: str = "1.0.0") -> Package:
    """Models that belong together.

    Args:
        models: one at least.
        name: of the package; None for the first model's, or both's where there are two.
        version: three numbers.

    Raises:
        UsageError: two have one name, or one is called as another's self-test.
    """
    names = [each.name for each in models]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise UsageError(f"Two models would be called {twice[0]}.", "Export them one after the other, each with a --name of its own.")
    for each in names:
        if f"{each}_test" in names:
            raise UsageError(
                f"The self-test of {each} is called {each}_test, as another of the models is.",
                f"Export {each}_test alone, with a --name of its own.",
            )
    return Package(name or "_".join(names[:2]), tuple(models), version, GENERATOR)
