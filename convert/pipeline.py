"""One conversion from start to end: model.keras and dataset.npz in; model.tflite, references.npz and generated/ out, all or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.activations import INT8
from plumbline.common.board_description import Board
from plumbline.common.by_name import names_among, sentences_of
from plumbline.common.dataset import FILE, Data, Dataset, Declared
from plumbline.common.errors import ArtefactsDisagree, QualityMissed
from plumbline.common.golden_data import References
from plumbline.common.limits import Limits
from plumbline.common.manifest import DECLARED, Manifest
from plumbline.common.metrics import metric_values
from plumbline.common.numbers import number
from plumbline.common.progress import task
from plumbline.common.rows import range_of
from plumbline.common.streams import in_steps, starts_of
from plumbline.common.wire import NANO
from plumbline.convert.explain.write import findings, write_explanation
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.keras.quantize import quantize
from plumbline.convert.model.graph import Graph
from plumbline.convert.model.keras_layers import with_layers
from plumbline.convert.model_package import Demands, finish
from plumbline.convert.references.bound import bound
from plumbline.convert.references.golden_data import golden_data, points
from plumbline.convert.references.promises import end_specs
from plumbline.convert.references.tolerance import line as tolerance_line
from plumbline.convert.references.tolerance import propose, tolerance_of
from plumbline.convert.runs import compiled_alone


def convert(
    folder: Path,
    say: Callable[[str], None],
    per_channel_dense: bool = False,
    limits: str = "",
    board: Board | None = None,
    activations: str = INT8,
) -> Manifest:
    """Convert what a recipe's training left and write everything the firmware and the verification need.

    Args:
        folder: build/NAME, which holds model.keras and dataset.npz.
        say: receives the report line by line.
        per_channel_dense: see `quantize`.
        limits: what the board must reach on the samples, as a user writes it, see `Limits.parse`; what is not named is the recipe's.
        board: whose memory the model must fit into; None asks that of none.
        activations: see `quantize`.

    Raises:
        ArtefactsDisagree: model.keras or dataset.npz is missing, or dataset.npz is damaged.
        ConversionFailed, ModelRefused, UnsupportedOperator, DoesNotFit: the model cannot be converted, read, compiled or held by a board.
        UsageError: the limits make no sense.
        BadRecipe: the recipe's tolerance is less than the proven error bound, or than the loss that was measured.
        QualityMissed: the int8 model loses more than the recipe allows.
    """
    model = folder / "model.keras"
    if not model.is_file():
        raise ArtefactsDisagree(f"{model} does not exist.", f"Run {usage.command('train', folder.name)} first.")
    dataset = Dataset.load(folder / FILE)
    recipe, calibration, test = dataset.declared, dataset.calibration, dataset.test
    at, judged = points(recipe), Limits.parse(limits, recipe.limits)
    held_back, starts = tuple(test.by_input.values()) if test is not None else None, None
    if recipe.steps is not None:
        starts = starts_of((held_back or calibration)[0], recipe.steps)
        calibration = tuple(in_steps(each, recipe.steps) for each in calibration)
        held_back = None if held_back is None else tuple(in_steps(each, recipe.steps) for each in held_back)
    with task(f"Converting {recipe.name}", len(calibration[0]), "samples") as advance:
        converted = quantize(
            model,
            calibration,
            at.of_each(calibration),
            per_channel_dense,
            activations=activations,
            test=held_back,
            starts=starts,
            advance=advance,
        )
    graph = with_layers(reader.read(converted.tflite), converted.layers)
    runs = compiled_alone(recipe.name, converted.tflite, graph, board)
    golden = golden_data(converted, graph, at, test is not None, targets_of(recipe, graph, test))
    chain = converted.chain if activations == INT8 else ()  # a bound is proven of int8 alone
    references = replace(golden.references, chain=chain)
    explained = findings(write_explanation(folder, converted, graph, references))
    metrics = check_quality(recipe, graph, references, explained)
    proven = bound(graph, chain, recipe.domain)
    proposal = propose(graph, references, proven)
    demands = Demands(
        domain=recipe.domain or range_of(graph.inputs[0]),
        tolerance=tolerance_of(recipe, proposal),
        tolerance_from=proposal.reason if recipe.tolerance is None else DECLARED,
        bound=proven,
        quality=recipe.quality,
        limits=judged,
    )
    for output in graph.outputs:
        check_reach(recipe, range_of(output))
    notes = [tolerance_line(recipe, proposal, proven), *metrics]
    return finish(folder, converted.tflite, graph, runs, replace(golden, references=references), demands, say, notes, explained)


def check_quality(recipe: Declared, graph: Graph, references: References, explained: list[str]) -> list[str]:
    """Measure the int8 model on the test split; `explained` are the layers to look at where it falls short.

    Returns:
        The lines for the report.

    Raises:
        QualityMissed: it loses more against the float model than the recipe allows.
    """
    outputs, lines, missed = end_specs(graph, graph.outputs), list[str](), list[str]()
    for quality in recipe.quality:
        values = metric_values(quality, outputs, references, references.expected, "the int8 model")
        if values is None:
            continue
        said = [f"{quality.kind} on {values.count} test inputs: float {number(values.float_value)}, int8 {values.int8_value:.4g}"]
        if quality.steps is not None:
            compared = int((~references.chosen).sum())
            within = f"int8 lies within {values.steps:.3g} output steps of float on all {compared} inputs compared"
            said.append(f"{within}; the recipe allows {quality.steps:g}")
        lines += [f"  {each}" for each in sentences_of(quality.output, said)]
        missed += values.missed
    if missed:
        rest = f"All layers: {usage.command('explain', recipe.name)}."
        hint = "\n".join([*explained, rest]).strip() if explained else "Calibrate on more of the training data, or allow a larger loss."
        raise QualityMissed(f"Recipe {recipe.name}: {'; '.join(missed)}.", hint)
    return lines


def targets_of(recipe: Declared, graph: Graph, test: Data | None) -> tuple[NDArray[Any] | None, ...]:
    """The targets of the held-back split, for each output in the order of the model's signature; none without a split.

    Raises:
        ArtefactsDisagree: dataset.npz is for other outputs than the model has.
    """
    if test is None:
        return ()
    names, given = names_among([graph.name_of(each) for each in graph.outputs]), test.by_output
    if set(names) != set(given):
        hint = f"They are of two trainings: {usage.command('train', recipe.name, anew=True)}."
        raise ArtefactsDisagree(f"{FILE} has targets for {', '.join(given)}, model.keras the outputs {', '.join(names)}.", hint)
    return tuple(given[name] for name in names)


def check_reach(recipe: Declared, outputs: tuple[float, float]) -> None:
    """Raises BadRecipe where an answer would not fit the link, which carries 64-bit integers of 1e-9."""
    if max(abs(y) for y in outputs) >= 2**63 / NANO:
        raise recipe.bad(f"answers up to {max(outputs, key=abs):g}", "Scale the targets: y travels in units of 1e-9 and reaches 9e9.")
