"""An engine of plain loops behind the harness, with one mistake in one of its eleven kernels: each is found, its layer named, its case small.

What a case says is tried as well: its C file is right by itself, and shows the difference with the kernel that has the mistake.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common import documents
from plumbline.common.manifest import Manifest
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.host.minimal.write import FOLDER, write_case
from plumbline.host.verdict.case import Case
from plumbline.host.verdict.comparison import EXACT, Rule
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import Expected, verify
from tests.faults.harness_network import ENDS, KERNELS, network, network_header
from tests.support.compiled_c import compiler
from tests.support.harness import WARNINGS, Harness, listening, running

pytestmark = [pytest.mark.slow, pytest.mark.skipif(compiler() is None, reason="no native C compiler")]

HERE = Path(__file__).parent
ENGINE = HERE / "plain_engine.c"
FAULTS = {
    "PAD_VALUE": "PAD",
    "CONV_MULTIPLIERS": "CONV_2D",
    "CONV_ROUNDING": "CONV_2D",
    "DEPTHWISE_SCRATCH": "DEPTHWISE_CONV_2D",
    "MAX_POOL_PADDING": "MAX_POOL_2D",
    "AVERAGE_POOL_ROUNDING": "AVERAGE_POOL_2D",
    "ADD_SATURATION": "ADD",
    "MUL_ZERO_POINT": "MUL",
    "CONCATENATION_STRIDE": "CONCATENATION",
    "MEAN_OUTPUT_ZERO_POINT": "MEAN",
    "FULLY_CONNECTED_BIAS": "FULLY_CONNECTED",
    "SOFTMAX_TABLE": "SOFTMAX",
}
"""Mistakes, and the kernel that has each."""
FEW = 3
"""Elements of an input that do not stand for 0: no case has more."""


class Bench:
    """The network's conversion and its harness, of which a program is made for each engine."""

    def __init__(self, folder: Path) -> None:
        (folder / "network.tflite").write_bytes(network())
        manifest = bring(folder / "network.tflite", folder / "build", lambda _: None)
        self.folder, self.built = folder, folder / "build" / manifest.recipe
        self.expected = Expected.of(self.built, manifest)
        self.harness = Harness.of(self.built, folder / "harness", "network")
        (folder / "network.h").write_text(network_header((self.built / "model.tflite").read_bytes()))

    def program(self, *defined: str) -> Path:
        """The harness with the engine, with these names defined."""
        flags = [*(f"-D{name}" for name in defined), f"-I{self.folder}", f"-I{HERE}"]
        return self.harness.with_engine([ENGINE], self.folder / "_".join(["engine", *defined]), flags)

    def verdict(self, program: Path, rule: Rule = EXACT) -> tuple[Verdict, Case | None]:
        """Verify it; what came of it, and the case of a wrong answer."""
        with running(program) as board:
            verdict = verify(board, self.built, self.manifest, expected=self.expected, external=rule)
            told = write_case(verdict, self.expected, board, self.case.parent)
        return verdict, documents.read(self.case / "case.json", Case) if told else None

    @property
    def manifest(self) -> Manifest:
        return self.expected.artefacts.manifest

    @property
    def case(self) -> Path:
        return self.folder / FOLDER


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def test_without_a_mistake_every_answer_is_exact(bench: Bench) -> None:
    verdict, case = bench.verdict(bench.program())
    assert verdict.passed
    assert verdict.exact == len(verdict.comparisons) > 100
    assert verdict.identity.engine == "plain loops"
    assert case is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_found_and_its_case_shows_it(bench: Bench, fault: str) -> None:
    verdict, case = bench.verdict(bench.program(f"FAULT_{fault}"))
    assert not verdict.passed
    assert case is not None
    assert case.repeats
    assert case.smallest
    assert case.elements <= FEW
    assert [(each.number, each.name) for each in case.operators] == [(KERNELS.index(FAULTS[fault]), FAULTS[fault])]
    assert case.layers_told > 0
    assert read((bench.case / "case.tflite").read_bytes()).operators[0].name == FAULTS[fault]
    assert f"layer {case.operators[0].number} {FAULTS[fault]}".replace("_", "\\_") in (bench.case / "README.md").read_text()
    assert said_by(bench, []) == "0 values differ\n"
    differing = re.search(r"output 0, index (\d+): (-?\d+) instead of (-?\d+), the engine gave (-?\d+)\n(\d+) values differ", said_by(bench, [fault]))
    assert differing is not None
    index, gave, right, came, _ = map(int, differing.groups())
    (output,) = case.outputs
    assert output.values is not None
    assert output.came is not None
    assert gave == came == output.came[index] != right == output.values[index]


