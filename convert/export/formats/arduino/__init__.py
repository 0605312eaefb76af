"""An Arduino library, as the Arduino library specification lays it out, and the ZIP that the Arduino IDE installs."""

from __future__ import annotations

import re

from plumbline.common.errors import UsageError
from plumbline.convert.export.archive import zipped
from plumbline.convert.export.exported import ExportedModel, Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered

LONGEST = 63
"""Characters in the name of a library's folder and of a sketch."""
RESERVED = "arduino"
"""The Library Manager keeps names that begin like that for Arduino's own libraries."""
SELF_TEST = "self_test"
"""The name of the example that runs the self-tests."""
SHARED = "// Of what the models of this library share the linker keeps one.\n#define PLUMBLINE_SHARE 1\n\n"
"""Before each source, since no library tells the Arduino IDE how to compile it."""


def files(package: Package) -> Files:
    """The library in a folder of its name, a ZIP of that folder beside it, and a README.

    Raises:
        UsageError: Arduino's tools accept no library of that name, or a model has an example's.
    """
    check_name(package.name)
    check_examples(package)
    readme = rendered("arduino_readme.md.j2", package, wanted=wanted)
    library = c_files(package, "src/", f"examples/{SELF_TEST}/")
    for model in package.models:
        library[f"src/{model.name}.c"] = (SHARED if len(package.models) > 1 else "") + model.source
        library[f"examples/{model.name}/{model.name}.ino"] = sketch(package, model)
    library |= {
        f"examples/{SELF_TEST}/{SELF_TEST}.ino": rendered("arduino_self_test.ino.j2", package),
        "keywords.txt": rendered("arduino_keywords.txt.j2", package, keywords=[keywords(model) for model in package.models]),
        "library.properties": rendered("arduino_library.properties.j2", package, sentence=sentence(package)),
        "README.md": readme,
    }
    inside = {f"{package.name}/{path}": text for path, text in library.items()}
    return {**inside, f"{package.name}.zip": zipped(inside), "README.md": readme}


def check_name(name: str) -> None:
    """Raises UsageError where a library cannot have that name, or a sketch."""
    if len(name) > LONGEST:
        raise UsageError(f"An Arduino library cannot be called {name}: {len(name)} characters are too many.", f"--name takes up to {LONGEST}.")
    if name.startswith(RESERVED):
        raise UsageError(f"An Arduino library cannot be called {name}.", f"Names that begin with {RESERVED} are Arduino's own; --name takes another.")


def check_examples(package: Package) -> None:
    """Raises UsageError where a model has the name of another example than its own."""
    if any(model.name == SELF_TEST for model in package.models):
        raise UsageError(f"One of the examples is called {SELF_TEST}, so that no model can be.", "--name takes another name.")


def sketch(package: Package, model: ExportedModel, include_arduino: bool = False) -> str:
    """A sketch that asks a model numbers from the serial line; PlatformIO's is C++, which includes Arduino.h itself."""
    return rendered("arduino_sketch.cpp.j2", package, of=model, wanted=wanted(model), include_arduino=include_arduino)


def wanted(model: ExportedModel) -> int:
    """How many numbers an inference takes."""
    return sum(end.tensor.elements for end in model.inputs)


def sentence(package: Package) -> str:
    """What the Library Manager says in one line."""
    names = " and ".join(model.name for model in package.models)
    return f"The neural network{'s' if len(package.models) > 1 else ''} {names}, quantized, as plain C."


def keywords(model: ExportedModel) -> dict[str, object]:
    """The names in a model's header that the IDE colours."""
    functions = set(re.findall(rf"\b({model.name}_\w+)\(", model.header))
    macros = set(re.findall(rf"^#define ({model.macros}_\w+) ", model.header, re.MULTILINE))
    return {"name": model.name, "functions": sorted(functions), "macros": sorted(macros)}


ARDUINO = Format("arduino", "an Arduino library with examples, and the ZIP that the Arduino IDE installs", files)
