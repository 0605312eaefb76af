"""A session with a labgrid coordinator. It runs under labgrid's Python, not under Plumbline's, and imports nothing of Plumbline.

It is started with the coordinator's address, reads a request a line from standard input and writes JSON lines to standard output. Places that it has
acquired it releases when it is told to, and all of them when its standard input ends: also where whoever started it was killed.

What it uses of labgrid is what `labgrid-client acquire`, `release` and `show` use: `start_session`, `acquire`, `release`, the places and resources.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from typing import Any

from labgrid import Target
from labgrid.remote.client import start_session
from labgrid.resource import NetworkSerialPort
from labgrid.util import labgrid_version
from labgrid.util.proxy import proxymanager

WATCH_S = 0.2
"""How often places that are held are looked at."""


class Session:
    """What is asked of one coordinator, one request at a time."""

    def __init__(self, address: str, out: Any) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._out = out
        self._held: dict[str, str] = {}
        self._labgrid = start_session(address, extra={"args": argparse.Namespace()}, loop=self._loop)

    def run(self) -> None:
        """Serve until standard input ends, then release what is still held."""
        requests: asyncio.Queue[str] = asyncio.Queue()
        threading.Thread(target=self._read, args=(requests,), daemon=True).start()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # an end as well, with everything given back
            self._loop.add_signal_handler(number, requests.put_nowait, "")
        me = f"{self._labgrid.gethostname()}/{self._labgrid.getuser()}"
        self._say(event="ready", me=me, version=labgrid_version(), places=[self._place(name) for name in self._labgrid.places])
        try:
            self._loop.run_until_complete(self._serve(requests))
        finally:
            for name in list(self._held):
                with contextlib.suppress(Exception):
                    self._loop.run_until_complete(self._release(name))
            self._loop.run_until_complete(self._labgrid.stop())
            self._loop.run_until_complete(self._labgrid.close())

    def _read(self, requests: asyncio.Queue[str]) -> None:
        for line in sys.stdin:
            self._loop.call_soon_threadsafe(requests.put_nowait, line)
        self._loop.call_soon_threadsafe(requests.put_nowait, "")

    async def _serve(self, requests: asyncio.Queue[str]) -> None:
        while not self._labgrid.stopping.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                line = await asyncio.wait_for(requests.get(), WATCH_S)
                if not line:
                    return
                await self._answer(json.loads(line))
            self._tell_changes()
        self._held.clear()  # the coordinator is gone, and with it whom to give them back to
        self._say(event="gone")

    async def _answer(self, request: dict[str, Any]) -> None:
        name, found = request["place"], {}
        try:
            if request["do"] == "acquire":
                await self._asked(name, "acquire")
                self._held[name] = ""
            elif request["do"] == "release":
                await self._release(name)
            elif request["do"] == "address":
                found = await self._address(request["resource"])
        except Exception as error:  # all that is wrong with a request is for whoever made it
            await self._labgrid.sync_with_coordinator()
            found = {"error": " ".join(str(error).split()) or type(error).__name__}
        self._say(event="answer", id=request["id"], place=self._place(name), **found)

    async def _asked(self, name: str, what: str) -> None:
        self._labgrid.args = argparse.Namespace(place=name, allow_unmatched=False, kick=False)
        with contextlib.redirect_stdout(sys.stderr):
            await getattr(self._labgrid, what)()

    async def _release(self, name: str) -> None:
        del self._held[name]
        await self._asked(name, "release")

    async def _address(self, path: list[str]) -> dict[str, Any]:
        """Where a serial port listens: through SSH where its exporter is reached in no other way, as labgrid decides."""
        exporter, group, _, resource = path
        entry = self._labgrid.resources[exporter][group][resource]
        port = NetworkSerialPort(Target("plumbline"), None, **entry.args)
        port.extra = entry.extra
        host, number = await self._loop.run_in_executor(None, proxymanager.get_host_and_port, port)
        return {"host": host, "port": number, "protocol": port.protocol}

    def _tell_changes(self) -> None:
        for name, said in self._held.items():
            now = self._place(name)
            if (text := json.dumps(now)) != said:
                self._held[name] = text
                self._say(event="place", place=now)

    def _place(self, name: str) -> dict[str, Any] | None:
        place = self._labgrid.places.get(name)
        if place is None:
            return None
        mine = {tuple(path) for path in place.acquired_resources} if place.acquired else None
        found = []
        for exporter, groups in self._labgrid.resources.items():
            for group, entries in groups.items():
                for resource, entry in entries.items():
                    kind = entry.data.get("cls")  # what an exporter has taken back is there, without one
                    path = (exporter, group, kind, resource)
                    if kind is not None and (path in mine if mine is not None else place.hasmatch(path)):
                        found.append({"path": path, "available": entry.avail, "user": entry.acquired, "device": str(entry.extra.get("path") or "")})
        return {
            "name": name,
            "aliases": sorted(place.aliases),
            "tags": dict(place.tags),
            "holder": place.acquired or "",
            "matches": [repr(each) for each in place.matches],
            "resources": found,
        }

    def _say(self, **facts: Any) -> None:
        self._out.write(json.dumps(facts) + "\n")
        self._out.flush()


def main() -> None:
    """Serve the coordinator at the address that is the first argument; say why where that cannot be done."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # labgrid prints
    try:
        session = Session(sys.argv[1], out)
    except Exception as error:
        refused = type(error).__module__.startswith(("labgrid", "grpc"))  # else this labgrid is not as we know it
        why = " ".join(str(error).split()) or type(error).__name__
        out.write(json.dumps({"event": "failed", "error": why, "refused": refused, "version": labgrid_version()}) + "\n")
        out.flush()
        return
    session.run()


if __name__ == "__main__":
    main()
