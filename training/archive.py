"""A trained model as a .keras file: without Python code, and with bytes that depend on the model alone, not on the time or on memory addresses."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline.common.arrays import EARLIEST
from plumbline.common.errors import BadRecipe
from plumbline.common.text import first_line

if TYPE_CHECKING:
    import keras


def without_code(layers: list[keras.Layer], shape: tuple[int, ...], bad: Callable[[str, str], BadRecipe]) -> list[keras.Layer]:
    """The layers of a recipe, in which each Lambda is the graph of what it computes.

    Keras saves a Lambda as Python bytecode, which nobody should run out of a file. Its graph computes the same under the same name.

    Args:
        layers: in their order.
        shape: of one input.
        bad: makes the error of what is wrong with the recipe and a hint.

    Raises:
        BadRecipe: a Lambda computes with what Keras cannot follow.
    """
    import keras

    result = list(layers)
    last = max((place for place, layer in enumerate(layers) if isinstance(layer, keras.layers.Lambda)), default=-1)
    axes: tuple[int | None, ...] = (None, *shape)
    for place, layer in enumerate(layers[: last + 1]):
        if isinstance(layer, keras.layers.Lambda):
            source = keras.Input(axes[1:])
            try:
                result[place] = keras.Model(source, layer.function(source, **layer.arguments), name=layer.name)
            except Exception as error:  # the function is the user's own
                hint = "Write it with Python's operators and functions of keras.ops; the model file then holds what it computes, and no code."
                raise bad(f"has the Lambda {layer.name!r}, which Keras cannot follow: {first_line(error)}", hint) from error
        axes = result[place].compute_output_shape(axes)
    return result


def stable_keras_bytes(model: keras.Model) -> bytes:
    """Save `model` in Keras's format and take out what differs between two runs: times, and memory addresses used as identities."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        out = io.BytesIO()
        with zipfile.ZipFile(path) as saved, zipfile.ZipFile(out, "w") as stable:
            for name in sorted(saved.namelist()):
                raw = saved.read(name)
                if name == "metadata.json":
                    raw = json.dumps({**json.loads(raw), "date_saved": "1980-01-01@00:00:00"}).encode()
                if name == "config.json":
                    raw = json.dumps(renumbered(json.loads(raw), {})).encode()
                stable.writestr(zipfile.ZipInfo(name, EARLIEST), raw)
    return out.getvalue()


def renumbered(node: Any, seen: dict[int, int]) -> Any:
    """The same configuration with every shared_object_id counted from 1 in order of appearance."""
    if isinstance(node, list):
        return [renumbered(child, seen) for child in node]
    if isinstance(node, dict):
        return {
            key: seen.setdefault(child, len(seen) + 1) if key == "shared_object_id" and isinstance(child, int) else renumbered(child, seen)
            for key, child in node.items()
        }
    return node
