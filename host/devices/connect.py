"""From what a user names (a port, an environment, or nothing) to a connected board, given back whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.common.board_description import Environment
from plumbline.common.paths import image_of
from plumbline.host.devices import discovery
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.qemu import VirtualBoard


@contextmanager
def connect(url: str | None, env: Environment, folder: Path, on_text: Callable[[bytes], None] | None = None) -> Iterator[Board]:
    """A board for the length of a `with` block.

    Args:
        url: a port or URL; None takes the virtual board for a virtual environment and looks for a connected one else.
        env: the environment whose firmware it runs.
        folder: build/NAME, where the virtual board's image lies.
        on_text: gets what the board says to a person.

    Raises:
        BoardNotFound, SeveralBoards, PortBusy, PortDenied, UsageError: no port, see `find_board` and `open_port`.
        QemuMissing, BoardUnready: no virtual board.
    """
    if url is None and env.virtual:
        with VirtualBoard(image_of(folder, env.name), on=env.board) as virtual, Link(virtual.url, on_text) as link:
            yield Board(link)
    else:
        with Link(url or discovery.find_board(env.board).device, on_text) as link:
            yield Board(link)
