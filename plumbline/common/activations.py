"""The types of what layers hand to each other in a quantized model; weights are int8 with either."""

from __future__ import annotations

from plumbline.common.errors import UsageError

INT8, INT16 = "int8", "int16"
ACTIVATIONS = (INT8, INT16)


def check_activations(value: str, what: str) -> None:
    """Raises UsageError where a type is none of these; `what` is how it was given."""
    if value not in ACTIVATIONS:
        raise UsageError(f"{what}: there is no such type of activations.", f"There are {' and '.join(ACTIVATIONS)}.")
