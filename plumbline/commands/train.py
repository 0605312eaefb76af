"""`plumbline train`: fits a recipe's model."""

from __future__ import annotations

import sys

from plumbline.commands.options import BUILD, STAGES, TARGET, Given, define
from plumbline.common.ending import say


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
        fit(found, work.folder, (lambda _: None) if given.silent else say)
    else:
        work.check()
        work.train()
    if given.json:
        sys.stdout.write((work.folder / "training.json").read_text())
    return 0
