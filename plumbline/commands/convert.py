"""`plumbline convert`: quantizes a trained recipe or a model of one's own, and writes its C sources."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from plumbline.commands.options import BOARD, BUILD, MODEL, STAGES, Given, define
from plumbline.common.ending import say
from plumbline.pipeline.work import Work


@define(
    "plumbline convert linear",
    "plumbline convert model.tflite",
    "plumbline convert model.keras --samples inputs.npy",
    takes=(MODEL, BOARD, STAGES, BUILD),
    result="the manifest instead of a report",
    quiet="no report",
)
@click.option("--per-channel-dense", is_flag=True, help="One weight scale per output of a Dense layer; not every board can run it.")
def command(given: Given, per_channel_dense: bool) -> int:
    """Quantize a model and write its C sources.

    A recipe is trained first, where something has changed. What is written goes to the model's folder in the build folder.
    """
    work = given.work(per_channel_dense=per_channel_dense)
    if given.only:
        _convert(work, (lambda _: None) if given.silent else say)
    else:
        work.check()
        work.convert()
    if given.json:
        sys.stdout.write((work.folder / "generated" / "manifest.json").read_text())
    return 0


def _convert(work: Work, tell: Callable[[str], None]) -> None:
    from plumbline.common import boards
    from plumbline.common.limits import Limits
    from plumbline.convert.import_model import bring
    from plumbline.convert.pipeline import convert

    board = boards.board(work.board) if work.board else None
    if work.target.model:
        bring(
            work.target.model,
            work.build,
            tell,
            work.samples,
            trust=work.trust,
            per_channel_dense=work.per_channel_dense,
            activations=work.activations,
            limits=Limits.parse(work.limits or ""),
            board=board,
        )
    else:
        convert(work.folder, tell, work.per_channel_dense, work.limits or "", board, work.activations)
