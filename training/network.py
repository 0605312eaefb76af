"""A recipe's network: built from its layers, asked by the names of its inputs and outputs, and held against what its targets ask for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plumbline.common.by_name import ONLY, by_name
from plumbline.common.text import first_line
from plumbline.training.archive import without_code
from plumbline.training.data_check import SPARSE
from plumbline.training.mistake import Mistake, refusal
from plumbline.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

Tensors = Mapping[str, Any]
"""What TensorFlow computes with, or NumPy's arrays, by the name of the input or output."""


def build(recipe: Recipe) -> keras.Model:
    """The recipe's network with the weights its seed gives; the same names and weights in every process.

    Raises:
        BadRecipe: see `without_code`; or the layers, as a function of the inputs, return no answers.
    """
    import keras

    keras.backend.clear_session()  # automatic names count up within a process and would reach the flatbuffer
    keras.utils.set_random_seed(recipe.seed)
    shapes = {name: each.shape[1:] for name, each in recipe.data().by_input.items()}
    if takes_inputs(recipe.layers):
        return _of_inputs(recipe, shapes)
    if ONLY not in shapes:
        raise recipe.bad(f"has the inputs {', '.join(shapes)} and a list of layers", f"Write layers({', '.join(shapes)}), which returns the answers.")
    shape = shapes[ONLY]
    return keras.Sequential([keras.Input(shape, name="input"), *without_code(recipe.layers(), shape, recipe.bad)], name=recipe.name)


def takes_inputs(layers: Callable[..., Any]) -> bool:
    """Whether a recipe's `layers` is a function of the inputs, and no list of layers."""
    parameters = inspect.signature(layers).parameters.values()
    return any(each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters)


def _of_inputs(recipe: Recipe, shapes: Mapping[str, tuple[int, ...]]) -> keras.Model:
    import keras

    inputs = {name: keras.Input(shape, name=name or "input") for name, shape in shapes.items()}
    answers = recipe.layers(inputs[ONLY]) if ONLY in inputs else recipe.layers(**inputs)
    returned = list(answers.values()) if isinstance(answers, dict) else [answers]
    if not returned or not all(isinstance(each, keras.KerasTensor) for each in returned):
        raise recipe.bad(f"has layers that return {type(answers).__name__}", "Return one answer, or of several outputs a dictionary of them.")
    model = keras.Model(inputs[ONLY] if ONLY in inputs else list(inputs.values()), answers, name=recipe.name)
    code = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Lambda)]
    if code:
        hint = "Compute with the tensors themselves, by Python's operators and functions of keras.ops: the model file then holds that, and no code."
        raise recipe.bad(f"has the Lambda {', '.join(code)} in a function of the inputs", hint)
    return model


def answers_to(model: keras.Model, inputs: Tensors, training: bool = False) -> dict[str, Any]:
    """What the model answers, by output."""
    given = inputs[ONLY] if ONLY in inputs else list(inputs.values())
    return by_name(model(given, training=training))


def checked_model(recipe: Recipe) -> keras.Model:
    """The untrained model, which takes the recipe's inputs and answers what its targets ask for.

    Raises:
        BadRecipe: its layers make none.
    """
    try:
        model = build(recipe)
    except (ValueError, TypeError) as error:
        raise recipe.bad(f"has layers Keras refuses: {first_line(error)}", "See the recipe's layers().") from error
    found = list(disagreements(recipe, model))
    if found:
        raise refusal(recipe.name, found)
    return model


def disagreements(recipe: Recipe, model: keras.Model) -> Iterator[Mistake]:
    """Where the model does not answer what the recipe's targets and names of classes ask for."""
    shapes = {name: tuple(each.shape[1:]) for name, each in by_name(model.outputs[0] if len(model.outputs) == 1 else model.output).items()}
    data, test = recipe.data().by_output, recipe.test().by_output if recipe.test is not None else {}
    if set(shapes) != set(data):
        yield from _other_names(shapes, data)
        return
    for name, targets in data.items():
        shape, of = shapes[name], f" of {name}" if name else ""
        model_says = f"output {name}" if name else "its model"
        named = next((each.classes for each in recipe.qualities if each.output == name), ())
        if named and shape != (len(named),):
            yield Mistake(f"names {len(named)} classes{of}, but {model_says} answers {shape}", "Name each output, in their order.")
        if recipe.losses[name] == SPARSE:
            classes = 1 + max(int(split.max()) for split in (targets, *([test[name]] if name in test else [])))
            if len(shape) != 1 or shape[0] < classes:
                yield Mistake(f"has {classes} classes{of}, but {model_says} answers {shape}", f"End it in a vector of {classes} numbers.")
        elif shape != targets.shape[1:]:
            yield Mistake(f"has targets{of} of shape {targets.shape[1:]}, but {model_says} answers {shape}", "Make them equal.")


def _other_names(shapes: Tensors, data: Tensors) -> Iterator[Mistake]:
    """Outputs and targets that are not called alike."""
    if ONLY in data or ONLY in shapes:
        answers = "one answer" if ONLY in shapes else f"the answers {', '.join(shapes)}"
        targets = "plain targets" if ONLY in data else f"targets for {', '.join(data)}"
        hint = "Return one answer for plain targets; for several outputs return, and give targets as, dictionaries with the same names."
        yield Mistake(f"has {targets}, but its layers return {answers}", hint)
        return
    for name in data:
        if name not in shapes:
            yield Mistake(f"has targets for {name}, which no output is called", f"Its layers return {', '.join(shapes)}.")
    for name in shapes:
        if name not in data:
            yield Mistake(f"has no targets for its output {name}", "Give it targets and a loss, or do not return it.")
