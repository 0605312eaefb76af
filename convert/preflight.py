"""Whether a board can run a recipe's layers, asked before the training instead of after it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.keras.load import examined
from plumbline.convert.importers.keras.quantize import OBSERVED, refused
from plumbline.convert.importers.keras.worker import quantize
from plumbline.convert.references.tflm import captured_stderr

if TYPE_CHECKING:
    import keras

ENOUGH = 2
"""Inputs to calibrate on: what can be converted does not depend on them."""


def check_layers(model: keras.Model, inputs: Sequence[NDArray[np.float32]], name: str) -> None:
    """Convert an untrained model as the trained one will be, and compile what comes of it.

    It happens in this process, which has TensorFlow already: another one would take longer to start it than to convert. What TensorFlow's
    converter is known to crash on is refused before it, by the model's description.

    Args:
        model: untrained, and used for nothing else afterwards.
        inputs: (N, ...) of each input of the recipe's calibration.
        name: of the recipe.

    Raises:
        ConversionFailed, ModelRefused, UnsupportedOperator: what the conversion of the trained model would raise.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        try:
            examined(path, False)
            with captured_stderr():  # TensorFlow's converter writes there, whatever it is told
                raw = quantize(model, [each[:ENOUGH] for each in inputs], False, Path(folder) / OBSERVED)
            compile_graph(reader.read(raw), name, bytes(32))
        except PlumblineError as error:
            raise type(error)(error.message.replace(str(path), f"recipe {name}"), error.hint) from error
        except Exception as error:  # whatever Keras raises
            raise refused(f"recipe {name}", f"{type(error).__name__}: {error}") from error
