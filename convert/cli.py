"""`python -m plumbline.convert NAME --build DIR`, or `python -m plumbline.convert --model FILE --build DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from plumbline.common.cli import add_output, choose_output
from plumbline.common.ending import say
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.paths import recipe_names
from plumbline.convert.import_model import bring
from plumbline.convert.pipeline import convert


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m plumbline.convert", description="Convert a trained recipe, or a model of your own, to C sources."
    )
    parser.add_argument("name", nargs="?", help="a recipe that was trained: " + ", ".join(recipe_names()))
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--per-channel-dense", action="store_true", help="one weight scale per output of a Dense layer; not every board can run it")
    parser.add_argument("--model", type=Path, metavar="FILE", help="instead of a recipe: an int8 .tflite file, or a .keras file with samples")
    parser.add_argument("--samples", type=Path, metavar="FILE", help="inputs of that model: .npy, .npz or .csv, one sample a row")
    parser.add_argument("--trust", action="store_true", help="run the Python code of a Lambda layer in the .keras file")
    parser.add_argument("--limits", metavar="NAME=VALUE ...", help='what the board must reach on the samples, e.g. "agreement=0.9 rms=0.1"')
    add_output(parser, "no report", "the manifest instead of a report")
    arguments = parser.parse_args()
    choose_output(arguments)
    tell = (lambda line: None) if arguments.quiet or arguments.json else say
    if (arguments.name is None) == (arguments.model is None):
        raise UsageError("Give either a recipe or --model FILE.", f"Recipes: {', '.join(recipe_names())}.")
    if arguments.model:
        limits = Limits.given(arguments.limits, Limits())
        options = {"trust": arguments.trust, "per_channel_dense": arguments.per_channel_dense}
        manifest = bring(arguments.model, arguments.build, tell, arguments.samples, limits=limits, **options)
    else:
        # LIMITS in the environment is the verification's: a recipe is not converted anew for it, and its manifest would keep it.
        manifest = convert(arguments.build / arguments.name, tell, arguments.per_channel_dense, arguments.limits or "")
    if arguments.json:
        sys.stdout.write(manifest.to_json())
    return 0
