"""Builds the firmware for one recipe and one environment with PlatformIO, and says what is missing before PlatformIO gets stuck on it."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

from plumbline.common import boards, mlperf, progress
from plumbline.common.errors import BuildFailed, DoesNotFit
from plumbline.common.files import write_if_changed
from plumbline.common.manifest import Manifest
from plumbline.common.paths import FIRMWARE, cache, image_of, platformio_core, platformio_platforms
from plumbline.host.firmware import build_engine, compiler, platformio, tflm
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.built import FILE, Built
from plumbline.host.firmware.settings import settings_of


def environment(recipe_dir: Path, env: str) -> dict[str, str]:
    """The environment variables PlatformIO and the build scripts in firmware/ read.

    Raises:
        TflmMissing: TFLM_DIR names a folder without the library.
    """
    recipe_dir, settings = recipe_dir.resolve(), settings_of(env)
    library = tflm.library_folder()
    board = boards.environment(env).board
    zig = compiler.zig(board.family) if board.bare else None
    ours = {
        # each source of the library keeps its own place: PlatformIO would go on using the one it installed first
        "PLATFORMIO_LIBDEPS_DIR": str(
            platformio_core() / "libdeps" / (hashlib.sha256(str(library).encode()).hexdigest()[:12] if library else "pinned")
        ),
        "PLATFORMIO_CORE_DIR": str(platformio_core()),
        "PLATFORMIO_PLATFORMS_DIR": str(platformio_platforms()),
        "PLATFORMIO_WORKSPACE_DIR": str(_objects(recipe_dir, env) / "workspace"),
        "PLATFORMIO_BUILD_DIR": str(_objects(recipe_dir, env)),
        "PLATFORMIO_BUILD_CACHE_DIR": str(recipe_dir.parent / "objects"),  # what an emptied build folder is filled from again
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PYTHONDONTWRITEBYTECODE": "1",  # it imports the platform, and an installation is read only
        "PLUMBLINE_GENERATED": str(recipe_dir / "generated"),
        "PLUMBLINE_ZIG": str(zig or ""),
        "ZIG_GLOBAL_CACHE_DIR": str(cache() / "zig"),  # its own library, compiled once
        "ZIG_LOCAL_CACHE_DIR": str(_objects(recipe_dir, env) / "zig"),
        "PLUMBLINE_BUILD": build_id(recipe_dir / "generated", settings),
    }
    if benchmark := set(mlperf.flags()) & set(settings.flags):
        ours["PLATFORMIO_BUILD_FLAGS"] = "\n".join([os.environ.get("PLATFORMIO_BUILD_FLAGS", ""), *benchmark])
    if library:
        also = os.environ.get("PLUMBLINE_CONFIG")
        ours |= {"TFLM_DIR": str(library), "PLUMBLINE_CONFIG": f"tflm_dir.ini, {also}" if also else "tflm_dir.ini"}
    return {**os.environ, **ours}


def _objects(recipe_dir: Path, env: str) -> Path:
    """PlatformIO's own build folder: one for each environment, because it empties the whole of it when any setting changes."""
    return image_of(recipe_dir, env).parent / "objects"


def build(recipe_dir: Path, env: str, target: str | None = None, extra: tuple[str, ...] = ()) -> Path:
    """Compile and link the firmware.

    Args:
        recipe_dir: build/NAME, with the `generated` folder of the conversion in it.
        env: an environment, see plumbline.common.boards.environments.
        target: a PlatformIO target after the build, e.g. "upload".
        extra: further arguments for `pio run`.

    Returns:
        The ELF file, with firmware.json beside it.

    Raises:
        UsageError, ArtefactsDisagree, SetupFailed, CompilerMissing, TflmMissing, RegistryUnreachable, UnsupportedOperator, DoesNotFit, BuildFailed.
    """
    chosen = boards.environment(env)
    manifest = Manifest.load(recipe_dir / "generated" / "manifest.json")
    manifest.check_artefacts(recipe_dir)
    if chosen.mlperf:
        mlperf.check_benchmark(manifest)
    variables = environment(recipe_dir, env)
    if chosen.engine == "compiled":
        chosen.board.check_holds(constants=manifest.constant_bytes, memory=manifest.memory_bytes)
    else:
        chosen.board.check_holds(constants=manifest.model_bytes, memory=manifest.arena.bytes)
    if chosen.board.bare:
        compiler.check(needs_gcc=chosen.engine == "tflm", family=chosen.board.family)
    build_engine.provide(platformio_core())
    tflm.check(chosen, recipe_dir / "model.tflite", variables)
    command = [sys.executable, "-m", "platformio", "run", "--project-dir", str(FIRMWARE), "--environment", env]
    command += ["--target", target] if target else []
    image = image_of(recipe_dir, env)
    log = image.with_name("build.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    upload = target == "upload"
    shown = ("Uploading", 100, "%") if upload else (f"Building the firmware for {env}", None, "files")
    with progress.task(*shown) as advance:
        output = platformio.run([*command, *extra], variables, log, platformio.Watch(advance, upload))
    if output is not None:
        explain(env, output, log)
    objects = _objects(recipe_dir, env) / env
    write_if_changed(image, (objects / "firmware.elf").read_bytes())
    built = Built.of(image, objects / "facts.json", recipe_dir / "generated", variables["PLUMBLINE_BUILD"], chosen.engine, settings_of(env))
    write_if_changed(image.with_name(FILE), built.to_json())
    return image


def explain(env: str, output: str, log: Path) -> NoReturn:
    """Turn PlatformIO's output into the error that names the cause.

    Raises:
        DoesNotFit, BuildFailed: always one of them.
    """
    chosen = boards.environment(env)
    smaller = "Use a smaller model." if chosen.engine == "compiled" else "Use a smaller model or the compiled engine."
    overflows = re.findall(r"region [`'](\w+)':? overflowed by (\d+) bytes", output)
    if overflows:
        region, excess = overflows[-1]  # Zig's linker says it of each section, the last one's being the whole
        raise DoesNotFit(f"The firmware for {env} is {int(excess):,} bytes too large for the board's {region}.", smaller)
    too_large = re.search(r"The program size \((\d+) bytes\) is greater than maximum allowed \((\d+) bytes\)", output)
    if too_large:
        size, limit = (int(text) for text in too_large.groups())
        raise DoesNotFit(f"The firmware for {env} has {size:,} bytes, the board holds {limit:,}.", smaller)
    arm_state = re.search(r"^Error: (the image holds code in ARM state.*)$", output, re.MULTILINE)
    if arm_state:
        raise BuildFailed(
            f"The firmware for {env} cannot run: {arm_state[1]}.",
            "The linker found no C library for the compiler's flags: `arm-none-eabi-gcc FLAGS -print-multi-directory` prints a dot for such flags. "
            f"Take one of them out with build_unflags in firmware/boards/{chosen.board.name}.ini.",
        )
    shown = "\n".join(f"  {line}" for line in _telling(output))
    raise BuildFailed(f"PlatformIO could not build {env}:\n{shown}", f"The whole output is in {log}.")


def _telling(output: str) -> list[str]:
    """The lines that say what went wrong, at most eight: errors, SCons's own after three stars, else the last ones before PlatformIO's table."""
    lines = [line for line in output.splitlines() if line.strip(" *=-")]  # it begins with a frame of stars the first time, and rules off its parts
    errors = [line for line in lines if re.search(r"\berror\b|undefined reference|HTTPClientError|^\*\*\* ", line, re.IGNORECASE)]
    ends = next((at for at, line in enumerate(lines) if "[FAILED]" in line), len(lines))
    return errors[:8] or lines[:ends][-8:]
