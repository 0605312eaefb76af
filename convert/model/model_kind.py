"""What kind of model a file holds that is no int8 model: float32, hybrid, of other integers, or compiled for an NPU by its vendor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plumbline.common.errors import UnsupportedOperator
from plumbline.common.way import advice
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker
from plumbline.convert.model.graph import Operator

WEIGHTED = {
    "FULLY_CONNECTED": 1,
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 1,
    "TRANSPOSE_CONV": 1,
    "CONV_3D": 1,
    "SVDF": 1,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 2,
    "UNIDIRECTIONAL_SEQUENCE_RNN": 1,
    "LSTM": 2,
    "BATCH_MATMUL": 1,
}
"""Operators with weights, and which input these are."""

KINDS = {
    ("FLOAT32", "FLOAT32"): "a float32 model: it was not quantized",
    (
        "INT8",
        "FLOAT32",
    ): "a hybrid model (dynamic range quantization): its weights are int8, but it computes with float32 inputs and outputs of layers",
    ("INT4", "FLOAT32"): "a hybrid model: its weights are int4, but it computes with float32 inputs and outputs of layers",
    ("UINT8", "UINT8"): "a model quantized to uint8, as converters did until 2020",
    ("FLOAT32", "INT8"): "a model with float32 weights behind int8 inputs",
}
"""Types of weights and of what they are multiplied with, and what a model with such a layer is called."""

WIDENED = {kind: f"a model with {kind.lower()} weights, which computes in float32" for kind in ("FLOAT16", "INT8", "INT4", "INT16", "UINT8")}
"""Types of weights that a DEQUANTIZE makes float32 first, and what a model with such a layer is called."""

VENDORS = (
    (r"ethos-u.*", "Arm's Ethos-U NPU", "Vela"),
    (r"edgetpu-custom-op", "Google's Edge TPU (Coral)", "edgetpu_compiler"),
    (r"neutron.*|neuron_?graph.*", "NXP's eIQ Neutron NPU", "neutron-converter"),
    (r"xc_.*", "XMOS's xcore", "xmos-ai-tools"),
    (r"vsi-npu|vx[-_].*", "VeriSilicon's NPU", "its compiler"),
    (r"synap.*", "Synaptics' NPU", "SyNAP"),
    (r"qnn.*|qti.*|dispatch_op", "a phone's or Qualcomm's NPU", "its compiler"),
    (r"mtk.*|mediatek.*|neuropilot.*", "MediaTek's NPU", "NeuroPilot"),
    (r"akida.*", "BrainChip's Akida", "its compiler"),
    (r"stai.*|neural-art.*|stm32.*", "ST's Neural-ART NPU", "ST Edge AI"),
)
"""Names of custom operators that hold a program for an NPU: pattern, the NPU, and the compiler."""

OTHERS = (
    (r"flex.*", "TensorFlow's own operator {}, which needs the Flex delegate of a phone or a computer", "convert without SELECT_TF_OPS"),
    (r"tflite_detection_postprocess", "the boxes of an SSD detector made by {}, which computes in float32", "export it without the postprocessing"),
    (r"audiospectrogram|mfcc", "the audio front end {}, which computes in float32", "make the spectrogram outside of the model"),
    (r"signal.*", "the signal library's {}", "make the features outside of the model"),
)
"""Further custom operators that are known: pattern, what it is, and how to do without."""


def vendor(name: str) -> tuple[str, str] | None:
    """The NPU that a custom operator was compiled for, and the compiler."""
    found = (each for each in VENDORS if re.fullmatch(each[0], name, re.IGNORECASE))
    return next(((npu, compiler) for _, npu, compiler in found), None)


def custom(operator: Operator) -> Blocker | None:
    """The reason of a custom operator that has a name in the field."""
    if not operator.name.startswith("CUSTOM:"):
        return None
    name = operator.name.removeprefix("CUSTOM:")
    npu = vendor(name)
    if npu is not None:
        what = f"{operator.name} is a program for {npu[0]}, made by {npu[1]}: nothing else can run it"
        return Blocker(what, f"Give the .tflite file from before {npu[1]}.", UnsupportedOperator, (operator.layer,))
    for pattern, what, step in OTHERS:
        if re.fullmatch(pattern, name, re.IGNORECASE):
            hint = hints.changed("Replace the layer")
            sentence = advice(recipe=hint, keras=hint, tflite=f"{step[0].upper()}{step[1:]}, or build the layer out of other operators.")
            return Blocker(what.format(operator.name), sentence, UnsupportedOperator, (operator.layer,))
    return None


def called(operators: Sequence[Operator]) -> list[Blocker]:
    """What the whole model is called: first the NPU that a part of it was compiled for."""
    return [each for each in map(custom, operators) if each is not None] + kinds(operators)


def kinds(operators: Sequence[Operator]) -> list[Blocker]:
    """What the model is called, by the types of its layers' weights and inputs; empty for an int8 model."""
    found: dict[str, int] = {}
    weighted = 0
    widened = {each.outputs[0].index: type_of(each, 0) for each in operators if each.name == "DEQUANTIZE" and each.outputs and is_constant(each)}
    for operator in operators:
        if operator.name not in WEIGHTED:
            continue
        weighted += 1
        place = WEIGHTED[operator.name]
        weights = operator.inputs[place] if place < len(operator.inputs) else None
        stored = None if weights is None else WIDENED.get(widened.get(weights.index, ""))
        called = stored or KINDS.get((type_of(operator, place), type_of(operator, 0)))
        if called:
            found[called] = found.get(called, 0) + 1
    if not found and operators and not weighted and all(tensor.type == "FLOAT32" for each in operators for tensor in each.outputs):
        return [Blocker("This is a float32 model: it was not quantized", hints.not_int8())]
    return [
        Blocker(f"This is {called}" + (f" ({count} of its {weighted} layers with weights)" if count < weighted else ""), hints.not_int8())
        for called, count in sorted(found.items(), key=lambda each: -each[1])
    ]


def is_constant(operator: Operator) -> bool:
    """Whether the operator's first input is a constant."""
    return bool(operator.inputs) and operator.inputs[0] is not None and operator.inputs[0].data is not None


def is_float32(operators: Sequence[Operator]) -> bool:
    """Whether a model computes in float32 alone: it holds no quantized tensor and no float16 one, so that it can be quantized on samples."""
    tensors = [tensor for each in operators for tensor in (*each.inputs, *each.outputs) if tensor is not None]
    reals = any(tensor.type == "FLOAT32" for each in operators for tensor in each.outputs)
    return reals and not any(tensor.quantization is not None or tensor.type in ("FLOAT16", "INT8", "INT4", "UINT8", "INT16") for tensor in tensors)


def type_of(operator: Operator, place: int) -> str:
    tensor = operator.inputs[place] if place < len(operator.inputs) else None
    return "" if tensor is None else tensor.type
