"""What a person calls the operators of a model, by the names in its file and those of Keras's layers; and the identifiers that C makes of these."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plumbline
from plumbline.convert.codegen.names import INTERFACE, identifier, identifiers
from plumbline.convert.export.build import model_of
from plumbline.convert.model.called import LONGEST, from_file, with_names
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.model.keras_layers import Layer, Layers, with_layers
from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import TensorSpec
from plumbline.convert.references import tflm
from tests.support.converted import write_folder
from tests.support.flatbuffer_writer import Dense, Model, write
from tests.support.tflite_writer import write_graph
from tests.support.write_operators import unary

ANY = st.one_of(
    st.text(max_size=80), st.sampled_from(["int", "class", "input", "output_a", "invoke", "memory", "layers", "a_t", "9", "layer_0", "_", "ÄÖ", "層"])
)


def chain(*steps: tuple[str, str], outputs: dict[int, str] | None = None, constants: Sequence[str] = ()) -> Graph:
    """Operators one behind the other, each with the name of its output; `constants` are those of what the first ones read besides."""
    tensors = [Tensor(number, name, "INT8", (1, 4), None, None) for number, name in enumerate(["x", *(name for _, name in steps)])]
    held = [Tensor(len(tensors) + number, name, "INT8", (4, 4), None, bytes(16)) for number, name in enumerate(constants)]
    operators = []
    for number, (kind, _) in enumerate(steps):
        given = (tensors[number], *held[number : number + 1])
        operators.append(Operator(kind, 1, given, (tensors[number + 1],), None))
    names = {len(steps) - back: name for back, name in (outputs or {}).items()}
    return Graph((*tensors, *held), tuple(operators), (tensors[0],), (tensors[len(steps)],), names)


def called(graph: Graph) -> list[str]:
    return [each.called for each in graph.operators]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(
            [
                ("CONV_2D", "m_1/conv_1_1/Relu;m_1/conv_1_1/BiasAdd;m_1/conv_1_1/convolution"),
                ("RESHAPE", "m_1/flatten_1/Reshape"),
                ("FULLY_CONNECTED", "m_1/hidden_1/MatMul;m_1/hidden_1/BiasAdd"),
                ("SOFTMAX", "StatefulPartitionedCall_1:0"),
            ],
            ["conv_1", "flatten", "hidden", "softmax"],
            id="an export of Keras 3, whose names all have the same number behind them",
        ),
        pytest.param(
            [("FULLY_CONNECTED", "sequential/dense/MatMul"), ("FULLY_CONNECTED", "sequential/dense_1/MatMul"), ("SOFTMAX", "Identity_int8")],
            ["dense", "dense_1", "softmax"],
            id="Keras 2, whose numbers are the layers' own",
        ),
        pytest.param(
            [("FULLY_CONNECTED", "m/dense/MatMul"), ("RELU", "m/dense/Relu"), ("FULLY_CONNECTED", "m/end/MatMul")],
            ["dense", "dense_relu", "end"],
            id="what follows in the same layer says what it does",
        ),
        pytest.param(
            [("FULLY_CONNECTED", "m/shared/MatMul"), ("FULLY_CONNECTED", "m/shared/MatMul_1"), ("MUL", "tfl.mul"), ("MUL", "tfl.mul1")],
            ["shared", "shared_2", "mul", "mul_2"],
            id="a layer that is used twice, and operators without a layer",
        ),
        pytest.param(
            [
                ("CONV_2D", "Net/torch.nn.modules.container.Sequential_features/torch.nn.modules.conv.Conv2d_0;"),
                ("MEAN", "::mean"),
                ("ADD", "/head/add/Add_output_0"),
            ],
            ["features_0", "mean", "add"],
            id="PyTorch and ONNX",
        ),
        pytest.param(
            [("CUSTOM:Odd", "PartitionedCall:1"), ("CONV_2D", "serving_default_x:0"), ("ADD", ""), ("ADD", "a\x1b[2Jb")],
            ["odd", "conv_2d", "add", "a_[2Jb"],
            id="nothing that a person has named, and nothing that a terminal obeys",
        ),
    ],
)
def test_a_file_tells_what_its_layers_are_called(steps: list[tuple[str, str]], expected: list[str]) -> None:
    assert called(with_names(chain(*steps))) == expected


def test_an_output_without_a_layer_is_called_as_the_signature_calls_it() -> None:
    steps = (("FULLY_CONNECTED", "m/dense/MatMul"), ("SOFTMAX", "StatefulPartitionedCall:0"))
    assert called(with_names(chain(*steps, outputs={0: "probabilities"}))) == ["dense", "probabilities"]
    assert called(with_names(chain(*steps, outputs={0: "output_0"}))) == ["dense", "softmax"]


def test_constants_name_their_layer_unless_several_read_them() -> None:
    graph = chain(("MEAN", "m/left/Mean"), ("FULLY_CONNECTED", "tfl.x"), ("MEAN", "m/right/Mean"), constants=["m/left/Mean/axes", "m/dense/MatMul"])
    axes = graph.tensors[4]
    operators = list(graph.operators)
    operators[2] = replace(operators[2], inputs=(operators[2].inputs[0], axes))
    assert called(with_names(replace(graph, operators=tuple(operators)))) == ["left", "dense", "right"]


LAYERS = Layers(
    "net",
    (
        Layer(("conv",), True),
        Layer(("conv_1",), True),
        Layer(("block",), True),
        Layer(("block", "a"), True),
        Layer(("other",), True),
        Layer(("other", "a"), True),
        Layer(("memory",), True),
        Layer(("flat",), False),
        Layer(("probabilities",), True),
    ),
    (("output_0", "probabilities"),),
)


def test_operators_are_called_as_the_layers_of_keras_that_they_come_from() -> None:
    graph = chain(
        ("CONV_2D", "net_1/conv_1/convolution"),
        ("CONV_2D", "net_1/conv_1_1/convolution"),
        ("CONV_2D", "net_1/conv_1_2/convolution"),
        ("FULLY_CONNECTED", "net_1/block_1/a_1/MatMul"),
        ("FULLY_CONNECTED", "net_1/other_1/a_1/MatMul"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "tfl.unidirectional_sequence_lstm"),
        ("STRIDED_SLICE", "tfl.strided_slice"),
        ("FULLY_CONNECTED", "net_1/probabilities_1/MatMul"),
        ("SOFTMAX", "StatefulPartitionedCall_1:0"),
    )
    expected = ["conv", "conv_1", "conv_1_conv_2d", "block_a", "other_a", "memory", "flat", "probabilities", "probabilities_softmax"]
    found = called(with_layers(graph, LAYERS))
    assert found == [each if each != "conv_1_conv_2d" else "conv_1_2" for each in expected]
    assert called(with_layers(with_names(graph), None)) == called(with_names(graph))


@pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel says what a model answers")
def test_a_converted_model_keeps_its_names(tmp_path: Path) -> None:
    manifest = write_folder(tmp_path / "kept", write(Model(1.0, 0, (Dense(np.array([[1]], np.int8), None, (1.0,), 1.0, 0),))))
    assert [each.called for each in manifest.operators] == ["dense_0"]
    named = replace(manifest, operators=tuple(replace(each, called="slope") for each in manifest.operators))
    (tmp_path / "kept" / "generated" / "manifest.json").write_text(named.to_json())
    assert plumbline.load(tmp_path / "kept", engine="reference").layer_names == ("slope",)
    assert model_of(tmp_path / "kept", "kept").compiled.layers == ("slope",)
    (tmp_path / "kept" / "generated" / "manifest.json").write_text(replace(named, model_sha256="0" * 64).to_json())
    assert plumbline.load(tmp_path / "kept", engine="reference").layer_names == ("dense_0",)


@given(st.lists(st.tuples(st.sampled_from(["CONV_2D", "SOFTMAX", "CUSTOM:a:b", "MUL"]), ANY), min_size=1, max_size=8), st.lists(ANY, max_size=4))
@settings(max_examples=50)
def test_no_name_breaks_it(steps: list[tuple[str, str]], own: list[str]) -> None:
    graph = chain(*steps)
    layers = Layers("m", tuple(Layer((name,), True) for name in own), (("output_0", own[0] if own else ""),))
    for found in (called(with_names(graph)), called(with_layers(graph, layers))):
        assert len(set(found)) == len(found) == len(steps)
        assert all(found)
    assert all(len(name) <= LONGEST and name.isprintable() for name in from_file(graph) if name)


@given(st.lists(ANY, max_size=12), st.booleans())
def test_identifiers_are_valid_and_clash_with_nothing(names: list[str], prefixed: bool) -> None:
    found = identifiers(names, prefixed)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_]*" if prefixed else r"[a-z][a-z0-9_]*", each, re.ASCII) for each in found)
    every = [each + end for each in found for end in ("", *{f"_{constant}" for it in registered().values() for constant in it.constants})]
    assert len(set(every)) == len(every)
    assert not any(each.endswith("_t") for each in found)
    if prefixed:
        assert not any(INTERFACE.fullmatch(each) for each in found)
    else:
        assert all("_" in each and not each.startswith("plumbline") for each in found)


def test_identifiers_follow_the_layers() -> None:
    names = ["hidden", "hidden", "if", "input", "Größe/2", "Łódź", "output_b", "int8_t", "層", ""]
    expected = ["hidden", "hidden_2", "if", "layer_input", "grosse_2", "lodz", "layer_output_b", "int8_t_layer", "layer_0", "layer_0_2"]
    assert identifiers(names, prefixed=True) == expected
    assert identifiers(["hidden", "conv_1", "層", "層"]) == ["layer_hidden", "conv_1", "layer_0", "layer_0_2"]
    assert identifier("Ünï  cöde--x") == "uni_code_x"


TAKEN = (
    *("int", "class", "input", "output", "invoke", "reset", "memory", "memory_is_aligned", "layers", "before_layer", "test", "test_rows", "x_t"),
    *("quantize_input", "dequantize_output_q16", "argmax", "shift_keeps_sign", "hooks", "constants", "label", "Hidden", "hidden", "hidden_2"),
)
"""Names of layers that C, C++ or the interface of an exported model has, or that differ in nothing C can tell."""


@pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel says what a model answers")
@pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("g++")), reason="no gcc")
def test_an_export_compiles_whatever_its_layers_are_called(tmp_path: Path) -> None:
    tensors = [TensorSpec(f"net/{name}/Relu", (1, 3), (1 / 8 / (1 + place),), (0,)) for place, name in enumerate(["x", *TAKEN])]
    write_folder(tmp_path / "taken", write_graph(tensors, [unary("RELU", at, at + 1) for at in range(len(TAKEN))], 0, len(TAKEN)))
    model = model_of(tmp_path / "taken", "m")
    assert len(model.compiled.layers) == len(set(model.compiled.layers)) == len(TAKEN)
    for name, text in {**model.sources, "m_test.c": model.test}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "both.c").write_text('#include "m.c"\n#include "m_test.c"\n')
    for command in (["gcc", "-std=c99"], ["g++", "-std=c++17", "-x", "c++"]):
        for name in ("m.c", "m_test.c", "both.c"):
            subprocess.run([*command, "-Wall", "-Wextra", "-Wshadow", "-Werror", "-DM_HOOKS=1", "-c", name, "-o", "m.o"], cwd=tmp_path, check=True)
