"""`plumbline export`: models as C for somebody else's firmware."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from plumbline.commands.completion import complete, complete_target
from plumbline.commands.options import BUILD, SETTINGS, Given, define, not_empty
from plumbline.common import documents
from plumbline.common.ending import say
from plumbline.common.errors import UsageError
from plumbline.common.paths import PACKAGE
from plumbline.common.text import meant

DEFAULT = "c"
FORMATS = tuple(sorted(path.name.replace("_", "-") for path in (PACKAGE / "convert" / "export" / "formats").glob("[a-z]*/")))
"""For the help and completion, which import none."""


@define(
    "plumbline export digits",
    "plumbline export model.tflite --name keyword --format cmake --output keyword",
    "plumbline export digits weather --name sensors --format arduino",
    takes=(SETTINGS, BUILD),
    result="the record of what was written",
    quiet="nothing but errors",
)
@click.argument("targets", nargs=-1, shell_complete=complete_target)
@click.option("--name", help="What all of the C begins with; of several models, the package's name.  [default: the model's]", callback=not_empty)
@click.option(
    "--format",
    "wanted",
    help=f"For whom: {', '.join(FORMATS)}.  [default: {DEFAULT}]",
    default=DEFAULT,
    callback=not_empty,
    shell_complete=complete(*FORMATS),
)
@click.option("--output", help="The folder to write to.  [default: NAME-FORMAT]", metavar="DIR", callback=not_empty)
@click.option(
    "--labels",
    help="What the classes are called: one a line, or with commas between them. Of several outputs OUTPUT=FILE, of several models MODEL=FILE.",
    metavar="FILE",
    multiple=True,
)
@click.option("--package-version", "version", help="Of the package, for formats that have one.", metavar="X.Y.Z", default="1.0.0", callback=not_empty)
@click.option("--test-inputs", "inputs", type=click.IntRange(min=1), help="How many inputs the self-test holds.  [default: a few]", metavar="N")
@click.option(
    "--test-layers",
    "layers",
    type=click.Choice(["hashes", "full"]),
    default="hashes",
    help="What the self-test holds of what each layer answers: all of it tells the element that differs.  [default: hashes]",
)
@click.option("--force", is_flag=True, help="Replace files in the folder that no export wrote, or that were changed since.")
def command(
    given: Given,
    targets: tuple[str, ...],
    name: str | None,
    wanted: str,
    output: str | None,
    labels: tuple[str, ...],
    version: str,
    inputs: int | None,
    layers: str,
    force: bool,
) -> int:
    """Write models as C for your own firmware.

    TARGETS are converted first, where something has changed. Several become one package, and share what they have in common.
    """
    from plumbline.convert.export.build import GENERATOR, model_of, package_of
    from plumbline.convert.export.formats import formats
    from plumbline.convert.export.labels import with_labels
    from plumbline.convert.export.names import check_name, check_version, proposed
    from plumbline.convert.export.self_test import SelfTest
    from plumbline.convert.export.write import write_export

    if wanted not in formats():
        raise UsageError(f"There is no format {wanted!r}.{meant(wanted, formats())}", f"Formats: {', '.join(formats())}.")
    if name is not None:
        check_name(name)
    check_version(version)
    works = [replace(given, target=each).work() for each in targets] or [given.work()]
    models = []
    for work in works:
        work.check()
        work.convert()
        own = name if name and len(works) == 1 else proposed(work.target.model.stem if work.target.model else work.name)
        models.append(model_of(work.folder, check_name(own), SelfTest(inputs, layers), shlex.quote(work.target.text)))
    package = package_of(with_labels(models, labels, GENERATOR), name, version)
    folder = Path(output or f"{package.name}-{wanted}")
    chosen = formats()[wanted]
    record = write_export(folder, wanted, package, chosen.files(package), force=force)
    if given.json:
        sys.stdout.write(documents.to_json(record, 2))
    elif not given.quiet:
        for model in package.models:
            say(f"{model.name}: {model.compiled.memory.bytes:,} bytes of memory, {model.compiled.constant_bytes:,} bytes of constants")
        say(f"{len(record.files)} files in {folder}/.")
        say(chosen.next_step.format(folder=folder))
    return 0
