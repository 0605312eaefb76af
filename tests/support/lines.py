"""What tests of the link have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from plumbline.common.wire import Request
from plumbline.host.devices.frame import Frame
from plumbline.host.devices.link import Link
from tests.support.peers import Script

Line = Callable[[Script], AbstractContextManager[str]]


def briefly(link: Link) -> Frame:
    """One request that gives up soon."""
    return link.exchange(Request.STATS, patience=0.4)
