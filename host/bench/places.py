"""Places of a labgrid coordinator: what is told of one, which are meant by what was typed, and which serial port is its board's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from plumbline.common.errors import BoardNotFound, PortBusy, SeveralBoards
from plumbline.common.text import meant

SERIAL = "NetworkSerialPort"
"""The class of labgrid's resources that are a serial port: an exporter offers one of its own computer under that class too."""
BROKEN = "<broken>"
"""Who uses a resource that an exporter could not start."""


@dataclass(frozen=True)
class Resource:
    """What an exporter offers."""

    path: tuple[str, str, str, str]
    """Exporter, group, class and name."""
    available: bool
    """Whether it is plugged in, as far as the exporter can tell."""
    user: str
    """The place that uses it; empty where none does."""
    device: str
    """Its file on the exporter's computer; empty where that is not told."""

    @property
    def exporter(self) -> str:
        return self.path[0]

    def __str__(self) -> str:
        return "/".join(self.path)


@dataclass(frozen=True)
class Place:
    """What people reserve: a board, with what belongs to it."""

    name: str
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    holder: str
    """HOST/USER who has acquired it; empty where nobody has."""
    matches: tuple[str, ...]
    """Which resources it has, as patterns."""
    resources: tuple[Resource, ...]
    """Those that are there."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Place:
        """A place as the session tells it."""
        resources = (Resource(tuple(each["path"]), bool(each["available"]), each["user"] or "", each["device"]) for each in told["resources"])
        return cls(told["name"], tuple(told["aliases"]), told["tags"], told["holder"], tuple(told["matches"]), tuple(resources))

    def serial_port(self) -> Resource:
        """The serial port of its board.

        Raises:
            BoardNotFound: it has none, or none that is there.
            SeveralBoards: it has more than one.
        """
        found = [each for each in self.resources if each.path[2] == SERIAL]
        show = f"`labgrid-client -p {self.name} show`"
        if not self.matches:
            raise BoardNotFound(f"Place {self.name} has no resources.", f"Give it some: labgrid-client -p {self.name} add-match EXPORTER/GROUP/*")
        if not self.resources:
            raise BoardNotFound(
                f"Nothing that place {self.name} matches is exported: {', '.join(self.matches)}.",
                f"Start labgrid-exporter on the computer that its board is connected to; {show} tells what the place expects.",
            )
        if not found:
            raise BoardNotFound(
                f"Place {self.name} has no serial port, only {', '.join(sorted({each.path[2] for each in self.resources}))}.",
                f"Export the board's port as USBSerialPort, RawSerialPort or NetworkSerialPort, and add-match it; {show} tells what it has.",
            )
        if len(found) > 1:
            raise SeveralBoards(
                f"Place {self.name} has {len(found)} serial ports: {', '.join(map(str, found))}.",
                f"Leave it the board's: labgrid-client -p {self.name} del-match PATTERN takes one away.",
            )
        (port,) = found
        if port.user == BROKEN:
            raise BoardNotFound(
                f"Exporter {port.exporter} cannot offer the serial port of place {self.name}.", "See what it says: is ser2net installed there?"
            )
        if not port.available:
            raise BoardNotFound(
                f"The board of place {self.name} is not plugged in, says exporter {port.exporter}.", f"Connect it, or press its reset button; {show}."
            )
        return port


def free(place: Place, me: str) -> None:
    """Raises PortBusy where somebody has acquired a place, or another place its board.

    Args:
        place: the place.
        me: HOST/USER of whoever asks.
    """
    release = f"labgrid-client -p {place.name} release"
    if place.holder == me:
        raise PortBusy(f"You hold place {place.name} already, on this computer.", f"Let the other run end, or give the place back: {release}")
    if place.holder:
        host, _, user = place.holder.partition("/")
        raise PortBusy(f"{user} on {host} holds place {place.name}.", f"Wait, or ask {user}: {release}")
    for each in place.resources:
        if each.user and each.user not in (place.name, BROKEN):
            raise PortBusy(f"Place {each.user} uses {each}, which place {place.name} needs.", f"Wait, or: labgrid-client -p {each.user} release")


def chosen(typed: Iterable[str], places: Mapping[str, Place]) -> list[Place]:
    """The places that are meant, each once, in the order of what was typed.

    Args:
        typed: names or aliases, patterns like `nano-*`, or tags like `board=nano33ble`.
        places: those that there are, by name.

    Raises:
        BoardNotFound: one of them means none.
    """
    found: dict[str, Place] = {}
    for word in typed:
        fitting = [each for each in places.values() if _means(word, each)]
        if not fitting:
            raise _none(word, places)
        found.update({each.name: each for each in sorted(fitting, key=lambda place: place.name)})
    return list(found.values())


def the_one(typed: str, places: Mapping[str, Place]) -> str:
    """The name of the place that is meant.

    Raises:
        BoardNotFound: there is none.
        SeveralBoards: there are several.
    """
    found = chosen([typed], places)
    if len(found) > 1:
        names = ",".join(each.name for each in found)
        raise SeveralBoards(f"{typed!r} means {len(found)} places: {names}.", f"Name one of them, or verify all: --places {names}")
    return found[0].name


def _means(word: str, place: Place) -> bool:
    if word == place.name or word in place.aliases:
        return True
    key, is_tag, value = word.partition("=")
    if is_tag:
        return place.tags.get(key) == value
    return any(each in word for each in "*?[") and fnmatchcase(place.name, word)


def _none(word: str, places: Mapping[str, Place]) -> BoardNotFound:
    if not places:
        return BoardNotFound(f"The coordinator has no places, so none is {word}.", f"Create it: labgrid-client -p {word} create")
    what = "has the tag" if "=" in word else "is called"
    return BoardNotFound(f"No place {what} {word!r}.{meant(word, places)}", f"Places: {', '.join(sorted(places))}.")
