"""A virtual board: a machine that QEMU emulates with our firmware on it, its UART on a socket of this machine, ended whatever happens to us."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from plumbline.common import boards, system, usage
from plumbline.common.board_description import Board
from plumbline.common.child import dies_with_parent
from plumbline.common.errors import BoardLost, BoardUnready, PlumblineError, QemuMissing
from plumbline.common.paths import CHECKOUT
from plumbline.host.devices import qemu_packages

QEMU = "qemu-system-arm"
"""Of the default board."""
_END_S = 2.0


def program(family: str = "arm") -> str:
    """The system's, or the one that `qemu_packages` brought.

    Args:
        family: of processors, as QEMU names its programs.

    Raises:
        QemuMissing: there is neither; the hint is the line to type.
    """
    name = f"qemu-system-{family}"
    found = shutil.which(name) or (shutil.which(str(qemu_packages.unpacked())) if name == QEMU else None)
    if found is None:
        hint = (
            _how_to_get()
            if name == QEMU
            else f"Install it: {system.install('qemu-system-misc' if system.debian() == 12 else 'qemu-system-riscv', 'qemu')}"
        )
        raise QemuMissing(f"{name} is not installed.", hint)
    return found


def _how_to_get() -> str:
    fetch = "`make setup`" if CHECKOUT else f"`{sys.executable} -m {qemu_packages.__name__}`"
    line = system.install("qemu-system-arm", "qemu")
    return f"{fetch} unpacks it without any right on this system; or install it: {line}" if qemu_packages.possible() else f"Install it: {line}"


class VirtualBoard:
    """A running QEMU, to be used in a `with` block; `url` is where its UART listens.

    Args:
        image: the firmware's ELF file.
        reboots: start the firmware again when it resets itself, as a chip does; else QEMU ends there, and the connection with it.
        on: the board; None takes that of the default environment.

    Raises:
        QemuMissing: there is no qemu-system-arm.
        BoardUnready: there is no image.
    """

    def __init__(self, image: Path, reboots: bool = False, on: Board | None = None) -> None:
        board = on or boards.default().board
        qemu = program(board.family)
        if not image.is_file():
            raise BoardUnready(f"The firmware {image} does not exist.", f"Build it: {usage.command('build')}.")
        self._image = image
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()
        # QEMU gets the listening socket itself: no other program can take the port in between, and we can connect at once
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
            self._process = subprocess.Popen(
                _command(qemu, board, image, listener.fileno(), reboots),
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end QEMU in order
                preexec_fn=dies_with_parent(),
            )

    def __enter__(self) -> VirtualBoard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        status = self._status(_END_S if isinstance(error, BoardLost) else 0)  # the socket closes a moment before the process ends
        self.close()
        if status and isinstance(error, PlumblineError):  # 0: the firmware reset itself, and the error tells the rest
            raise self._unready(status) from error
        self._stderr.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        """End QEMU: gently, then for certain."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _status(self, wait: float) -> int | None:
        """QEMU's exit status, or None when it still runs."""
        try:
            return self._process.wait(wait)
        except subprocess.TimeoutExpired:
            return None

    def _unready(self, status: int) -> BoardUnready:
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip()
        self._stderr.close()
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        shown = "\n".join(f"  {line}" for line in said.splitlines()[:12]) or "  (it said nothing)"
        return BoardUnready(
            f"QEMU ended by itself ({how}) while running {self._image}:\n{shown}",
            f"Build the firmware anew: {usage.command('verify', anew=True)}.",
        )


def _command(program: str, on: Board, image: Path, listener: int, reboots: bool) -> list[str]:
    # So many ns of virtual time per instruction: the board's timer then counts instructions exactly, on any host at any load.
    icount = f"shift={on.instruction_ns.bit_length() - 1}"
    uart = f"socket,id=uart,fd={listener},server=on,wait=on,nodelay=on"
    machine = ["-machine", on.machine, *(("-bios", "none") if on.family == "riscv32" else ())]
    return [
        *(program, *machine, "-nodefaults", "-display", "none", "-monitor", "none", *(() if reboots else ("-no-reboot",))),
        *("-chardev", uart, "-serial", "chardev:uart", "-icount", icount, "-kernel", str(image)),
    ]
