"""What `python -m tests.faults` runs, in two sizes, and what counts as caught in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from plumbline.common.errors import PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.import_model import codes_for
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.model.graph import Graph
from plumbline.host.devices.link import FIRST_WAIT_S
from tests.faults import bounds, empty_verdict, flatbuffers, frames, fuzz, lossy, mutants, networks, soak, tell_apart, tflm_mutants
from tests.faults.faults import FAULTS, NANO, Fault
from tests.faults.faulty_firmware import NANO as NANO_ENV
from tests.faults.inject import Images, strike
from tests.faults.models import CHAINS, converted, manifest_of
from tests.faults.result import Finding, Result, not_run, timed

EMULATED = "board, the emulated Nano"
AT_ONCE = 4
"""Faults that happen at the same time."""


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    frames: int
    """Damaged frames each way."""
    mutants: int
    """Of the compiled C of each model."""
    chains: int
    """Models beside the recipe's, at most len(CHAINS)."""
    on_board: int
    """Mutants that are built for the chip and run in QEMU as well."""
    flatbuffers: int
    """Mutants of each chain's flatbuffer."""
    tflm: int
    """The same in the flash of a board with TensorFlow Lite Micro, of each of two models; 0 leaves all of that engine's experiments out."""
    bounds: int
    """Random linear models."""
    all_faults: bool
    """Or the short ones alone."""
    first_wait: float
    """Seconds until the first resend on the line that loses frames."""
    fuzz: int
    """Inputs for the firmware's side of the line."""
    libfuzzer: bool
    """Let libFuzzer look for them, for which clang is needed; or take seeded ones."""
    soak: float
    """Seconds of questions without a pause."""
    apart: int
    """Mutants of each model of several input numbers, to be told by the inputs that were chosen for it."""


# fmt: off
FULL = Plan(
    frames=5_000_000, mutants=80, chains=len(CHAINS), on_board=12, flatbuffers=60, tflm=24, bounds=1000, all_faults=True,
    first_wait=FIRST_WAIT_S, fuzz=10_000_000, libfuzzer=True, soak=600,
    apart=50,
)
SHORT = Plan(
    frames=5_000, mutants=6, chains=1, on_board=0, flatbuffers=8, tflm=0, bounds=40, all_faults=False, first_wait=0.03, fuzz=20_000, libfuzzer=False,
    soak=3, apart=6,
)
# fmt: on


@dataclass(frozen=True)
class Torture:
    """What every section works on."""

    folder: Path
    """Absolute, build/NAME of a converted recipe of one neuron, its firmware built for the virtual board."""
    work: Path
    """Absolute, a folder for models, mutants and what is compiled."""
    plan: Plan
    seed: int
    """Of everything."""
    models: tuple[Path, ...] = ()
    """Folders of .tflite files whose chosen inputs are tried instead of those of the models in `networks`."""

    @cached_property
    def chains(self) -> list[Path]:
        """The other models, converted."""
        return [converted(name, self.work) for name in list(CHAINS)[: self.plan.chains]]


def run(it: Torture, only: Collection[str] = ()) -> Iterator[Result]:
    """One result after the other; the fuzzer, which finds more the longer it has, runs at the lowest priority beside all the others.

    Args:
        it: what to work on, and how much.
        only: names of SECTIONS and "fuzz"; without any, all of them.
    """
    with ThreadPoolExecutor(1) as aside:
        fuzzing = aside.submit(_fuzz, it) if not only or FUZZ in only else None
        for name, section in SECTIONS.items():
            if not only or name in only:
                yield from section(it)
        if fuzzing:
            yield fuzzing.result()


def _frames(it: Torture) -> Iterator[Result]:
    def damaged() -> Finding:
        tally = frames.run(it.plan.frames, it.seed)
        return Finding(
            tally.count, tally.faultless, f"{tally.accepted} accepted, {tally.out_of_step} out of step, {tally.differing} heard differently"
        )

    yield timed("line", f"{it.plan.frames:,} damaged frames each way, host and board", damaged)


