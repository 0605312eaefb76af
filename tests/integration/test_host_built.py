"""`firmware.json` says what a build is, the board says which build it runs, and no verification names another build's numbers."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common.boards import environments
from plumbline.common.errors import ArtefactsDisagree, StaleFirmware
from plumbline.common.files import sha256_of
from plumbline.common.manifest import Manifest
from plumbline.common.paths import image_of
from plumbline.common.wire import TEXT_MAX
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.builds import UNKNOWN_SIZE, Builds
from plumbline.host.firmware.built import FILE, Built, left
from plumbline.host.firmware.elf_size import size_of
from plumbline.host.firmware.settings import Settings, settings_of
from plumbline.host.reports import terminal
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify

SETTINGS = Settings("virtual", ("-D X",), ("board = mps2_an386",))


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """build/linear/generated with one source."""
    folder = tmp_path / "linear" / "generated"
    folder.mkdir(parents=True)
    (folder / "model.h").write_text("#define MODEL 1\n")
    return folder


def keep(generated: Path, settings: Settings, environment: str) -> Built:
    """An image and its firmware.json, as a build leaves them."""
    image = image_of(generated.parent, environment)
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(environment.encode())
    name, made = build_id(generated, settings), sha256_of(image)
    built = Built(name, "mps2_an386", "compiled", settings, "gcc 12", 9000, 900, None, 983040, 262144, made, "0" * 64, generated={})
    image.with_name(FILE).write_text(built.to_json())
    return built


def test_every_name_fits_the_wire(generated: Path) -> None:
    for environment in environments():
        name = build_id(generated, settings_of(environment))
        assert re.fullmatch(rf"\d+\.\d+\.\d+\+[0-9a-f]{{12}} {environment}", name)
        assert len(name.encode()) <= TEXT_MAX


def test_whatever_reaches_the_image_reaches_its_name(generated: Path) -> None:
    others = (
        replace(SETTINGS, flags=("-D Y",)),
        replace(SETTINGS, flags=()),
        replace(SETTINGS, options=()),
        replace(SETTINGS, environment="virtual_profile"),
    )
    names = [build_id(generated, settings) for settings in (SETTINGS, *others)]
    (generated / "model.h").write_text("#define MODEL 2\n")
    names.append(build_id(generated, SETTINGS))
    assert len({name.partition(" ")[0] for name in names}) == len(names)
    assert build_id(generated, SETTINGS) == names[-1]


def test_flags_of_every_origin_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings_of("virtual")
    over = tmp_path / "settings.ini"
    over.write_text("[env:virtual]\nboard_build.stack_bytes = 2048\n")
    monkeypatch.setenv("PLUMBLINE_CONFIG", str(over))
    assert "board_build.stack_bytes = 2048" in settings_of("virtual").options
    monkeypatch.delenv("PLUMBLINE_CONFIG")
    assert settings_of("virtual") == before
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DPLUMBLINE_PROFILE=1")
    assert settings_of("virtual").flags == (*before.flags, "-DPLUMBLINE_PROFILE=1")
    assert (before.purpose, settings_of("virtual").purpose) == ("", "profiling")


def test_settings_are_the_same_in_every_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = settings_of("nano33ble_compiled")
    monkeypatch.chdir(tmp_path)
    assert settings_of("nano33ble_compiled") == here
    assert "board = nano33ble" in here.options


def test_what_a_firmware_is_for_is_told_by_its_flags() -> None:
    purposes = {each.name: settings_of(each.name).purpose for each in environments().values()}
    assert purposes == {each.name: "profiling" * each.profile + "MLPerf" * each.mlperf for each in environments().values()}
    assert {name for name, purpose in purposes.items() if purpose == "MLPerf"} == {"virtual_mlperf", "nano33ble_compiled_mlperf"}
    assert {name for name, purpose in purposes.items() if purpose == "profiling"} == {
        "virtual_profile",
        "nano33ble_bare_profile",
        "nano33ble_compiled_profile",
    }


def test_firmware_json_is_read_as_it_was_written(generated: Path) -> None:
    built = keep(generated, SETTINGS, "virtual")
    assert Built.load(image_of(generated.parent, "virtual").with_name(FILE)) == built


@pytest.mark.parametrize("damage", ["", "[]", "null", "{", '{"schema": 1}', '{"schema": 2}', "[" * 100_000])
def test_a_damaged_firmware_json_is_refused(damage: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(damage)
    with pytest.raises(ArtefactsDisagree, match=r"firmware\.json cannot be read"):
        Built.load(tmp_path / FILE)


@pytest.mark.parametrize(("name", "wrong"), [("flash", "9000"), ("ram", -1), ("stack", 1.5), ("build", 7), ("settings", {}), ("flash_limit", True)])
def test_a_field_of_another_type_is_refused(name: str, wrong: object, generated: Path) -> None:
    keep(generated, SETTINGS, "virtual")
    path = image_of(generated.parent, "virtual").with_name(FILE)
    path.write_text(json.dumps({**json.loads(path.read_text()), name: wrong}))
    with pytest.raises(ArtefactsDisagree, match=r"firmware\.json"):
        Built.load(path)


def test_the_board_s_name_finds_its_build_among_all(generated: Path) -> None:
    """`make flash`, then `make verify PORT=...`: without ENV, and whatever else was built meanwhile."""
    built = [keep(generated, settings_of(environment), environment) for environment in ("virtual", "nano33ble_compiled", "nano33ble")]
    for each in built:
        builds = Builds(generated.parent)
        assert builds.of(each.build) == each
        assert builds.image == image_of(generated.parent, each.settings.environment)


def test_an_image_that_was_changed_is_not_the_build(generated: Path) -> None:
    built = keep(generated, settings_of("virtual"), "virtual")
    image_of(generated.parent, "virtual").write_bytes(b"another")
    assert left(generated.parent, built.build) is None
    builds = Builds(generated.parent, image=image_of(generated.parent, "virtual"))
    assert builds.of(built.build) is None  # it is what these sources make, but its numbers are not known
    assert builds.image is None


def test_a_firmware_of_other_sources_is_stale_and_both_are_named(generated: Path) -> None:
    built = keep(generated, settings_of("nano33ble_compiled"), "nano33ble_compiled")
    (generated / "model.h").write_text("#define MODEL 2\n")
    now = build_id(generated, settings_of("nano33ble_compiled"))
    for build in (built.build, built.build.replace("+", "+0")):  # built here, and elsewhere
        with pytest.raises(StaleFirmware) as stale:
            Builds(generated.parent).of(build)
        assert build in stale.value.message
        assert now in stale.value.message
    with pytest.raises(StaleFirmware):
        Builds(generated.parent).of("0.1.0+123456789abc")  # as firmware called itself before it knew its environment


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("environment", ["nano33ble_compiled_profile", "nano33ble_compiled_mlperf"])
def test_a_firmware_for_another_purpose_has_to_be_named(environment: str, here: bool, generated: Path) -> None:
    name = build_id(generated, settings_of(environment))
    ordinary = build_id(generated, settings_of("nano33ble_compiled"))
    if here:
        keep(generated, settings_of(environment), environment)
    for demanded in (None, "nano33ble_compiled"):
        with pytest.raises(StaleFirmware) as refused:
            Builds(generated.parent, demanded).of(name)
        assert name in refused.value.message
        assert ordinary in refused.value.hint
        assert f"--env {environment}" in refused.value.hint
    found = Builds(generated.parent, environment).of(name)
    assert (found is not None) == here


def test_flags_given_while_flashing_need_not_be_given_again_but_count(generated: Path) -> None:
    usual = settings_of("nano33ble_compiled")
    guarded = keep(generated, replace(usual, flags=(*usual.flags, "-D PLUMBLINE_WATCHDOG_S=20")), "nano33ble_compiled")
    assert Builds(generated.parent).of(guarded.build) == guarded
    profiling = keep(generated, replace(usual, flags=(*usual.flags, "-D", "PLUMBLINE_PROFILE")), "nano33ble_compiled")
    probed = keep(generated, replace(usual, flags=(*usual.flags, "-D PLUMBLINE_PROFILE")), "nano33ble_compiled")
    assert profiling.build != probed.build
    with pytest.raises(StaleFirmware, match="profiling firmware of nano33ble_compiled"):
        Builds(generated.parent).of(probed.build)


def test_an_environment_that_was_named_is_demanded(generated: Path) -> None:
    built = keep(generated, settings_of("nano33ble"), "nano33ble")
    assert Builds(generated.parent, "nano33ble").of(built.build) == built
    with pytest.raises(StaleFirmware, match=r"ordinary firmware of nano33ble .*asked for is nano33ble_compiled"):
        Builds(generated.parent, "nano33ble_compiled").of(built.build)


@pytest.mark.slow
def test_a_firmware_of_unknown_origin_has_no_size(passed: Verdict) -> None:
    assert dict(terminal.facts(replace(passed, firmware=None, size=None)))["firmware"] == UNKNOWN_SIZE


@pytest.mark.slow
def test_a_real_build_says_what_it_is(virtual: Path, linear: Path, passed: Verdict) -> None:
    built = Built.load(virtual.with_name(FILE))
    assert passed.firmware == built
    assert passed.identity.build == built.build == build_id(linear / "generated", settings_of("virtual"))
    size = size_of(virtual)
    assert size == passed.size
    assert (built.flash, built.ram) == (size.flash, size.ram) if size else False
    assert (built.stack, built.flash_limit, built.ram_limit) == (1024, 983040, 262144)
    assert (built.board, built.engine, built.settings) == ("mps2_an386", "compiled", settings_of("virtual"))
    assert built.compiler.startswith("arm-none-eabi-gcc ")
    assert built.image_sha256 == sha256_of(virtual)
    assert built.manifest_sha256 == passed.manifest_sha256 == sha256_of(linear / "generated" / "manifest.json")
    assert built.generated == {path.name: sha256_of(path) for path in (linear / "generated").glob("*.[ch]")}
    facts = dict(terminal.facts(passed))["firmware"]
    for word in ("environment virtual", "-fno-tree-loop-distribute-patterns", built.compiler, f"{built.flash:,} of 983,040 B flash"):
        assert word in facts


@pytest.mark.slow
def test_another_board_behind_the_port_gets_its_own_numbers(virtual: Path, linear: Path, tmp_path: Path) -> None:
    """The MLPerf firmware behind a port is refused without its ENV, and has its own size with it; flashed elsewhere it has none."""
    folder = shutil.copytree(linear, tmp_path / "linear")
    image = firmware.build(folder, "virtual_mlperf")
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    with VirtualBoard(image) as board, Link(board.url) as link:
        with pytest.raises(StaleFirmware, match="the MLPerf firmware of virtual_mlperf"):
            verify(Board(link), folder, manifest, builds=Builds(folder))
        verdict = verify(Board(link), folder, manifest, builds=Builds(folder, "virtual_mlperf"))
        assert verdict.size == size_of(image) != size_of(virtual)
        assert verdict.firmware is not None
        assert verdict.firmware.settings.purpose == "MLPerf"
        shutil.rmtree(image.parent)
        elsewhere = verify(Board(link), folder, manifest, builds=Builds(folder, "virtual_mlperf"))
    assert elsewhere.passed
    assert (elsewhere.size, elsewhere.firmware) == (None, None)
