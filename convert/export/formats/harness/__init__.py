"""The harness: what asks an engine of any make on any board, as C to be dropped into the firmware around it."""

from __future__ import annotations

import json

from plumbline.common.errors import UsageError
from plumbline.common.paths import FIRMWARE
from plumbline.common.wire import TEXT_MAX
from plumbline.convert.codegen.generated_folder import model_header, wire_header
from plumbline.convert.export.exported import ExportedModel, Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.formats.harness.layers import places
from plumbline.convert.export.formats.harness.sources import FOLDER, library_files, names_of_engine
from plumbline.convert.export.printing import rendered

LAYERS = """
// The harness tells what layers gave (layers.h), unless a build defines PLUMBLINE_NO_LAYERS.
#if !defined PLUMBLINE_LAYERS && !defined PLUMBLINE_NO_LAYERS
#define PLUMBLINE_LAYERS 1
#endif
"""
TFLM = ("engine_tflm.cpp", "tflm.h", "channel_scales.h")
"""Our firmware's engine around TensorFlow Lite Micro, which reads best as an example of one."""


def files(package: Package) -> Files:
    """The harness for the package's model.

    Raises:
        UsageError: it has several.
    """
    if len(package.models) > 1:
        raise UsageError("A harness asks one model, and several are given.", "Export one harness for each, into firmware of its own.")
    (model,) = package.models
    sources = library_files()
    own = [path for path in sources if path.endswith(".c")]
    named = {"layers": places(model), "harness": own, "text_max": TEXT_MAX, "names": _names}
    result = {
        **sources,
        FOLDER + "plumbline_model.h": _model_header(model),
        FOLDER + "plumbline_wire.h": wire_header(),
        "example/engine_tflm/README.md": rendered("harness_tflm.md.j2", package, **named),
        **{f"example/engine_tflm/{file}": names_of_engine((FIRMWARE / "lib" / "engine_tflm" / file).read_text("utf-8")) for file in TFLM},
        **{f"example/{name}": text for name, text in model.sources.items()},
    }
    for path, template in TEMPLATES.items():
        result[path] = rendered(template, package, **named)
    json.loads(result["library.json"])
    return result


TEMPLATES = {
    FOLDER + "board.h": "harness_board.h.j2",
    FOLDER + "harness.h": "harness_harness.h.j2",
    "example/engine_template.c": "harness_engine_template.c.j2",
    "example/board_template.c": "harness_board_template.c.j2",
    "example/main_computer.c": "harness_main_computer.c.j2",
    "example/engine_exported.c": "harness_engine_exported.c.j2",
    "CMakeLists.txt": "harness_lists.txt.j2",
    "library.json": "harness_library.json.j2",
    "README.md": "harness_readme.md.j2",
}


def _model_header(model: ExportedModel) -> str:
    """plumbline_model.h, with layers."""
    manifest = model.manifest
    text = model_header(model.name, bytes.fromhex(manifest.model_sha256), model.graph, manifest.arena, manifest.domain)
    return text.removesuffix("\n#endif\n") + LAYERS + "\n#endif\n"


def _names(what: str, count: int) -> str:
    """`input_0, input_1`."""
    return ", ".join(f"{what}_{number}" for number in range(count))


HARNESS = Format(
    "harness",
    "what asks an engine of any make, for firmware of your own: `plumbline verify --engine external` then holds it to the model",
    files,
    next_step="cmake -S {folder} -B {folder}/build && cmake --build {folder}/build builds its example; {folder}/README.md says how to go on.",
)
