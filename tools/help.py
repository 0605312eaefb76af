"""`make help`: the Makefile's targets in its groups, the variables that they read, the recipes and the boards. It runs before anything is set up."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from plumbline.common.boards import boards, environments
from plumbline.common.paths import ROOT
from plumbline.common.system import port_example

WIDTH = 79
FIRST = 19
"""Columns before a text."""
VARIABLES = {
    "RECIPE=linear": "the recipe, one of those below",
    "MODEL=FILE": "a model of your own instead: .tflite, .keras or .h5",
    "MODELS=FOLDER": "for verify-models; samples have the name of their model",
    "SAMPLES=FILE": "inputs of that model, one a row: .npy, .npz or .csv; a Keras model needs some 100",
    "TRUST=1": "run the Python code of a Lambda layer in that .keras file",
    "ENV=virtual": "board and engine, one of the environments below",
    "MLPERF=kws": "which model of MLPerf Tiny the firmware answers as, with ENV=virtual_mlperf for instance: kws, vww, ic or ad",
    "PORT={port}": "the serial port of a board, or auto for the one that is connected; without it verify, monitor and profile run on this computer",
    "PLACE=NAME": "a board that a labgrid coordinator shares out, instead of a port",
    "PLACES='A B'": "for verify-bench: places, patterns like 'nano-*', or tags like board=nano33ble",
    "COORDINATOR=HOST": "labgrid's, where LG_COORDINATOR does not name it",
    "UPLOAD='...'": "the laboratory's command that puts $PLUMBLINE_IMAGE on the board of $PLUMBLINE_PLACE first",
    "LIMITS='...'": "what the board must reach on the samples, agreement=0.9 for instance",
    "ACTIVATIONS=int16": "what layers hand to each other when a float model or a recipe is quantized: int8, or int16",
    "QUIET=1": "results and errors only",
    "V=1": "also what TensorFlow, PlatformIO and others say",
    "PYTHON=FILE": "the Python to set up with, 3.10 to 3.13",
    "TFLM_DIR=FOLDER": "TensorFlow Lite Micro's library, where it cannot be fetched",
}


def show() -> None:
    """Print it, at most WIDTH columns wide."""
    for line in lines():
        print(line)


def lines() -> Iterator[str]:
    for group, targets in re.findall(r"^##@ (\w+)\n(.*?)(?=^##@|\Z)", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL):
        yield group
        for name, text in re.findall(r"^([a-z-]+):.*?## (.+)$", targets, re.MULTILINE):
            yield from entry(f"make {name}", text)
        yield ""
    yield "Variables, behind the target: make verify RECIPE=sine"
    for name, text in VARIABLES.items():
        yield from entry(name.format(port=port_example()), text)
    yield ""
    yield "Recipes"
    for path in sorted((ROOT / "training" / "recipes").glob("[a-z]*.py")):
        said = ast.get_docstring(ast.parse(path.read_text())) or ""
        yield from entry(path.stem, first_sentence(said))
    yield ""
    yield "Boards, and the environments that firmware is built in"
    for name, board in boards().items():
        yield from entry(name, f"{board.title}: {', '.join(each.name for each in environments().values() if each.board.name == name)}")


def entry(name: str, text: str) -> list[str]:
    """A name and what it is, broken between words."""
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {name:<{FIRST - 3}} ", subsequent_indent=" " * FIRST, break_on_hyphens=False)


def first_sentence(text: str) -> str:
    return " ".join(re.split(r"(?<=[.:])\s", text, maxsplit=1)[0].split()).rstrip(".:")