def said_by(bench: Bench, faults: list[str]) -> str:
    """What case.c says: of its own reference, or of the engine's kernel with a mistake."""
    program = bench.folder / "case_program"
    command = [str(compiler()), *WARNINGS, str(bench.case / "case.c"), "-o", str(program)]
    if not faults:
        subprocess.run([*command, "-DREFERENCE"], check=True)
    else:
        (bench.folder / "kernel.c").write_text(kernel((bench.case / "case.c").read_text()))
        flags = [*(f"-DFAULT_{each}" for each in faults), "-DTELLS_NO_LAYERS", "-w", "-O1"]
        folders = [f"-I{each}" for each in (bench.folder, HERE, bench.harness.folder)]
        subprocess.run([*command, *flags, *folders, str(bench.folder / "kernel.c"), str(ENGINE)], check=True)
    return subprocess.run([str(program)], capture_output=True, text=True).stdout


def kernel(case: str) -> str:
    """layer_under_test() by a layer of the engine: which one, the names of its tensors say."""
    names = [each[0] for each in ENDS]
    prototype = re.search(r"^void layer_under_test\(.*\);", case, re.MULTILINE)
    inputs = re.findall(r"^// The input (\w+): int8 \[(.*)\]", case, re.MULTILINE)
    outputs = re.findall(r"^// The right output (\w+): int8 \[(.*)\]", case, re.MULTILINE)
    assert prototype is not None
    copied = [f"memcpy(tensor({names.index(name)}), input_{number}, {size(shape)});" for number, (name, shape) in enumerate(inputs)]
    given = [f"memcpy(output_{number}, tensor({names.index(name)}), {size(shape)});" for number, (name, shape) in enumerate(outputs)]
    body = [*copied, f"run_layer({names.index(outputs[0][0]) - 1});", *given]
    return "\n".join(['#include <string.h>\n#include "plain_engine.h"', prototype[0].replace(";", "\n{"), *body, "}\n"])


def size(shape: str) -> str:
    return shape.replace(", ", " * ")


def test_an_engine_that_tells_no_layers_gets_a_case_of_the_whole_model(bench: Bench) -> None:
    verdict, case = bench.verdict(bench.program("FAULT_MUL_ZERO_POINT", "TELLS_NO_LAYERS"))
    assert not verdict.passed
    assert case is not None
    assert case.layers_told == 0
    assert [each.name for each in case.operators] == list(KERNELS)
    assert case.elements <= FEW
    assert said_by(bench, []) == "0 values differ\n"


def test_what_a_rule_allows_is_no_failure(bench: Bench) -> None:
    program = bench.program("FAULT_AVERAGE_POOL_ROUNDING")
    exact, _ = bench.verdict(program)
    apart = max(each.apart or 0 for each in exact.comparisons)
    assert apart > 0
    assert bench.verdict(program, Rule("codes", apart))[0].passed
    stricter, case = bench.verdict(program, Rule("codes", apart - 1))
    assert not stricter.passed
    assert case is not None
    assert case.allowed == apart - 1


def test_a_wrong_answer_that_does_not_come_again_is_said_to_be_one(bench: Bench) -> None:
    with running(bench.program()) as board:
        verdict = verify(board, bench.built, bench.manifest, expected=bench.expected, external=EXACT)
        wrong = replace(verdict.comparisons[0], exact=False)
        told = write_case(replace(verdict, comparisons=(wrong, *verdict.comparisons[1:])), bench.expected, board, bench.case.parent)
    assert "did not come again" in told
    assert not documents.read(bench.case / "case.json", Case).repeats


def test_it_is_verified_by_the_command(bench: Bench) -> None:
    def verified(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
        with listening(program) as url:
            command = ["verify", "model_network", "--only", f"--build={bench.built.parent}", "--engine=external", f"--port={url}", *words]
            return subprocess.run([sys.executable, "-m", "plumbline", *command], cwd=HERE.parents[1], capture_output=True, text=True)

    good = verified(bench.program(), "--quiet")
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("PASS model_network on this computer (plain loops, held to the oracle's codes, bit for bit)")
    bad = verified(bench.program("FAULT_CONV_ROUNDING"), "--quiet", "--within=0")
    assert bad.returncode == 1, bad.stderr
    document = documents.parse((bench.built / "verdict.json").read_bytes())
    assert document["external"] == {"held_to": "codes", "codes": 0}
    assert "layer 1 CONV_2D" in document["warnings"][-1]
    assert (bench.built / FOLDER / "case.c").is_file()
    assert "no float model" in verified(bench.program(), "--against=float").stderr
