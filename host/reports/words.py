"""The words that the report uses, explained where it first uses them."""

from __future__ import annotations

from plumbline.host.verdict.verdict import Verdict


def explained(verdict: Verdict) -> list[tuple[str, str]]:
    """Each word that this verdict's report uses, with a sentence or two in plain words."""
    codes, sweep, samples = verdict.of("code"), verdict.of("sweep"), verdict.of("sample")
    found = []
    if codes:
        one = len(codes[0].expected) == 1 and codes[0].x is not None
        asked = "The board was asked all 256 of them" if one and len(codes) == 256 else f"The board was asked {len(codes):,} inputs of codes"
        found.append(("code", f"The integer from -128 to 127 in which an int8 model takes and gives its numbers. {asked}."))
    if samples or sweep:
        points = f"{len(samples)} sample points and the {len(sweep)} of the sweep"
        found.append(("points", f"Real numbers that the board turns into codes itself: {points}."))
    if sweep:
        found.append(("sweep", f"{len(sweep)} numbers from one end of the model's domain to the other, in even steps."))
    if verdict.comparisons:
        found.append(("exact", "The board's codes are those of TensorFlow Lite Micro's reference kernels, bit for bit."))
    if verdict.held and verdict.limit == "bound":
        found.append(
            ("bound", "The largest distance from the float model that rounding to int8 can cause. It is proven from the weights, not measured.")
        )
    elif verdict.held:
        found.append(("tolerance", f"The largest distance from the float model that is accepted here, {verdict.tolerance_from}. It is not proven."))
    if verdict.useful:
        asked = (
            "The float model is asked at their own numbers, the board at their codes" if verdict.float_model else "The board is asked at their codes"
        )
        found.append(("samples", f"{verdict.useful[0].count:,} inputs as the model will see them. {asked}."))
    if any(each.spread is not None for each in verdict.useful):
        found.append(("spread", "From the 5th to the 95th percentile of the float model's answers, so that one far out hides nothing."))
    return found
