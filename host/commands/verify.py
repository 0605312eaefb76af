"""`python -m host verify NAME`: verifies a board and writes the reports."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from common.cli import add_output
from common.ending import explained
from common.limits import Limits
from common.manifest import Manifest
from common.outcome import Ended, Run
from host import markdown, report, terminal
from host.builds import Builds
from host.commands import arguments
from host.connect import connect
from host.paths import ENVIRONMENTS, ENVS, image_of
from host.symbols import naming
from host.verdict import Verdict
from host.verify import verify


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
        report.write(verdict, folder)
    except BaseException as error:
        if begun:
            begun.end(Ended.of(explained(error)))
        raise
    if given.json:
        sys.stdout.write(report.to_json(verdict))
    elif given.quiet:
        print(terminal.last_line(verdict))
    else:
        terminal.show(verdict, folder)
    markdown.append_summary(markdown.of_verdict(verdict))
    return verdict.exit_code


def _verify(given: argparse.Namespace, folder: Path) -> Verdict:
    manifest = Manifest.load(given.manifest or folder / "generated" / "manifest.json")
    limits = Limits.given(given.limits, manifest.limits)
    env = ENVIRONMENTS[given.env or next(iter(ENVS))]
    known = given.port is None and env.virtual
    builds = Builds(folder, env.name if known else given.env, image_of(folder, env.name) if known else None)
    with naming(lambda: builds.image), connect(given.port, env, folder) as board:
        return verify(board, folder, manifest, builds=builds, command=_command(given), limits=limits)


def _command(given: argparse.Namespace) -> str:
    """What repeats this verification from the folder it was started in."""
    python = Path(sys.executable)
    words = [str(python.relative_to(Path.cwd())) if python.is_relative_to(Path.cwd()) else "python", "-m", "host", "verify", given.name]
    words += ["--port", given.port] if given.port else []
    words += ["--env", given.env or next(iter(ENVS))] if given.env or not given.port else []
    words += ["--build", str(given.build)] if given.build != Path("build") else []
    words += ["--manifest", str(given.manifest)] if given.manifest else []
    words += ["--limits", limits] if (limits := Limits.text(given.limits)) else []
    return shlex.join(words)
