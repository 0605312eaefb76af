"""Numbers as a person reads and types them."""

from __future__ import annotations

import math


def number(value: float | None, digits: int = 4) -> str:
    """Some significant digits, or "none" for what is not a number."""
    return f"{value:.{digits}g}" if value is not None and math.isfinite(value) else "none"


def above(value: float) -> float:
    """A positive finite value with three digits, not less than it; any other as it is."""
    if not 0 < value < math.inf:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.ceil(value / unit - 1e-9) * unit:.6g}")


def percent(share: float) -> str:
    """A share in percent with three digits, or "all" for what is not a number."""
    return f"{100 * share:.3g}%" if math.isfinite(share) else "all"
