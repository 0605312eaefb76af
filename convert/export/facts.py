"""What an exported model costs, as lines of its header: what was measured of it, and what its C takes on a few cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plumbline.common.measured import measured
from plumbline.convert.export.costs import Cost, costs_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.header import with_header


def with_facts(model: ExportedModel, folder: Path, generator: str) -> ExportedModel:
    """The model whose header says what it costs, where that is known.

    Args:
        model: with its header and source.
        folder: build/NAME, where what was measured is.
        generator: see `with_header`.
    """
    costs = costs_of(model.name, model.header, model.source)
    found = measured(folder, model.manifest)
    told = "" if found is None else f"{found.sentence}."
    return with_header(replace(model, facts=(*filter(None, [told]), *lines_of(costs)), measured=told, costs=costs), generator)


def lines_of(costs: Sequence[Cost]) -> list[str]:
    """A sentence for each core."""
    return [
        f"{each.core} ({each.compiler}): {each.code:,} bytes of code, {each.constants:,} bytes of constants"
        f"{f', at most {each.stack_text}' if each.stack_text else ''}."
        for each in costs
    ]
