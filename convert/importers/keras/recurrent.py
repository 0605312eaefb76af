"""Which recurrent layers can be converted, by their properties in a Keras file; recurrent_export.py writes those that can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plumbline.common.errors import ModelRefused
from plumbline.common.way import advice
from plumbline.convert.importers.keras.config import Object, objects

CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")
LAYERS = ("LSTM", "GRU", "SimpleRNN")
CONVOLUTIONAL = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


def check_recurrent(config: dict[str, Any], name: str) -> None:
    """Look for recurrent layers that cannot be converted.

    Raises:
        ModelRefused: there is one; the message names the layer and the property.
    """
    found = objects(config)
    recurrent = [each for each in found if each.kind in (*LAYERS, "RNN", *CONVOLUTIONAL)]
    for layer in recurrent:
        for property_, way_out in obstacles(layer):
            raise refusal(name, layer, property_, way_out)


def obstacles(layer: Object) -> Iterator[tuple[str, str]]:
    """What stands in the way of a conversion, and what to do about it."""
    if layer.kind in CONVOLUTIONAL:
        yield "a loop of convolutions, which is not unrolled", "give the frames as the channels of one picture to Conv2D, or as flat rows to an LSTM"
    if layer.kind == "RNN":
        cell = layer.config.get("cell")
        kind = str(cell.get("class_name")) if isinstance(cell, dict) else "?"
        if kind not in CELLS:
            yield f"the cell {kind}", "write it as LSTM, GRU or SimpleRNN layers, one behind the other"


def refusal(name: str, layer: Object, why: str, way_out: str) -> ModelRefused:
    sentence = f"{way_out[0].upper()}{way_out[1:]}"
    return ModelRefused(
        f"{name}: the {layer.kind} layer {layer.name!r} cannot be converted: it has {why}.",
        advice(recipe=f"{sentence}, in the recipe.", keras=f"{sentence}, and save it anew.", tflite=f"{sentence}, and convert it anew."),
    )
