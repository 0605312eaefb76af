"""From what a user names (a port, an environment, or nothing) to a connected board, given back whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.common import usage
from plumbline.common.board_description import Environment
from plumbline.common.paths import image_of
from plumbline.host.devices import discovery
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard

AUTO = "auto"
"""Instead of a port: the connected board whose USB identity says that it is one."""


@contextmanager
def connect(url: str | None, env: Environment, folder: Path, on_text: Callable[[bytes], None] | None = None) -> Iterator[Board]:
    """A board for the length of a `with` block.

    Args:
        url: a port or URL; AUTO looks for a connected board; None emulates the board where that can be, and else looks for a connected one.
        env: the environment whose firmware it runs.
        folder: build/NAME, where the image for an emulated board lies.
        on_text: gets what the board says to a person.

    Raises:
        BoardNotFound, SeveralBoards, PortBusy, PortDenied, UsageError: no port, see `find_board` and `open_port`.
        QemuMissing, SetupFailed, BoardUnready: no emulated board.
    """
    if url is None and env.emulated:
        with VirtualBoard(image_of(folder, env.name), on=env.board) as virtual, Link(virtual.url, on_text) as link:
            yield Board(link, emulated=not env.virtual)
    else:
        device = discovery.find_board(env.board).device if url in (None, AUTO) else url
        with Link(device, on_text) as link:
            yield Board(link)


def passed_over(url: str | None, env: Environment) -> str:
    """A line for a person whose board is connected while the emulated one is taken; empty where there is nothing to say.

    Args:
        url, env: as of `connect`.
    """
    if url is not None or not env.emulated or env.virtual or not (found := discovery.connected(env.board)):
        return ""
    return f"{env.board.title}: an emulated one runs; `{usage.option('port', AUTO)}` takes the one that is connected, {found[0].device}."
