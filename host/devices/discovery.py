"""Which serial ports are there, and which of them are boards: a board's description says how it shows itself on USB."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports

from plumbline.common import boards, system, usage
from plumbline.common.board_description import Board
from plumbline.common.errors import BoardNotFound, SeveralBoards


@dataclass(frozen=True)
class Port:
    """A serial port of this computer; `usb` is vendor and product id, or None for one that is not USB."""

    device: str
    usb: tuple[int, int] | None
    description: str
    serial_number: str

    @property
    def role(self) -> str:
        """What it is to Plumbline, or nothing. Boards of one USB identity are all named."""
        if self.usb is None:
            return ""
        found = [each.title for each in boards.boards().values() if each.usb == self.usb]
        found += [f"{each.title} in its boot loader" for each in boards.boards().values() if each.usb_boot_loader == self.usb]
        return " or ".join(dict.fromkeys(found))  # one board may have several descriptions


def list_all() -> list[Port]:
    """All serial ports, sorted by device name."""
    return sorted(
        (
            Port(
                each.device,
                (each.vid, each.pid) if each.vid is not None and each.pid is not None else None,
                "" if each.description in (None, "n/a") else each.description,
                each.serial_number or "",
            )
            for each in list_ports.comports()
        ),
        key=lambda port: port.device,
    )


def connected(kind: Board | None = None) -> list[Port]:
    """Where a board of this kind, or of any that is known, runs a firmware."""
    known = [each.usb for each in ([kind] if kind else boards.boards().values()) if each.usb]
    return [port for port in list_all() if port.usb in known]


def find_board(kind: Board, wanted_by: str = "verify") -> Port:
    """The one connected board of a kind, which runs a firmware; `wanted_by` is the command that hints name.

    Raises:
        BoardNotFound: there is none, it waits in its boot loader, or its kind cannot be told.
        SeveralBoards: there are more than one.
    """
    name_it = f"name its port: {usage.command(wanted_by, port=system.port_example())}"
    if kind.usb is None:
        raise BoardNotFound(f"USB does not tell which port is the {kind.title}.", f"N{name_it[1:]}.")
    found = connected(kind)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{each.device} (serial number {each.serial_number or 'unknown'})" for each in found)
        raise SeveralBoards(f"{len(found)} boards are connected: {names}.", f"Choose one: {usage.command(wanted_by, port=found[0].device)}.")
    ports = list_all()
    if any(port.usb == kind.usb_boot_loader for port in ports if port.usb):
        raise BoardNotFound(
            f"The {kind.title} waits in its boot loader.", f"Press its reset button once, or write a firmware with {usage.command('flash')}."
        )
    others = ", ".join(f"{port.device} ({port.role})" if port.role else port.device for port in ports) or "none"
    raise BoardNotFound(
        f"No {kind.title} is connected (USB {boards.usb_text(kind.usb)}; other serial ports: {others}).",
        f"Connect it with a data cable, or {name_it}. Without a port, {usage.command('verify')} runs on an emulated board.",
    )


def find_for_upload(kind: Board) -> Port:
    """The one connected board of a kind, whether it runs a firmware or waits in its boot loader.

    Raises:
        BoardNotFound, SeveralBoards: as `find_board`.
    """
    waiting = [port for port in list_all() if port.usb and port.usb == kind.usb_boot_loader]
    return waiting[0] if len(waiting) == 1 and not connected(kind) else find_board(kind, "flash")
