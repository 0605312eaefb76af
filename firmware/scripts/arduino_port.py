"""Lets an Arduino port of TensorFlow Lite Micro build for a board without the Arduino core: leaves out the files that need it."""

from __future__ import annotations

import os
from pathlib import Path

Import("env")  # type: ignore[name-defined]  # noqa: F821

environment = env  # type: ignore[name-defined]  # noqa: F821
folder = os.environ.get("TFLM_DIR")
if not folder or (Path(folder) / "library.properties").is_file():
    # The port's own switches: ARDUINO declares its optimized kernels, the other one takes out its serial port.
    environment.Append(CPPDEFINES=[("ARDUINO", 10810), "ARDUINO_EXCLUDE_CODE"])
    environment.AddBuildMiddleware(lambda _, file: None, "*/peripherals/*")
