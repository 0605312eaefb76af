"""From a clean checkout to the firmware image: the same bytes in two folders, for two users, in two time zones and languages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT, image_of
from tests.support.firmware_image import tool

pytestmark = pytest.mark.slow

FOREIGN = ("LC_", "XDG_", "MAKE", "PLUMBLINE_", "TFLM_")
"""What variables begin with that could tell both the same."""
STAGES = ("train", "convert", "build")


@dataclass(frozen=True)
class Person:
    """Who builds, and where."""

    name: str
    uid: int
    checkout: str
    """Below the test's folder."""
    umask: int
    variables: tuple[tuple[str, str], ...]


ANN = Person("ann_example", 4242, "a", 0o022, (("TZ", "Asia/Tokyo"), ("LANG", "C.UTF-8"), ("PYTHONHASHSEED", "1")))
BOB = Person("bob_builder", 31337, "a longer/way to/the checkout", 0o077, (("TZ", "America/Lima"), ("LANG", "tr_TR.UTF-8"), ("PYTHONHASHSEED", "2")))


@pytest.fixture(scope="module")
def files() -> list[str]:
    """What git tracks, as it lies in the working tree."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and ((ROOT / name).is_file() or (ROOT / name).is_symlink())]


def namespace(uid: int) -> list[str]:
    """Words before a command that run it under this user number, where the system lets anybody do that; none elsewhere."""
    words = ["unshare", "--user", f"--map-user={uid}"]
    possible = shutil.which(words[0]) is not None and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    return words if possible else []


def walked(person: Person, files: list[str], below: Path) -> Path:
    """build/linear of the whole walk in a checkout of this person's own."""
    checkout, home = below / person.name / person.checkout, below / person.name / "home"
    home.mkdir(parents=True)
    for name in files:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name, follow_symlinks=False)
    own = {"HOME": str(home), "USER": person.name, "LOGNAME": person.name, "PLATFORMIO_CORE_DIR": str(below / "platformio")}
    variables = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | own | dict(person.variables)
    for stage in STAGES:
        command = [*namespace(person.uid), sys.executable, "-m", "plumbline", stage, "linear", "--only", "--quiet"]
        done = subprocess.run(command, cwd=checkout, env=variables, umask=person.umask, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return checkout / "build" / "linear"


@pytest.fixture
def together(tmp_path: Path) -> Path:
    """A folder for both people: what one of them leaves there must not get into the other's image."""
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a conversion but PlatformIO's."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and "pio" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_two_people_in_two_folders_make_the_same_bytes(tools: None, tensorflow: None, files: list[str], together: Path) -> None:
    first, second = (walked(person, files, together) for person in (ANN, BOB))
    made = contents(first)
    assert {"model.keras", "model.tflite", "references.npz", "generated/manifest.json", "generated/plumbline_compiled.c"} <= made.keys()
    assert contents(second) == made
    images = [image_of(folder, "virtual") for folder in (first, second)]
    assert images[0].read_bytes() == images[1].read_bytes()
    for image in images:
        tool("objcopy", "-O", "binary", image, image.with_suffix(".bin"))
    assert images[0].with_suffix(".bin").read_bytes() == images[1].with_suffix(".bin").read_bytes()
    for name in (str(together), str(ROOT), ANN.name, BOB.name):
        assert name.encode() not in images[0].read_bytes(), name
