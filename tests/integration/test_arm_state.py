"""An image with code in ARM state, as a linker makes it that finds no C library for its flags, is found out and refused by the build."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from plumbline.common.errors import BuildFailed
from plumbline.host.firmware import firmware
from plumbline.host.firmware.arm_state import arm_code, refusal
from plumbline.host.firmware.settings import settings_of

GCC = "arm-none-eabi-gcc"
BUDGETS = "board_build.flash_budget = 983040\nboard_build.ram_budget = 262144\n"
THUMB = "__attribute__((used)) int add(int a, int b) { return a + b; } int main(void) { return add(1, 2); }"
ARM = "__attribute__((used)) int triple(int a) { return 3 * a; }"

pytestmark = pytest.mark.skipif(shutil.which(GCC) is None, reason=f"{GCC} is not installed")


def compiled(folder: Path, name: str, source: str, *flags: str) -> Path:
    (folder / f"{name}.c").write_text(source)
    target = folder / f"{name}.o"
    subprocess.run([GCC, *flags, "-O1", "-c", str(folder / f"{name}.c"), "-o", str(target)], check=True)
    return target


def linked(folder: Path, *objects: Path) -> Path:
    """The objects alone, as the linker puts them together for a Cortex-M4."""
    image = folder / "image.elf"
    subprocess.run([GCC, "-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,--entry=main", *map(str, objects), "-o", str(image)], check=True)
    return image


@pytest.fixture
def thumb(tmp_path: Path) -> Path:
    return compiled(tmp_path, "thumb", THUMB, "-mcpu=cortex-m4", "-mthumb")


@pytest.fixture
def mixed(tmp_path: Path, thumb: Path) -> Path:
    """Thumb code and a function in ARM state."""
    return linked(tmp_path, thumb, compiled(tmp_path, "arm", ARM, "-march=armv4t", "-marm"))


def test_thumb_code_alone_is_good(tmp_path: Path, thumb: Path) -> None:
    assert arm_code(linked(tmp_path, thumb)) == ()
    assert refusal(linked(tmp_path, thumb)) == ""


def test_a_function_in_arm_state_is_named(mixed: Path) -> None:
    assert arm_code(mixed) == ("triple",)
    assert refusal(mixed) == "the image holds code in ARM state, which a Cortex-M cannot run: triple"


@pytest.mark.parametrize("symbols", [["--strip-symbol=triple"], ["--strip-symbol=triple", "--strip-symbol=$a"], ["--strip-all"]])
def test_it_is_found_without_its_name(symbols: list[str], mixed: Path, tmp_path: Path) -> None:
    """By the mapping symbol, and in an image without symbols by the attribute of the instruction set."""
    less = tmp_path / "less.elf"
    subprocess.run(["arm-none-eabi-objcopy", *symbols, str(mixed), str(less)], check=True)
    if "--strip-symbol=$a" in symbols:
        assert arm_code(less) == ()  # nothing tells any more: symbols of other code are there, the attribute may be of code that was left out
    else:
        assert len(arm_code(less)) == 1


def test_the_nano_is_linked_with_a_library_that_it_can_run() -> None:
    """GCC 8 and newer know no library for softfp and soft together, and take one in ARM state."""
    cpu = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=softfp"]

    def library(*more: str) -> str:
        return subprocess.run([GCC, *cpu, *more, "-print-multi-directory"], capture_output=True, text=True, check=True).stdout.strip()

    assert library().startswith("thumb/")
    assert library("-mfloat-abi=soft") == "."
    for environment in ("nano33ble", "nano33ble_compiled", "nano33ble_compiled_profile", "nano33ble_compiled_mlperf"):
        assert "-u -mfloat-abi=soft" in settings_of(environment).flags


@pytest.mark.slow
def test_the_build_refuses_it(tools: None, linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real build of the virtual board's firmware whose linker is led to a library in ARM state."""
    folder = shutil.copytree(linear, tmp_path / "linear", ignore=shutil.ignore_patterns("pio"))
    archive = tmp_path / "libtriple.a"
    (tmp_path / "triple.s").write_text(".arm\n.global triple\n.type triple, %function\ntriple:\n bx lr\n.size triple, . - triple\n")
    subprocess.run(["arm-none-eabi-as", "-march=armv4t", str(tmp_path / "triple.s"), "-o", str(tmp_path / "triple.o")], check=True)
    subprocess.run(["arm-none-eabi-ar", "rcs", str(archive), str(tmp_path / "triple.o")], check=True)
    settings = tmp_path / "settings.ini"
    settings.write_text(f"[env:virtual]\nbuild_flags = -Wl,--undefined=triple -L{tmp_path} -ltriple\n{BUDGETS}")
    monkeypatch.setenv("PLUMBLINE_CONFIG", str(settings))
    with pytest.raises(BuildFailed, match=r"The firmware for virtual cannot run: the image holds code in ARM state.*: triple") as refused:
        firmware.build(folder, "virtual")
    assert "-print-multi-directory" in refused.value.hint
    assert not (folder / "pio" / "virtual" / "firmware.elf").exists()
    with pytest.raises(BuildFailed, match="ARM state"):  # the image that was linked and refused is not taken for a good one the next time
        firmware.build(folder, "virtual")
