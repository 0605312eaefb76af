"""Holds single answers of a board against both references: bit for bit against the oracle, and within the bound against the float model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import Manifest
from plumbline.common.numbers import above, number
from plumbline.common.quantization import code_of_nano, nano_of, real_of, to_nano
from plumbline.common.rows import taken_apart, to_reals
from plumbline.common.wire import NANO
from plumbline.host.devices.board import Answer
from plumbline.host.verdict.comparison import EXACT, Comparison, Kind, Limit, Probe, Rule, Step

FAR_NANO = 1000 * NANO
_NAMED = 3  # failures named one by one


def outside(manifest: Manifest) -> tuple[int, ...]:
    """Some x in nano-units that the board has to refuse: one nano-unit beyond both ends, far out, and the ends of the wire's integer."""
    low, high = (to_nano(end) for end in manifest.domain)
    return (low - 1, high + 1, low - FAR_NANO, high + FAR_NANO, -(2**63), 2**63 - 1)


class Comparer:
    """Knows what is expected.

    Args:
        manifest: scales, zero points, the bound and the tolerance.
        references: what the model and the float model answer.
        rule: what the answers have to be.
    """

    def __init__(self, manifest: Manifest, references: References, rule: Rule = EXACT) -> None:
        self._manifest = manifest
        self._rule = rule
        self._references = references
        self._expected_of_code = {row.tobytes(): tuple(out.tolist()) for row, out in zip(references.codes, references.expected, strict=True)}

    @property
    def scalar(self) -> bool:
        """Whether the model maps one number to one number, so that a board can be asked for an x."""
        return self._manifest.scalar

    def point(self, row: int, answer: Answer | None) -> Comparison:
        """Compare the answer to `references.x_nano[row]`; None, a refusal inside the domain, is neither exact nor within the bound."""
        references, spec = self._references, self._manifest.x_end
        x_nano = int(references.x_nano[row])
        code = code_of_nano(x_nano, spec)
        expected = self._expected_of_code.get(np.int8(code).tobytes(), ())
        rounding = float(abs(Fraction(x_nano, NANO) - real_of(code, spec)))
        kind: Kind = "sample" if row < references.samples else "sweep"
        sound = answer is not None and answer.input_code == code and answer.y_nano == self._output_nano(answer.output_code)
        exact = answer is not None and sound and (answer.output_code,) == expected
        return Comparison(
            kind=kind,
            row=row,
            x=x_nano / NANO,
            expected=expected,
            board=(answer.output_code,) if answer else (),
            expected_y=tuple(self._output_nano(code) / NANO for code in expected),
            board_y=(answer.y_nano / NANO if answer else math.nan,),
            float_y=tuple(references.float_x[row].tolist()),
            bound=self._bound(rounding),
            exact=exact,
            rule=self._rule,
            sound=sound,
        )

    def codes(self, outputs: Codes) -> list[Comparison]:
        """Compare the answers to all of `references.codes`, (N, output_bytes) in their order."""
        references = self._references
        kinds = [""] * len(references.codes) if references.kinds is None else references.kinds.tolist()
        xs = [nano_of(int(code), self._manifest.x_end) / NANO for code in references.codes[:, 0]] if self._manifest.one_code else [None] * len(kinds)
        steps = steps_of(references)
        return [
            Comparison(
                kind="code",
                row=row,
                x=xs[row],
                expected=tuple(expected),
                board=tuple(board),
                expected_y=tuple(expected_y),
                board_y=tuple(board_y),
                float_y=tuple(float_y),
                bound=math.inf if kinds[row] else self._bound(0.0),
                exact=exact,
                chosen=kinds[row],
                step=steps[row],
                rule=self._rule,
            )
            for row, (exact, expected, board, expected_y, board_y, float_y) in enumerate(
                zip(
                    [bool((one == other).all()) for one, other in zip(references.expected, outputs, strict=True)],
                    self._numbers(references.expected),
                    self._numbers(outputs),
                    self._reals(references.expected),
                    self._reals(outputs),
                    references.float_codes.tolist(),
                    strict=True,
                )
            )
        ]

    def shortcomings(self) -> list[str]:
        """What the references lack for a verdict to mean anything, a sentence each."""
        references = self._references
        found = []
        if len(references.codes) == 0 and not (self.scalar and len(references.x_nano)):
            found.append("nothing was compared: the references are empty")
        if self._manifest.one_code and len(self._expected_of_code) != 256:
            found.append(f"the references hold {len(self._expected_of_code)} of the 256 codes")
        if self.scalar and not 0 < references.samples <= len(references.x_nano):
            found.append(f"{references.samples} of the {len(references.x_nano)} points are sample points")
        held = references.float_codes[~references.chosen]
        unknown = sum(int((~np.isfinite(each)).any(axis=1).sum()) for each in (held, references.float_x))
        if unknown:
            found.append(f"the float model's reference is not a number in {unknown} places")
        return found

    def _bound(self, input_rounding: float) -> float:
        """A point's own bound: the slope times the rounding of its input, and the bound's other terms."""
        bound = self._manifest.bound
        if bound is None or self._rule.held_to == "float":
            return self._manifest.tolerance
        return bound.at(input_rounding)

    def _output_nano(self, code: int) -> int:
        return nano_of(code, self._manifest.y_end)

    def _numbers(self, rows: Codes) -> list[list[int]]:
        """Rows (N, output bytes) as whole numbers, those of a float32 being its bits."""
        parts = [each.view(np.int32) if each.dtype.kind == "f" else each for each in taken_apart(rows, self._manifest.outputs)]
        return cast("list[list[int]]", np.concatenate([each.astype(np.int64) for each in parts], axis=1).tolist())

    def _reals(self, rows: Codes) -> list[list[float]]:
        """Rows (N, output bytes) as the numbers that a board of one number would answer, in whole units of 1e-9."""
        return cast("list[list[float]]", (np.rint(to_reals(rows, self._manifest.outputs) * NANO) / NANO).tolist())


