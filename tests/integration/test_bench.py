"""Boards of a laboratory: labgrid's coordinator and exporters run here, with virtual boards behind them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbline.common import errors
from plumbline.common.errors import PlumblineError, SetupFailed
from plumbline.common.paths import ROOT
from plumbline.host.bench import program
from plumbline.host.bench.coordinator import Coordinator
from plumbline.host.bench.places import chosen, the_one
from plumbline.host.devices.deadline import Deadline
from tests.support.lab import Lab, free_port, frozen, raw

pytestmark = pytest.mark.slow
NANOS = tuple(f"nano-{number}" for number in range(1, 9))
STALLS = NANOS[-1]
"""Behind an exporter of its own, which dies in one of the tests."""
MIDDLE = 8000
"""Bytes that a board has said in the middle of its verification: 560 answers of 30 bytes and more."""
SECONDS = 300


@pytest.fixture(scope="session")
def labgrid() -> None:
    """Skips where labgrid is not installed, before anything is built."""
    try:
        program.python()
    except SetupFailed as error:
        pytest.skip(f"{error.message} {error.hint}")


@pytest.fixture(scope="module")
def lab(labgrid: None, virtual: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Eight boards, the last of them behind an exporter of its own, and places with something wrong."""
    with Lab(tmp_path_factory.mktemp("lab"), virtual) as here:
        ports = {name: here.stalling(name) if name == STALLS else here.board(name) for name in NANOS}
        behind = {name: "second" if name == STALLS else "first" for name in NANOS}
        others = {"desk": ["desk/desk"], "upload": ["first/upload"]}
        wrong = {"bare": [], "dark": ["third/dark"], "plug": ["first/plug"], "double": ["first/nano-1", "first/nano-2"]}
        here.coordinate({**{name: [f"{behind[name]}/{name}"] for name in NANOS}, **others, **wrong}, {"board": "virtual"})
        plug = {"NetworkPowerPort": {"model": "netio", "host": "127.0.0.1", "index": 1}}
        first = {name: raw(ports[name]) for name in NANOS if behind[name] == "first"}
        here.export("first", {**first, "plug": plug, "upload": raw(here.upload_port)})
        here.export("second", {STALLS: raw(ports[STALLS])})
        yield here


@pytest.fixture(scope="module")
def coordinator(lab: Lab) -> Iterator[Coordinator]:
    """A session that looks on."""
    with Coordinator(lab.address) as found:
        yield found


@pytest.fixture
def build(linear: Path, tmp_path: Path) -> Path:
    """A build folder of its own, converted and built."""
    shutil.copytree(linear, tmp_path / "build" / "linear", dirs_exist_ok=True)
    return tmp_path / "build"


def started(lab: Lab, build: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "plumbline", "verify", "linear", "--only", "--build", str(build), *words]
    own = {**os.environ, "LG_COORDINATOR": lab.address, "COLUMNS": "200"}
    return subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(lab: Lab, build: Path, *words: str) -> tuple[int, str, str]:
    with started(lab, build, *words) as process:
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err


def holders(coordinator: Coordinator) -> dict[str, str]:
    """Who holds what: users by place."""
    found = {name: coordinator.look(name).holder.partition("/")[2] for name in coordinator.places}
    return {name: user for name, user in found.items() if user}


def test_eight_boards_at_the_same_time_have_a_verdict_each(lab: Lab, coordinator: Coordinator, build: Path) -> None:
    code, out, err = ended(lab, build, "--places", "nano-*")
    assert code == 0, out + err
    assert "8 of 8 places passed" in out
    steps = err.splitlines()
    passed = [number for number, line in enumerate(steps) if ": PASS, after " in line]
    assert len(passed) == 8
    assert all(steps.index(f"{name}: Connecting") < passed[0] for name in NANOS)  # none waits for another's verdict
    suites = ET.parse(build / "linear" / "places" / "junit.xml").getroot()
    assert [each.get("name") for each in suites] == [f"plumbline.linear.{name}" for name in NANOS]
    assert {(each.get("failures"), each.get("errors")) for each in suites} == {("0", "0")}
    assert suites.get("tests") == str(len(list(suites.iter("testcase"))))
    for name in NANOS:
        verdict = json.loads((build / "linear" / "places" / name / "verdict.json").read_text())
        assert (verdict["outcome"], verdict["summary"]["exact"]) == ("pass", verdict["summary"]["compared"])
    assert holders(coordinator) == {}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda each: each.name)
def test_a_place_is_released_however_the_run_ends(lab: Lab, coordinator: Coordinator, build: Path, how: signal.Signals) -> None:
    with lab.relay.stalling(MIDDLE), started(lab, build, "--place", STALLS) as process:
        assert lab.relay.stalled.wait(SECONDS)
        assert list(holders(coordinator)) == [STALLS]
        process.send_signal(how)
        process.communicate(timeout=SECONDS)
    assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    outcome = json.loads((build / "linear" / "verdict.json").read_text())["outcome"]
    assert outcome == ("error" if how == signal.SIGINT else "not finished")
    deadline = Deadline(SECONDS)
    while holders(coordinator) and not deadline.expired:  # the session gives it back by itself, a moment after a run that was killed
        time.sleep(0.1)
    assert holders(coordinator) == {}


