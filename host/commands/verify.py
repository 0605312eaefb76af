"""`python -m plumbline.host verify NAME`: verifies a board and writes the reports."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from plumbline.common import boards
from plumbline.common.cli import add_output
from plumbline.common.ending import explained
from plumbline.common.limits import Limits
from plumbline.common.manifest import Manifest
from plumbline.common.outcome import Ended, Run
from plumbline.common.paths import image_of
from plumbline.host.commands import arguments
from plumbline.host.devices.connect import connect
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.symbols import naming
from plumbline.host.reports import markdown, report_writer, terminal
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("verify", help="prove that a board answers what the model says")
    arguments.add_board(parser)
    parser.set_defaults(env=None)  # a board behind a port says itself what it runs
    parser.add_argument("--manifest", type=Path, help="hold the board to this manifest (default: the one in the build folder)")
    parser.add_argument("--limits", metavar="NAME=VALUE ...", help='what the board must reach on the samples, e.g. "agreement=0.9 rms=0.1"')
    add_output(parser, "and the last line only", "verdict.json instead of tables")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Verify, report, and end with the verdict's exit code.

    Raises:
        PlumblineError: anything that kept the verification from a verdict; verdict.json and junit.xml say so then.
    """
    folder = given.build / given.name
    begun = Run.begin(folder, given.name, _command(given)) if folder.is_dir() else None
    try:
        verdict = _verify(given, folder)
        report_writer.write(verdict, folder)
    except BaseException as error:
        if begun:
            begun.end(Ended.of(explained(error)))
        raise
    if given.json:
        sys.stdout.write(report_writer.to_json(verdict))
    elif given.quiet:
        print(terminal.last_line(verdict))
    else:
        terminal.show(verdict, folder)
    markdown.append_summary(markdown.of_verdict(verdict))
    return verdict.exit_code


def _verify(given: argparse.Namespace, folder: Path) -> Verdict:
    manifest = Manifest.load(given.manifest or folder / "generated" / "manifest.json")
    limits = Limits.given(given.limits, manifest.limits)
    env = boards.environment(given.env) if given.env else boards.default()
    known = given.port is None and env.virtual
    builds = Builds(folder, env.name if known else given.env, image_of(folder, env.name) if known else None)
    with naming(lambda: builds.image), connect(given.port, env, folder) as board:
        return verify(board, folder, manifest, builds=builds, command=_command(given), limits=limits)


def _command(given: argparse.Namespace) -> str:
    """What repeats this verification from the folder it was started in."""
    python = Path(sys.executable)
    words = [str(python.relative_to(Path.cwd())) if python.is_relative_to(Path.cwd()) else "python", "-m", "plumbline.host", "verify", given.name]
    words += ["--port", given.port] if given.port else []
    words += ["--env", given.env or boards.default().name] if given.env or not given.port else []
    words += ["--build", str(given.build)] if given.build != Path("build") else []
    words += ["--manifest", str(given.manifest)] if given.manifest else []
    words += ["--limits", limits] if (limits := Limits.text(given.limits)) else []
    return shlex.join(words)
