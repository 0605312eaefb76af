"""Starts TensorFlow in this process: silent, on the CPU, with the same arithmetic on every machine, and without what it would load for others."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

UNUSED = ("matplotlib", "pandas", "sklearn")
"""What Keras imports where it is installed, for pictures, data frames and estimators that nothing here makes: 4 of the 9 s of processor time that
TensorFlow's start took.
"""


def prepare() -> None:
    """Call before the first import of keras or tensorflow in a process."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the C++ side prints pages of INFO and WARNING
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] != "0":  # nobody asked for what it has to say, see `plumbline.commands.options.choose_output`
        for name in ("absl", "tensorflow"):
            logging.getLogger(name).setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module=r"(keras|tensorflow|absl)\b")
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its kernels reorder sums by processor, and it announces itself past the log level
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # a GPU reorders sums, and these models are too small to gain from one


def start() -> None:
    """Import TensorFlow, and Keras with it, which other modules may import from now on.

    Raises:
        ImportError: it is not installed.
    """
    prepare()
    with hidden(*UNUSED):
        import tensorflow  # noqa: F401


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """While the block runs these packages cannot be imported, as if they were not installed; those that are there already stay."""
    modules: dict[str, Any] = sys.modules
    absent = [name for name in packages if name not in modules]
    modules.update(dict.fromkeys(absent))  # None in place of a module makes its import fail
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