def steps_of(references: References) -> list[Step] | list[None]:
    """Where in its sequence each row stands; None for each of a model without a state."""
    if references.starts is None:
        return [None] * len(references.codes)
    sequences = np.cumsum(references.starts) - 1
    first = np.flatnonzero(references.starts)
    return [Step(int(sequence), row - int(first[sequence])) for row, sequence in enumerate(sequences)]


def failures(comparisons: Sequence[Comparison], probes: Sequence[Probe], limit: Limit = "bound") -> list[str]:
    """Why the answers do not pass, a sentence each with the first examples; empty when they do.

    Args:
        comparisons, probes: what the board was asked.
        limit: what errors are held against: a bound, which is proven, or a tolerance, which is declared or worked out.
    """
    found = []
    wrong = [each for each in comparisons if not each.right]
    if wrong:
        examples = "; ".join(f"{each.name}: {_codes(each.board)} instead of {_codes(each.expected)}" for each in wrong[:_NAMED])
        found.append(f"{len(wrong)} of {len(comparisons)} answers {_differ(wrong[0].rule)} ({examples})")
    found += _too_far([each for each in comparisons if each.rule.held_to != "codes"], limit)
    for probe in probes:
        if not probe.refused:
            found.append(f"x = {probe.x:.12g} lies outside the domain, but the board answers {probe.answer:.10g}")
    return found


def _too_far(comparisons: Sequence[Comparison], limit: Limit) -> list[str]:
    """The answers beyond their limit: those with wrong codes, and apart from them those with right ones, where the board is not to blame."""
    beyond = [each for each in comparisons if not each.within]
    right = [each for each in beyond if each.exact and math.isfinite(each.error)]
    found = []
    for group in ([each for each in beyond if each not in right], right):
        if not group:
            continue
        count = f"{len(group)} of {len(comparisons)} answers are"
        examples = "; ".join(f"{each.name}: error {number(each.error)}, {limit} {number(each.bound)}" for each in group[:_NAMED])
        if group is not right:
            found.append(f"{count} farther from the float model than the {limit} allows ({examples})")
        elif limit == "bound":
            advice = f"the bound or the float answers do not belong to this model: compute both anew, {usage.command('verify', anew=True)}"
            found.append(f"{count} exact and yet farther from the float model than the proven bound allows ({examples}); {advice}")
        else:
            loss = max(each.error for each in group)
            advice = (
                f"int8 loses up to {number(loss)} here: declare a tolerance of {above(loss):g} or more in the recipe, or none, to have one worked out"
            )
            tight = f"the tolerance of {number(group[0].bound)} is too tight, not the board wrong"
            found.append(f"{tight}: {count} exact and yet farther from the float model ({examples}); {advice}")
    return found


def _differ(rule: Rule) -> str:
    if rule.held_to == "float":
        return "are missing, or do not belong to their code"
    return "differ from the oracle" + (f" by more than {rule.codes} code{'s' * (rule.codes != 1)}" if rule.held_to == "codes" else "")


def _codes(codes: tuple[int, ...]) -> str:
    if not codes:
        return "no answer"
    return " ".join(map(str, codes[:8])) + (" ..." if len(codes) > 8 else "")


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 for none."""
    ordered: NDArray[np.float64] = np.sort(np.asarray(values, np.float64))
    return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)]) if len(ordered) else 0.0