def _lossy(it: Torture) -> Iterator[Result]:
    def lost() -> Finding:
        verdict = lossy.run(it.folder, it.seed, it.plan.first_wait)
        codes = verdict.of("code")
        traffic = verdict.traffic
        exact = sum(each.exact for each in codes) if verdict.passed else 0
        return Finding(len(codes), exact, f"{traffic.resends} resends for {traffic.round_trips} round trips")

    yield timed("line", "256 codes over a line that loses 20 % of the frames", lost)


def _fuzz(it: Torture) -> Result:
    def fuzzed() -> Finding:
        program = fuzz.build(it.folder / "generated", it.work / "fuzz", it.plan.libfuzzer)
        if it.plan.libfuzzer:
            count, note = fuzz.fuzz(program, it.work / "fuzz", it.seed, it.plan.fuzz)
        else:
            count, note = fuzz.alone(program, it.seed, it.plan.fuzz), "seeded inputs"
        return Finding(it.plan.fuzz, min(count, it.plan.fuzz), note)

    return timed("fuzz", "the firmware's side of the line: frames, requests, console", fuzzed)


def _soak(it: Torture) -> Iterator[Result]:
    yield timed("soak", f"{it.plan.soak:,g} s of questions without a pause", lambda: _soaked(it.folder, it.plan.soak))


def _soaked(folder: Path, seconds: float) -> Finding:
    found = soak.run(folder, seconds)
    first, last = found.parts[1], found.parts[-1]
    start, end = found.speeds()
    wrong = found.shortcomings()
    note = f"{start:,.0f} answers per second of processor time at the start, {end:,.0f} at the end; "
    note += f"host {first.host_kb:,} and {last.host_kb:,} kB, QEMU {first.qemu_kb:,} and {last.qemu_kb:,} kB; "
    note += f"stack {last.stack} B; {found.resends} resends"
    return Finding(found.answers, 0 if wrong else found.answers, "; ".join(wrong) or note)


def _mutants(it: Torture) -> Iterator[Result]:
    folders, fates = [it.folder, *it.chains], list[mutants.Fate]()

    def natively() -> Finding:
        fates.extend(mutants.run(folders, it.plan.mutants, it.seed, it.work / "native"))
        return Finding(len(fates), sum(fate.right for fate in fates), _equivalents(fates))

    def by_identity() -> Finding:
        mutated = [fate for fate in fates if fate.kind != "none"]
        return Finding(len(mutated), sum(fate.identified for fate in mutated))

    def on_board() -> Finding:
        each, work = it.plan.on_board // 2, it.work / "board"
        found = [fate for folder in folders[:2] for fate in mutants.on_the_virtual_board(folder, each, it.seed + 1, work)]
        return Finding(len(found), sum(fate.right for fate in found), _equivalents(found))

    yield timed("mutants", "compiled C, by its answers alone", natively)
    yield timed("mutants", "the same, by the identity check", by_identity)
    if it.plan.on_board:
        yield timed("mutants", "compiled C on the virtual board, by its answers alone", on_board)
    for chain in it.chains:
        yield timed("mutants", f"flatbuffer of {chain.name}", partial(_flatbuffers, chain, it.plan, it.seed))
    (it.work / "mutants.txt").write_text("".join(f"{fate}\n" for fate in fates))


def _inputs(it: Torture) -> Iterator[Result]:
    trials: list[tell_apart.Trial] = []

    def told(name: str, graph: Graph) -> Finding:
        codes, own = codes_for(graph, None)
        trial = tell_apart.run(name, graph, codes, it.plan.apart, it.seed, it.work / "inputs" / name, own.starts)
        trials.append(trial)
        return Finding(trial.by_any, trial.by_both, str(trial), tell_apart.WANTED)

    for name, raw in networks.files(it.models) if it.models else networks.written():
        try:
            graph = reader.read(cut(raw)[0])
            compile_graph(graph, name, bytes(32))
        except PlumblineError as error:
            yield not_run("inputs", name, error.message)
            continue
        yield timed("inputs", f"chosen ones of {name} tell its mutants", partial(told, name, graph))
    (it.work / "inputs.txt").write_text("".join(f"{trial.model}, missed: {mutant}\n" for trial in trials for mutant in trial.missed))


