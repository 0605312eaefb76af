"""`plumbline ports`: the serial ports of this computer, and which of them is a board."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import Given, define
from plumbline.common import usage
from plumbline.host.devices import discovery
from plumbline.host.reports.terminal import Terminal


@define("plumbline ports", result="a list instead of a table")
def command(given: Given) -> int:
    """List the serial ports of this computer, and the boards among them."""
    found = discovery.list_all()
    if given.json:
        print(json.dumps([{**asdict(port), "board": port.role} for port in found], indent=1))
        return 0
    if not found:
        print(f"No serial port is there. The virtual board needs none: {usage.line('verify')}")
        return 0
    table = Table("port", "USB", "serial number", "description", "board")
    for port in found:
        usb = f"{port.usb[0]:04x}:{port.usb[1]:04x}" if port.usb else ""
        table.add_row(*map(escape, (port.device, usb, port.serial_number, port.description, port.role)))
    Terminal().print(table)
    return 0
