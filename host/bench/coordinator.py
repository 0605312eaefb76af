"""Our end of a session with a labgrid coordinator: places are acquired for the length of a `with` block, and given back whatever happens."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from plumbline.common.errors import BoardNotFound, NoCoordinator, PlumblineError, PortBusy, SetupFailed
from plumbline.host.bench import program
from plumbline.host.bench.places import BROKEN, Place, Resource, free
from plumbline.host.devices.deadline import Deadline

VARIABLE = "LG_COORDINATOR"
"""Environment variable of labgrid: the coordinator's address."""
DEFAULT = "127.0.0.1:20408"
CONNECT_S = 20.0
REQUEST_S = 30.0
"""For an exporter that starts ser2net, or one that has just died: the coordinator waits for it."""
PORT_S = 10.0
"""An exporter says the port only once ser2net runs."""
END_S = 10.0
_SCRIPT = Path(__file__).with_name("session.py")


class Coordinator:
    """A session, to be used in a `with` block. Every method may be called from several threads.

    Args:
        address: HOST or HOST:PORT; None takes what LG_COORDINATOR says, else this computer.

    Raises:
        SetupFailed: labgrid is not installed, or is another one than is known.
        NoCoordinator: nobody answers there.
    """

    def __init__(self, address: str | None = None) -> None:
        self.address = address or os.environ.get(VARIABLE) or DEFAULT
        self.places: dict[str, Place] = {}
        self._gone = ""
        self._numbers = count(1)
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._watching: dict[str, Callable[[Place | None], None]] = {}
        self._lock = threading.Lock()
        self._ready: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._python = program.python()
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        # A session of its own: Ctrl-C reaches us alone, and the end of its input tells it to give everything back, however we end.
        self._process = subprocess.Popen(
            [self._python, "-I", str(_SCRIPT), self.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=variables,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Coordinator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what is held, and end the session."""
        with self._lock:
            if self._process.stdin and not self._process.stdin.closed:
                with suppress(OSError):  # it has ended before
                    self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def look(self, name: str) -> Place:
        """What the coordinator says of a place now.

        Raises:
            BoardNotFound: it is not there any more.
            NoCoordinator: the coordinator ended.
        """
        if self._request("look", name)["place"] is None:
            raise BoardNotFound(f"Place {name} was deleted.", f"Create it again: labgrid-client -p {name} create")
        return self.places[name]

    def check(self, name: str) -> None:
        """Say now what would keep us from acquiring a place.

        Raises:
            PortBusy: somebody else holds it.
            BoardNotFound, SeveralBoards: it is not there any more, or has no serial port that is there, or several.
            NoCoordinator: the coordinator ended.
        """
        place = self.look(name)
        free(place, self._me)
        place.serial_port()

    @contextmanager
    def acquired(self, name: str) -> Iterator[Place]:
        """Hold a place.

        Raises:
            BoardNotFound: also where the exporter refuses.
            Everything `check` raises.
        """
        self.check(name)
        refused = self._asked("acquire", name)
        if refused:
            raise self._refusal(name, refused)
        try:
            yield self.places[name]
        finally:
            self._release(name)

    def url(self, name: str) -> str:
        """Where the serial port of a place that is held listens, as `open_port` takes it.

        Raises:
            BoardNotFound: it has none, or its exporter does not say in time where.
        """
        deadline, said = Deadline(PORT_S), ""
        port = self.places[name].serial_port()
        while not deadline.expired:
            answer = self._request("address", name, resource=port.path)
            said = answer.get("error", "")
            if not said and answer.get("port"):
                return _url(answer)
            time.sleep(0.2)
        why = f": {said}" if said else ""
        raise BoardNotFound(f"Exporter {port.exporter} does not say where the serial port of place {name} listens{why}.", "See what it logs.")

    @contextmanager
    def watched(self, name: str, lost: Callable[[str], None]) -> Iterator[None]:
        """While the block runs, call `lost` with a sentence when the board of a place goes away, or the coordinator does."""
        port = self.places[name].serial_port()

        def look(place: Place | None) -> None:
            if why := _missing(name, port, place) or self._gone:
                lost(why)

        self._watching[name] = look
        try:
            look(self.places.get(name))
            yield
        finally:
            del self._watching[name]

    def _begin(self) -> None:
        start = "Start it with `labgrid-coordinator`, or name another one"
        try:
            first = self._ready.get(timeout=CONNECT_S)
        except queue.Empty:
            raise NoCoordinator(f"The labgrid coordinator at {self.address} does not answer in {CONNECT_S:g} s.", self._hint(start)) from None
        if first is None:
            raise NoCoordinator(
                f"{self._python} cannot start a session with labgrid's coordinator at {self.address}.",
                "Versions 25 and 26 of labgrid are known: `labgrid-client version`.",
            )
        if first["event"] == "failed" and not first["refused"]:
            raise SetupFailed(
                f"labgrid {first['version']}, which {self._python} has, is not one that Plumbline can use: {first['error']}.",
                "Versions 25 and 26 are known: `labgrid-client version`.",
            )
        if first["event"] == "failed":
            raise NoCoordinator(f"No labgrid coordinator answers at {self.address} ({first['error']}).", self._hint(start))
        self._me = first["me"]
        self.places = {each["name"]: Place.of(each) for each in first["places"]}

    def _hint(self, start: str) -> str:
        return f"{start}: --coordinator HOST:PORT, `coordinator` in plumbline.toml, or {VARIABLE}."

    def _release(self, name: str) -> None:
        if self._gone:
            return
        try:
            refused = self._asked("release", name)
        except PlumblineError as error:
            refused = error.message
        if refused:
            print(f"warning: place {name} was not released: {refused} See `labgrid-client -p {name} show`.", file=sys.stderr)

    def _refusal(self, name: str, said: str) -> PlumblineError:
        place = self.places[name]
        try:
            self.check(name)
        except PlumblineError as error:  # somebody was faster
            return error
        exporters = ", ".join(sorted({each.exporter for each in place.resources}))
        if BROKEN in said or "resources" in said:
            return BoardNotFound(f"Exporter {exporters} does not hand over place {place.name}: {said}", "See what it logs; start it anew.")
        return PortBusy(f"Place {place.name} cannot be acquired: {said}", f"`labgrid-client -p {place.name} show` tells more.")

    def _asked(self, what: str, name: str) -> str:
        """What the coordinator says against it; empty where it was done."""
        return str(self._request(what, name).get("error", ""))

    def _request(self, what: str, name: str, **facts: Any) -> dict[str, Any]:
        number = next(self._numbers)
        mine = self._waiting[number] = queue.SimpleQueue()
        try:
            with self._lock:
                if self._gone or not self._process.stdin or self._process.stdin.closed:
                    raise self._lost()
                print(json.dumps({"id": number, "do": what, "place": name, **facts}), file=self._process.stdin, flush=True)
            answer = mine.get(timeout=REQUEST_S)
        except OSError:
            raise self._lost() from None
        except queue.Empty:
            raise NoCoordinator(f"The coordinator at {self.address} does not {what} place {name} in {REQUEST_S:g} s.", "Is it busy?") from None
        finally:
            del self._waiting[number]
        if answer is None:
            raise self._lost()
        return answer

    def _lost(self) -> NoCoordinator:
        return NoCoordinator(self._gone or f"The session with the coordinator at {self.address} has ended.", "Start the coordinator anew.")

    def _read(self) -> None:
        for line in self._process.stdout or ():
            said = json.loads(line)
            if said.get("place"):
                self._changed(said["place"]["name"], Place.of(said["place"]))
            if said["event"] in ("ready", "failed"):
                self._ready.put(said)
            elif said["event"] == "answer" and (one := self._waiting.get(said["id"])):
                one.put(said)
        self._gone = f"The coordinator at {self.address} went away."
        for name in list(self._watching):
            self._changed(name, self.places.get(name))
        for each in list(self._waiting.values()):
            each.put(None)
        self._ready.put(None)

    def _changed(self, name: str, place: Place | None) -> None:
        if place is not None:
            self.places[name] = place
        if (look := self._watching.get(name)) is not None:
            look(place)


def _url(answer: dict[str, Any]) -> str:
    """The address that a session tells, as pyserial takes it."""
    where = f"{answer['host']}:{answer['port']}"
    # ser2net does not confirm modem lines that a port lacks, for which pyserial would wait; labgrid's own driver does not either
    return f"socket://{where}" if answer["protocol"] == "raw" else f"rfc2217://{where}?ign_set_control"


def _missing(name: str, port: Resource, place: Place | None) -> str:
    """How a serial port that was there is not there any more; empty where it is."""
    now = [each for each in place.resources if each.path == port.path] if place else []
    if not now:
        return f"Exporter {port.exporter} of place {name} went away."
    return "" if now[0].available else f"The board of place {name} was unplugged, says exporter {port.exporter}."
