"""Builds an image for the virtual board: flags, start-up code, link, and the size report."""

from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
flash, ram = board.get("upload.maximum_size"), board.get("upload.maximum_ram_size")
core_dir = Path(env.PioPlatform().get_dir()) / "core"
# Substituted here, because a path may hold a space.
project_dir, build_dir = env.subst("$PROJECT_DIR"), env.subst("$BUILD_DIR")

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
    SIZEPROGREGEXP=r"^(?:\.vectors|\.text|\.rodata|\.model|\.init_array|\.ARM\.exidx|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.stack|\.data|\.bss|\.tensors)\s+(\d+).*",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
    LDSCRIPT_PATH=str(core_dir / board.get("build.ldscript")),
)

machine = ["-mcpu=" + board.get("build.cpu"), "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
env.Append(
    ASFLAGS=machine,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    CCFLAGS=[
        *machine,
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
    LINKFLAGS=[
        *machine,
        "-nostartfiles",
        "--specs=nano.specs",
        "-Wl,--gc-sections",
        "-Wl,--build-id=none",
        f"-Wl,-Map={build_dir}/firmware.map",
        f"-Wl,--defsym=__stack_bytes={board.get('build.stack_bytes')}",
        f"-Wl,--defsym=__flash_bytes={flash}",
        f"-Wl,--defsym=__ram_bytes={ram}",
        f"-Wl,--defsym=__flash_budget={board.get('build.flash_budget', flash)}",
        f"-Wl,--defsym=__ram_budget={board.get('build.ram_budget', ram)}",
    ],
    LIBS=["c", "m", "gcc"],
)

core = env.Clone()
# Its loops fill the memory that a library function may need: they must not become calls of one.
core.Append(CCFLAGS=["-Wall", "-Wextra", "-Werror", "-Wconversion", "-fno-tree-loop-distribute-patterns"])
core.BuildSources("$BUILD_DIR/core", str(core_dir))
image = env.BuildProgram()
env.Depends(image, "$LDSCRIPT_PATH")

AlwaysBuild(env.Alias("nobuild", image))
AlwaysBuild(env.Alias("size", image, env.VerboseAction("$SIZETOOL -A -d $SOURCE", "Sections of $SOURCE")))
Default([image])
