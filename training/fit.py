"""The compiled training loop, and what it leaves in the build folder: the model, the data that the conversion needs, its numbers and loss curve."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import dataset, keras_env
from plumbline.common.errors import QualityMissed, TrainingDiverged
from plumbline.common.files import write_if_changed
from plumbline.common.progress import Advance, task
from plumbline.common.quality import measure
from plumbline.common.streams import in_steps
from plumbline.common.text import first_line
from plumbline.training.archive import stable_keras_bytes, without_code
from plumbline.training.curve import loss_curve
from plumbline.training.recipe import Data, Recipe
from plumbline.training.recipe_check import SPARSE, Mistake, refusal
from plumbline.training.streaming import check_alike, for_board

if TYPE_CHECKING:
    import keras

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


def build(recipe: Recipe) -> keras.Model:
    """The recipe's network with the weights its seed gives; the same names and weights in every process.

    Raises:
        BadRecipe: see `without_code`.
    """
    import keras

    keras.backend.clear_session()  # automatic names count up within a process and would reach the flatbuffer
    keras.utils.set_random_seed(recipe.seed)
    shape = recipe.data().inputs.shape[1:]
    return keras.Sequential([keras.Input(shape, name="input"), *without_code(recipe.layers(), shape, recipe.bad)], name=recipe.name)


def train(recipe: Recipe, model: keras.Model, advance: Advance = lambda steps: None) -> Trained:
    """Run the recipe's epochs on `model` without returning to Python for each one.

    Batches are drawn from a fresh shuffle for each epoch that depends on the seed alone; the last batch of an epoch may be smaller.

    Raises:
        TrainingDiverged: the loss or a weight became NaN or infinite.
    """
    import keras
    import tensorflow as tf

    data = recipe.data()
    inputs, targets = tf.constant(data.inputs), tf.constant(data.targets)
    optimizer, loss_of = recipe.optimizer(), keras.losses.get(recipe.loss)
    optimizer.build(model.trainable_variables)

    def step(some_inputs: tf.Tensor, some_targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(loss_of(some_targets, model(some_inputs, training=True)))
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
            for start in tf.range(0, len(data.inputs), recipe.batch_size):
                chosen = orders[epoch, start : start + recipe.batch_size]
                loss = step(tf.gather(inputs, chosen), tf.gather(targets, chosen))
                total += loss * tf.cast(tf.size(chosen), tf.float32)
            losses = losses.write(epoch, total / len(data.inputs))
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
            history.append(run_batches(tf.constant(np.stack([shuffle.permutation(len(data.inputs)) for _ in range(steps)]))).numpy())
        check_finite(recipe, model, history[-1], start)
        if test is not None:
            test_loss.append((start + steps, mean_loss(recipe, model, test)))
        if recipe.noted is not None:
            noted.append((start + steps, recipe.noted(model)))
        advance(steps)
    return Trained(model, np.concatenate(history), tuple(test_loss), tuple(noted))


def mean_loss(recipe: Recipe, model: keras.Model, split: Data) -> float:
    """The recipe's loss over a split, as the model answers when it is not being trained (without dropout)."""
    import keras
    import tensorflow as tf

    return float(tf.reduce_mean(keras.losses.get(recipe.loss)(split.targets, model(split.inputs, training=False))))


def validate(recipe: Recipe, model: keras.Model) -> dict[str, dict[str, float]]:
    """Loss and metric of the trained model by split, for a recipe that holds back a test split; empty for any other."""
    if recipe.test is None:
        return {}
    found: dict[str, dict[str, float]] = {}
    for name, split in (("train", recipe.data()), ("test", recipe.test())):
        found[name] = {"loss": mean_loss(recipe, model, split)}
        if recipe.quality is not None:
            answers = np.asarray(model(split.inputs, training=False)).reshape(len(split.inputs), -1)
            found[name][recipe.quality.kind] = measure(recipe.quality.kind, answers, split.targets)
    return found


def check_quality(recipe: Recipe, splits: dict[str, dict[str, float]]) -> None:
    """Raises QualityMissed where the float model does not reach on the test split what the recipe demands."""
    if recipe.quality is not None:
        missed = recipe.quality.shortcomings("the float model", splits["test"][recipe.quality.kind])
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


def summary(recipe: Recipe, trained: Trained, splits: dict[str, dict[str, float]]) -> dict[str, Any]:
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
    shape = recipe.data().inputs.shape[1:]
    if recipe.checkpoints:
        x = np.array(recipe.checkpoints, np.float32).reshape(-1, *shape)
        result["predictions"] = [{"x": at, "y": short(y)} for at, y in zip(recipe.checkpoints, trained.model(x).numpy().ravel(), strict=True)]
    if recipe.domain is not None and trained.model.output_shape[1:] == (1,):
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
        lines.append(f"  {split:5}  " + "   ".join(f"{name} {value:.4g}" for name, value in values.items()))
    lines += [f"  predict({at['x']:g}) = {at['y']:.2f}" for at in content.get("predictions", [])]
    return lines


Examine = Callable[["keras.Model", NDArray[np.float32]], bool]
"""Looks at an untrained model and at inputs (N, ...) to calibrate it on, and refuses what no board can run; returns whether it has used the model."""


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
    keras_env.prepare()
    with task("Starting TensorFlow"):
        import tensorflow  # noqa: F401  imported here so that its seconds are shown under their own name
    model = checked_model(recipe)
    calibration = recipe.calibration() if recipe.steps is None else in_steps(recipe.calibration(), recipe.steps)
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
    shape = model.output_shape[1:]
    named = recipe.quality.classes if recipe.quality is not None else ()
    if named and shape != (len(named),):
        yield Mistake(f"names {len(named)} classes, but its model answers {shape}", "Name each output, in their order.")
    targets = recipe.data().targets
    if recipe.loss == SPARSE:
        splits = [targets, *([recipe.test().targets] if recipe.test is not None else [])]
        classes = 1 + max(int(split.max()) for split in splits)
        if len(shape) != 1 or shape[0] < classes:
            yield Mistake(f"has {classes} classes, but its model answers {shape}", f"End it in a vector of {classes} numbers.")
    elif shape != targets.shape[1:]:
        yield Mistake(f"has targets of shape {targets.shape[1:]}, but its model answers {shape}", "Make them equal.")
