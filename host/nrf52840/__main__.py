"""`python -m plumbline.host.nrf52840 IMAGE --listener FD [--reboots]`: the emulated chip as a process, for `VirtualBoard`, whose child it is."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from plumbline.common.errors import PlumblineError
from plumbline.host.nrf52840.serve import Server

_STDOUT = 1


def main() -> int:
    """Serve until the firmware resets itself; 0 then, else what went wrong is on standard error. Standard output is closed once the port is there."""
    parser = argparse.ArgumentParser(prog="plumbline.host.nrf52840", description="Run an image on an emulated nRF52840.")
    parser.add_argument("image", type=Path, help="an ELF file, or Intel HEX")
    parser.add_argument("--listener", type=int, required=True, help="file descriptor of the listening socket that its USB serial port is offered on")
    parser.add_argument("--reboots", action="store_true", help="start the firmware again after a reset")
    given = parser.parse_args()
    try:
        Server(given.image, socket.socket(fileno=given.listener), given.reboots, _announce).run()
    except PlumblineError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


def _announce() -> None:
    """Whoever reads our standard output finds its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDOUT)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
