"""A trained model as the bytes of a .keras file that depend on the model only, not on the time of day or on where objects lie in memory."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can carry."""


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
                stable.writestr(zipfile.ZipInfo(name, EPOCH), raw)
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
