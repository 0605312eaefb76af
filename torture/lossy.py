"""A verification over a line that loses every fifth frame, each way."""

from __future__ import annotations

from pathlib import Path

from host.board import Board
from host.link import Link
from host.paths import image_of
from host.verdict import Verdict
from host.verify import verify
from host.virtual import VirtualBoard
from torture.lines import lost
from torture.models import manifest_of
from torture.proxy import proxied

SHARE = 0.2


def run(folder: Path, seed: int, first_wait: float = 0.05) -> Verdict:
    """Verify the virtual board in `folder`; an exchange arrives at the first try in 0.8 * 0.8 of all cases.

    Args:
        folder: build/NAME with the firmware built.
        seed: of what is lost.
        first_wait: seconds until the first resend; the host's own is `link.FIRST_WAIT_S`.
    """
    with (
        VirtualBoard(image_of(folder, "virtual")) as board,
        proxied(board.url, lost(SHARE), lost(SHARE), seed) as url,
        Link(url, first_wait=first_wait) as link,
    ):
        return verify(Board(link), folder, manifest_of(folder))
