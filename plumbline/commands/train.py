"""`plumbline train`: fits a recipe's model."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from plumbline.commands.options import BUILD, STAGES, TARGET, Given, define
from plumbline.common.ending import say
from plumbline.common.progress import task
from plumbline.pipeline.freshness import Stamp, digest, own, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras
    import numpy as np
    from numpy.typing import NDArray


@define(
    "plumbline train sine",
    "plumbline train my_recipe.py",
    takes=(TARGET, STAGES, BUILD),
    result="training.json instead of a report",
    quiet="no report",
)
def command(given: Given) -> int:
    """Fit a recipe's model.

    It writes model.keras, training.json and loss.png to a folder of the recipe's name in the build folder, unless nothing has changed since.
    """
    work = given.work()
    if given.only:
        from plumbline.training import recipe
        from plumbline.training.fit import fit

        found = recipe.find_in(work.target.file) if work.target.file else recipe.find(work.target.text)
        fit(found, work.folder, (lambda _: None) if given.silent else say, partial(_check_layers, work.folder, found.name))
    else:
        work.check()
        work.train()
    if given.json:
        sys.stdout.write((work.folder / "training.json").read_text())
    return 0


def _check_layers(folder: Path, name: str, model: keras.Model, inputs: Sequence[NDArray[np.float32]]) -> bool:
    """Refuse layers that no board can run. Those that were looked at before are not looked at again, and the model stays unused."""
    from plumbline.convert.preflight import check_layers

    seen = Stamp(folder / ".layers", digest({**own("convert"), **own("common", below=False)}, [*versions(), model.to_json()]), [])
    if seen.fresh:
        return False
    with task(f"Trying the layers of {name}"):
        check_layers(model, inputs, name)
    folder.mkdir(parents=True, exist_ok=True)
    seen.done()
    return True
