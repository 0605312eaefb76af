"""What shows of a model whose inside is not known here: the answers of TensorFlow Lite Micro alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from plumbline.convert.model.graph import Graph, taken_apart
from plumbline.convert.references.choose_inputs import BUCKET, as_codes, spacing
from plumbline.convert.references.input_pool import Codes
from plumbline.convert.references.seen import Ids, Seen

Ask = Callable[[Codes], Codes]
"""Answers rows (N, input bytes) with rows (N, output bytes)."""


class Answered:
    """A model of which the answers are watched.

    Args:
        graph: the model.
        ask: who answers.
    """

    budget = 2e9
    """See `choose_inputs.BUDGET`: reference kernels take longer than NumPy, and nothing is followed from the middle of the model."""

    def __init__(self, graph: Graph, ask: Ask) -> None:
        self._graph, self._ask = graph, ask

    def observe(self, codes: Codes) -> Seen:
        """Answer candidates (N, input bytes) and note which codes they reach, and how far they reach up and down in each number of the outputs."""
        answers = self._ask(codes)
        values = [as_codes(each, tensor) for each, tensor in zip(taken_apart(answers, self._graph.outputs), self._graph.outputs, strict=True)]
        watched = np.concatenate(values, axis=1).astype(np.int64)
        watched = watched[:, :: spacing(watched.shape[1])]
        ends = np.concatenate([127 - watched, watched + 128], axis=1) // BUCKET
        return Seen(numbered(ends), numbered(watched + 128), answers, np.ones(len(answers)))


def numbered(places: Ids) -> Ids:
    """Places (N, F) from 0 to 255 as numbers of their own for each of F things."""
    return np.arange(places.shape[1]) * 256 + places
