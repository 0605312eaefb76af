"""The child process that says what the inputs of an HDF5 file are called: `python -m plumbline.convert.importers.keras.inputs_worker MODEL`.

It runs apart because a damaged file can end the process of the library that reads HDF5. It writes the names as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from plumbline.convert.importers.keras.config import inputs_of
from plumbline.convert.importers.keras.file import read


def main() -> int:
    print(json.dumps([name for name, _ in inputs_of(read(Path(sys.argv[1])).config)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
