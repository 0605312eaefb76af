"""Opens a serial port or a URL and turns what the operating system says when it cannot into errors that tell what to do."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import serial

from plumbline.common import system, usage
from plumbline.common.errors import BoardNotFound, PlumblineError, PortBusy, PortDenied, UsageError

BAUD = 115200  # real UARTs need one; USB and sockets ignore it
SLICE_S = 0.02  # a read returns at least this often, so that every deadline is kept
WRITE_TIMEOUT_S = 2.0


SCHEMES = ("socket", "rfc2217", "loop")
"""Of the URLs that pyserial knows. The others write files (spy://), run other handlers (alt://) or take whatever port fits (hwgrep://)."""


def open_port(url: str) -> serial.Serial:
    """Open a device, or a URL of one of the SCHEMES.

    Raises:
        BoardNotFound: there is no such port, or nobody listens there.
        PortBusy: another program holds it; names the program where the system tells.
        PortDenied: the user lacks the permission.
        UsageError: not a port and not such a URL.
    """
    # pyserial's rfc2217 has no write timeout; its socket has one of its own
    write_timeout = None if url.lower().startswith("rfc2217://") else WRITE_TIMEOUT_S
    _check_url(url)
    try:
        return serial.serial_for_url(url, baudrate=BAUD, timeout=SLICE_S, write_timeout=write_timeout, exclusive=True)
    except ValueError as error:
        raise UsageError(f"{url!r} is not a port: {error}.", _like()) from error
    except (serial.SerialException, OSError) as error:
        raise _explain(url, error) from error


def owners(device: str) -> list[str]:
    """Programs that have a device open, as `name (pid 123)`; what the user may not see, and all of it outside Linux, is missing."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and any(os.path.realpath(each) == os.path.realpath(device) for each in (process / "fd").iterdir()):
                found.append(f"{(process / 'comm').read_text().strip()} (pid {process.name})")
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def _check_url(url: str) -> None:
    """pyserial trips over a URL without a port number with an exception that says nothing."""
    scheme, separator, _ = url.partition("://")
    if separator and scheme.lower() not in SCHEMES:
        raise UsageError(f"{url!r} is not a port: {scheme}:// is not taken.", _like())
    if other := system.waits_for_a_modem(url):
        raise UsageError(f"macOS opens {url} only once a modem has answered.", f"Give {other}, which is the same port.")
    if not url.lower().startswith(("socket://", "rfc2217://")):
        return
    try:
        complete = urlsplit(url).hostname and urlsplit(url).port
    except ValueError:
        complete = None
    if not complete:
        raise UsageError(f"{url!r} lacks a host or a port number.", f"Write it like {urlsplit(url).scheme}://127.0.0.1:4000.")


def _explain(url: str, error: OSError) -> PlumblineError:
    again = f"{usage.command('ports')} lists what is connected; choose one with {usage.command('verify', port='...')}."
    number = error.errno
    if sys.platform == "win32" and "PermissionError" in str(error):  # Windows says so when another program holds it
        number = errno.EBUSY
    if "://" in url:
        return BoardNotFound(f"Nobody answers at {url}: {_short(error)}.", "Start the other end first, or correct the address.")
    if number == errno.ENOENT or "FileNotFoundError" in str(error):
        return BoardNotFound(f"There is no port {url}.", again)
    if number in (errno.EACCES, errno.EPERM):
        return PortDenied(f"You may not open {url}.", f"{system.permission(url)} {usage.command('doctor')} checks the rest.")
    if number in (errno.EBUSY, errno.EAGAIN):
        names = ", ".join(owners(url)) or "Another program"
        return PortBusy(f"{names} holds {url}.", f"Close it ({system.holders()}) and try again.")
    return BoardNotFound(f"{url} cannot be used as a serial port: {_short(error)}.", again)


def _like() -> str:
    return f"Give a device like {system.port_example()} or a URL like socket://127.0.0.1:4000."


def _short(error: OSError) -> str:
    """The last part of pyserial's nested messages: what the operating system said."""
    return str(error).rsplit("] ", 1)[-1].strip(" .()'\"")
