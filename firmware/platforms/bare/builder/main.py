"""Builds an image on our own start-up code: flags, start-up code, link, and the size report."""

import os
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
platform_dir = Path(env.PioPlatform().get_dir())
core_dir, shared_dir = platform_dir / board.get("build.core"), platform_dir / "shared"
machine_dir = platform_dir / "machines" / board.get("build.machine")
# What several machines share: parts that not all have, such as the USB serial port, and the folder around a family of machines.
parts = [platform_dir / name for name in board.get("build.parts", "").split()]
family = [machine_dir.parent] if machine_dir.parent.name != "machines" else []
# Substituted here, because a path may hold a space.
project_dir, build_dir = env.subst("$PROJECT_DIR"), env.subst("$BUILD_DIR")
zig = os.environ.get("PLUMBLINE_ZIG")  # the program, where GCC is not to compile

# What the board's description sets, in a script around the core's: Zig's linker takes no such symbols as arguments.
limits = {"__stack_bytes": board.get("build.stack_bytes")}
for name, size in (("flash", board.get("upload.maximum_size")), ("ram", board.get("upload.maximum_ram_size"))):
    limits[f"__{name}_bytes"] = size
    # The budgets are for GCC's code; another compiler's has the board's memory for its limit.
    limits[f"__{name}_budget"] = "0xffffffff" if zig else board.get(f"build.{name}_budget", size)
    limits[f"__{name}_start"] = board.get(f"build.{name}_start")
layout, script = shared_dir / "layout.ld", Path(build_dir) / "firmware.ld"
own_layout = machine_dir / "machine.ld"  # what a machine wants beside the common sections
scripts = [layout, *([own_layout] if own_layout.is_file() else [])]
text = "".join([*(f"{name} = {value};\n" for name, value in limits.items()), *(f'INCLUDE "{each}"\n' for each in scripts)])
if not script.is_file() or script.read_text() != text:
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text)

env.Replace(PROGNAME="firmware", PROGSUFFIX=".elf", LDSCRIPT_PATH=str(script))
if zig:
    # Its compiler-rt brings memcpy and the like, and the core their declarations; there is no other C library. Nothing here throws.
    env.Replace(AR=f'"{zig}" ar', AS=f'"{zig}" cc', CC=f'"{zig}" cc', CXX=f'"{zig}" c++', LINK=f'"{zig}" cc', RANLIB=f'"{zig}" ranlib')
    flags = board.get("build.zig").split()
    own_flags, own_link, library = ["-fno-unwind-tables", "-fno-asynchronous-unwind-tables"], ["-Wl,--entry=Reset_Handler"], []
    env.Append(CPPPATH=[str(platform_dir / "freestanding")], BUILD_UNFLAGS=["-fno-tree-loop-distribute-patterns"])
    no_calls = ["-fno-builtin"]
else:
    gcc = board.get("build.gcc.prefix")
    env.Replace(
        AR=f"{gcc}gcc-ar",
        AS=f"{gcc}gcc",
        CC=f"{gcc}gcc",
        CXX=f"{gcc}g++",
        LINK=f"{gcc}gcc",
        RANLIB=f"{gcc}gcc-ranlib",
        OBJCOPY=f"{gcc}objcopy",
        SIZETOOL=f"{gcc}size",
        # What occupies the flash and the RAM, in the section names of the linker script.
        SIZEPROGREGEXP=r"^(?:\.vectors|\.text|\.rodata|\.model|\.init_array|\.ARM\.extab|\.ARM\.exidx|\.data)\s+(\d+).*",
        SIZEDATAREGEXP=r"^(?:\.stack|\.data|\.bss|\.tensors)\s+(\d+).*",
        SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    )
    flags, specs = board.get("build.gcc.flags").split(), f"--specs={board.get('build.gcc.specs')}"
    own_flags, own_link, library = [], [f"-Wl,-Map={build_dir}/firmware.map"], ["c", "m", "gcc"]
    env.Append(**({"LINKFLAGS": [specs]} if specs.startswith("--specs=nano") else {"CCFLAGS": [specs], "LINKFLAGS": [specs]}))
    no_calls = ["-fno-tree-loop-distribute-patterns"]

env.Append(
    ASFLAGS=flags,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    CCFLAGS=[
        *flags,
        *own_flags,
        "-Os",
        "-g",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-common",
        # The image must not tell, nor depend on, where it was built.
        f"-ffile-prefix-map={project_dir}=firmware",
        f"-ffile-prefix-map={build_dir}=build",
        "-gno-record-gcc-switches",
    ],
    CFLAGS=["-std=gnu11"],
    CXXFLAGS=["-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fno-use-cxa-atexit"],
    CPPDEFINES=[("PLUMBLINE_WATCHDOG_S", board.get("build.watchdog_s")), ("PLUMBLINE_INSTRUCTION_NS", board.get("build.instruction_ns"))],
    CPPPATH=[str(each) for each in (shared_dir, core_dir, machine_dir, *parts, *family)],
    LINKFLAGS=[*flags, "-nostartfiles", *own_link, "-Wl,--gc-sections", "-Wl,--build-id=none"],
    LIBS=library,
)

core = env.Clone()
# Its loops fill the memory that a library function may need: they must not become calls of one.
core.Append(CCFLAGS=["-Wall", "-Wextra", "-Werror", "-Wconversion", *no_calls])
for name, folder in (("shared", shared_dir), ("core", core_dir), ("machine", machine_dir), *((each.name, each) for each in parts)):
    core.BuildSources(f"$BUILD_DIR/{name}", str(folder))
image = env.BuildProgram()
env.Depends(image, [str(script), *map(str, scripts)])

AlwaysBuild(env.Alias("nobuild", image))
if not zig:
    AlwaysBuild(env.Alias("size", image, env.VerboseAction("$SIZETOOL -A -d $SOURCE", "Sections of $SOURCE")))
Default([image])
