"""NAME.h: the interface of an exported model, and its documentation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.common import quantization
from plumbline.convert.codegen.planner import ALIGNMENT
from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import ExportedEnd, ExportedModel

TOOLS = {"tensorflow-cpu": "TensorFlow", "tensorflow": "TensorFlow", "keras": "Keras"}
"""Who took part in making the flatbuffer, as people call them."""


def with_header(model: ExportedModel, generator: str) -> ExportedModel:
    """The model with its header; `generator` is who writes it, with the version."""
    versions = {TOOLS[name]: version for name, version in model.manifest.versions.items() if name in TOOLS} if model.manifest.float_model else {}
    header = (
        environment()
        .get_template("model.h.j2")
        .render(
            m=model,
            generator=generator,
            versions=", ".join(f"{name} {version}" for name, version in versions.items()),
            alignment=ALIGNMENT,
            formula=lambda end: quantization.formula(end.tensor.quantized),
            float_literal=float_literal,
            limits=lambda end: f"{end.lowest}, {end.highest}",
            overlaps=lambda end: overlaps(end, model),
        )
    )
    return replace(model, header=header)


def float_literal(value: float) -> str:
    """A float32 in C, exactly."""
    text = f"{np.float32(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def overlaps(end: ExportedEnd, model: ExportedModel) -> bool:
    """Whether an input lies where this output does."""
    return any(each.offset < end.offset + end.tensor.bytes and end.offset < each.offset + each.tensor.bytes for each in model.inputs)
