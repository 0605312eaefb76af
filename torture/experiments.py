"""What `python -m torture` runs, in two sizes, and what counts as caught in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from host.link import FIRST_WAIT_S
from torture import bounds, flatbuffers, frames, fuzz, lossy, mutants, soak, tflm_mutants, vacuous
from torture.faults import FAULTS, Fault
from torture.models import CHAINS, converted, manifest_of
from torture.result import Finding, Result, not_run, timed
from torture.strike import Images, strike

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


# fmt: off
FULL = Plan(
    frames=1_000_000, mutants=80, chains=len(CHAINS), on_board=12, flatbuffers=60, tflm=24, bounds=1000, all_faults=True,
    first_wait=FIRST_WAIT_S, fuzz=10_000_000, libfuzzer=True, soak=600,
)
SHORT = Plan(
    frames=5_000, mutants=6, chains=1, on_board=0, flatbuffers=8, tflm=0, bounds=40, all_faults=False, first_wait=0.03, fuzz=100_000, libfuzzer=False,
    soak=3,
)
# fmt: on


def run(folder: Path, work: Path, plan: Plan, seed: int) -> Iterator[Result]:
    """One result after the other.

    Args:
        folder: absolute, build/NAME of a converted recipe of one neuron, its firmware built for the virtual board.
        work: absolute, a folder for models, mutants and what is compiled.
        plan: how much.
        seed: of everything.
    """
    yield timed("line", f"{plan.frames:,} damaged frames each way, host and board", lambda: _frames(plan.frames, seed))
    yield timed("line", "256 codes over a line that loses 20 % of the frames", lambda: _lossy(folder, seed, plan.first_wait))
    yield timed("fuzz", "the firmware's side of the line: frames, requests, console", lambda: _fuzz(folder, work / "fuzz", plan, seed))
    yield timed("soak", f"{plan.soak:g} s of questions without a pause", lambda: _soak(folder, plan.soak))
    chains = [converted(name, work) for name in list(CHAINS)[: plan.chains]]
    yield from _mutants([folder, *chains], plan, seed, work)
    for chain in chains:
        yield timed("mutants", f"flatbuffer of {chain.name}", partial(_flatbuffers, chain, plan, seed))
    if plan.tflm:
        yield from _tflm(folder, work, plan, seed)
    yield timed("bound", "random linear models", lambda: _bounds(plan.bounds, seed))
    yield from _vacuous(folder, work)
    yield from _faults(Images(folder, chains[0], work), plan, seed)


def _frames(count: int, seed: int) -> Finding:
    tally = frames.run(count, seed)
    return Finding(tally.count, tally.faultless, f"{tally.accepted} accepted, {tally.out_of_step} out of step, {tally.differing} heard differently")


def _lossy(folder: Path, seed: int, first_wait: float) -> Finding:
    verdict = lossy.run(folder, seed, first_wait)
    codes = verdict.of("code")
    traffic = verdict.traffic
    exact = sum(each.exact for each in codes) if verdict.passed else 0
    return Finding(len(codes), exact, f"{traffic.resends} resends for {traffic.round_trips} round trips")


def _fuzz(folder: Path, work: Path, plan: Plan, seed: int) -> Finding:
    program = fuzz.build(folder / "generated", work, plan.libfuzzer)
    if plan.libfuzzer:
        count, note = fuzz.fuzz(program, work, seed, plan.fuzz)
    else:
        count, note = fuzz.alone(program, seed, plan.fuzz), "seeded inputs"
    return Finding(plan.fuzz, min(count, plan.fuzz), note)


def _soak(folder: Path, seconds: float) -> Finding:
    found = soak.run(folder, seconds)
    first, last = found.parts[1], found.parts[-1]
    start, end = found.speeds()
    wrong = found.shortcomings()
    note = f"{start:,.0f} answers per second of processor time at the start, {end:,.0f} at the end; "
    note += f"host {first.host_kb:,} and {last.host_kb:,} kB, QEMU {first.qemu_kb:,} and {last.qemu_kb:,} kB; "
    note += f"stack {last.stack} B; {found.resends} resends"
    return Finding(found.answers, 0 if wrong else found.answers, "; ".join(wrong) or note)


def _mutants(folders: list[Path], plan: Plan, seed: int, work: Path) -> Iterator[Result]:
    fates: list[mutants.Fate] = []

    def natively() -> Finding:
        fates.extend(mutants.run(folders, plan.mutants, seed, work / "native"))
        return Finding(len(fates), sum(fate.right for fate in fates), _equivalents(fates))

    def by_identity() -> Finding:
        mutated = [fate for fate in fates if fate.kind != "none"]
        return Finding(len(mutated), sum(fate.identified for fate in mutated))

    def on_board() -> Finding:
        found = [fate for folder in folders[:2] for fate in mutants.on_the_virtual_board(folder, plan.on_board // 2, seed + 1, work / "board")]
        return Finding(len(found), sum(fate.right for fate in found), _equivalents(found))

    yield timed("mutants", "compiled C, by its answers alone", natively)
    yield timed("mutants", "the same, by the identity check", by_identity)
    if plan.on_board:
        yield timed("mutants", "compiled C on the virtual board, by its answers alone", on_board)
    (work / "mutants.txt").write_text("".join(f"{fate}\n" for fate in fates))


def _equivalents(fates: list[mutants.Fate]) -> str:
    same = Counter(fate.kind for fate in fates if fate.equivalent and fate.kind != "none")
    crashed = sum(bool(fate.ended) for fate in fates)
    kinds = f" ({', '.join(f'{n} {kind}' for kind, n in same.most_common())})" if same else ""
    return f"{crashed} crashed, {sum(same.values())} equivalent on all 256 codes{kinds}"


def _flatbuffers(folder: Path, plan: Plan, seed: int) -> Finding:
    tally = flatbuffers.run(folder, manifest_of(folder), plan.flatbuffers, seed)
    classes = ", ".join(f"{count} {kind}" for kind, count in tally.classes.most_common())
    return Finding(tally.count, tally.count - tally.wrong, f"{tally.refused} not run, {tally.equivalent} equivalent; {classes}")


def _tflm(folder: Path, work: Path, plan: Plan, seed: int) -> Iterator[Result]:
    group = "TensorFlow Lite Micro"
    trials, why = tflm_mutants.Trials(folder, work / "tflm", plan.tflm, seed), tflm_mutants.missing(folder)
    for name, experiment in tflm_mutants.EXPERIMENTS.items():
        yield not_run(group, name, why) if why else timed(group, name, partial(experiment, trials))
    with (work / "mutants.txt").open("a") as file:
        file.writelines(f"{fate}\n" for fate in trials.fates)


def _bounds(count: int, seed: int) -> Finding:
    ratios = bounds.run(count, seed)
    good = ratios.count - ratios.exceeded - ratios.loose
    return Finding(ratios.count, good, f"bound / observed error: {ratios.least:.6f} to {ratios.most:.6f}")


def _vacuous(folder: Path, work: Path) -> Iterator[Result]:
    program = vacuous.board_of(folder, work / "right")

    def tried(attempt: vacuous.Attempt) -> Callable[[], Finding]:
        def outcome() -> Finding:
            with TemporaryDirectory() as copies:
                why = vacuous.outcome(attempt, program, folder, Path(copies))
            return Finding(1, int(bool(why)), why.replace(copies, "..."))

        return outcome

    for attempt in vacuous.ATTEMPTS:
        yield timed("vacuous", attempt.name, tried(attempt))


def _faults(images: Images, plan: Plan, seed: int) -> Iterator[Result]:
    """Several at once: most of their time they wait for a board that does not answer."""
    chosen = [(group, fault) for group, faults in FAULTS.items() for fault in faults if plan.all_faults or fault.short]
    images.prepare({fault.image for _, fault in chosen})

    def struck(number: int, fault: Fault) -> Finding:
        first, second = strike(fault, images.of(fault, number), images.folder, seed)
        wrong = first.wrong(fault) or ("does not pass when it is repeated" if second is not None and second.exit_code else "")
        return Finding(
            1, int(not wrong), f"{wrong}: {first}" if wrong else f"{first.exit_code}  {first.message.splitlines()[0] if first.message else 'PASS'}"
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(timed, group, fault.name, partial(struck, number, fault)) for number, (group, fault) in enumerate(chosen)]
        for job in jobs:
            yield job.result()
