"""Which serial ports are there, and which of them is the Arduino Nano 33 BLE."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports

from plumbline.common.errors import BoardNotFound, SeveralBoards

NANO_APP = (0x2341, 0x805A)
NANO_BOOT_LOADER = (0x2341, 0x005A)


@dataclass(frozen=True)
class Port:
    """A serial port of this computer; `usb` is vendor and product id, or None for one that is not USB."""

    device: str
    usb: tuple[int, int] | None
    description: str
    serial_number: str

    @property
    def role(self) -> str:
        """What it is to Plumbline, or nothing."""
        return {NANO_APP: "Nano 33 BLE", NANO_BOOT_LOADER: "Nano 33 BLE in its boot loader"}.get(self.usb or (0, 0), "")


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


def boards() -> list[Port]:
    """The Nano 33 BLEs that run a sketch."""
    return [port for port in list_all() if port.usb == NANO_APP]


def find_board() -> Port:
    """The one connected Nano 33 BLE that runs a sketch.

    Raises:
        BoardNotFound: there is none, or it waits in its boot loader.
        SeveralBoards: there are more than one.
    """
    found = boards()
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{each.device} (serial number {each.serial_number or 'unknown'})" for each in found)
        raise SeveralBoards(f"{len(found)} boards are connected: {names}.", f"Choose one: `make verify PORT={found[0].device}`.")
    ports = list_all()
    if any(port.usb == NANO_BOOT_LOADER for port in ports):
        raise BoardNotFound("The Nano 33 BLE waits in its boot loader.", "Press its reset button once, or write a firmware with `make flash`.")
    others = ", ".join(port.device for port in ports) or "none"
    raise BoardNotFound(
        f"No Nano 33 BLE is connected (USB 2341:805a; other serial ports: {others}).",
        "Connect it with a data cable, or name its port: `make verify PORT=/dev/ttyACM0`. Without a board, `make verify` uses the virtual one.",
    )


def find_for_upload() -> Port:
    """The one connected Nano 33 BLE, whether it runs a sketch or waits in its boot loader.

    Raises:
        BoardNotFound, SeveralBoards: as `find_board`.
    """
    waiting = [port for port in list_all() if port.usb == NANO_BOOT_LOADER]
    return waiting[0] if len(waiting) == 1 and not boards() else find_board()
