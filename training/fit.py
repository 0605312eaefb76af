"""The compiled training loop, and what it leaves in the build folder: the model, the data that the conversion needs, its numbers and loss curve."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib.metadata import version
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import dataset, keras_env
from plumbline.common.by_name import ONLY
from plumbline.common.errors import QualityMissed, TrainingDiverged
from plumbline.common.files import write_if_changed
from plumbline.common.progress import Advance, task
from plumbline.common.quality import Quality, measure
from plumbline.common.streams import in_steps
from plumbline.training.archive import stable_keras_bytes
from plumbline.training.curve import loss_curve
from plumbline.training.network import Tensors, answers_to, build, checked_model
from plumbline.training.recipe import Data, Recipe
from plumbline.training.streaming import check_alike, for_board

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

CHUNKS = 50
"""The compiled loop comes back this often, to move the progress bar and to notice a divergence early."""

WEIGHTS_SHOWN = 256
"""training.json spells out weights of up to this many values; larger ones are in model.keras only."""

CURVE = 129
"""Even steps over a recipe's domain at which training.json notes what the model answers, for whoever draws it without TensorFlow."""


@dataclass(frozen=True)
class Trained:
    """A model after its last step, and how it came there."""

    model: keras.Model
    loss: NDArray[np.float32]
    """(epochs,): the mean over an epoch's steps of the loss before each step."""
    test_loss: tuple[tuple[int, float], ...] = ()
    """(epoch, loss on the test split after it), a few dozen times on the way; empty without a test split."""
    noted: tuple[tuple[int, dict[str, float]], ...] = ()
    """(epochs done, what the recipe notes of the model then), from the start to the end; empty for a recipe that notes nothing."""