def _equivalents(fates: list[mutants.Fate]) -> str:
    same = Counter(fate.kind for fate in fates if fate.equivalent and fate.kind != "none")
    crashed = sum(bool(fate.ended) for fate in fates)
    kinds = f" ({', '.join(f'{n} {kind}' for kind, n in same.most_common())})" if same else ""
    return f"{crashed} crashed, {sum(same.values())} equivalent on all 256 codes{kinds}"


def _flatbuffers(folder: Path, plan: Plan, seed: int) -> Finding:
    tally = flatbuffers.run(folder, manifest_of(folder), plan.flatbuffers, seed)
    classes = ", ".join(f"{count} {kind}" for kind, count in tally.classes.most_common())
    return Finding(tally.count, tally.count - tally.wrong, f"{tally.refused} not run, {tally.equivalent} equivalent; {classes}")


def _tflm(it: Torture) -> Iterator[Result]:
    if not it.plan.tflm:
        return
    group = "TensorFlow Lite Micro"
    trials, why = tflm_mutants.Trials(it.folder, it.work / "tflm", it.plan.tflm, it.seed), tflm_mutants.missing(it.folder)
    for name, experiment in tflm_mutants.EXPERIMENTS.items():
        yield not_run(group, name, why) if why else timed(group, name, partial(experiment, trials))
    (it.work / "tflm_mutants.txt").write_text("".join(f"{fate}\n" for fate in trials.fates))


def _bounds(it: Torture) -> Iterator[Result]:
    def observed() -> Finding:
        ratios = bounds.run(it.plan.bounds, it.seed)
        good = ratios.count - ratios.exceeded - ratios.loose
        return Finding(ratios.count, good, f"bound / observed error: {ratios.least:.6f} to {ratios.most:.6f}")

    yield timed("bound", "random linear models", observed)


def _vacuous(it: Torture) -> Iterator[Result]:
    program = empty_verdict.board_of(it.folder, it.work / "right")

    def tried(attempt: empty_verdict.Attempt) -> Callable[[], Finding]:
        def outcome() -> Finding:
            with TemporaryDirectory() as copies:
                why = empty_verdict.outcome(attempt, program, it.folder, Path(copies))
            return Finding(1, int(bool(why)), why.replace(copies, "..."))

        return outcome

    for attempt in empty_verdict.ATTEMPTS:
        yield timed("vacuous", attempt.name, tried(attempt))


def _faults(it: Torture) -> Iterator[Result]:
    chosen = [(group, fault) for group, faults in FAULTS.items() for fault in faults if it.plan.all_faults or fault.short]
    return _struck(it, chosen, Images(it.folder, it.chains[0], it.work))


def _nano(it: Torture) -> Iterator[Result]:
    """Every fault of a board once more, on the emulated Nano with its own image."""
    if it.plan.all_faults and find_spec("unicorn") is None:
        yield not_run(EMULATED, "every fault of a board", "the package unicorn is not installed")
    elif it.plan.all_faults:
        yield from _struck(it, [(EMULATED, fault) for fault in NANO], Images(it.folder, it.chains[0], it.work / "nano", NANO_ENV))


def _struck(it: Torture, chosen: list[tuple[str, Fault]], images: Images) -> Iterator[Result]:
    """Several at once: most of their time they wait for a board that does not answer."""
    images.prepare({fault.image for _, fault in chosen})

    def struck(number: int, fault: Fault) -> Finding:
        first, second = strike(fault, images.of(fault, number), it.folder, it.seed, images.env)
        wrong = first.wrong(fault) or ("does not pass when it is repeated" if second is not None and second.exit_code else "")
        return Finding(
            1, int(not wrong), f"{wrong}: {first}" if wrong else f"{first.exit_code}  {first.message.splitlines()[0] if first.message else 'PASS'}"
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(timed, group, fault.name, partial(struck, number, fault)) for number, (group, fault) in enumerate(chosen)]
        for job in jobs:
            yield job.result()


FUZZ = "fuzz"
SECTIONS: dict[str, Callable[[Torture], Iterator[Result]]] = {
    "frames": _frames,
    "loss": _lossy,
    "soak": _soak,
    "mutants": _mutants,
    "inputs": _inputs,
    "tflm": _tflm,
    "bounds": _bounds,
    "vacuous": _vacuous,
    "faults": _faults,
    "nano": _nano,
}
"""What there is beside the fuzzer, in the order it is run."""
