"""The description of a model as Keras 3 can build it for a conversion: without what only training needs, in float32, and without what Keras 2 wrote
in another way, with names that both take. Weights stay as they are."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from plumbline.convert.importers.keras.config import NOT_ASKED, TRAINING_ONLY, Object, objects
from plumbline.convert.importers.keras.file import KerasFile

FLOATS = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16", "half", "double")
"""Types and policies whose weights are float32 numbers as well, or become so when they are loaded."""
WHOLE = ("int", "uint", "bool")
"""Beginnings of the types of whole numbers."""
LOOKED_UP = ("Embedding", "OneHot")
"""Layers and operations that take the numbers of rows."""
TRAINING = ("compile_config", "training_config")
"""Where a model, also one inside of another, keeps its loss, metrics and optimizer."""
NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\>-]*")
"""What TensorFlow takes as the name of a part of a graph, but for the slash, which Keras 3 refuses."""
FUNCTIONAL_2 = ("keras.src.engine.functional", "tf_keras.src.engine.functional", "keras.engine.functional", "keras.src.engine.training")


def repaired(file: KerasFile) -> dict[str, Any]:
    """A description that says the same, for Keras 3 under the policy float32. That of `file` is changed, and nobody needs it any more."""
    config = file.config
    in_float32(config)
    for each in objects(config):
        fields, held = each.fields, each.config
        for key in TRAINING:
            fields.pop(key, None)
        for key in [each for each in held if each.endswith(TRAINING_ONLY)]:
            del held[key]  # each has a default, and weights are read from the file
        if each.kind == "InputLayer" and "batch_input_shape" in held:
            held["batch_shape"] = held.pop("batch_input_shape")
        if each.kind == "BatchNormalization" and isinstance(held.get("axis"), list) and len(held["axis"]) == 1:
            held["axis"] = held["axis"][0]
        if each.kind == "Functional" and str(fields.get("module", "")).startswith(FUNCTIONAL_2):
            fields["module"], fields["registered_name"] = "keras.src.models.functional", "Functional"
        if each.kind in ("GRU", "LSTM", "SimpleRNN"):
            held.pop("time_major", None)
            held.pop("implementation", None)
        if file.of_keras_2 and each.kind == "DepthwiseConv2D" and held.get("groups") == 1:
            held.pop("groups")
    with_plain_names(config)
    with_known_inputs(config)
    with_batch_of_one(config)
    return config


def in_float32(node: Any) -> None:
    """Put float32 in place of any other policy and type of floats, wherever one stands."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            dtype = each.get("dtype")
            if dtype in FLOATS or (isinstance(dtype, dict) and isinstance(dtype.get("config"), dict) and dtype["config"].get("name") in FLOATS):
                each["dtype"] = "float32"
            waiting.extend(value for key, value in each.items() if key not in NOT_ASKED)
        elif isinstance(each, list):
            waiting.extend(each)


def with_known_inputs(config: dict[str, Any]) -> None:
    """Let the inputs of an Embedding or a OneHot be int32, whatever they were declared as, and all others float32, if there is none behind them."""
    held = config.get("config")
    if not isinstance(held, dict) or not isinstance(held.get("layers"), list):
        return
    layers = [Object(each) for each in held["layers"] if isinstance(each, dict) and isinstance(each.get("class_name"), str)]
    tables = [each for each in layers if each.kind in LOOKED_UP]
    fed = {text for each in tables for text in texts(each.fields.get("inbound_nodes"))}
    if len(layers) > 1 and layers[1].kind == "Embedding" and "input_layers" not in held:  # the layers of a Sequential have no nodes
        fed.add(layers[0].name)
    anywhere = any(each.kind in LOOKED_UP for each in objects(config))
    for each in layers:
        if each.kind != "InputLayer":
            continue
        if each.name in fed:
            each.config["dtype"] = "int32"
        elif str(each.config.get("dtype")).startswith(WHOLE):
            each.config["dtype"] = "int32" if anywhere else "float32"


def with_batch_of_one(config: dict[str, Any]) -> None:
    """Let a model with a stateful recurrent layer take one sequence, whatever batch it was trained with: a board has one."""
    if not any(each.config.get("stateful") is True for each in objects(config)):
        return
    waiting: list[Any] = [config]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("batch_shape"), list):
                each["batch_shape"][0] = 1
            for shape in shapes(each.get("build_config")):
                shape[0] = 1
        if isinstance(each, (dict, list)):
            waiting.extend(each.values() if isinstance(each, dict) else each)


def shapes(node: Any) -> Iterator[list[Any]]:
    """Every list of axes in a description of how layers are built, whatever lies around it."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list) and each and all(axis is None or type(axis) is int for axis in each):
            yield each
        elif isinstance(each, (dict, list)):
            waiting.extend(each.values() if isinstance(each, dict) else each)


def texts(node: Any) -> Iterator[str]:
    """Every string in lists and dictionaries."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, (dict, list)):
            waiting.extend(each.values() if isinstance(each, dict) else each)


def with_plain_names(config: dict[str, Any]) -> None:
    """Give model and layers names that Keras 3 and TensorFlow take where theirs are not; the others keep them, since names reach the flatbuffer."""
    named = [each for each in objects(config) if isinstance(each.config.get("name") or each.fields.get("name"), str)]
    taken = {each.name for each in named if NAME.fullmatch(each.name)}
    replaced: dict[str, str] = {}
    for each in named:
        if each.name in taken or each.name in replaced:
            continue
        bare = unicodedata.normalize("NFKD", each.name).encode("ascii", "ignore").decode()
        stem = re.sub("[^A-Za-z0-9_.-]+", "_", bare).strip("_-") or each.kind.lower()
        numbered = (stem if not place else f"{stem}_{place}" for place in itertools.count())
        replaced[each.name] = next(name for name in numbered if name not in taken)
        taken.add(replaced[each.name])
    if replaced:
        rename(config, replaced)


def rename(node: Any, names: dict[str, str]) -> None:
    """Replace strings that are one of `names`, in lists and under the keys that hold names of layers."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            for key in ("name", "layer"):
                if each.get(key) in names:
                    each[key] = names[each[key]]
            waiting.extend(each.values())
        elif isinstance(each, list):
            for place, value in enumerate(each):
                if isinstance(value, str) and value in names:
                    each[place] = names[value]
            waiting.extend(each)
