"""How every command ends: an exit code, and for a known error one message with its hint instead of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from common.errors import Interrupted, PlumblineError


def run(main: Callable[[], int]) -> NoReturn:
    """Call `main` and exit the process with what it returns, or with the code of the PlumblineError it raises."""
    try:
        code = main()
        sys.stdout.flush()
    except PlumblineError as error:
        report(error)
        code = error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = Interrupted.exit_code
    except BrokenPipeError:  # whoever read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        code = 128 + 13  # what a shell reports for SIGPIPE
    sys.exit(code)


def report(error: PlumblineError) -> None:
    """Print what happened and what to do about it on standard error."""
    print(f"error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint:  {error.hint}", file=sys.stderr)
