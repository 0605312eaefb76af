"""The description of a model inside a Keras file: what in it stands in the way of a conversion, said before TensorFlow is started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plumbline.common import usage
from plumbline.common.errors import ModelRefused
from plumbline.common.way import advice
from plumbline.convert.importers.keras.file import KerasFile
from plumbline.convert.importers.samples.shape import Axes

CODE = ("Lambda", "__lambda__", "TFSMLayer")
"""Classes whose description holds code, or names a file with code."""
BEFORE = {
    "StringLookup": "turns text into numbers",
    "TextVectorization": "turns text into numbers",
    "IntegerLookup": "looks whole numbers up in a table",
    "Hashing": "hashes whole numbers or text",
    "HashedCrossing": "hashes whole numbers or text",
    "CategoryEncoding": "takes whole numbers that name categories",
    "Discretization": "sorts numbers into bins",
}
"""Layers that no int8 operator computes, and what they do: an int8 input holds real numbers in 256 steps, and neither whole numbers nor text."""
BARE = "bytecode without a class"
OURS = ("plumbline>Ring",)
"""Layers that Plumbline brings for Keras, see `plumbline.common.ring`."""
BUILT_IN = ("keras", "tf_keras", "tensorflow", "builtins")
"""Packages of Keras's own classes, in files of Keras 2 and 3."""
NOT_ASKED = ("compile_config", "training_config", "build_config")
"""Parts of a description that inference does without."""
TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")
"""Ends of the keys of a layer that only training needs."""
ACTIVATIONS = re.compile(
    "celu|elu|exponential|gelu|glu|hard_shrink|hard_sigmoid|hard_silu|hard_swish|hard_tanh|leaky_relu|linear|log_sigmoid|log_softmax|mish|relu|relu6|"
    "selu|sigmoid|silu|soft_shrink|softmax|softplus|softsign|sparse_plus|sparse_sigmoid|sparsemax|squareplus|swish|tanh|tanh_shrink|threshold"
)
"""Functions that Keras finds by their bare name, whichever module they came from."""
BARE_GRAPH = "Where the class changes the training alone, save the graph of its layers: keras.Model(model.inputs, model.outputs).save('name.keras'). "
CODE_ELSEWHERE = (
    "Convert it to a .tflite file where the code is known, of float32 or int8, or write it with layers of Keras alone. A layer that keeps earlier "
    "steps can be plumbline.common.ring.Ring."
)
PLAIN = ("__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__tuple__", "__typespec__", "TensorShape")


@dataclass(frozen=True)
class Object:
    """A class or function that a description names: `fields` is the dictionary that names it."""

    fields: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.fields["class_name"])

    @property
    def config(self) -> dict[str, Any]:
        found = self.fields.get("config")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """What the person who made the model called it."""
        return str(self.config.get("name") or self.fields.get("name") or self.kind)


