"""What the classes of exported models are called: as the recipe, the samples or the file say, or as somebody says who exports them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.common.manifest import Manifest
from plumbline.convert.export.exported import ExportedEnd, ExportedModel
from plumbline.convert.export.header import with_header
from plumbline.convert.importers.labels import labels_in, read_labels, trouble


def with_known(outputs: Sequence[ExportedEnd], manifest: Manifest, raw: bytes) -> tuple[ExportedEnd, ...]:
    """The outputs with what the conversion, or the .tflite file `raw`, calls their classes."""

    def known(end: ExportedEnd) -> tuple[str, ...]:
        quality = manifest.quality_of(ONLY if len(outputs) == 1 else end.told)
        if quality is not None and not trouble(quality.classes, end.classes):
            return quality.classes
        alone = [each.classes for each in outputs].count(end.classes) == 1
        return labels_in(raw, end.classes) if alone else ()

    return tuple(replace(each, labels=known(each)) if each.classes else each for each in outputs)


def with_labels(models: Sequence[ExportedModel], given: Sequence[str], generator: str) -> list[ExportedModel]:
    """Models whose classes are called as somebody says.

    Args:
        models: all of an export.
        given: files, see `read_labels`, each with the name of its model or output and `=` before it where there are several with classes.
        generator: see `with_header`.

    Raises:
        UsageError: a file cannot be read or does not fit, or is for no output, or it is not clear for which.
    """
    ends = [(place, end) for place, model in enumerate(models) for end in model.outputs if end.classes]
    names = {f"{models[place].name}/{end.told}": (place, end) for place, end in ends}
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for each in given:
        place, end, path = meant(each, models, names)
        if (place, end.name) in found:
            raise UsageError(f"Two --labels are for {called(models, place, end)}.", "Leave one out.")
        found[place, end.name] = read_labels(path, end.classes)
    result = list(models)
    for place in {place for place, _ in found}:
        outputs = tuple(replace(end, labels=found.get((place, end.name), end.labels)) for end in models[place].outputs)
        result[place] = with_header(replace(models[place], outputs=outputs), generator)
    return result


def meant(given: str, models: Sequence[ExportedModel], names: Mapping[str, tuple[int, ExportedEnd]]) -> tuple[int, ExportedEnd, Path]:
    """Which output of which model a --labels is for, and its file."""
    key, equals, file = given.partition("=")
    if not equals or Path(given).is_file():
        key, file = "", given
    fitting = [(place, end) for name, (place, end) in names.items() if key in ("", models[place].name, end.told, name)]
    if len(fitting) != 1:
        choices = ", ".join(f"--labels {name}={file}" for name in names)
        which = f"is for {key!r}, which no output with classes is called" if key and not fitting else "could be for several outputs"
        raise UsageError(
            f"--labels {given} {which if names else 'is for no output: none has classes'}.",
            f"Say for which: {choices}." if names else "Leave it out: labels name the values of an output that has several.",
        )
    place, end = fitting[0]
    return place, end, Path(file)


def called(models: Sequence[ExportedModel], place: int, end: ExportedEnd) -> str:
    """An output in a message."""
    return f"{end.told} of {models[place].name}" if len(models) > 1 else end.told
