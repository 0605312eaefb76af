"""Profiling on the virtual board: every operator is named and counted, the sum is the inference, and no other firmware pays for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import BoardFault, UsageError
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.common.wire import Error
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.verdict.profile import FILE, Profile, measure, plain_count
from tests.support import firmware_image
from tests.support.converted import write_folder
from tests.support.random_network import random_network

RAW = random_network(np.random.default_rng(2), reshaped_ends=False)
GRAPH = read(RAW)
PROBE_LINES = r"// Between the operators a build.*\n#ifdef PLUMBLINE_PROFILE\n(?:.*\n)*?#endif\n|    PLUMBLINE_PROBE.*\n"


def profiled(folder: Path, plain: int | None = None) -> Profile:
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    with VirtualBoard(firmware.build(folder, "virtual_profile")) as qemu, Link(qemu.url) as link:
        return measure(Board(link), folder, manifest, plain=plain)


@pytest.fixture(scope="module")
def network(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/network: convolutions, pools, RESHAPE, Dense and SOFTMAX."""
    folder = tmp_path_factory.mktemp("build") / "network"
    write_folder(folder, RAW)
    return folder


@pytest.fixture(scope="module")
def profile(network: Path) -> Profile:
    manifest = Manifest.load(network / "generated" / "manifest.json")
    with VirtualBoard(firmware.build(network, "virtual")) as qemu, Link(qemu.url) as link:
        plain = plain_count(Board(link), network, manifest)
    return profiled(network, plain)


