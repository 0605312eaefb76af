"""The boards that firmware is built for, and the environments that PlatformIO builds it in; firmware/boards has one description a board."""

from __future__ import annotations

from plumbline.common.board_description import PAGE, PREFIX, Board, Environment, read
from plumbline.common.errors import UsageError
from plumbline.common.paths import FIRMWARE
from plumbline.common.platformio_ini import Project, words
from plumbline.common.text import meant


def boards() -> dict[str, Board]:
    """Every board by name, the emulated ones first.

    Raises:
        BadBoard: a description lacks something or contradicts itself.
    """
    return {each.board.name: each.board for each in environments().values()}


def environments() -> dict[str, Environment]:
    """Every environment by name, in the order of `boards`, then of the description. Raises what `boards` does."""
    return read(FIRMWARE)


def default() -> Environment:
    """The one that is taken where none is named. Raises what `boards` does."""
    path = FIRMWARE / "platformio.ini"
    return environment(words(Project([path]).options("platformio")["default_envs"])[0])


def connected() -> Environment:
    """The one that is taken where a connected board is needed and none is named. Raises what `boards` does."""
    return environment_for(board(Project([FIRMWARE / "platformio.ini"]).options("connected")[f"{PREFIX}board"]))


def board(name: str) -> Board:
    """Look a board up.

    Raises:
        UsageError: there is none of that name.
        BadBoard: see `boards`.
    """
    found = boards()
    if name not in found:
        raise UsageError(f"There is no board {name!r}.{meant(name, found)}", f"Boards: {', '.join(found)}. {PAGE}")
    return found[name]


def environment(name: str) -> Environment:
    """Look an environment up.

    Raises:
        UsageError: there is none of that name.
        BadBoard: see `boards`.
    """
    found = environments()
    if name not in found:
        raise UsageError(f"There is no firmware environment {name!r}.{meant(name, found)}", f"Choose one of: {', '.join(found)}.")
    return found[name]


def environment_for(on: Board, engine: str | None = None, *, profile: bool = False, mlperf: bool = False) -> Environment:
    """The environment of a board that does what is asked for.

    Args:
        on: the board.
        engine: None takes the first one that its description has.
        profile, mlperf: see `Environment`.

    Raises:
        UsageError: its description has none such.
        BadBoard: see `boards`.
    """
    ours = [each for each in environments().values() if each.board == on]
    for each in ours:
        if engine in (None, each.engine) and (profile, mlperf) == (each.profile, each.mlperf):
            return each
    asked = [*([f"the engine {engine}"] if engine else []), *["a profile"] * profile, *["MLPerf's commands"] * mlperf] or ["an ordinary firmware"]
    has = ", ".join(dict.fromkeys(f"{each.name} ({each.engine}{', ' * bool(each.extra)}{each.extra})" for each in ours))
    raise UsageError(f"The board {on.name} has no environment for {' and '.join(asked)}.", f"It has {has}.")


def ordinary(engine: str) -> list[Environment]:
    """The environments of an engine that only answer, one a board as a rule."""
    return [each for each in environments().values() if each.engine == engine and not each.extra]


def profiling(of: Environment) -> Environment | None:
    """The environment that is like another one and also tells what each operator costs; None where its board has none."""
    try:
        return environment_for(of.board, of.engine, profile=True, mlperf=of.mlperf)
    except UsageError:
        return None


def usb_text(usb: tuple[int, int] | None) -> str:
    """As a description writes it, 2341:805a; empty for None."""
    return f"{usb[0]:04x}:{usb[1]:04x}" if usb else ""
