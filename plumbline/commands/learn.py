"""`plumbline learn`: writes the lesson to learn.html and learn/*.png in the build folder, and opens it where there is a screen."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Mapping

import click

from plumbline.commands.options import BUILD, STAGES, Given, define
from plumbline.common import usage
from plumbline.common.ending import say
from plumbline.common.files import write_if_changed
from plumbline.common.progress import task
from plumbline.learn import lesson, page, png, terminal
from plumbline.pipeline.target import Target
from plumbline.pipeline.work import Work


@define("plumbline learn", takes=(STAGES, BUILD), result="where the page and its figures are")
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@click.option("--text", is_flag=True, help="Print the int8 staircase here instead.")
@click.option("--from", "begin", type=float, default=terminal.BEGIN, show_default=True, metavar="X", help="With --text, the first x to show.")
def command(given: Given, no_open: bool, text: bool, begin: float) -> int:
    """Write the lesson: one page, its figures as PNG files, and open it where there is a screen.

    The recipes linear and sine are trained first, where something has changed.
    """
    build = given.results
    if not given.only:
        linear, sine = (Work(Target.parse(name), build, name, anew=given.anew, show=given.show) for name in ("linear", "sine"))
        sine.train()
        linear.convert()
    loaded = lesson.load(build)
    if text:
        for line in terminal.staircase(loaded.stairs, begin):
            say(line)
        return 0
    plots = page.figures(loaded)
    path = build / "learn.html"
    with task("Drawing the lesson", len(plots), "figures") as advance:
        for number, plot in enumerate(plots.values(), 1):
            write_if_changed(build / "learn" / f"{number:02}-{plot.name}.png", png.draw(plot))
            advance(1)
    write_if_changed(path, page.to_html(loaded, plots))
    if given.json:
        print(json.dumps({"page": str(path), "figures": str(build / "learn")}))
    elif not given.quiet:
        print(f"the lesson    {path}")
        print(f"its figures   {build / 'learn'}")
        print(f"in numbers    {usage.line('descent')} --help")
        print(f"              {usage.program()} learn --text")
    if not no_open and has_screen(os.environ, sys.platform):
        webbrowser.open(path.resolve().as_uri())
    return 0


def has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser window would be seen: not in CI, not over a bare SSH line, not on a server."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
