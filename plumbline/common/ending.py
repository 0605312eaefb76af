"""How every command ends: in an exit code, and one message with its hint, whatever happened; a traceback goes to a file, never to the terminal.

It needs nothing but the standard library, so that it is there when a package is not.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from plumbline.common.errors import FileTrouble, InternalError, Interrupted, OutOfMemory, PlumblineError, SetupFailed
from plumbline.common.outcome import BEGUN, Ended, Run
from plumbline.common.paths import CHECKOUT, ROOT, install_anew
from plumbline.common.text import broken, indented, printable

OURS = ("benchmarks", "plumbline", "tests", "tools")
ERROR_FILE = "PLUMBLINE_ERROR_FILE"
"""Environment variable: where a stage leaves the error it ends with, for the run that it is a stage of."""
HELD = "PLUMBLINE_HOLDS_SIGINT"
"""Environment variable: whoever started us ignores Ctrl-C until we can say so without a traceback."""
SIGPIPE_CODE = 128 + 13
"""What a shell reports for SIGPIPE."""
_MEDIUM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class CtrlC(KeyboardInterrupt):
    """SIGINT. Where a plain KeyboardInterrupt passes through text that an extension module runs as Python while it is imported, Python kills itself
    with SIGINT in the end, whatever exit code it is given; a class of our own is spared that.
    """


class Signalled(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which end a run as Ctrl-C does."""


def run(main: Callable[[], int] | str) -> NoReturn:
    """Call `main` and exit the process with what it returns, or with the code of what it raises.

    Args:
        main: a function, or the name of a module with a function `main`: it is imported here, where a missing package becomes a message.
    """
    _open_streams()
    _silence()
    begun, code = os.environ.pop(BEGUN, ""), FileTrouble.exit_code
    try:
        _heed_signals()
        _need_stdout()
        if isinstance(main, str):
            main = importlib.import_module(main).main
        code = main()  # type: ignore[operator]
        with writing("Standard output"):
            _flush()
        _heed_no_more()  # what has ended is not interrupted, nor is the report of its end
    except SystemExit as ended:  # argparse has said why
        code = ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except BrokenPipeError:  # whoever read our output has left, as `| head` does
        code = SIGPIPE_CODE
    except BaseException as error:
        _heed_no_more()
        known = explained(error)
        _leave(known)
        _end_runs(begun, known)
        if not (isinstance(known, Interrupted) and os.environ.get(ERROR_FILE)):  # the run that this is a stage of says it once
            report(known)
        code = known.exit_code
    _give_up_stdout()
    sys.exit(code)


