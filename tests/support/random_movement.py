"""Random networks of operators that move codes."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.concatenation.random_cases import concatenate
from plumbline.convert.operators.pack.random_cases import pack
from plumbline.convert.operators.pad.random_cases import pad
from plumbline.convert.operators.shared.data_movement.random_cases import Move, Movement
from plumbline.convert.operators.split.random_cases import split
from plumbline.convert.operators.strided_slice.random_cases import strided_slice
from plumbline.convert.operators.transpose.random_cases import transpose
from plumbline.convert.operators.unpack.random_cases import unpack


def reshape(net: Movement, source: int) -> int:
    """To two dimensions."""
    shape = net.shape(source)
    at = int(net.rng.integers(len(shape) + 1))
    output = net.add("reshaped", (int(np.prod(shape[:at])), int(np.prod(shape[at:]))))
    net.apply("RESHAPE", (source,), (output,))
    return output


def random_network(rng: np.random.Generator, name: str) -> Case:
    """Two to six operators in a row."""
    net, at = Movement(rng, name), 0
    for _ in range(int(rng.integers(2, 7))):
        shape = net.shape(at)
        moves: list[Move] = [reshape] if len(shape) > 1 and rng.random() < 0.2 else [concatenate, pad, transpose, split, strided_slice]
        moves += [pack] if len(shape) < 4 and np.prod(shape) < 500 else []
        moves += [unpack] if len(shape) > 1 else []
        if not shape or np.prod(shape) > 2000:
            break
        at = moves[int(rng.integers(len(moves)))](net, at)
    return net.case(at)
