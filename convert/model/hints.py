"""What to do about a model that cannot run, for each way it may have come: from a recipe, as a .keras or as a .tflite file."""

from __future__ import annotations

from collections.abc import Iterable

from plumbline.common import usage
from plumbline.common.way import advice

TO_INT8 = (
    "converter.optimizations = [tf.lite.Optimize.DEFAULT], converter.representative_dataset, "
    "converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8] and "
    "converter.inference_input_type = converter.inference_output_type = tf.int8"
)
"""What a user of TensorFlow's converter sets for a model of int8 alone."""


def damaged() -> str:
    return advice(
        recipe=f"Run {usage.command('convert', anew=True)} to write it anew.",
        keras="TensorFlow's converter has just written it: please report this, with the .keras file.",
        tflite="Get the file anew from where it came: it was cut off or changed on the way.",
    )


def not_int8() -> str:
    return advice(
        recipe="Use layers that TensorFlow's converter makes int8 operators of.",
        keras="Use layers that TensorFlow's converter makes int8 operators of, and save the model anew.",
        tflite=f"Convert the float model anew with {TO_INT8}; or give the .keras file, and {usage.option('samples')} with inputs of it.",
    )


def no_tflite() -> str:
    return advice(
        recipe=f"Run {usage.command('convert', anew=True)} to write it anew.",
        keras="TensorFlow's converter has just written it: please report this, with the .keras file.",
        tflite=f"Give a .tflite file, as TensorFlow's converter writes it, or a .keras file with {usage.option('samples')}.",
    )


def fixed_shape() -> str:
    return advice(
        recipe="Give the input of the recipe fixed sizes.",
        keras="Give the input layer of the Keras model a fixed batch and fixed sizes, keras.Input(shape, batch_size=1), and save it anew.",
        tflite="Convert anew from a model whose input has a fixed batch and fixed sizes, in Keras keras.Input(shape, batch_size=1).",
    )


def one_end() -> str:
    return changed("Give the model at least one input and one output")


def layer() -> str:
    """What TensorFlow Lite has, but in a form that is not supported."""
    return changed("Change the layer")


def operators(known: Iterable[str]) -> str:
    """An operator that is not there at all; `known` are those that are."""
    return changed("Build the layer out of others") + f" There are {len(list(known))}: the page Operators in docs/reference lists them."


def changed(what: str) -> str:
    """What a person does to a model, and where: `what` as the beginning of a sentence."""
    return advice(
        recipe=f"{what} in the recipe.",
        keras=f"{what} in the Keras model, and save it anew.",
        tflite=f"{what} in the model that the file was made of, and convert it anew.",
    )
