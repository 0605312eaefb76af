"""Other implementations of the same flatbuffer beside the board: on how many inputs they answer otherwise, by how much, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.common.documents import Count
from plumbline.common.golden_data import Codes
from plumbline.common.manifest import OperatorSpec
from plumbline.convert.interface import float_products
from plumbline.host.verdict.oracle import Oracle


@dataclass(frozen=True)
class Peer:
    """One implementation, held against the board on all `compared` tensors of codes."""

    name: str
    compared: Count
    """Tensors of codes."""
    differing: Count
    """Inputs on which any code of the output is not the board's."""
    largest: Count
    """Largest distance from a code of the board, in codes; of tensors wider than a byte, in any of their bytes. 0 to 255."""
    reason: str
    """Why the two differ, or could; a clause without a full stop."""


def peers_of(oracle: Oracle, outputs: Codes, operators: tuple[OperatorSpec, ...]) -> tuple[Peer, ...]:
    """Hold every implementation whose answers are known against the board's.

    Args:
        oracle: the expected codes, and what others answered when the model was converted.
        outputs: the board's answers (N, output bytes) to `oracle.references.codes`.
        operators: the model's, which the reasons name.
    """
    references = oracle.references
    found = [_peer(oracle.name, references.expected, outputs, "the board is held to its codes bit for bit")]
    if references.float_product is not None:
        affected = float_products(each.name for each in operators)
        reason = f"it rounds a product or quotient of scales to float32 in {', '.join(affected)}, where later ones keep double"
        reason = reason if affected else "it cannot: of this model's operators it computes none otherwise"
        found.append(_peer("TensorFlow Lite Micro before autumn 2026, as in the Arduino library", references.float_product, outputs, reason))
    if references.litert is not None:
        reason = "it rounds once where TensorFlow Lite Micro rounds twice, after the multiplication and after the shift"
        found.append(_peer("LiteRT, reference kernels", references.litert, outputs, reason))
    return tuple(found)


def _peer(name: str, answers: Codes, outputs: Codes, reason: str) -> Peer:
    distances = np.abs(answers.astype(np.int16) - outputs.astype(np.int16))
    differing = int(distances.any(axis=1).sum())
    return Peer(name, len(outputs), differing, int(distances.max(initial=0)), reason)
