"""Gives each output a tensor of its own: a model may show the same tensor twice, or hand an input through.

Such an output becomes a RESHAPE to the same shape, whose tensor lies where the other one does: no byte is moved for it. The file stays as it is, and
TensorFlow Lite Micro answers the same tensor in both places.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from plumbline.convert.importers.flatbuffer.parse import Parts, Section, pick
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker
from plumbline.convert.model.graph import Operator, Tensor


def with_own_outputs(parts: Parts) -> Parts:
    """The model whose outputs are all different tensors, and none of its inputs."""
    taken, outputs = set(parts.inputs), list[int]()
    names, further = dict(parts.names), {index: list(each) for index, each in parts.further_names.items()}
    added: list[tuple[Operator, Tensor]] = []
    for index in parts.outputs:
        source = pick(parts.tensors, index)
        if index in taken and source.computed:
            copy = replace(source, index=len(parts.tensors) + len(added), name=f"{source.name}/output")
            added.append((Operator("RESHAPE", 1, (source,), (copy,), None), copy))
            if further.get(index):
                names[copy.index] = further[index].pop(0)
            outputs.append(copy.index)
        else:
            outputs.append(index)
        taken.add(index)
    operators, tensors = zip(*added, strict=True) if added else ((), ())
    sections = tuple(behind(each, len(added)) for each in parts.sections) if added else parts.sections
    main = (*parts.tensors, *tensors), (*parts.operators, *operators)
    return replace(parts, tensors=main[0], operators=main[1], outputs=tuple(outputs), names=names, sections=sections)


def behind(section: Section, count: int) -> Section:
    """A further subgraph where so many more tensors stand before its own."""

    def now(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
        return tuple(replace(tensor, index=tensor.index + count) for tensor in tensors)

    operators = tuple(
        replace(each, inputs=tuple(None if it is None else now([it])[0] for it in each.inputs), outputs=now(each.outputs))
        for each in section.operators
    )
    return replace(section, tensors=now(section.tensors), operators=operators, inputs=now(section.inputs), outputs=now(section.outputs))


def constant_outputs(parts: Parts) -> list[Blocker]:
    """The outputs that no input has to do with, which a board has no use for."""
    hint = hints.changed("Leave the output out, as its numbers are known before any inference,")
    found = (pick(parts.tensors, index) for index in parts.outputs)
    return [Blocker("the model's output is a constant", hint, places=(each.name,), noun="tensor") for each in found if each.data is not None]
