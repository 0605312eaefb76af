"""An export for CMake, used as its README says: by itself, in projects outside the checkout, and across, where its self-test runs in QEMU."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.chips import M4F, RV32, Chip
from tests.support.exported_models import NAME, converted, exported
from tests.support.exported_readme import block, blocks, follow, typed
from tests.support.stages import Once

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")]

ALL_PASSED = "100% tests passed, 0 tests failed out of 3"
RELEASE = "-DCMAKE_BUILD_TYPE=Release"
BEGINS = """
__attribute__((constructor)) static void begins(void) { chip_begin(); }
"""


@pytest.fixture(scope="module")
def export(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported("cmake", once("exported", converted), tmp_path_factory.mktemp("cmake"))


@pytest.fixture(scope="module")
def readme(export: Path) -> str:
    return (export / "README.md").read_text()


@pytest.fixture(scope="module")
def home(export: Path, readme: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's home, into which the README's first commands install the library."""
    home = tmp_path_factory.mktemp("home")
    said = follow(readme, "Try it", Path(shutil.copytree(export, home / "copy")), {"HOME": str(home)})
    assert ALL_PASSED in said
    return home


def test_a_copy_in_a_project(export: Path, readme: str, tmp_path: Path) -> None:
    shutil.copytree(export, tmp_path / NAME)
    follow(readme, "In your project", tmp_path)
    assert not (tmp_path / "build" / NAME / "keyword_test").exists(), "the self-test of a part is not everybody's"


@pytest.mark.parametrize("number", [0, 1], ids=["fetched", "installed"])
def test_another_way_to_the_library(number: int, export: Path, readme: str, home: Path, tmp_path: Path) -> None:
    """What the README puts in the place of its first way, and the option that it names for it."""
    section = "From a repository, or installed"
    way = [each.code for each in blocks(readme) if each.section == section][number]
    option = re.findall(r"`(-D[^`]+)`", readme.partition(f"## {section}")[2])[number].replace("FOLDER", f"'{export}'")
    first = f"add_subdirectory({NAME})\n"
    assert first in block(readme, "In your project", "cmake")

    def change(text: str) -> str:
        return text.replace(first, way).replace("-B build\n", f"-B build {option}\n")

    follow(readme, "In your project", tmp_path, {"HOME": str(home)}, change)


def test_a_program_in_cpp_finds_it_and_another_version_is_not_found(home: Path, tmp_path: Path) -> None:
    (tmp_path / "main.cpp").write_text("#include <gauge.h>\n#include <keyword.h>\nint main() { static keyword_memory m; keyword_invoke(&m); }\n")
    lists = "cmake_minimum_required(VERSION 3.16)\nproject(p CXX)\nfind_package(NAME VERSION REQUIRED)\nadd_executable(p main.cpp)\n"
    lists += "target_link_libraries(p NAME::NAME)\n"
    (tmp_path / "CMakeLists.txt").write_text(lists.replace("VERSION REQ", "1.0 REQ").replace("NAME", NAME))
    prefix = f"-DCMAKE_PREFIX_PATH={home}/{NAME}-installed"
    typed(f"cmake -S . -B build {prefix} && cmake --build build && ./build/p", tmp_path)
    (tmp_path / "CMakeLists.txt").write_text(lists.replace("VERSION REQ", "2.0 REQ").replace("NAME", NAME))
    ended = subprocess.run(["cmake", "-S", ".", "-B", "other", prefix], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "compatible with requested version" in " ".join(ended.stderr.split())


def test_hooks_and_the_constants_section(export: Path, tmp_path: Path) -> None:
    """With hooks the self-test compares each layer."""
    options = [f"-D{NAME.upper()}_HOOKS=ON", f'-D{NAME.upper()}_CONSTANTS=__attribute__((section(".elsewhere")))', RELEASE]
    subprocess.run(["cmake", "-S", export, "-B", tmp_path, *options], check=True, capture_output=True)
    assert ALL_PASSED in typed("cmake --build . && cmake --build . --target test", tmp_path)
    assert ".elsewhere" in typed(f"objdump -h CMakeFiles/{NAME}.dir/src/keyword.c.o", tmp_path)


@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
def test_across_as_the_readme_says(export: Path, readme: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(export, tmp_path / NAME))
    follow(readme, "For a chip", folder)
    assert 'Tag_CPU_name: "7E-M"' in typed(f"arm-none-eabi-readelf -A build-m4/lib{NAME}.a", folder)
    assert not (folder / "build-m4" / "keyword_test").exists(), "it cannot run"


@pytest.mark.parametrize("chip", [M4F, RV32], ids=lambda chip: chip.name)
def test_across_the_self_test_runs_in_the_emulator(chip: Chip, export: Path, tmp_path: Path) -> None:
    if chip.missing:
        pytest.skip(chip.missing)
    (tmp_path / "start.c").write_text(chip.start + BEGINS)
    chip.compile(["-w", "-c", tmp_path / "start.c", "-o", tmp_path / "start.o"])
    emulator = [*chip.machine, "-display", "none", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native", "-kernel"]
    (tmp_path / "chip.cmake").write_text(
        f"set(CMAKE_SYSTEM_NAME Generic)\nset(CMAKE_C_COMPILER {chip.prefix}gcc)\nset(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)\n"
        f'set(CMAKE_C_FLAGS_INIT "{" ".join(chip.flags)}")\nset(CMAKE_EXE_LINKER_FLAGS_INIT "{tmp_path}/start.o {" ".join(chip.link)}")\n'
        f'set(CMAKE_CROSSCOMPILING_EMULATOR "{";".join(emulator)}")\n'
    )
    typed(f"cmake -S '{export}' -B build -DCMAKE_TOOLCHAIN_FILE={tmp_path}/chip.cmake {RELEASE} && cmake --build build", tmp_path)
    said = typed("cd build && ctest -V", tmp_path)
    assert ALL_PASSED in said
    assert len(re.findall(r"Test command: \S*qemu-system", said)) == 3