def explained(error: BaseException) -> PlumblineError:
    """Any exception as an error with a message, a hint and an exit code."""
    if isinstance(error, PlumblineError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(f"Interrupted by {error if isinstance(error, Signalled) else 'Ctrl-C'}.")
    if isinstance(error, MemoryError):
        return OutOfMemory("The computer's memory does not suffice.", "Close other programs, or use a smaller model.")
    if isinstance(error, ImportError) and not _ours(error):
        name = (error.name or "").split(".")[0]
        what = f"The Python package {name!r}" if name else "A Python package"
        extra = "firmware" if name in ("SCons", "platformio") else "all"
        return SetupFailed(f"{what} is missing in the environment or damaged: {error}.", install_anew(extra))
    if isinstance(error, OSError) and (error.errno in _MEDIUM or (error.filename is not None and error.errno is not None)):
        return _file_trouble(error)
    return _defect(error)


def report(error: PlumblineError) -> None:
    """Print what happened and what to do about it on standard error, without anything that a file or a board could play with."""
    with contextlib.suppress(OSError, ValueError):  # whoever closed standard error wants to hear nothing
        columns = _columns(sys.stderr)
        print(f"error: {indented(error.message, 7, columns)}", file=sys.stderr)
        if error.hint:
            print(f"hint:  {indented(error.hint, 7, columns)}", file=sys.stderr)
        sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of a report on standard output, on a terminal broken between words; what stands in it came from files and boards."""
    shown, columns = printable(line), _columns(sys.stdout)
    indent = " " * (len(shown) - len(shown.lstrip()) + 2)
    print("\n".join(broken(shown, columns, indent) if columns else [shown]))


def _columns(stream: TextIO) -> int:
    """How wide a terminal is; 0 for what is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else 0


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """While the block runs, a failure to write is one of `what`.

    Raises:
        FileTrouble: with the reason.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileTrouble(f"{what} cannot be written: {error.strerror or error}.", _hint(error)) from error


def _file_trouble(error: OSError) -> FileTrouble:
    where = "A file or standard output cannot be read or written" if error.filename is None else error.filename
    return FileTrouble(f"{where}: {error.strerror or error}.", _hint(error))


def _hint(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, or write elsewhere."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "See who owns the file or its folder, and whether you may write there."
    return "See that the file and its folder are there and can be used."


def _ours(error: ImportError) -> bool:
    """A module of this project that is missing is a defect, not a package."""
    return error.name is not None and error.name.split(".")[0] in OURS


def _defect(error: BaseException) -> InternalError:
    """The last handler: the traceback goes to a file, or to the terminal where everything is asked for."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    command = shlex.join([sys.executable, *sys.argv])
    record = f"command: {command}\npython: {sys.version}\n\n{text}"
    where = _record(record)
    if os.environ.get("V") or "--verbose" in sys.argv:
        with contextlib.suppress(OSError, ValueError):
            print(printable(text, keep="\n"), file=sys.stderr)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    at = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
    message = f"A defect of Plumbline: {type(error).__name__}: {' '.join(str(error).split())[:300]}{at}."
    return InternalError(message, f"Please report it, with what is in {where}." if where else f"Please report it, with the command: {command}")


def _record(text: str) -> str:
    """Where the traceback was written; empty where nothing can be written."""
    name = f"defect-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in (*([ROOT / "build"] if CHECKOUT else []), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text, errors="backslashreplace")
            return str(folder / name)
    return ""


def _leave(error: PlumblineError) -> None:
    """Tell the run that this process is a stage of what it ended with."""
    file = os.environ.get(ERROR_FILE)
    if file:
        with contextlib.suppress(OSError):
            Path(file).write_text(json.dumps(asdict(Ended.of(error))))


def _end_runs(begun: str, error: PlumblineError) -> None:
    """What became of runs that were begun before this process; where nobody waits for it any more they have not finished."""
    waiting, *folders = json.loads(begun or "[0]")
    if waiting == os.getppid():
        for folder in folders:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                Run.begun(Path(folder)).end(Ended.of(error))


def _open_streams() -> None:
    """A closed standard stream would give its number to the next file that is opened: it becomes the null device.

    A terminal without Unicode shows escapes and question marks instead of a traceback.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            if number == 2:
                sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _need_stdout() -> None:
    if sys.stdout is None:
        raise FileTrouble("Standard output is closed.", "Send it to a file, or to /dev/null where nothing is to be shown.")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _give_up_stdout() -> None:
    """Python flushes once more at its end, and must not fail then."""
    try:
        _flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _silence() -> None:
    """What libraries warn of, and what goes wrong while objects are taken down, is not for the user."""
    if sys.warnoptions or "--verbose" in sys.argv:
        return
    warnings.showwarning = lambda *_, **__: None
    sys.unraisablehook = lambda _: None


def _heed_signals() -> None:
    """SIGTERM and SIGHUP end a run like Ctrl-C, but for one that was started to outlive its terminal (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        return
    held = [signal.SIGINT] if os.environ.pop(HELD, "") else []
    for number in _SIGNALS:
        if number in held or signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _signalled)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)  # whoever started us held them back until now


def _heed_no_more() -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _signalled(number: int, _frame: FrameType | None) -> None:
    """The first one ends the run; those behind it must not disturb the end."""
    _heed_no_more()
    raise CtrlC if number == signal.SIGINT else Signalled(signal.Signals(number).name)
