"""Every scale that TensorFlow Lite Micro's kernels take is taken, and answered as they answer; where C++ leaves their answer open it is refused."""

from __future__ import annotations

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import check_scales, read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.tflite_writer import TensorSpec, write_graph
from tests.support.write_operators import leaky_relu, pool_2d, unary

EVERY = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
FIXED = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
"""The outputs that these kernels have whatever the file says."""


def model(operator: str, scale: float, zero_point: int, target: tuple[float, int]) -> bytes:
    ends = [TensorSpec("input", (1, 256), (scale,), (zero_point,)), TensorSpec("net/out", (1, 256), target[:1], target[1:])]
    return write_graph(ends, [leaky_relu(0.2) if operator == "LEAKY_RELU" else unary(operator)], 0, 1)


def answers(raw: bytes) -> list[int]:
    graph = read(raw)
    compile_graph(graph, "scales", bytes(32))
    return [int(code) for code in reference_interpreter.run(graph, EVERY)[0]]


@pytest.mark.parametrize(("operator", "ends"), [("LOGISTIC", (-128, -128, 127)), ("TANH", (-128, -128, 127))])
@pytest.mark.parametrize("scale", [8.0, 15.99, 16.0, 1e6, 2.0**25])
def test_with_an_input_scale_of_8_or_more_the_zero_point_counts_as_below(operator: str, ends: tuple[int, int, int], scale: float) -> None:
    codes = answers(model(operator, scale, 5, FIXED[operator]))
    assert (codes[128 + 4], codes[128 + 5], codes[128 + 6]) == ends


@pytest.mark.parametrize("operator", FIXED)
@pytest.mark.parametrize("scale", [1e-12, 2.0**35, 3e38])
def test_input_scales_without_a_defined_answer_are_refused(operator: str, scale: float) -> None:
    with pytest.raises(ModelRefused, match="not defined in C"):
        answers(model(operator, scale, 0, FIXED[operator]))


def test_another_output_than_the_kernel_writes_is_refused() -> None:
    with pytest.raises(ModelRefused, match="answers with 1/256 and -128 whatever the file says"):
        answers(model("LOGISTIC", 0.1, 0, (1 / 128, 0)))


@pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")
@pytest.mark.parametrize("operator", ["LOGISTIC", "TANH", "LEAKY_RELU", "RELU", "QUANTIZE"])
def test_scales_of_all_sizes_answer_as_the_wheel_does(operator: str) -> None:
    rng = np.random.default_rng(8)
    compared = 0
    for scale in (*(2.0**power for power in range(-20, 21)), *(10 ** rng.uniform(-6, 6, 60))):
        target = FIXED.get(operator, (float(np.float32(scale * 10 ** rng.uniform(-4, 4))), int(rng.integers(-128, 128))))
        raw = model(operator, float(np.float32(scale)), int(rng.integers(-128, 128)), target)
        try:
            expected = answers(raw)
        except PlumblineError:
            assert operator not in FIXED
            continue
        compared += 1
        assert tflm.Interpreter(raw, read(raw)).run(EVERY)[0].tolist() == expected
    assert compared > 90


@pytest.mark.parametrize("activation", ["NONE", "RELU"])
def test_an_activation_that_clips_at_no_number_takes_the_smallest_scales(activation: str) -> None:
    ends = [TensorSpec(name, (1, 2, 2, 1), (1e-11,), (3,)) for name in ("input", "net/out")]
    raw = write_graph(ends, [pool_2d("MAX_POOL_2D", 0, 1, "VALID", (1, 1), (1, 1), activation)], 0, 1)
    compile_graph(read(raw), "scales", bytes(32))
    with pytest.raises(ModelRefused, match="too small for its activation"):
        compile_graph(read(write_graph(ends, [pool_2d("MAX_POOL_2D", 0, 1, "VALID", (1, 1), (1, 1), "RELU6")], 0, 1)), "scales", bytes(32))


@pytest.mark.parametrize("shape", [(1, 1), (1, 4)])
@pytest.mark.parametrize(
    ("scale", "says"), [(3e38, "what passes the line 9.22e"), (1e8, "what passes the line 9.22e"), (1e-40, "cannot be told apart")]
)
def test_ends_of_extraordinary_scales_are_refused_by_their_name(shape: tuple[int, ...], scale: float, says: str) -> None:
    ends = [TensorSpec("input", shape, (0.1,), (0,)), TensorSpec("net/out", shape, (scale,), (0,))]
    with pytest.raises(ModelRefused, match=says) as caught:
        check_scales(read(write_graph(ends, [unary("QUANTIZE")], 0, 1)))
    assert "ordinary numbers" in caught.value.hint
