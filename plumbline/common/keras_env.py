"""Prepares the process for TensorFlow: silent, on the CPU, and with the same arithmetic on every machine. Import nothing heavy here."""

from __future__ import annotations

import logging
import os
import warnings


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
