"""Behind the link: writes down what firmware.json needs of this build, and refuses an image that no Cortex-M can run.

`facts.json` beside the image names the compiler and the board's memory, which nobody but PlatformIO knows.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

Import("env")  # type: ignore[name-defined]  # noqa: F821

environment = env  # type: ignore[name-defined]  # noqa: F821
# The checkout, or where the package is installed; behind everything, as PlatformIO's own modules come first.
above = Path(environment.subst("$PROJECT_DIR")).parents
sys.path.append(str(next(folder for folder in above if (folder / "plumbline" / "__init__.py").is_file())))
from plumbline.host.firmware.arm_state import refusal  # noqa: E402


def compiler() -> str:
    """The first line of its version, e.g. `arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205` or `zig 0.17.1, clang version 22.1.8`."""
    program, *words = shlex.split(environment.subst("$CC"))

    def said(*asked: str) -> str:
        done = subprocess.run([program, *asked], env=environment["ENV"], capture_output=True, text=True, check=True)
        return done.stdout.partition("\n")[0]

    version = said(*words, "--version")
    return f"zig {said('version')}, {version}" if words == ["cc"] else version


def check(target, source, env):  # type: ignore[no-untyped-def]
    """A step of the build behind the link; what it returns is its exit status."""
    found = refusal(Path(str(target[0])))
    if found:
        print(f"Error: {found}")
    return 1 if found else 0


board = environment.BoardConfig()
facts = {"compiler": compiler(), "flash_limit": int(board.get("upload.maximum_size")), "ram_limit": int(board.get("upload.maximum_ram_size"))}
path = Path(environment.subst("$BUILD_DIR")) / "facts.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(facts))
environment.AddPostAction("$PROGPATH", check)
