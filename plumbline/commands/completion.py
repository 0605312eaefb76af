"""What a shell is offered behind options and arguments."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from plumbline.common.paths import recipe_names


def complete(*names: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    return lambda _context, _option, typed: [CompletionItem(name) for name in names if name.startswith(typed)]


def complete_target(_context: click.Context, _option: click.Parameter, typed: str) -> list[CompletionItem]:
    return [*(CompletionItem(name) for name in recipe_names() if name.startswith(typed)), CompletionItem(typed, type="file")]
