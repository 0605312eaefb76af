"""How the C of a model is called: the fixed names that Plumbline's own firmware compiles, or a model's own name on everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Naming:
    """Where the names of one model's C begin."""

    public: str
    """The interface's functions and its header: `digits` for `digits_invoke` and digits.h."""
    layers: str = ""
    """The static functions and constants of layers."""
    own_firmware: bool = True
    """Whether it is for Plumbline's own firmware: the memory is bytes, a list of all constants is there for a digest, and a probe reads the clock
    between the operators. Else it is for somebody else's: the memory has a type, hooks stand around each layer, and what models share is printed so
    that they can share it."""

    @property
    def macros(self) -> str:
        """Where the interface's macros begin."""
        return self.public.upper()


FIRMWARE = Naming("plumbline_compiled")


def exported_as(name: str) -> Naming:
    """The naming of a model that goes into somebody else's firmware under a name of its own."""
    return Naming(name, f"{name}_", own_firmware=False)
