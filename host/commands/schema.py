"""`python -m plumbline.host schema NAME`: prints the JSON Schema of a file that the project writes."""

from __future__ import annotations

import argparse
import json
from typing import Any

from plumbline.host.verdict.schemas import FORMS, published


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("schema", help="the JSON Schema of verdict.json, or of another file that is written")
    parser.add_argument("name", nargs="?", choices=FORMS, default="verdict", help="the file, without .json (default: verdict)")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print it."""
    print(json.dumps(published(given.name), indent=1))
    return 0
