"""`python -m plumbline.learn --build DIR`: writes the lesson to DIR/learn.html and DIR/learn/*.png, and opens it where there is a screen."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from plumbline.common.ending import say
from plumbline.common.files import write_if_changed
from plumbline.common.progress import task
from plumbline.learn import lesson, page, png, terminal


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.learn", description="Write the lesson: one page, and its figures as PNG files.")
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--no-open", action="store_true", help="do not open the page in a browser")
    parser.add_argument("--text", action="store_true", help="print the int8 staircase here instead")
    parser.add_argument("--from", dest="begin", type=float, default=terminal.BEGIN, metavar="X", help="with --text, the first x to show, default: 2")
    arguments = parser.parse_args()
    loaded = lesson.load(arguments.build)
    if arguments.text:
        for line in terminal.staircase(loaded.stairs, arguments.begin):
            say(line)
        return 0
    plots = page.figures(loaded)
    path: Path = arguments.build / "learn.html"
    with task("Drawing the lesson", len(plots), "figures") as advance:
        for number, plot in enumerate(plots.values(), 1):
            write_if_changed(arguments.build / "learn" / f"{number:02}-{plot.name}.png", png.draw(plot))
            advance(1)
    write_if_changed(path, page.to_html(loaded, plots))
    print(f"the lesson    {path}")
    print(f"its figures   {arguments.build / 'learn'}")
    print("in numbers    python -m plumbline.training descent --help")
    print("              python -m plumbline.learn --text")
    if not arguments.no_open and has_screen(os.environ, sys.platform):
        webbrowser.open(path.resolve().as_uri())
    return 0


def has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser window would be seen: not in CI, not over a bare SSH line, not on a server."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
