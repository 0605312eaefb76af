"""What to do after a PASS: one line for a person at a terminal, with the command as they would type it."""

from __future__ import annotations

from pathlib import Path

from plumbline.common import boards, usage


def after_pass(folder: Path, real: bool, env: str = "") -> str:
    """The line.

    Args:
        folder: the model's own folder in the build folder.
        real: whether a board that is connected has passed, and not one that runs on this computer.
        env: the environment of an emulated board that one can own as well.
    """
    if not real:
        board = (boards.environment(env) if env else boards.connected()).board
        return f"next  with a board, {board.title}: {usage.line('flash', folder.name, env=env)}"
    verdict = folder / "verdict.json"
    return f"next  keep it for CI: cp {verdict} baseline.json; later {usage.line('compare')} baseline.json {verdict} tells what changed"
