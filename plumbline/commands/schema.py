"""`plumbline schema`: the JSON Schema of a file that the project writes."""

from __future__ import annotations

import json

import click

from plumbline.commands.options import Given, define
from plumbline.host.verdict.schemas import FORMS, published


@define("plumbline schema manifest", result="the same")
@click.argument("name", type=click.Choice(list(FORMS)), default="verdict")
def command(given: Given, name: str) -> int:
    """Print the JSON Schema of verdict.json, or of another file that is written."""
    print(json.dumps(published(name), indent=1))
    return 0
