"""Operators that TensorFlow Lite Micro's library has and the compiler has not. Its engine runs them, held to the wheel alone."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.convert.operators import Registration, named

SIGNAL = "CUSTOM:Signal"
"""Begins the name of each operator of the audio front end."""


@dataclass(frozen=True)
class Interpreted:
    """One operator."""

    resolver_method: str
    """Of TFLM's MicroMutableOpResolver, that registers it."""
    chirale: bool = True
    """Whether Chirale_TensorFlowLite 2.0.0 has it, a library of early 2023."""
    remembers: bool = False
    """Whether its answer depends on the inferences before."""


INTERPRETED = {
    **{name: Interpreted("Add" + name.capitalize()) for name in ("CEIL", "COS", "EXP", "FLOOR", "LOG", "NEG", "ROUND", "SIN", "SQRT", "SQUARE")},
    "FLOOR_DIV": Interpreted("AddFloorDiv"),
    "FLOOR_MOD": Interpreted("AddFloorMod"),
    "L2_POOL_2D": Interpreted("AddL2Pool2D"),
    "CUSTOM:TFLite_Detection_PostProcess": Interpreted("AddDetectionPostprocess"),
    **{
        SIGNAL + name: Interpreted(
            "Add" + name, chirale=False, remembers=name in ("Delay", "FilterBankSpectralSubtraction", "Framer", "OverlapAdd", "Stacker")
        )
        for name in (
            *("Delay", "Energy", "FftAutoScale", "FilterBank", "FilterBankLog", "FilterBankSpectralSubtraction", "FilterBankSquareRoot", "Framer"),
            *("Irfft", "OverlapAdd", "PCAN", "Rfft", "Stacker", "Window"),
        )
    },
}
"""By the name in the schema. What the wheel's library has besides is registered here, or is a program for an NPU."""


def in_library(name: str) -> Registration | Interpreted | None:
    """What is known of an operator that TensorFlow Lite Micro's library has; None for one that it has not."""
    return named(name) or INTERPRETED.get(name)
