"""README.md of a case: what one would write into the tracker of the engine that answers wrong."""

from __future__ import annotations

from plumbline.common.text import markdown_text
from plumbline.host.minimal.c_file import plain
from plumbline.host.verdict.case import Case, CaseEnd
from plumbline.host.verdict.verdict import Verdict

_SHOWN = 16


def issue(case: Case, verdict: Verdict, options: str, files: list[str]) -> str:
    """The text.

    Args:
        case: what was found.
        verdict: of the verification that it began with.
        options: of the operator where the difference begins; empty where there are several.
        files: what lies beside it.
    """
    one = case.operators[0] if len(case.operators) == 1 else None
    what = f"{one.name} (version {one.version})" if one else "a part of the model" if case.operators else "the model as a whole"
    lines = [f"# {what} answers otherwise than the reference", "", *_found(case, verdict), ""]
    if case.operators:
        lines += ["## Where it begins", "", f"It begins {_text(case.where)}.", *([f"Options: {_text(options)}.", ""] if options else [""])]
        if case.layers_told == 0:
            lines += ["The firmware tells no layers, so that only the model as a whole could be judged.", ""]
        lines += [line for each in (*case.inputs, *case.outputs) for line in _end(each)]
    lines += ["", "## How to repeat it", "", *_files(files), "", *_facts(case, verdict)]
    return "\n".join(lines) + "\n"


def _found(case: Case, verdict: Verdict) -> list[str]:
    """What happens, in a few sentences."""
    if not case.repeats:
        return [
            f"The answer to {_text(case.found)} was wrong once and is right now that it is asked again: it depends on something beside the input. "
            "Memory that is used before it is written, a buffer that is too small, or an interrupt that shares memory do that."
        ]
    whole = "" if case.elements == 0 else "No element can be left out."
    least = whole if case.smallest else f"The search ended after {case.asked} inferences; a smaller one may do."
    order = [] if case.inferences == 1 else [f"It takes {case.inferences} inferences in a row: the answer to the last one is wrong.", ""]
    apart = f"by more than {case.allowed} code{'s' * (case.allowed > 1)} " if case.allowed else ""
    found = f"{_text(case.engine)} on {_text(case.board)} answers {case.shown} {apart}otherwise than the reference. "
    return [found + least, "", *order, f"Held to: {verdict.external.told if verdict.external else 'the codes'}."]


def _end(end: CaseEnd) -> list[str]:
    """An input or output with its values, as far as they help."""
    lines = [
        f"- `{plain(end.name)}`: {end.type.lower()} {list(end.shape)}"
        + ("" if end.scale is None else f", scale {end.scale!r}, zero point {end.zero_point}")
    ]
    if end.values is not None and len(end.values) <= _SHOWN:
        lines.append(f"  - {'must be' if end.came is not None else 'holds'}: {' '.join(map(str, end.values))}")
    if end.came is not None and end.values is not None:
        if len(end.came) <= _SHOWN:
            lines.append(f"  - is: {' '.join(map(str, end.came))}")
        differing = [number for number, (one, other) in enumerate(zip(end.came, end.values, strict=True)) if one != other]
        if differing:
            first = differing[0]
            lines.append(f"  - {len(differing)} of {len(end.came)} differ, first at index {first}: {end.came[first]} instead of {end.values[first]}")
    return lines


def _files(files: list[str]) -> list[str]:
    told = {
        "case.c": "`case.c` holds inputs, weights and the right output as plain arrays. It needs nothing else:\n\n"
        "      cc -std=c99 -DREFERENCE case.c && ./a.out     # its own reference: no value differs\n"
        "      cc -std=c99 case.c kernel.c && ./a.out        # layer_under_test() of yours, in kernel.c",
        "case.tflite": "`case.tflite` is a model of this part alone.",
        "case.json": "`case.json` has all numbers, the smallest input of the whole model among them.",
    }
    return [f"- {told[name]}" for name in files if name in told]


def _facts(case: Case, verdict: Verdict) -> list[str]:
    return [
        "## Facts",
        "",
        f"- model: {_text(case.model)}, SHA-256 {case.model_sha256}",
        f"- engine: {_text(case.engine)}; firmware build: {_text(verdict.identity.build)}",
        f"- reference: {_text(verdict.oracle)}",
        f"- verification: {verdict.exact} of {len(verdict.comparisons)} answers exact, {verdict.right} right",
        f"- versions: {_text(', '.join(f'{name} {version}' for name, version in verdict.versions.items()))}",
    ]


def _text(text: str) -> str:
    return markdown_text(text)
