"""Builds an image for the virtual board: flags, start-up code, link, and the size report."""

import os
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
core_dir = Path(env.PioPlatform().get_dir()) / "core"
# Substituted here, because a path may hold a space.
project_dir, build_dir = env.subst("$PROJECT_DIR"), env.subst("$BUILD_DIR")
zig = os.environ.get("PLUMBLINE_ZIG")  # the program, where GCC is not to compile

# What the board's description sets, in a script around the core's: Zig's linker takes no such symbols as arguments.
limits = {"__stack_bytes": board.get("build.stack_bytes")}
for name, size in (("flash", board.get("upload.maximum_size")), ("ram", board.get("upload.maximum_ram_size"))):
    limits[f"__{name}_bytes"] = size
    # The budgets are for GCC's code; another compiler's has the board's memory for its limit.
    limits[f"__{name}_budget"] = "0xffffffff" if zig else board.get(f"build.{name}_budget", size)
layout, script = core_dir / board.get("build.ldscript"), Path(build_dir) / "firmware.ld"
text = "".join(f"{name} = {value};\n" for name, value in limits.items()) + f'INCLUDE "{layout}"\n'
if not script.is_file() or script.read_text() != text:
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text)

env.Replace(PROGNAME="firmware", PROGSUFFIX=".elf", LDSCRIPT_PATH=str(script))
if zig:
    # Its compiler-rt brings memcpy and the like, and the core their declarations; there is no other C library. Nothing here throws.
    env.Replace(AR=f'"{zig}" ar', AS=f'"{zig}" cc', CC=f'"{zig}" cc', CXX=f'"{zig}" c++', LINK=f'"{zig}" cc', RANLIB=f'"{zig}" ranlib')
    machine = ["-target", "thumb-freestanding-eabihf", "-mcpu=" + board.get("build.cpu").replace("-", "_")]
    own_flags, own_link, library = ["-fno-unwind-tables", "-fno-asynchronous-unwind-tables"], ["-Wl,--entry=Reset_Handler"], []
    env.Append(CPPPATH=[str(core_dir.parent / "freestanding")], BUILD_UNFLAGS=["-fno-tree-loop-distribute-patterns"])
    no_calls = ["-fno-builtin"]
else:
    env.Replace(
        AR="arm-none-eabi-gcc-ar",
        AS="arm-none-eabi-gcc",
        CC="arm-none-eabi-gcc",
        CXX="arm-none-eabi-g++",
        LINK="arm-none-eabi-gcc",
        RANLIB="arm-none-eabi-gcc-ranlib",
        OBJCOPY="arm-none-eabi-objcopy",
        SIZETOOL="arm-none-eabi-size",
        # What occupies the flash and the RAM, in the section names of the linker script.
        SIZEPROGREGEXP=r"^(?:\.vectors|\.text|\.rodata|\.model|\.init_array|\.ARM\.extab|\.ARM\.exidx|\.data)\s+(\d+).*",
        SIZEDATAREGEXP=r"^(?:\.stack|\.data|\.bss|\.tensors)\s+(\d+).*",
        SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    )
    machine = ["-mcpu=" + board.get("build.cpu"), "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
    own_flags, own_link, library = [], ["--specs=nano.specs", f"-Wl,-Map={build_dir}/firmware.map"], ["c", "m", "gcc"]
    no_calls = ["-fno-tree-loop-distribute-patterns"]

env.Append(
    ASFLAGS=machine,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    CCFLAGS=[
        *machine,
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
    CPPDEFINES=[("PLUMBLINE_WATCHDOG_S", board.get("build.watchdog_s"))],
    CPPPATH=[str(core_dir)],
    LINKFLAGS=[*machine, "-nostartfiles", *own_link, "-Wl,--gc-sections", "-Wl,--build-id=none"],
    LIBS=library,
)

core = env.Clone()
# Its loops fill the memory that a library function may need: they must not become calls of one.
core.Append(CCFLAGS=["-Wall", "-Wextra", "-Werror", "-Wconversion", *no_calls])
core.BuildSources("$BUILD_DIR/core", str(core_dir))
image = env.BuildProgram()
env.Depends(image, [str(script), str(layout)])

AlwaysBuild(env.Alias("nobuild", image))
if not zig:
    AlwaysBuild(env.Alias("size", image, env.VerboseAction("$SIZETOOL -A -d $SOURCE", "Sections of $SOURCE")))
Default([image])
