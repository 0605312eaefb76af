"""From a Keras model to a microcontroller that provably computes it.

`plumbline.load("model.tflite")` is the model on this computer, for notebooks and test benches. Importing the package alone loads nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Model", "__version__", "load"]

if TYPE_CHECKING:
    from plumbline.loaded.load import load
    from plumbline.loaded.model import Model


_HOMES = {"load": "plumbline.loaded.load", "Model": "plumbline.loaded.model"}


def __getattr__(name: str) -> Any:
    """`load` and `Model`, imported by whoever asks first: no command waits for them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
