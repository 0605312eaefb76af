"""`python -m benchmarks.training`: how much faster the compiled loop trains than `model.fit`, both measured in this run, imports excluded."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from plumbline.common import keras_env
from plumbline.common.ending import run
from plumbline.common.progress import task
from plumbline.training import recipe
from plumbline.training.fit import train
from plumbline.training.network import build


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description="Compare the compiled training loop with model.fit.")
    parser.add_argument("name", nargs="?", default="linear", help="a recipe, default: %(default)s")
    found = recipe.find(parser.parse_args().name)
    keras_env.start()
    with task("Starting TensorFlow"):
        import tensorflow  # noqa: F401
    points = found.data()
    compiled, plain = build(found), build(found)
    plain.compile(found.optimizer(), found.loss)
    with task("Compiled loop"):
        ours = seconds(lambda: train(found, compiled))
    with task(f"model.fit, {found.epochs} epochs"):
        theirs = seconds(lambda: plain.fit(points.inputs, points.targets, epochs=found.epochs, batch_size=len(points.inputs), verbose=0))
    same = [weight.tobytes() for weight in compiled.get_weights()] == [weight.tobytes() for weight in plain.get_weights()]
    print(f"{found.name}, {found.epochs} epochs of training itself, one run, tracing included")
    print(f"  {'model.fit':<14} {theirs:8.3f} s")
    print(f"  {'compiled loop':<14} {ours:8.3f} s")
    print(f"  {'ratio':<14} {theirs / ours:8.0f} x")
    print(f"  weights {'equal to the last bit' if same else 'DIFFER'}")
    return 0 if same else 1


if __name__ == "__main__":
    run(main)
