"""The wheel: what is in it, and that it verifies a model where no checkout is in reach."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest

import plumbline
from plumbline.common.paths import ROOT, image_of
from plumbline.host.firmware import firmware
from tests.support.flatbuffer_writer import random_model, write

pytestmark = pytest.mark.slow
PARTS = ("common", "convert", "firmware", "host", "learn", "training")


def pip_wheel(source: Path, target: Path) -> Path:
    """Build the wheel of a folder with the backend of this environment."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    return pip_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel; what the wheel needs is lent by ours, which holds no Plumbline."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_is_one_package_with_all_that_git_holds_of_it(wheel: Path) -> None:
    """Nothing of another name lands in site-packages, no test and no generated file comes along."""
    info = f"plumbline-{plumbline.__version__}.dist-info"
    assert {name.split("/")[0] for name in names(wheel)} == {"plumbline", info}
    tracked = subprocess.run(["git", "ls-files", *PARTS[1:], "plumbline"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this checkout has no git")
    files = {name if name.startswith("plumbline/") else f"plumbline/{name}" for name in tracked.stdout.split()}
    wanted = {name for name in files if not (ROOT / name).is_dir() and not name.startswith("plumbline/firmware/test/")}
    assert {name for name in names(wheel) if name.startswith("plumbline/")} == wanted


def test_the_wheel_s_facts_are_the_project_s(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        facts = Parser().parsestr(archive.read(f"plumbline-{plumbline.__version__}.dist-info/METADATA").decode())
    assert (facts["Name"], facts["Version"], facts["License-Expression"]) == ("plumbline", plumbline.__version__, "Apache-2.0")
    assert {"all", "firmware", "train"} <= set(facts.get_all("Provides-Extra", []))
    assert facts.get_all("License-File") == ["LICENSE"]
    assert "Typing :: Typed" in facts.get_all("Classifier", [])
    assert "plumbline/py.typed" in names(wheel)


def test_a_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    from hatchling.builders.sdist import SdistBuilder

    (archive,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path))
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    (source,) = (tmp_path / "unpacked").iterdir()
    assert sorted(names(pip_wheel(source, tmp_path / "again"))) == sorted(names(wheel))


def test_an_installation_verifies_a_model_on_the_virtual_board(tools: None, installed: Path, tmp_path: Path) -> None:
    """In an empty folder, from a package that is read only, which the run leaves as it was."""
    (tmp_path / "net.tflite").write_bytes(write(random_model(np.random.default_rng(1), 1, per_channel=False)))
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PLATFORMIO", "PLUMBLINE"))}
    variables |= {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(program: str, *words: str) -> str:
        done = subprocess.run([installed.with_name(program), *words], cwd=tmp_path, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    package = Path(run("python", "-c", "import plumbline; print(plumbline.__path__[0])").strip())
    assert package.is_relative_to(installed.parents[1])
    searched = run("python", "-c", "import sys; print(*sys.path, sep='\\n')").splitlines()
    assert not [folder for folder in searched if (tmp_path / folder / "tools" / "bootstrap.py").exists()], "a checkout is in reach"
    assert plumbline.__version__ in run("plumbline", "--version")
    held = {path: path.stat().st_mode for path in sorted(package.rglob("*"))}
    for path, mode in held.items():
        path.chmod(mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    assert "PASS " in run("plumbline", "verify", "net.tflite")
    folder = tmp_path / "build" / "model_net"
    verdict = (folder / "verdict.json").read_text()
    assert json.loads(verdict)["passed"] is True
    assert str(ROOT) not in verdict
    assert sorted(package.rglob("*")) == list(held)
    here = shutil.copytree(folder, tmp_path / "here" / folder.name, ignore=shutil.ignore_patterns("pio"))
    assert firmware.build(here, "virtual").read_bytes() == image_of(folder, "virtual").read_bytes(), "the checkout makes another image of it"
