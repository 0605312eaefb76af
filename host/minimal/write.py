"""From a verdict with wrong answers to the folder `case`: the smallest input, the layer where it begins, C that repeats it, an issue's text."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from plumbline.common import documents, progress
from plumbline.common.errors import PlumblineError
from plumbline.common.files import write_if_changed
from plumbline.common.layer_names import layer_name
from plumbline.common.quantization import code_of_nano
from plumbline.common.rows import Rows
from plumbline.convert.interface import Graph, IntegerModel, Tensor, parts
from plumbline.host.devices.board import Board
from plumbline.host.minimal.begins import Values, Wrong, begins
from plumbline.host.minimal.c_file import c_file, whole
from plumbline.host.minimal.question import QUESTIONS, Asker, Spent
from plumbline.host.minimal.shrink import Smallest, repeated, smallest
from plumbline.host.minimal.text import issue
from plumbline.host.verdict.case import Case, CaseEnd, CaseOperator
from plumbline.host.verdict.comparison import Comparison, Rule
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import Expected

FOLDER = "case"
_TRIED = 5
"""Wrong answers that are tried until one repeats."""


def forget(folder: Path) -> None:
    """Remove the case of an earlier verification from build/NAME."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def write_case(verdict: Verdict, expected: Expected, board: Board, folder: Path) -> str:
    """Make the first wrong answers small, and write the smallest of them to build/NAME/case.

    Args:
        verdict: of firmware that is not ours.
        expected: what it was held to.
        board: the firmware, still connected.
        folder: build/NAME.

    Returns:
        A sentence for the report; empty where no answer is wrong.
    """
    wrong = [each for each in verdict.comparisons if not each.good]
    if not wrong or verdict.external is None:
        return ""
    try:
        case = _Search(verdict, expected, board).of(wrong)
    except PlumblineError as error:
        return f"no minimal case was made: {error.message}"
    return case.write(folder / FOLDER)


@dataclass(frozen=True)
class _Found:
    """A case, and what its files are made of."""

    case: Case
    verdict: Verdict
    wrong: Wrong | None

    def write(self, folder: Path) -> str:
        """All files; the sentence for the report."""
        files: dict[str, str | bytes] = {"case.json": documents.to_json(self.case)}
        if self.wrong is not None:
            made = parts.as_tflite(self.wrong.graph)
            files |= {} if made is None else {"case.tflite": made}
            title = f"{self.case.engine} on {self.case.board} against the reference kernels: {self.case.where}.\n{_options(self.wrong.graph)}"
            files["case.c"] = c_file(self.wrong, parts.as_c(self.wrong.graph, "case"), title, self.case.allowed)
        files["README.md"] = issue(self.case, self.verdict, _options(self.wrong.graph) if self.wrong else "", sorted(files))
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_if_changed(folder / name, content)
        if not self.case.repeats:
            return f"the wrong answer did not come again when it was asked again; {folder / 'README.md'} says what that may mean"
        return f"minimal case in {folder}: {self.case.shown}, the difference begins {self.case.where}"


class _Search:
    """Looks for the case of one verdict."""

    def __init__(self, verdict: Verdict, expected: Expected, board: Board) -> None:
        self._verdict, self._expected = verdict, expected
        artefacts = expected.artefacts
        self._graph = artefacts.graph
        self._rule = verdict.external or Rule()
        self._asker = Asker(
            board=board,
            identity=board.hello(),
            model=IntegerModel(self._graph),
            inputs=artefacts.manifest.inputs,
            outputs=artefacts.manifest.outputs,
            allowed=self._allowed(),
            stateful=self._graph.stateful,
        )

    def _allowed(self) -> int:
        """By how many codes an answer may differ from the reference: of one that is held to float what remains of the tolerance."""
        if self._rule.held_to != "float":
            return self._rule.codes
        steps = [each.step for each in self._expected.artefacts.manifest.outputs if each.step]
        return int(self._verdict.tolerance / max(steps)) if steps else 0

    def of(self, wrong: list[Comparison]) -> _Found:
        """The case of the first of the wrong answers that repeats."""
        with progress.task("Making the wrong answer small", QUESTIONS, "inferences") as advance:
            for each in sorted(wrong, key=self._size)[:_TRIED]:
                question = self._repeated(each)
                if question is not None:
                    self._asker.left = QUESTIONS
                    found = smallest(self._asker, question)
                    advance(self._asker.asked)
                    return self._case(each, found)
        return self._case(wrong[0], None)

    def _row(self, each: Comparison) -> Rows:
        """The codes (input bytes,) of what was asked."""
        references = self._expected.oracle.references
        if each.kind == "code":
            row: Rows = references.codes[each.row]
            return row
        return np.array([code_of_nano(int(references.x_nano[each.row]), self._expected.artefacts.manifest.x_end)], np.int8)

    def _size(self, each: Comparison) -> int:
        """How many elements of an input are not neutral."""
        return len(self._asker.pieces(self._row(each).reshape(1, -1)))

    def _repeated(self, each: Comparison) -> Rows | None:
        references = self._expected.oracle.references
        try:
            if each.kind != "code":
                return repeated(self._asker, self._row(each).reshape(1, -1), 0, None)
            return repeated(self._asker, references.codes, each.row, references.starts if self._asker.stateful else None)
        except Spent:
            return None

    def _case(self, began: Comparison, found: Smallest | None) -> _Found:
        asker, verdict = self._asker, self._verdict
        rows = found.rows if found else self._row(began).reshape(1, -1)
        asked, asker.left = asker.asked, 10 * QUESTIONS
        given, right = asker.answers([rows])[0]
        wrong, told = begins(asker, self._graph, rows) if found else (None, 0)
        operators = tuple(enumerate(self._graph.operators))[wrong.first : wrong.last + 1] if wrong else ()
        specs = self._expected.artefacts.manifest.operators
        case = Case(
            model=verdict.recipe,
            model_sha256=verdict.model_sha256,
            engine=verdict.identity.engine,
            board=verdict.identity.board,
            held_to=self._rule,
            allowed=asker.allowed,
            found=began.name,
            repeats=found is not None,
            inferences=len(rows),
            rows=tuple(tuple(map(int, row)) for row in rows),
            elements=len(asker.pieces(rows)),
            smallest=bool(found and found.whole),
            asked=asked,
            answer=tuple(int(value) for each in asker.numbers(given) for value in each),
            expected=tuple(int(value) for each in asker.numbers(right) for value in each),
            layers_told=told,
            operators=tuple(CaseOperator(number, each.name, each.version, each.layer, layer_name(specs[number])) for number, each in operators),
            inputs=tuple(_end(tensor, values, None) for tensor, values in zip(wrong.graph.inputs, wrong.given, strict=True)) if wrong else (),
            outputs=tuple(map(_end, wrong.graph.outputs, wrong.expected, wrong.came)) if wrong else (),
        )
        return _Found(case, verdict, wrong)


def _end(tensor: Tensor, values: Values, came: Values | None) -> CaseEnd:
    def listed(array: Values | None) -> tuple[int, ...] | None:
        return None if array is None else tuple(map(int, whole(array)))

    return CaseEnd(tensor.name, tensor.type, tensor.shape, tensor.scale, tensor.zero_point, listed(values), listed(came))


def _options(graph: Graph) -> str:
    """The options of the operator of a part of one."""
    options: Any = graph.operators[0].options if len(graph.operators) == 1 else None
    if options is None or not is_dataclass(options):
        return ""
    return ", ".join(f"{each.name} {getattr(options, each.name)}" for each in fields(options))
