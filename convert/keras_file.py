"""What a .keras file says about its model, read without TensorFlow and without running anything."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path


def has_lambda(path: Path) -> bool:
    """Whether the configuration inside a .keras file names a Lambda layer."""
    with zipfile.ZipFile(path) as archive:
        return '"class_name": "Lambda"' in json.dumps(json.loads(archive.read("config.json")))