def objects(node: Any) -> Iterator[Object]:
    """Every class and function in a description, the outermost first; what inference does without is left out."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("class_name"), str):
                yield Object(each)
            elif each.keys() == {"value"} and isinstance(each["value"], list):  # how Keras 3 writes an activation that is a lambda
                yield Object({"class_name": BARE, "config": each})
            waiting.extend(value for key, value in reversed(each.items()) if key not in NOT_ASKED and not key.endswith(TRAINING_ONLY))
        elif isinstance(each, list):
            waiting.extend(reversed(each))


def check(file: KerasFile, trust: bool) -> None:
    """Look for what cannot be converted.

    Args:
        file: what was read.
        trust: whether code in the file may run.

    Raises:
        ModelRefused: it holds code that is not trusted, classes that are not Keras's, or layers that have no int8 form.
    """
    for each in objects(file.config):
        if each.kind in CODE and not trust:
            holds = f"the layer {each.name!r}, a {each.kind}" if not each.kind.startswith("_") else "a Python lambda"
            raise ModelRefused(
                f"{file.path} holds a Lambda layer, which is Python code that would run on this computer: {holds}.",
                advice(
                    recipe="Make the Lambda a layer of its own in the recipe's layers(), or write it with layers of Keras.",
                    keras=f"If you trust who made the file, run it with {usage.flag('trust')}; else replace the layer.",
                    tflite="",
                ),
            )
        if each.kind == BARE:
            raise ModelRefused(
                f"{file.path} holds a Python lambda as the activation of a layer, in a form that Keras saves and does not load.",
                "Give the layer an activation of Keras by its name, activation='relu', and save the model anew.",
            )
        if each.kind in BEFORE and not custom(each.fields):
            raise ModelRefused(
                f"{file.path}: the {each.kind} layer {each.name!r} {BEFORE[each.kind]}, and has no int8 form.",
                advice(
                    recipe="Compute it before the model, in the recipe.",
                    keras="Compute it before the model: save the layers behind it as a model of their own, and give what it answers as SAMPLES.",
                    tflite="Compute it before the model.",
                ),
            )
        if each.kind in ("Conv2D", "DepthwiseConv2D", "SeparableConv2D") and each.config.get("data_format") == "channels_first":
            raise ModelRefused(
                f"{file.path}: the {each.kind} layer {each.name!r} has data_format='channels_first', which TensorFlow computes on a GPU alone.",
                advice(
                    recipe="Build it with data_format='channels_last', in the recipe.",
                    keras="Build the model with data_format='channels_last', copy the weights, whose shapes are the same up to a Flatten.",
                    tflite="Build it with data_format='channels_last', and convert it anew.",
                ),
            )
        missing = custom(each.fields)
        if missing:
            raise ModelRefused(
                f"{file.path}: the {'function' if each.kind == 'function' else 'class'} {missing} is code that is not in the file.",
                (BARE_GRAPH if "input_layers" in each.config else "") + CODE_ELSEWHERE,
            )
        policy = quantized_policy(each.config.get("dtype"))
        if policy:
            raise ModelRefused(
                f"{file.path}: the layer {each.name!r} has the dtype policy {policy}: Keras has quantized it already.",
                "Save the model before model.quantize(): Plumbline quantizes the float model itself.",
            )


def custom(fields: dict[str, Any]) -> str:
    """The name of a class or function that Keras does not know; empty where it does, or where it cannot be told."""
    kind, module, registered = str(fields["class_name"]), fields.get("module", ""), fields.get("registered_name")
    name = str(fields.get("config")) if kind == "function" else kind
    if kind in PLAIN or "config" not in fields or registered in OURS:
        return ""
    if isinstance(registered, str) and ">" in registered:
        return registered
    if kind == "function" and isinstance(registered, str) and registered not in ("function", name):
        return registered
    if kind == "function" and module == "builtins":
        return "" if ACTIVATIONS.fullmatch(name) else name
    known = isinstance(module, str) and (not module or module.split(".")[0] in BUILT_IN)
    return "" if known else str(registered or name)


def quantized_policy(dtype: Any) -> str:
    """The name of a policy of layers that Keras itself has quantized; empty for any other."""
    if not isinstance(dtype, dict) or not str(dtype.get("class_name", "")).startswith("Quantized"):
        return ""
    found = dtype.get("config")
    held = found if isinstance(found, dict) else {}
    return f"{held.get('mode') or held.get('name') or dtype['class_name']}"


def ends(node: Any) -> list[str]:
    """The names of the layers that `input_layers` or `output_layers` lists, whatever the nesting."""
    if isinstance(node, dict):
        return [name for each in node.values() for name in ends(each)]
    if not isinstance(node, list):
        return []
    if len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
        return [node[0]]
    return [name for each in node for name in ends(each)]


def inputs_of(config: dict[str, Any]) -> list[tuple[str, Axes | None]]:
    """The name and the shape of one sample of each input, in the order in which the model takes them; empty where the description tells no names.
    A shape is None where it tells none, and None in it is a length that the samples give.
    """
    held = config.get("config")
    if not isinstance(held, dict) or not isinstance(held.get("layers"), list):
        return []
    layers = [Object(each) for each in held["layers"] if isinstance(each, dict) and isinstance(each.get("class_name"), str)]
    first = [each.name for each in layers[:1] if each.kind == "InputLayer"]
    shapes = {each.name: shape_of(each) for each in layers if each.kind == "InputLayer"}
    return [(name, shapes[name]) for name in ends(held.get("input_layers")) or first if name in shapes]


def shape_of(layer: Object) -> Axes | None:
    """The shape of one sample of an InputLayer."""
    shape = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    if isinstance(shape, list) and all(each is None or (type(each) is int and each > 0) for each in shape[1:]):
        return tuple(shape[1:])
    return None
