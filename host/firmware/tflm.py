"""Knows where TensorFlow Lite Micro comes from and whether a model fits what that version can run, before a build starts."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

from plumbline.common import boards, usage
from plumbline.common.board_description import Board, Environment
from plumbline.common.errors import ModelRefused, RegistryUnreachable, TflmMissing, UnsupportedOperator
from plumbline.convert.interface import check_engine, read, runs_with_tflm

HEADER = Path("tensorflow/lite/micro/micro_interpreter.h")
SOURCES = "github.com"
REGISTRY = "api.registry.platformio.org"
REACH_SECONDS = 1.0
"""How long a host may take to answer before it counts as out of reach."""


def check(env: Environment, model: Path, variables: Mapping[str, str]) -> None:
    """See that the engine of `env` can run the model and that everything it is built from is installed or in reach.

    Raises:
        UnsupportedOperator, ModelRefused: names the operator, its layer and the reason.
        TflmMissing, RegistryUnreachable: see `check_sources`.
    """
    graph, engine = read(model.read_bytes()), _runtime(env)
    try:
        check_engine(graph, engine)
    except (ModelRefused, UnsupportedOperator) as refused:
        other = _interpreting(env.board)
        if engine != "compiled" or other is None or not runs_with_tflm(graph):
            raise
        hint = f"Run it with TensorFlow Lite Micro, whose library has what it takes: {usage.again('verify', env=other.name)}."
        raise type(refused)(refused.message, f"{hint} {refused.hint}") from refused
    check_sources(env, variables)


def check_sources(env: Environment, variables: Mapping[str, str]) -> None:
    """See that what `env` needs from elsewhere is installed or in reach.

    Raises:
        TflmMissing: no TensorFlow Lite Micro: TFLM_DIR is wrong, or not given and GitHub is out of reach.
        RegistryUnreachable: the board's platform is not installed and PlatformIO's registry is out of reach.
    """
    if env.engine == "tflm":
        _check_library(env, variables)
    if not env.board.bare and not platform_installed(env.board, Path(variables["PLATFORMIO_PLATFORMS_DIR"])) and not reachable(REGISTRY):
        raise RegistryUnreachable(
            f"PlatformIO's registry ({REGISTRY}) does not answer, and the platform {env.board.platform} of {env.name} is not installed.",
            f"Connect to the internet once; {_without_registry(env)}.",
        )


def _without_registry(env: Environment) -> str:
    """Which command takes a firmware that no registry is needed for: one for the same board, else the virtual board's."""
    alike = [each for each in boards.ordinary("compiled") if each.board.usb == env.board.usb and each.board.bare]
    if alike:
        return f"{usage.command('verify', env=alike[0].name)} needs no registry and is a firmware for the same board"
    return f"{usage.command('verify')} needs no registry and runs the same firmware on the virtual board"


def library_folder() -> Path | None:
    """The folder named by TFLM_DIR, or None when it is not set.

    Raises:
        TflmMissing: it is set to something that is not a TensorFlow Lite Micro library.
    """
    named = os.environ.get("TFLM_DIR")
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    hint = "Name the folder of an Arduino or PlatformIO library, such as Chirale_TensorFlowLite."
    if not any((folder / sub / HEADER).is_file() for sub in ("src", ".")):
        raise TflmMissing(f"TFLM_DIR={named} holds no TensorFlow Lite Micro: neither {HEADER} nor src/{HEADER} is in it.", hint)
    if not any((folder / name).is_file() for name in ("library.properties", "library.json")):
        raise TflmMissing(f"TFLM_DIR={named} is no library: neither library.properties nor library.json is in it.", hint)
    return folder


def at_hand(env: Environment, variables: Mapping[str, str]) -> bool:
    """Whether a TensorFlow Lite Micro is there without the network: in TFLM_DIR, or installed by a build before.

    Raises:
        TflmMissing: TFLM_DIR is set to something that is not a TensorFlow Lite Micro library.
    """
    if library_folder() is not None:
        return True
    return any((Path(variables["PLATFORMIO_LIBDEPS_DIR"]) / env.name).glob("*/src/" + HEADER.as_posix()))


def reachable(host: str) -> bool:
    """Whether `host` accepts a connection on port 443 within REACH_SECONDS, the name look-up included."""
    if any(os.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")):
        return True  # a proxy decides; PlatformIO will say what it answered
    answered = threading.Event()

    def connect() -> None:
        try:
            with socket.create_connection((host, 443), timeout=REACH_SECONDS):
                answered.set()
        except OSError:
            pass

    threading.Thread(target=connect, daemon=True).start()
    return answered.wait(REACH_SECONDS)


def _runtime(env: Environment) -> str:
    """A folder of the user's own may be newer than the pinned library; only its sources tell."""
    if env.engine != "tflm":
        return env.engine
    folder = library_folder()
    return "chirale" if folder is None or is_chirale(folder) else "tflm"


def _interpreting(board: Board) -> Environment | None:
    """The environment of a board that runs TensorFlow Lite Micro; None where it has none."""
    return next((each for each in boards.ordinary("tflm") if each.board == board), None)


def is_chirale(folder: Path) -> bool:
    """Whether the folder is the pinned Arduino port, which cannot run every Dense layer."""
    properties = folder / "library.properties"
    return properties.is_file() and bool(re.search(r"^name=Chirale", properties.read_text(), re.MULTILINE))


def _check_library(env: Environment, variables: Mapping[str, str]) -> None:
    if at_hand(env, variables) or reachable(SOURCES):
        return
    raise TflmMissing(
        f"{env.name} needs TensorFlow Lite Micro; it is not installed and {SOURCES} does not answer.",
        "Name a folder that holds it in the environment variable TFLM_DIR, which make takes as well: TFLM_DIR=path/to/Chirale_TensorFlowLite;"
        " or use the compiled engine, which needs no library.",
    )


def platform_installed(board: Board, platforms: Path) -> bool:
    """Whether PlatformIO, whose platforms are in the folder `platforms`, has what it builds for a board with."""
    return (platforms / board.platform / "platform.json").is_file()
