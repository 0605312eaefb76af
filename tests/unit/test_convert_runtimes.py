"""What a runtime cannot execute is refused before a build, with operator, layer, reason and what would work."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from plumbline.common.errors import UnsupportedOperator
from plumbline.common.paths import ROOT
from plumbline.convert.engine_support import check_engine
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators import registered
from plumbline.convert.operators.engines import ENGINES
from plumbline.convert.operators.interpreted import INTERPRETED
from plumbline.convert.operators.registration import LACKS
from plumbline.host.firmware.tflm import is_chirale, library_folder
from tests.support.flatbuffer_writer import FULLY_CONNECTED, random_model, write
from tests.support.tflite_writer import write_case

MODELS = ROOT.parent / "shared" / "models" / "mlperf_tiny"
needs_models = pytest.mark.skipif(not MODELS.is_dir(), reason="needs ../shared/models/mlperf_tiny, which is not part of the repository")


def model(per_channel: bool, version: int = 4, operator: int = FULLY_CONNECTED) -> bytes:
    rng = np.random.default_rng(2)
    while True:
        chain = random_model(rng, 3, per_channel)
        if any(len(layer.weight_scales) > 1 for layer in chain.layers) == per_channel:
            return write(chain, operator_version=version, operator=operator)


@pytest.mark.parametrize("name", ENGINES)
def test_a_model_quantized_per_tensor_runs_everywhere(name: str) -> None:
    check_engine(read(model(per_channel=False)), name)


def test_dense_per_channel_is_refused_for_the_arduino_library_only() -> None:
    graph = read(model(per_channel=True))
    check_engine(graph, "compiled")
    check_engine(graph, "tflm")
    with pytest.raises(UnsupportedOperator, match=r"Chirale.*FULLY_CONNECTED with one scale per channel.*model/dense_\d/MatMul") as caught:
        check_engine(graph, "chirale")
    assert "--per-channel-dense" in caught.value.hint


def test_a_version_that_is_too_new_is_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="FULLY_CONNECTED version 13") as caught:
        check_engine(read(model(False, version=13)), "chirale")
    assert "up to 4" in caught.value.hint


def test_where_answers_are_held_to_todays_kernels_the_form_counts_and_not_the_version() -> None:
    for name in ("compiled", "tflm"):
        check_engine(read(model(False, version=13)), name)


def test_an_unknown_operator_is_refused_with_what_there_is() -> None:
    graph = read(model(False, operator=BUILTIN_OPERATORS.index("POW")))
    for name in ENGINES:
        with pytest.raises(UnsupportedOperator, match=r"cannot run POW.*model/dense_0/MatMul") as caught:
            check_engine(graph, name)
        assert "docs/reference" in caught.value.hint


def test_what_only_the_library_has_is_refused_for_the_compiler_alone() -> None:
    graph = read(model(False, operator=BUILTIN_OPERATORS.index("COS")))
    with pytest.raises(UnsupportedOperator, match="he compiled engine cannot run COS"):
        check_engine(graph, "compiled")
    for name in ("tflm", "chirale"):
        check_engine(graph, name)


@pytest.mark.skipif(not os.environ.get("TFLM_DIR"), reason="TFLM_DIR names no TensorFlow Lite Micro")
def test_the_library_has_every_operator_that_is_said_to_be_in_it() -> None:
    """By the resolver's own header: what the interpreter of a board may register."""
    folder = library_folder()
    assert folder is not None
    (header,) = folder.rglob("micro_mutable_op_resolver.h")
    methods = set(re.findall(r"TfLiteStatus (Add\w+)\(", header.read_text()))
    chirale = is_chirale(folder)
    known = [each.resolver_method for each in INTERPRETED.values() if each.chirale or not chirale]
    known += [each.resolver_method for each in registered().values() if not chirale or each.elsewhere.get("chirale") != LACKS]
    assert set(known) <= methods
    if not chirale:
        assert methods - set(known) <= {"AddBuiltin", "AddCustom", "AddEthosU", "AddDecode", "AddIf", "AddWhile"}


def test_the_arduino_librarys_lstm_is_refused() -> None:
    graph = read(write_case(registered()["UNIDIRECTIONAL_SEQUENCE_LSTM"].random_case(np.random.default_rng(1), "memory")))
    check_engine(graph, "compiled")
    check_engine(graph, "tflm")
    with pytest.raises(UnsupportedOperator, match="UNIDIRECTIONAL_SEQUENCE_LSTM as TensorFlow Lite Micro does today: its kernel of early 2023"):
        check_engine(graph, "chirale")


@needs_models
@pytest.mark.parametrize("stem", ["ad", "ic", "kws", "vww"])
def test_real_models_run_on_both_tflm_libraries(stem: str) -> None:
    graph = read((MODELS / f"{stem}.tflite").read_bytes())
    check_engine(graph, "tflm")
    check_engine(graph, "chirale")


def test_the_compiler_names_the_layer_of_an_operator_it_lacks() -> None:
    with pytest.raises(UnsupportedOperator, match=r"The compiled engine cannot run FLOOR, 2 times \(layers model/dense_0/MatMul") as caught:
        check_engine(read(model(False, operator=8)), "compiled")
    assert "docs/reference" in caught.value.hint


@pytest.mark.parametrize(
    ("operator", "method"),
    [
        ("FULLY_CONNECTED", "AddFullyConnected"),
        ("CONV_2D", "AddConv2D"),
        ("DEPTHWISE_CONV_2D", "AddDepthwiseConv2D"),
        ("AVERAGE_POOL_2D", "AddAveragePool2D"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM"),
        ("RELU6", "AddRelu6"),
        ("LEAKY_RELU", "AddLeakyRelu"),
        ("LOGISTIC", "AddLogistic"),
        ("QUANTIZE", "AddQuantize"),
        ("DEQUANTIZE", "AddDequantize"),
        ("MEAN", "AddMean"),
        ("SUB", "AddSub"),
        ("PADV2", "AddPadV2"),
    ],
)
def test_registrations_have_tflms_names(operator: str, method: str) -> None:
    assert registered()[operator].resolver_method == method