def test_the_laboratorys_command_puts_the_image_on_the_board(lab: Lab, build: Path) -> None:
    """Its board runs nothing before: the command starts it with the image that was built."""
    pid = build / "qemu.pid"
    command = (
        f"test $PLUMBLINE_PLACE = upload && test $PLUMBLINE_EXPORTER = first && qemu-system-arm -machine mps2-an386 -nodefaults -display none"
        f" -icount shift=5 -chardev socket,id=uart,host=127.0.0.1,port={lab.upload_port},server=on,wait=off,nodelay=on -serial chardev:uart"
        f' -daemonize -pidfile {pid} -kernel "$PLUMBLINE_IMAGE"'
    )
    try:
        code, out, err = ended(lab, build, "--place", "upload", "--env", "virtual", "--upload", command, "--quiet")
        assert code == 0, out + err
        assert out.startswith("PASS linear")
    finally:
        if pid.is_file():
            os.kill(int(pid.read_text()), signal.SIGTERM)
    code, out, err = ended(lab, build, "--place", "upload", "--env", "virtual", "--upload", "echo no such programmer; exit 3")
    assert code == errors.UploadFailed.exit_code
    assert "ended with exit code 3" in err
    assert "no such programmer" in err


def test_a_port_of_the_exporters_computer_is_reached_through_ser2net(lab: Lab, build: Path) -> None:
    """By RFC 2217: the port is a pseudo-terminal here, and its board a virtual one."""
    if not any(map(shutil.which, ("ser2net", "/usr/sbin/ser2net"))):
        pytest.skip("ser2net is not installed")
    words = [sys.executable, "-m", "plumbline", "serve", "linear", "--only", "--build", str(build), "--quiet"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        try:
            assert serving.stdout is not None
            terminal = serving.stdout.readline().strip()
            lab.export("desk", {"desk": {"RawSerialPort": {"port": terminal, "speed": 115200}}})
            code, out, err = ended(lab, build, "--place", "desk", "--quiet")
        finally:
            serving.send_signal(signal.SIGINT)
    assert code == 0, out + err
    assert out.startswith("PASS linear")


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("bare", errors.BoardNotFound, "Place bare has no resources"),
        ("dark", errors.BoardNotFound, "Nothing that place dark matches is exported: third/dark/*"),
        ("plug", errors.BoardNotFound, "Place plug has no serial port, only NetworkPowerPort"),
        ("double", errors.SeveralBoards, "2 serial ports: first/nano-1/NetworkSerialPort/NetworkSerialPort, first/nano-2/"),
    ],
)
def test_a_place_that_cannot_be_verified_says_why(coordinator: Coordinator, name: str, error: type[PlumblineError], said: str) -> None:
    with pytest.raises(error, match=said.replace("*", r"\*")) as refused:
        coordinator.check(the_one(name, coordinator.places))
    assert refused.value.hint


def test_names_aliases_patterns_and_tags_mean_places(coordinator: Coordinator) -> None:
    places = coordinator.places
    assert the_one("alias-of-nano-1", places) == "nano-1"
    assert [each.name for each in chosen(["nano-[34]", "nano-1", "nano-3"], places)] == ["nano-3", "nano-4", "nano-1"]
    assert len(chosen(["board=virtual"], places)) == len(places)
    for typed, said in (("nano-9", r"'nano-9'. Did you mean nano-\d\?"), ("board=pico", "has the tag 'board=pico'"), ("pico-*", "is called 'pico-")):
        with pytest.raises(errors.BoardNotFound, match=said):
            chosen([typed], places)
    with pytest.raises(errors.SeveralBoards, match="means 8 places"):
        the_one("nano-*", places)


def test_without_a_coordinator_it_says_so(lab: Lab) -> None:
    with pytest.raises(errors.NoCoordinator, match="No labgrid coordinator answers at 127") as refused:
        Coordinator(f"127.0.0.1:{free_port()}")
    assert "LG_COORDINATOR" in refused.value.hint


def test_what_is_wrong_with_one_keeps_no_other_from_its_verdict(lab: Lab, coordinator: Coordinator, build: Path) -> None:
    """One board hangs, one exporter dies in the middle, one place is somebody else's. That exporter stays dead: this test is the last."""
    hangs, taken, dies = "nano-2", "nano-5", STALLS
    lab.client("-p", taken, "acquire", user="somebody")
    with frozen(lab.boards[hangs]), lab.relay.stalling(MIDDLE), started(lab, build, "--places", ",".join(NANOS), "--json") as process:
        assert lab.relay.stalled.wait(SECONDS)
        lab.exporters["second"].kill()
        out, err = process.communicate(timeout=SECONDS)
    found = {each["place"]: each for each in json.loads(out)}
    assert process.returncode == 1, err
    assert list(found) == list(NANOS)
    reasons = {name: found.pop(name)["reason"] for name in (hangs, dies, taken)}
    assert "BoardSilent (exit code 44): Nothing came" in reasons[hangs]
    assert "BoardLost (exit code 48): Exporter second of place nano-8 went away." in reasons[dies]
    assert "PortBusy (exit code 42): somebody on " in reasons[taken]
    assert {each["outcome"] for each in found.values()} == {"pass"}
    suites = ET.parse(build / "linear" / "places" / "junit.xml").getroot()
    assert [each.get("name", "").rpartition(".")[2] for each in suites if each.get("errors") == "1"] == [hangs, taken, dies]
    assert holders(coordinator) == {taken: "somebody"}
    assert err.count('"event": "end"') == len(NANOS)
