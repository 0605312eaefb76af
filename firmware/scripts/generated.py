"""Adds the generated model library to the build, and what the firmware calls its board and itself.

PLUMBLINE_GENERATED names the library's folder, PLUMBLINE_BUILD the text that says what the firmware was built from; the board's name is
`custom_title` of its description.
"""

from __future__ import annotations

import os
from pathlib import Path

Import("env")  # type: ignore[name-defined]  # noqa: F821

environment = env  # type: ignore[name-defined]  # noqa: F821
project = Path(environment.subst("$PROJECT_DIR"))
generated = Path(os.environ.get("PLUMBLINE_GENERATED") or project.parent / "build" / "linear" / "generated").resolve()
if not (generated / "plumbline_model.h").is_file():
    print(f"Error: {generated} holds no generated model. Run `make convert`, or set PLUMBLINE_GENERATED to the folder that does.")
    environment.Exit(1)


def literal(text):  # type: ignore[no-untyped-def]
    """A string of C."""
    return '"' + "".join(chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b" .+-_" else f"\\{byte:03o}" for byte in text.encode()) + '"'


# A header of its own, rewritten only when a text changes: a definition on the command line would rebuild every file.
texts = {"PLUMBLINE_BOARD": environment.GetProjectOption("custom_title"), "PLUMBLINE_BUILD": os.environ.get("PLUMBLINE_BUILD", "unknown")}
header = Path(environment.subst("$BUILD_DIR")) / "identity" / "plumbline_build.h"
content = "".join(f"#define {name} {literal(text)}\n" for name, text in texts.items())
if not header.is_file() or header.read_text() != content:
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text(content)

environment.Prepend(CPPPATH=[str(generated), str(header.parent)])
environment.Append(CCFLAGS=[f"-fdebug-prefix-map={generated}=generated"])  # the image must not depend on where the model lies


def faster(env, node):  # type: ignore[no-untyped-def]
    """-O2 behind the -Os that is still to come from the platform: the model's code is small, and an inference is where the time goes."""
    return env.Object(node, CCCOM=env["CCCOM"].replace("$CCFLAGS", "$CCFLAGS -O2"))


environment.AddBuildMiddleware(faster, "*plumbline_compiled.c")
environment.BuildSources("$BUILD_DIR/model", str(generated))
