"""The virtual board's image under a test's hands: looked into, patched, rebuilt, and run in a QEMU that ends at a reset."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elftools.elf.elffile import ELFFile

from plumbline.common.paths import FIRMWARE
from plumbline.host.firmware import firmware


def platformio(generated: Path, build: Path, env: str = "virtual") -> Path:
    """Build an environment in `build`, whatever a manifest says about the generated folder. The ELF file as the linker left it.

    PlatformIO takes a relative path from its project's folder, not from here: a relative `build` would be written into the sources.
    """
    generated, build = generated.resolve(), build.resolve()
    command = [sys.executable, "-m", "platformio", "run", "--project-dir", str(FIRMWARE), "--environment", env]
    variables = firmware.environment(generated.parent, env)
    variables |= {"PLUMBLINE_GENERATED": str(generated), "PLATFORMIO_BUILD_DIR": str(build), "PLATFORMIO_WORKSPACE_DIR": str(build / "workspace")}
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return build / env / "firmware.elf"


def tool(name: str, *arguments: str | Path) -> str:
    """What one of the compiler's tools prints."""
    return subprocess.run([f"arm-none-eabi-{name}", *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def sections(image: Path) -> dict[str, int]:
    """Size in bytes of each section."""
    words = [line.split() for line in tool("size", "-A", "-d", image).splitlines()]
    return {line[0]: int(line[1]) for line in words if len(line) == 3 and line[0].startswith(".")}


def patched(image: Path, symbol: str, halfwords: tuple[int, ...], target: Path) -> Path:
    """A copy of the image in which `symbol`, a function or initialized data, begins with these instructions of 16 bits or halves of words."""
    return overwritten(image, symbol, b"".join(each.to_bytes(2, "little") for each in halfwords), target)


def overwritten(image: Path, symbol: str, code: bytes, target: Path) -> Path:
    """A copy of the image in which `symbol`, a function or initialized data, begins with these bytes; the copy may take the image's place."""
    with image.open("rb") as file:
        elf = ELFFile(file)
        (value,) = {each["st_value"] for each in elf.get_section_by_name(".symtab").get_symbol_by_name(symbol)}
        address = value & ~1 if elf["e_machine"] == "EM_ARM" else value  # without the bit for Thumb
        segments = [each.header for each in elf.iter_segments() if each["p_type"] == "PT_LOAD"]
    (at,) = (each["p_offset"] + address - each["p_vaddr"] for each in segments if each["p_vaddr"] <= address < each["p_vaddr"] + each["p_filesz"])
    data = bytearray(image.read_bytes())
    data[at : at + len(code)] = code
    target.write_bytes(data)
    return target


@contextmanager
def running(image: Path) -> Iterator[socket.socket]:
    """The image in QEMU, and its UART as a socket. A reset ends QEMU."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        uart = f"socket,id=uart,fd={listener.fileno()},server=on,wait=on"
        command = ["qemu-system-arm", "-M", "mps2-an386", "-nodefaults", "-display", "none", "-no-reboot", "-icount", "shift=6"]
        command += ["-chardev", uart, "-serial", "chardev:uart", "-kernel", str(image)]
        qemu = subprocess.Popen(command, pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(5)
            yield line
    finally:
        qemu.kill()
        qemu.wait()


def read_until(line: socket.socket, end: bytes) -> str:
    """What the board says up to `end`, which has to come; b"" stands for the end of the connection."""
    said = b""
    while not (end and said.endswith(end)):
        data = line.recv(4096)
        if not data:
            assert not end, f"the connection ended after {said!r}"
            break
        said += data
    return said.decode()
