"""Every model of one's own has a folder of its own, in every alphabet, whoever asks first and however often."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.folder_names import claim, plain_name
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("kws.tflite", "kws"),
        ("My Net-2.tflite", "my_net_2"),
        ("a.b.keras", "a_b"),
        ("-rf.tflite", "_rf"),
        ("$(touch x)`y`;'\".tflite", "__touch_x__y____"),
    ],
)
def test_a_name_of_letters_and_digits_is_kept(file: str, name: str) -> None:
    assert plain_name(Path(file)) == name


@pytest.mark.parametrize(
    "file", ["modèle.keras", "模型.tflite", "модель.tflite", "نموذج.tflite", "😀.tflite", ".tflite", "---.tflite", "a" * 200, "/", ".."]
)
def test_what_is_lost_is_told_apart_by_a_hash(file: str) -> None:
    name = plain_name(Path(file))
    assert re.fullmatch(r"([a-z0-9_]+_)?[0-9a-f]{8}|_", name) or name in ("tflite", "_tflite")
    assert len(name) <= 49


def test_two_alphabets_have_two_names_and_one_letter_has_one() -> None:
    assert plain_name(Path("模型.tflite")) != plain_name(Path("型模.tflite"))
    assert plain_name(Path("modèle.tflite")) == plain_name(Path("mode\u0300le.tflite"))
    assert plain_name(Path("modèle.tflite")).startswith("modele_")


@given(st.text(st.characters(blacklist_characters="/\0")).filter(lambda text: text not in ("", ".", "..")))
def test_any_name_is_a_folder_and_an_identifier(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,49}", plain_name(Path(text)))


def test_the_first_keeps_the_name_and_another_file_gets_its_own(tmp_path: Path) -> None:
    build = tmp_path / "build"
    one, two = tmp_path / "a" / "net.tflite", tmp_path / "b" / "net.tflite"
    first, second = claim(one, build), claim(two, build)
    assert first == "model_net"
    assert re.fullmatch(r"model_net__[0-9a-f]{8}", second)
    assert [claim(one, build), claim(two, build)] == [first, second]
    assert claim(tmp_path / "a" / "net.keras", build) not in (first, second)


def test_a_project_that_moves_keeps_its_names(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    claim(tmp_path / "here" / "net.tflite", tmp_path / "here" / "build")
    (tmp_path / "here").rename(tmp_path / "there")
    assert claim(tmp_path / "there" / "net.tflite", tmp_path / "there" / "build") == "model_net"


def test_a_damaged_record_is_nobodys(tmp_path: Path) -> None:
    claim(tmp_path / "net.tflite", tmp_path / "build")
    for text in ("", "[]", "{}", "[" * 10_000, "\x00"):
        (tmp_path / "build" / "model_net" / "source.json").write_text(text)
        assert claim(tmp_path / "net.tflite", tmp_path / "build") != "model_net"


def test_many_at_a_time_get_a_folder_each(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from plumbline.common.folder_names import claim; print(claim(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    found: list[str] = []

    def ask(number: int) -> None:
        command = [sys.executable, "-c", program, str(tmp_path / str(number) / "net.tflite"), str(tmp_path / "build")]
        found.append(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    askers = [threading.Thread(target=ask, args=(number % 6,)) for number in range(12)]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    assert len(set(found)) == 6
    assert "model_net\n" in found


@pytest.mark.parametrize(
    ("typed", "name", "flash", "convert"),
    [
        ("make verify", "linear", "make clean flash RECIPE=linear", "make clean convert RECIPE=linear"),
        ("make verify", "model_own", "make clean flash MODEL=...", "make clean convert MODEL=..."),
        ("plumbline verify", "linear", "plumbline flash linear --anew", "plumbline convert linear --anew"),
        (
            "plumbline verify",
            "model_own",
            "plumbline flash 'my own.keras' --samples=x.npy --anew",
            "plumbline convert 'my own.keras' --samples=x.npy --anew",
        ),
        ("plumbline verify", "model_other", "plumbline flash MODEL --anew", "plumbline convert MODEL --anew"),
    ],
)
def test_a_hint_names_the_model_as_its_user_does(
    typed: str, name: str, flash: str, convert: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(usage.TYPED, typed)
    monkeypatch.setenv(usage.MODEL, "")
    usage.remember("model_own", "my own.keras", "--samples=x.npy")
    assert usage.line("flash", name, anew=True) == flash
    with pytest.raises(ArtefactsDisagree) as caught:
        Manifest.load(tmp_path / name / "generated" / "manifest.json")
    assert f"`{convert}`" in caught.value.hint


def test_no_host_tool_writes_a_command_out_that_its_user_did_not_type() -> None:
    targets = "train|convert|firmware|verify|flash|profile|monitor|doctor|learn"
    common = [path for path in (ROOT / "plumbline" / "common").glob("*.py") if path.stem != "usage"]
    started = r"python -m plumbline(?!\.host\.(devices\.qemu_packages|nrf52840|rp2040))"  # but for processes of their own
    for path in [*(ROOT / "host").rglob("*.py"), *(ROOT / "host").rglob("*.j2"), *common]:
        found = re.search(rf"\bmake (clean )?({targets})\b|{started}|RECIPE=|\bMODEL=", path.read_text())
        assert not found, f"{path}: {found}"
