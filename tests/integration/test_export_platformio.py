"""An export for PlatformIO in a project outside the checkout, as its README says: it runs on the virtual board. Its examples are sound."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from platformio.package.manifest.schema import ManifestSchema
from platformio.project.config import ProjectConfig

from plumbline.common.paths import FIRMWARE
from plumbline.host.devices.qemu import QEMU
from plumbline.host.firmware import build_engine
from tests.support.exported_models import MODELS, NAME, converted, exported
from tests.support.exported_readme import block, follow
from tests.support.firmware_native import run
from tests.support.stages import Once

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).parents[1] / "support"
PASSED = [*(f"{name}: 8 of 8 inputs exact" for name in MODELS), "PASS"]


class Schema(ManifestSchema):  # type: ignore[misc]  # PlatformIO tells no types
    """PlatformIO's own, which would ask the network for the names of all licenses."""

    @staticmethod
    def load_spdx_licenses() -> dict[str, list[dict[str, str]]]:
        return {"licenses": [{"licenseId": "Apache-2.0"}]}


@pytest.fixture(scope="module")
def export(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported("platformio", once("exported", converted), tmp_path_factory.mktemp("platformio"))


@pytest.fixture(scope="module")
def readme(export: Path) -> str:
    return (export / "README.md").read_text()


@pytest.fixture(scope="module")
def pio(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `pio` needs to run beside this Python, without a network."""
    core = tmp_path_factory.mktemp("core")
    build_engine.provide(core)
    settings = {"PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no", "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PLATFORMIO_CORE_DIR": str(core), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **settings}


def test_a_project_of_its_own_passes_on_the_virtual_board(tools: None, export: Path, readme: str, pio: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(export, tmp_path / NAME)
    project = tmp_path / "firmware"
    (project / "src").mkdir(parents=True)
    board = f"[env:virtual]\nplatform = symlink://{FIRMWARE / 'platforms' / 'bare'}\nboard = mps2_an386\n"
    (project / "platformio.ini").write_text(board + block(readme, "In your project", "ini"))
    shutil.copy(SUPPORT / "exported_board.c", project / "src")
    for name in MODELS:
        shutil.copy(tmp_path / NAME / "examples" / "self_test" / "src" / f"{name}_test.c", project / "src")
    follow(readme, "In your project", project, pio)
    image = project / ".pio" / "build" / "virtual" / "firmware.elf"
    machine = [QEMU, "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "stdio", "-semihosting-config", "enable=on,target=native"]
    said = subprocess.run([*machine, "-kernel", str(image)], check=True, capture_output=True, text=True, timeout=60).stdout
    assert said.splitlines() == PASSED


def test_the_manifest_is_what_platformio_wants_and_names_what_is_there(export: Path) -> None:
    manifest = json.loads((export / "library.json").read_text())
    of_lists = {name: [manifest[name]] for name in ("frameworks", "platforms")}
    checked = Schema().load_manifest({**manifest, **of_lists})
    assert (checked["name"], checked["version"], checked["license"]) == (NAME, "1.0.0", "Apache-2.0")
    assert [(export / "include" / each).is_file() for each in checked["headers"]] == [True] * len(MODELS)
    examples = {each["name"]: [export / each["base"] / file for file in each["files"]] for each in checked["examples"]}
    assert sorted(examples) == sorted([*MODELS, "self_test"])
    assert sorted(file for files in examples.values() for file in files) == sorted(
        path for path in (export / "examples").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("name", [*MODELS, "self_test"])
def test_the_projects_among_the_examples_are_valid_and_use_the_library(name: str, export: Path) -> None:
    file = export / "examples" / name / "platformio.ini"
    config = ProjectConfig(str(file))
    config.validate(silent=False)
    assert config.envs()
    for env in config.envs():
        assert config.get(f"env:{env}", "platform")
        (used,) = config.get(f"env:{env}", "lib_deps")
        assert (file.parent / used.removeprefix("symlink://")).resolve() == export


def test_the_self_test_among_the_examples_passes_on_this_machine(export: Path, tmp_path: Path) -> None:
    """Compiled without PlatformIO, whose platform `native` would come from its registry."""
    sources = [*sorted((export / "src").glob("*.c")), *sorted((export / "examples" / "self_test" / "src").glob("*.c"))]
    flags = json.loads((export / "library.json").read_text())["build"]["flags"].split()
    run(["gcc", "-O1", "-Wall", "-Wextra", "-Werror", *flags, f"-I{export / 'include'}", *map(str, sources), "-o", str(tmp_path / "test")])
    assert run([str(tmp_path / "test")]).splitlines() == PASSED


@pytest.mark.parametrize("name", MODELS)
def test_the_arduino_examples_are_programs_of_cpp(name: str, export: Path, tmp_path: Path) -> None:
    source = export / "examples" / name / "src" / "main.cpp"
    include = [f"-I{SUPPORT / 'arduino_core'}", f"-I{export / 'include'}"]
    run(["g++", "-std=gnu++11", "-Wall", "-Wextra", "-Werror", *include, "-c", str(source), "-o", str(tmp_path / "main.o")])