@pytest.mark.slow
def test_every_operator_is_named_and_counted(profile: Profile) -> None:
    assert [each.operator for each in profile.operators] == [operator.name for operator in GRAPH.operators]
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RESHAPE", "SOFTMAX"} <= {each.operator for each in profile.operators}
    assert profile.unit == "instructions"
    for each in profile.operators:
        assert each.count == 0 if each.operator == "RESHAPE" else each.count > 20
        assert (each.macs is not None) == (each.operator in {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
        assert each.macs is None or each.count > each.macs


@pytest.mark.slow
def test_the_sum_is_the_inference(profile: Profile) -> None:
    """With the probes taken off, and as the firmware without probes measures it: there the compiler keeps registers across operators."""
    assert profile.plain is not None
    assert 0 <= profile.rest <= 30
    assert profile.whole == pytest.approx(profile.plain, rel=0.005)
    assert profile.total == pytest.approx(profile.plain, rel=0.01)


@pytest.mark.slow
def test_one_neuron(linear: Path, virtual: Path) -> None:
    """The smallest model there is: the inference of the firmware without probes, to the instruction or the rounding of two readings."""
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    with VirtualBoard(virtual) as qemu, Link(qemu.url) as link:
        plain = plain_count(Board(link), linear, manifest)
    found = profiled(linear)
    assert [(each.layer, each.operator, each.macs) for each in found.operators] == [("dense", "FULLY_CONNECTED", 1)]
    assert abs(found.whole - plain) <= 2
    assert 0 < found.total < found.whole


@pytest.mark.slow
def test_the_same_every_time(network: Path, profile: Profile) -> None:
    for _ in range(5):
        assert profiled(network, profile.plain) == profile


@pytest.mark.slow
@pytest.mark.parametrize("slowed", range(len(GRAPH.operators)))
def test_a_thousand_instructions_more_are_counted_where_they_are(network: Path, profile: Profile, slowed: int) -> None:
    """Behind one operator at a time stand a thousand NOPs: its count grows by them exactly, and that of no other operator changes."""
    nops = f'    __asm volatile(".rept 1000\\n nop\\n .endr");\n    PLUMBLINE_PROBE({slowed + 1});'
    slow = network.parent / "slow" / "network"  # one folder for all: PlatformIO compiles only what changes
    write_folder(slow, RAW, lambda source: source.replace(f"    PLUMBLINE_PROBE({slowed + 1});", nops))
    changed = profiled(slow)
    more = [after.count - before.count for after, before in zip(changed.operators, profile.operators, strict=True)]
    assert more == [1000 if number == slowed else 0 for number in range(len(more))]
    assert changed.whole == profile.whole + 1000


@pytest.mark.slow
def test_no_other_firmware_pays_for_it(tools: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte what it would be if the compiler wrote no probes, and without anything of what they need."""
    monkeypatch.setattr("plumbline.host.firmware.firmware.build_id", lambda generated, settings: "the same")
    contents = []
    for name, edit in (("with", str), ("without", lambda source: re.sub(PROBE_LINES, "", source))):
        folder = tmp_path / name / "network"
        write_folder(folder, RAW, edit)
        source = (folder / "generated" / "plumbline_compiled.c").read_text()
        assert ("PROBE" in source) == (name == "with")
        image = firmware.build(folder, "virtual")
        firmware_image.tool("objcopy", "-O", "binary", image, tmp_path / f"{name}.bin")
        contents.append((tmp_path / f"{name}.bin").read_bytes())
        symbols = firmware_image.tool("nm", image)
        assert "serial_link_take" in symbols
        assert not re.search(r"prob|profile|board_counter_steps", symbols)
    assert len(contents[0]) > 4096
    assert contents[0] == contents[1]


@pytest.mark.slow
def test_firmware_without_profiling_says_what_to_do(network: Path, profile: Profile) -> None:
    manifest = Manifest.load(network / "generated" / "manifest.json")
    with VirtualBoard(firmware.build(network, "virtual")) as qemu, Link(qemu.url) as link:
        assert Board(link).operator_cost(0) is None
        with pytest.raises(BoardFault, match="built without profiling") as refused:
            measure(Board(link), network, manifest)
    assert "plumbline profile" in refused.value.hint


@pytest.mark.slow
def test_an_operator_the_model_has_not_is_refused(network: Path) -> None:
    with VirtualBoard(firmware.build(network, "virtual_profile")) as qemu, Link(qemu.url) as link:
        board = Board(link)
        cost = board.operator_cost(len(GRAPH.operators) - 1)
        assert cost is not None
        assert (cost.operators, cost.count) == (len(GRAPH.operators), 0)  # nothing has run yet
        for number in (len(GRAPH.operators), 2**32 - 1):
            with pytest.raises(BoardFault, match=Error.BAD_OFFSET.name):
                board.operator_cost(number)


@pytest.mark.slow
def test_the_command_prints_a_table_or_json_and_writes_the_file(network: Path, profile: Profile) -> None:
    def host(*words: str) -> str:
        command = [sys.executable, "-m", "plumbline", "profile", "network", "--only", "--build", str(network.parent), *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout

    printed = host("--json")
    document = json.loads(printed)
    assert printed == (network / FILE).read_text() == replace(profile, plain=document["plain"]).to_json()
    assert sum(each["count"] for each in document["operators"]) + document["rest"] == document["whole"]
    assert sum(each["share"] for each in document["operators"]) == pytest.approx(1, abs=0.02)
    rows = re.findall(r"^ ?(\d+) +(\S+) +([A-Z0-9_]+) +([\d,]+) +([\d.]+)%", host(), re.MULTILINE)
    assert [(name, int(count.replace(",", ""))) for _, _, name, count, _ in rows] == [(each.operator, each.count) for each in profile.operators]
    assert host("--quiet") == f"network: {profile.whole:,} instructions\n"


@pytest.mark.slow
def test_an_engine_that_cannot_tell_is_refused(tmp_path: Path) -> None:
    for env in ("virtual_tflm", "nano33ble", "virtual_mlperf", "nano33ble_compiled_mlperf"):
        command = [sys.executable, "-m", "plumbline", "profile", "linear", "--only", "--env", env, "--build", str(tmp_path)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert ended.returncode == UsageError.exit_code
        assert "does not tell what an operator costs" in ended.stderr
        assert "virtual, nano33ble_compiled" in ended.stderr


def operator(name: str, shapes: list[tuple[int, ...] | None], output: tuple[int, ...]) -> Operator:
    tensors = [None if shape is None else Tensor(i, str(i), "INT8", shape, None, None) for i, shape in enumerate(shapes)]
    return Operator(name, 1, tuple(tensors), (Tensor(99, "out", "INT8", output, None, None),), None)


def test_multiply_accumulates() -> None:
    """By hand: outputs times what each of them adds up."""
    assert multiply_accumulates(operator("FULLY_CONNECTED", [(2, 4), (3, 4), (3,)], (2, 3))) == 2 * 3 * 4
    assert multiply_accumulates(operator("CONV_2D", [(1, 8, 8, 2), (12, 3, 5, 2), (12,)], (1, 8, 8, 12))) == 8 * 8 * 12 * 3 * 5 * 2
    assert multiply_accumulates(operator("DEPTHWISE_CONV_2D", [(1, 4, 4, 3), (1, 3, 3, 6), None], (1, 4, 4, 6))) == 4 * 4 * 6 * 3 * 3
    assert multiply_accumulates(operator("ADD", [(1, 4), (1, 4)], (1, 4))) is None
    assert multiply_accumulates(operator("SOFTMAX", [(1, 4)], (1, 4))) is None
