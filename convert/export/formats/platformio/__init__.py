"""A PlatformIO library: library.json, include/ and src/, and examples that are projects."""

from __future__ import annotations

import json

from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.formats import arduino
from plumbline.convert.export.printing import c_files, rendered

SELF_TEST = f"examples/{arduino.SELF_TEST}"


def files(package: Package) -> Files:
    """The library: library.json, include/, src/, examples/ and a README.

    Raises:
        UsageError: a model has an example's name.
    """
    arduino.check_examples(package)
    sketches = {f"examples/{model.name}/src/main.cpp": arduino.sketch(package, model, include_arduino=True) for model in package.models}
    projects = {f"examples/{model.name}/platformio.ini": rendered("platformio_arduino.ini.j2", package) for model in package.models}
    return {
        **c_files(package, "src/", f"{SELF_TEST}/src/", headers="include/"),
        **sketches,
        **projects,
        f"{SELF_TEST}/platformio.ini": rendered("platformio_native.ini.j2", package),
        f"{SELF_TEST}/src/main.c": rendered("platformio_self_test.c.j2", package),
        "library.json": library(package),
        "README.md": rendered("platformio_readme.md.j2", package, wanted=arduino.wanted),
    }


def library(package: Package) -> str:
    """The manifest, as library.json's schema wants it."""
    tests = [f"src/{model.name}_test.c" for model in package.models]
    manifest: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "description": f"{arduino.sentence(package)} Made by {package.generator}.",
        "keywords": ["tinyml", "neural network", "quantized", "inference"],
        "license": "Apache-2.0",
        "frameworks": "*",
        "platforms": "*",
        "headers": [f"{model.name}.h" for model in package.models],
        "examples": [
            {"name": arduino.SELF_TEST, "base": SELF_TEST, "files": ["platformio.ini", "src/main.c", *tests]},
            *({"name": each.name, "base": f"examples/{each.name}", "files": ["platformio.ini", "src/main.cpp"]} for each in package.models),
        ],
    }
    if len(package.models) > 1:  # the linker keeps one of each function that they share
        manifest["build"] = {"flags": "-D PLUMBLINE_SHARE=1"}
    return json.dumps(manifest, indent=2) + "\n"


PLATFORMIO = Format("platformio", "a PlatformIO library, for any platform and framework", files)
