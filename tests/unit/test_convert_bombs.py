"""Small files that claim much, and large ones that hold little: read in a time that fits their size, or refused with the reason."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from plumbline.common.errors import DoesNotFit, ModelRefused
from plumbline.convert.importers.flatbuffer.parse import MOST_OPERATORS
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators.cases import Case, CaseOperator
from plumbline.convert.operators.circular_buffer.reference import CircularBufferOptions
from plumbline.convert.runs import compiled_alone
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import INT8, Builder, TensorSpec, write_case, write_graph
from tests.support.write_operators import unary

BYTES = 20_000
TENSORS = 200


def sharing(buffers: int) -> bytes:
    """A model with TENSORS constants in so many buffers, all of them the same bytes of the file."""
    out = Builder()
    block = out.block(bytes(BYTES), 16)
    tables = [out.table([]), *(out.table([(0, "offset", block)]) for _ in range(buffers))]
    made = [out.tensor(TensorSpec(name, (1, 4), (1 / 256,), (-128,)), tables) for name in ("input", "out")]
    shape = out.numbers((BYTES,), "Int32")
    made += [out.table([(0, "offset", shape), (1, "Int8", INT8), (2, "Uint32", 1 + number % buffers)]) for number in range(TENSORS)]
    inputs = out.numbers((0, *range(2, 2 + TENSORS)), "Int32")
    step = out.table([(0, "Uint32", 0), (1, "offset", inputs), (2, "offset", out.numbers((1,), "Int32"))])
    return out.model([(BUILTIN_OPERATORS.index("CUSTOM"), 1)], tables, made, [step], ((0,), (1,)), custom="mine")


def test_a_buffer_that_many_tensors_share_is_read_once() -> None:
    assert len(read(sharing(1)).operators[0].inputs) == 1 + TENSORS


def test_buffers_that_share_their_bytes_are_refused() -> None:
    with pytest.raises(ModelRefused, match="many of its parts share the same bytes"):
        read(sharing(TENSORS))


def test_more_operators_than_a_board_has_room_for_are_refused() -> None:
    tensors = [TensorSpec(name, (1, 4), (1 / 256,), (-128,)) for name in ("input", "out")]
    with pytest.raises(DoesNotFit, match="has 4,097 operators, 4,096 are the most"):
        read(write_graph(tensors, [unary("LOGISTIC")] * (MOST_OPERATORS + 1), 0, 1))


@pytest.mark.parametrize("behind", [bytes(15 << 20), b"\xff" * 1000], ids=["zeros", "ones"])
def test_bytes_behind_the_model_cost_nothing(behind: bytes) -> None:
    raw = write(random_model(np.random.default_rng(3), 4, per_channel=False))
    started = time.process_time()
    assert read(raw + behind) == read(raw)
    assert time.process_time() - started < 1


def test_a_variable_of_a_gigabyte_is_refused_before_anything_is_as_large() -> None:
    codes = ((0.5,), (-7,))
    shapes = (("input", 1), ("buffer", 1 << 30), ("output", 1 << 30))
    tensors = [TensorSpec(name, (1, slots, 1, 1), *codes, variable=name == "buffer") for name, slots in shapes]
    operators = [CaseOperator("CUSTOM:CIRCULAR_BUFFER", (0,), (1,), CircularBufferOptions(1)), CaseOperator("RELU", (1,), (2,))]
    raw = write_case(Case(tensors, operators, (0,), (2,)))
    tracemalloc.start()
    with pytest.raises(DoesNotFit, match="bytes for its working memory, at most"):
        compiled_alone("large", raw, read(raw))
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()
