"""Everything that keeps a model from running on a board, as one refusal: a person who mends a model wants the whole list, not its first line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.convert.model.graph import Operator

MOST = 12
"""Lines of a refusal; a model of hundreds of layers may have as many reasons."""
NAMED = 3
"""Layers of one reason that are named."""
LONGEST_NAME = 60
NOWHERE = "The model cannot run on a board"
"""Begins a refusal for several reasons."""


@dataclass(frozen=True)
class Blocker:
    """One reason."""

    what: str
    """A sentence without its full stop."""
    hint: str
    error: type[PlumblineError] = ModelRefused
    places: tuple[str, ...] = ()
    """Where it occurs; empty for what is true of the whole model."""
    noun: str = "layer"
    """What a place is."""

    @property
    def line(self) -> str:
        """The reason with how often it occurs and where."""
        if not self.places:
            return capital(self.what)
        places = list(dict.fromkeys(map(short, self.places)))
        shown = ", ".join(places[:NAMED])
        if len(self.places) == 1:
            return f"{capital(self.noun)} {shown}: {self.what}"
        more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
        return f"{capital(self.what)}, {len(self.places)} times ({self.noun}s {shown}{more})"


def refusal(found: Sequence[Blocker]) -> PlumblineError:
    """One error for at least one reason, with the first two hints: reasons come with those in front that decide about the others."""
    merged: dict[tuple[str, str], Blocker] = {}
    for number, each in enumerate(found):
        key = (each.what, each.noun if each.places else str(number))
        before = merged.get(key)
        merged[key] = each if before is None else replace(before, places=before.places + each.places)
    reasons = list(merged.values())
    errors = {each.error for each in reasons}
    error = reasons[0].error if len(errors) == 1 else ModelRefused
    if len(reasons) == 1:
        return error(f"{reasons[0].line}.", reasons[0].hint)
    lines = [f"- {each.line}." for each in reasons[:MOST]]
    lines += [f"- and {len(reasons) - MOST} more."] if len(reasons) > MOST else []
    return error(
        "\n".join([f"{NOWHERE}, for {len(reasons)} reasons:", *lines]),
        " ".join(list(dict.fromkeys(each.hint for each in reasons))[:2]),
    )


def of_operators(operators: Iterable[Operator], check: Callable[[Operator], object]) -> list[Blocker]:
    """The reasons that `check` raises, one for each operator it does so for; of one that runs graphs where it is in none of these."""
    found = []
    for operator in operators:
        inside = of_operators((each for graph in operator.graphs for each in graph.operators), check)
        found += inside
        if inside:
            continue
        try:
            check(operator)
        except PlumblineError as error:
            what = error.message.removeprefix(f"Layer {short(operator.layer)}: ").removesuffix(".")
            found.append(Blocker(what, error.hint, type(error), (operator.layer,)))
    return found


def short(name: str) -> str:
    """A name from the file on one line, its middle left out where it is long."""
    name = " ".join(name.split())
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[: half - 2]}...{name[-half + 1 :]}"


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