def train(recipe: Recipe, model: keras.Model, advance: Advance = lambda steps: None) -> Trained:
    """Run the recipe's epochs on `model` without returning to Python for each one.

    Batches are drawn from a fresh shuffle for each epoch that depends on the seed alone; the last batch of an epoch may be smaller.

    Raises:
        TrainingDiverged: the loss or a weight became NaN or infinite.
    """
    import tensorflow as tf

    data = recipe.data()
    inputs, targets = ({name: tf.constant(each) for name, each in arrays.items()} for arrays in (data.by_input, data.by_output))
    optimizer = recipe.optimizer()
    optimizer.build(model.trainable_variables)

    def step(some_inputs: Tensors, some_targets: Tensors) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = total_loss(recipe, losses_of(recipe, some_targets, answers_to(model, some_inputs, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    @tf.function  # type: ignore[untyped-decorator]
    def run(epochs: tf.Tensor) -> tf.Tensor:
        losses = tf.TensorArray(tf.float32, size=epochs)
        for epoch in tf.range(epochs):
            losses = losses.write(epoch, step(inputs, targets))
        return losses.stack()

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def run_batches(orders: tf.Tensor) -> tf.Tensor:
        losses = tf.TensorArray(tf.float32, size=tf.shape(orders)[0])
        for epoch in tf.range(tf.shape(orders)[0]):
            total = tf.constant(0.0)
            for start in tf.range(0, data.count, recipe.batch_size):
                chosen = orders[epoch, start : start + recipe.batch_size]
                given, wanted = ({name: tf.gather(each, chosen) for name, each in arrays.items()} for arrays in (inputs, targets))
                loss = step(given, wanted)
                total += loss * tf.cast(tf.size(chosen), tf.float32)
            losses = losses.write(epoch, total / data.count)
        return losses.stack()

    shuffle = np.random.default_rng(recipe.seed)
    test = recipe.test() if recipe.test is not None else None
    history: list[NDArray[np.float32]] = []
    test_loss: list[tuple[int, float]] = []
    noted = [(0, recipe.noted(model))] if recipe.noted is not None else []
    chunk = max(1, recipe.epochs // CHUNKS)
    for start in range(0, recipe.epochs, chunk):
        steps = min(chunk, recipe.epochs - start)
        if recipe.batch_size is None:
            history.append(run(tf.constant(steps)).numpy())
        else:
            history.append(run_batches(tf.constant(np.stack([shuffle.permutation(data.count) for _ in range(steps)]))).numpy())
        check_finite(recipe, model, history[-1], start)
        if test is not None:
            test_loss.append((start + steps, mean_loss(recipe, model, test)))
        if recipe.noted is not None:
            noted.append((start + steps, recipe.noted(model)))
        advance(steps)
    return Trained(model, np.concatenate(history), tuple(test_loss), tuple(noted))


def losses_of(recipe: Recipe, targets: Tensors, answers: Tensors) -> dict[str, tf.Tensor]:
    """The mean loss of each output."""
    import keras
    import tensorflow as tf

    return {name: tf.reduce_mean(keras.losses.get(loss)(targets[name], answers[name])) for name, loss in recipe.losses.items()}


def total_loss(recipe: Recipe, losses: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """What training minimizes: the losses of all outputs, each with its weight."""
    weighted = [each * recipe.loss_weights[name] if name in recipe.loss_weights else each for name, each in losses.items()]
    return reduce(add, weighted)


def mean_loss(recipe: Recipe, model: keras.Model, split: Data) -> float:
    """The recipe's loss over a split, as the model answers when it is not being trained (without dropout)."""
    return float(total_loss(recipe, losses_of(recipe, split.by_output, answers_to(model, split.by_input))))


def validate(recipe: Recipe, model: keras.Model) -> dict[str, dict[str, Any]]:
    """Loss and metric of the trained model by split, for a recipe that holds back a test split; empty for any other.

    Several outputs have a dictionary each, of their own loss and metric, beside the loss of all.
    """
    if recipe.test is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name, split in (("train", recipe.data()), ("test", recipe.test())):
        answers = answers_to(model, split.by_input)
        losses = losses_of(recipe, split.by_output, answers)
        found[name] = {"loss": float(total_loss(recipe, losses))}
        for output, loss in losses.items() if ONLY not in losses else ():
            found[name][output] = {"loss": float(loss)}
        for quality in recipe.qualities:
            said = np.asarray(answers[quality.output]).reshape(split.count, -1)
            of_output(found[name], quality)[quality.kind] = measure(quality.kind, said, split.by_output[quality.output])
    return found


def of_output(values: dict[str, Any], quality: Quality) -> dict[str, Any]:
    """Where the metric of an output stands among the values of a split."""
    return values if quality.output == ONLY else values[quality.output]


def check_quality(recipe: Recipe, splits: dict[str, dict[str, Any]]) -> None:
    """Raises QualityMissed where the float model does not reach on the test split what the recipe demands."""
    missed: list[str] = []
    for quality in recipe.qualities:
        missed += quality.shortcomings("the float model", of_output(splits["test"], quality)[quality.kind])
    if missed:
        hint = f"Train longer, change the layers in training/recipes/{recipe.name}.py, or demand less."
        raise QualityMissed(f"Recipe {recipe.name}: {'; '.join(missed)}.", hint)


def check_finite(recipe: Recipe, model: keras.Model, losses: NDArray[np.float32], first_epoch: int) -> None:
    """Raises TrainingDiverged, naming the epoch or the weight."""
    hint = f"Lower the learning rate in training/recipes/{recipe.name}.py, or look for wild values in its data."
    bad = np.flatnonzero(~np.isfinite(losses))
    if len(bad):
        raise TrainingDiverged(f"Training {recipe.name} diverged: the loss of epoch {first_epoch + bad[0] + 1} is {losses[bad[0]]}.", hint)
    for weight in model.weights:
        if not np.isfinite(weight.numpy()).all():
            raise TrainingDiverged(f"Training {recipe.name} diverged: {weight.path} holds NaN or infinity.", hint)


def summary(recipe: Recipe, trained: Trained, splits: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The content of training.json. Floats are written in the shortest form that reads back to the same float32, and as hex."""
    weights = []
    for weight in trained.model.weights:
        values = weight.numpy()
        entry: dict[str, Any] = {"name": weight.path, "shape": list(values.shape)}
        if values.size <= WEIGHTS_SHOWN:
            entry |= {"values": [short(v) for v in values.ravel()], "hex": [float(v).hex() for v in values.ravel()]}
        weights.append(entry)
    result: dict[str, Any] = {"recipe": recipe.name, "seed": recipe.seed, "epochs": recipe.epochs, "weights": weights}
    if trained.noted:
        result["noted"] = [{"epoch": epoch, **{name: short(value) for name, value in values.items()}} for epoch, values in trained.noted]
    one_number = trained.model.output_shape == (None, 1)
    shape = recipe.data().inputs.shape[1:] if recipe.domain is not None else ()
    if recipe.checkpoints and one_number:
        x = np.array(recipe.checkpoints, np.float32).reshape(-1, *shape)
        result["predictions"] = [{"x": at, "y": short(y)} for at, y in zip(recipe.checkpoints, trained.model(x).numpy().ravel(), strict=True)]
    if recipe.domain is not None and one_number:
        x = np.linspace(*recipe.domain, CURVE, dtype=np.float32)
        answers = trained.model(x.reshape(-1, *shape), training=False).numpy().ravel()
        result["curve"] = {"x": [short(at) for at in x], "y": [short(y) for y in answers]}
    result["loss"] = [short(loss) for loss in trained.loss]
    if splits:
        result["test_loss"] = [{"epoch": epoch, "loss": short(np.float32(loss))} for epoch, loss in trained.test_loss]
        result["splits"] = splits
    result["versions"] = {name: installed(name) for name in ("tensorflow", "keras", "numpy")} | {"python": sys.version.split()[0]}
    return result


def short(value: float | np.float32) -> float:
    """The double with the fewest digits that rounds to this float32."""
    return float(str(np.float32(value)))


def installed(name: str) -> str:
    """The version of an installed package; tensorflow and tensorflow-cpu count as one."""
    if name == "tensorflow":
        import tensorflow

        return str(tensorflow.__version__)
    return version(name)


def report(content: dict[str, Any]) -> list[str]:
    """The lines a person reads after training."""
    lines = [f"{content['recipe']}: {content['epochs']} epochs, loss {content['loss'][0]:.4g} -> {content['loss'][-1]:.4g}"]
    if "noted" in content:
        lines.append("  " + "   ".join(f"{name} = {value:.4f}" for name, value in content["noted"][-1].items() if name != "epoch"))
    for split, values in content.get("splits", {}).items():
        shown = (f"{name}: {_listed(value, ', ')}" if isinstance(value, dict) else f"{name} {value:.4g}" for name, value in values.items())
        lines.append(f"  {split:5}  " + "   ".join(shown))
    lines += [f"  predict({at['x']:g}) = {at['y']:.2f}" for at in content.get("predictions", [])]
    return lines


def _listed(values: dict[str, float], between: str) -> str:
    return between.join(f"{name} {value:.4g}" for name, value in values.items())


Examine = Callable[["keras.Model", Sequence[NDArray[np.float32]]], bool]
"""Looks at an untrained model and at what each of its inputs is calibrated on, (N, ...), and refuses what no board can run; returns whether it has
used the model."""


def fit(recipe: Recipe, folder: Path, say: Callable[[str], None], examine: Examine | None = None) -> None:
    """Train the recipe and write model.keras, dataset.npz, training.json and loss.png to `folder`, all of them or none.

    Args:
        recipe: a checked recipe.
        folder: build/NAME, made when missing.
        say: receives the report line by line.
        examine: is asked before the first epoch; what it raises ends the training.

    Raises:
        BadRecipe: its layers do not make a model that takes its inputs and answers its targets' shape.
        TrainingDiverged: the loss or a weight became NaN or infinite.
        QualityMissed: the trained model is worse on the test split than the recipe demands.
    """
    with task("Starting TensorFlow"):
        keras_env.start()
    model = checked_model(recipe)
    calibration = [each if recipe.steps is None else in_steps(each, recipe.steps) for each in recipe.calibration()]
    if examine is not None and examine(for_board(recipe, model), calibration):
        model = build(recipe)  # what was traced and saved must leave no mark on what is trained
    with task(f"Training {recipe.name}", recipe.epochs, "epochs") as advance:
        trained = train(recipe, model, advance)
    splits = validate(recipe, trained.model)
    check_quality(recipe, splits)
    content = summary(recipe, trained, splits)
    streaming = for_board(recipe, trained.model)
    check_alike(recipe, trained.model, streaming)
    files: dict[str, bytes | str] = {
        "model.keras": stable_keras_bytes(streaming),
        dataset.FILE: recipe.dataset().to_bytes(),
        "training.json": json.dumps(content, indent=2) + "\n",
        "loss.png": loss_curve(recipe.name, trained.loss),
    }
    for name, raw in files.items():
        write_if_changed(folder / name, raw)
    for line in report(content):
        say(line)
