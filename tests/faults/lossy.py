"""A verification over a line that loses every fifth frame, each way."""

from __future__ import annotations

from pathlib import Path

from plumbline.common.paths import image_of
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify
from tests.faults.lines import lost
from tests.faults.models import manifest_of
from tests.faults.proxy import proxied

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
