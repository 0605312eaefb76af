"""Which firmware environment is meant: by its name, or by a board and an engine."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common import boards
from plumbline.common.board_description import Environment
from plumbline.common.errors import UsageError
from plumbline.common.usage import option

EXTERNAL = "external"
"""Instead of an engine: one that is not Plumbline's, in firmware that is not built here."""


@dataclass(frozen=True)
class Chosen:
    """A firmware environment, and how sure that is."""

    env: Environment
    demanded: bool
    """Somebody named it, or an engine; else a board that is connected may run another one, and says itself what it runs."""


def engines() -> tuple[str, ...]:
    """Every engine that some board has."""
    return tuple(dict.fromkeys(each.engine for each in boards.environments().values()))


def named() -> tuple[str, ...]:
    """What may be given as an engine."""
    return (*engines(), EXTERNAL)


def choose(env: str | None, board: str | None, engine: str | None, default: Environment) -> Chosen:
    """The environment of that name, or the first of the board that has the engine.

    Args:
        env: its name; then there is no need of the others.
        board, engine: either may be None, which takes the default's board, or the first engine of the board.
        default: what is meant where nothing is given.

    Raises:
        UsageError: there is none, or `env` comes with a board or an engine.
    """
    if env is not None:
        if board is not None or engine is not None:
            raise UsageError(f"{option('env')} names a board and an engine already.", "Give it alone, or --board and --engine without it.")
        return Chosen(boards.environment(env), True)
    if engine == EXTERNAL:
        hint = "Build the firmware yourself, with the files of `plumbline export --format harness`; `plumbline verify` asks it behind --port."
        raise UsageError(f"{option('engine', EXTERNAL)} is firmware that is not built here.", hint)
    if board is None and engine is None:
        return Chosen(default, False)
    return Chosen(boards.environment_for(boards.board(board) if board else default.board, engine), engine is not None)
