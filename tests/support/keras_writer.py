"""Keras files written by hand, so that a test needs no TensorFlow: descriptions of layers, and zip archives around them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

VERSION = "3.15.1"


def layer(kind: str, name: str = "", **config: Any) -> dict[str, Any]:
    """A layer as Keras 3 describes it."""
    held = {"name": name or kind.lower(), "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}, **config}
    return {"module": "keras.layers", "class_name": kind, "config": held, "registered_name": None}


def sequential(*layers: dict[str, Any], shape: tuple[int | None, ...] = (8,), name: str = "net") -> dict[str, Any]:
    """A model of layers one behind the other, behind an input of a shape."""
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, *shape], "name": "input"},
        "registered_name": None,
    }
    config = {"name": name, "layers": [first, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def functional(inputs: Any, outputs: Any, *layers: dict[str, Any]) -> dict[str, Any]:
    """A model of layers, with its `input_layers` and `output_layers` as they are given."""
    config = {"name": "net", "layers": list(layers), "input_layers": inputs, "output_layers": outputs}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config, "registered_name": "Functional"}


def archive(config: Any, *, version: str = VERSION, weights: bytes = b"", **members: bytes) -> bytes:
    """A .keras file; `config` may be text or bytes, which are written as they are. Further members come by name, with __ for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": version}))
        file.writestr("config.json", config if isinstance(config, (bytes, str)) else json.dumps(config))
        file.writestr("model.weights.h5", weights)
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return out.getvalue()


def save(path: Path, config: Any, **options: Any) -> Path:
    path.write_bytes(archive(config, **options))
    return path
