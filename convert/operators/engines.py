"""Which engines run a model on a board, and which operators each of them has: worked out from what the operators' folders say."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.convert.operators import Registration, registered
from plumbline.convert.operators.registration import Elsewhere


@dataclass(frozen=True)
class Engine:
    """One way to run a model on a board."""

    name: str
    title: str
    only_known_versions: bool = False
    """Whether an operator of a newer version than it is known to implement is refused. The compiler looks at the operator's form instead, and so do
    TensorFlow Lite Micro's kernels of today, which every answer is held to."""

    def otherwise(self, operator: Registration) -> Elsewhere:
        """What it does otherwise than TensorFlow Lite Micro of today."""
        return operator.elsewhere.get(self.name, Elsewhere())

    def newest(self, operator: Registration) -> int:
        """The newest version of an operator that it implements."""
        return self.otherwise(operator).version or operator.version


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("compiled", "the compiled engine"),
        Engine("tflm", "TensorFlow Lite Micro's main branch"),
        Engine("chirale", "Chirale_TensorFlowLite 2.0.0, the Arduino library", only_known_versions=True),
    )
}


@dataclass(frozen=True)
class Support:
    """A row of the table of operators."""

    operator: str
    number: int
    """In the schema."""
    types: tuple[str, ...]
    """Types of its data."""
    accepts: str
    """The forms that are taken, by every engine: what is checked before a build."""
    newest: dict[str, int | None]
    """The newest version by the engine's name; None where the engine is refused."""
    notes: tuple[str, ...]
    """What one of the engines does otherwise."""


def support_table() -> tuple[Support, ...]:
    """All operators in order of their names, for documentation and messages."""
    return tuple(_row(operator) for operator in registered().values())


def _row(operator: Registration) -> Support:
    newest: dict[str, int | None] = {}
    notes = []
    for engine in ENGINES.values():
        found = engine.otherwise(operator)
        newest[engine.name] = None if found.differs else engine.newest(operator)
        notes += [f"{engine.title}: {found.differs}"] if found.differs else []
        notes += [] if found.per_channel else [f"{engine.title}: one scale for all weights"]
    return Support(operator.name, operator.number, operator.types, operator.accepts, newest, tuple(notes))
