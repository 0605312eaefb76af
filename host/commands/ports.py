"""`python -m plumbline.host ports`: the serial ports of this computer, and which of them is a board."""

from __future__ import annotations

import argparse
from typing import Any

from rich.markup import escape
from rich.table import Table

from plumbline.host.devices import discovery
from plumbline.host.reports.terminal import Terminal


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("ports", help="list the serial ports and the boards among them")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print the table."""
    found = discovery.list_all()
    if not found:
        print("No serial port is there. The virtual board needs none: make verify")
        return 0
    table = Table("port", "USB", "serial number", "description", "board")
    for port in found:
        usb = f"{port.usb[0]:04x}:{port.usb[1]:04x}" if port.usb else ""
        table.add_row(*map(escape, (port.device, usb, port.serial_number, port.description, port.role)))
    Terminal().print(table)
    return 0
