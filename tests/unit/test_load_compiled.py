"""The generated C as an engine of `plumbline.load`: what it answers, and where its libraries are kept."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import plumbline
from plumbline.common.errors import BuildFailed, CompilerMissing, ModelRefused
from plumbline.common.paths import ROOT
from plumbline.convert.operators import registered
from plumbline.loaded import compiled, shared_library
from tests.support import compiled_c, pages
from tests.support.delay import delay
from tests.support.random_network import Network, random_network
from tests.support.tflite_writer import write_case, write_graph

pytestmark = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
NETWORK = random_network(np.random.default_rng(5), reshaped_ends=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "loaded"


def codes_for(model: plumbline.Model, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.random.default_rng(1).integers(-128, 128, (count, *model.inputs[0].sample_shape))


def test_answers_and_layers_are_those_of_the_reference(kept: Path) -> None:
    in_c, reference = plumbline.load(NETWORK, "compiled", cache=kept), plumbline.load(NETWORK, "reference")
    codes = codes_for(in_c, 50)
    np.testing.assert_array_equal(in_c.codes(codes), reference.codes(codes))
    found, expected = in_c.layers(codes=codes), reference.layers(codes=codes)
    assert list(found) == list(expected) == list(in_c.layer_names)
    assert len(found) > 5
    for name, layer in found.items():
        np.testing.assert_array_equal(layer.codes, expected[name].codes, err_msg=name)
        np.testing.assert_array_equal(in_c.layer(name, codes=codes[3]).codes, expected[name].codes[3], err_msg=name)
    assert "generated C, compiled by" in in_c.engine


def test_a_state_is_each_instance_s_own(kept: Path) -> None:
    model = plumbline.load(write_case(delay()), "compiled", cache=kept)
    assert model.codes([[5, 5, 5], [6, 6, 6]]).tolist() == [[1, 2, 3], [5, 5, 5]]
    other, again = model.copy(), plumbline.load(write_case(delay()), "compiled", cache=kept)
    assert model.codes([7, 7, 7]).tolist() == [6, 6, 6]
    assert other.codes([8, 8, 8]).tolist() == [6, 6, 6]
    assert again.codes([9, 9, 9]).tolist() == [1, 2, 3]
    assert model.layers(codes=[0, 0, 0])[model.layer_names[0]].codes.tolist() == [7, 7, 7]
    model.reset()
    assert model.codes([0, 0, 0]).tolist() == [1, 2, 3]
    assert other.codes([0, 0, 0]).tolist() == [8, 8, 8]


@pytest.mark.parametrize("name", ["WHILE", "IF", "CUSTOM:CIRCULAR_BUFFER"])
def test_layers_where_not_every_operator_runs(kept: Path, name: str) -> None:
    rng = np.random.default_rng([registered()[name].number, 2])
    for number in range(3):
        raw = write_case(registered()[name].random_case(rng, f"case_{number}"))
        in_c, reference = plumbline.load(raw, "compiled", cache=kept), plumbline.load(raw, "reference")
        codes = {end.name: np.arange(7 * end.elements).reshape(7, *end.sample_shape) % 2 for end in in_c.inputs}
        for _ in range(2):
            found, expected = in_c.layers(codes=codes), reference.layers(codes=codes)
            assert list(found) == list(expected)
            for layer in found:
                np.testing.assert_array_equal(found[layer].codes, expected[layer].codes)
            np.testing.assert_equal(in_c.codes(codes), reference.codes(codes))


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_model_goes_to_another_process_with_its_state(kept: Path, engine: str) -> None:
    model = plumbline.load(write_case(delay()), engine, cache=kept)
    model.codes([5, 5, 5])
    other = pickle.loads(pickle.dumps(model))
    assert model.codes([7, 7, 7]).tolist() == other.codes([8, 8, 8]).tolist() == [5, 5, 5]
    assert other.codes([0, 0, 0]).tolist() == [8, 8, 8]
    assert repr(other) == repr(model)


def test_a_loop_that_does_not_end_does_not_hang(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "TURNS", 1)
    rng = np.random.default_rng(registered()["WHILE"].number)
    refused = 0
    for number in range(4):
        model = plumbline.load(write_case(registered()["WHILE"].random_case(rng, f"case_{number}")), "compiled", cache=kept)
        try:
            model.codes({end.name: np.ones((3, *end.sample_shape), np.int8) for end in model.inputs})
        except ModelRefused as error:
            refused += "never ends, or not within 1 turns, for row " in error.message
    assert refused


def test_threads_share_a_model_without_a_state(kept: Path) -> None:
    model = plumbline.load(NETWORK, "compiled", cache=kept)
    codes = codes_for(model, 400)
    expected = model.codes(codes)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(model.codes, [codes] * 16):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_large_batch_is_divided_among_the_processors(kept: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    model = plumbline.load(NETWORK, "compiled", cache=kept)
    codes = codes_for(model, count)
    expected, layers = model.codes(codes), model.layers(codes=codes)
    monkeypatch.setattr(compiled, "ALONE", 0)
    monkeypatch.setattr(compiled, "SEEN", 1 << 14)
    monkeypatch.setattr(compiled, "processors", lambda: 3)
    np.testing.assert_array_equal(model.codes(codes), expected)
    for name, layer in model.layers(codes=codes).items():
        np.testing.assert_array_equal(layer.codes, layers[name].codes)


def test_a_library_is_kept_where_the_user_alone_writes_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "loaded"
    plumbline.load(NETWORK, "compiled", cache=folder)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(path.stat().st_mode) == 0o700
    made = path.stat().st_ino
    plumbline.load(NETWORK, "compiled", cache=folder)
    assert [(each, each.stat().st_ino) for each in folder.iterdir()] == [(path, made)]


def test_a_library_that_a_full_disk_has_damaged_is_made_anew(tmp_path: Path, kept: Path) -> None:
    plumbline.load(NETWORK, "compiled", cache=kept)
    for path in kept.iterdir():
        (tmp_path / path.name).touch(0o700)
    model = plumbline.load(NETWORK, "compiled", cache=tmp_path)
    np.testing.assert_array_equal(model.codes(codes_for(model, 1)), plumbline.load(NETWORK, "reference").codes(codes_for(model, 1)))
    assert sum(path.stat().st_size > 0 for path in tmp_path.iterdir()) == 1


def test_no_library_is_loaded_that_somebody_else_may_have_written(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    assert shared_library.private(open_to_all) == open_to_all
    assert stat.S_IMODE(open_to_all.stat().st_mode) == 0o700
    (tmp_path / "link").symlink_to(open_to_all)
    elsewhere = shared_library.private(tmp_path / "link")
    assert elsewhere.parent != tmp_path
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    (tmp_path / "file").write_text("")
    assert shared_library.private(tmp_path / "file") == elsewhere
    plumbline.load(NETWORK, "compiled", cache=open_to_all)
    (path,) = open_to_all.iterdir()
    path.chmod(0o722)
    with pytest.raises(PermissionError, match="somebody else"):
        shared_library.opened(path)
    plumbline.load(NETWORK, "compiled", cache=open_to_all)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_processes_that_compile_the_same_model_do_not_disturb_each_other(tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(NETWORK)
    program = "import plumbline, sys; print(plumbline.load(sys.argv[1], 'compiled', cache=sys.argv[2]).engine)"
    command = [sys.executable, "-c", program, str(tmp_path / "model.tflite"), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {each.communicate(timeout=120)[0] for each in running}
    assert [each.returncode for each in running] == [0] * 4
    assert len(said) == len(list((tmp_path / "cache").iterdir())) == 1


def test_the_libraries_that_were_used_last_are_kept(tmp_path: Path) -> None:
    for number in range(shared_library.KEPT + 3):
        (tmp_path / f"{number}.so").write_text("")
        os.utime(tmp_path / f"{number}.so", (number, number))
    shared_library.prune(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{number}.so" for number in range(3, shared_library.KEPT + 3)}


def test_without_a_compiler_the_reference_runs_it_unless_c_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CompilerMissing, match="no C compiler"):
        plumbline.load(NETWORK, "compiled", cache=tmp_path)
    assert plumbline.load(NETWORK, cache=tmp_path).engine == "reference interpreter"


def test_a_compiler_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "gcc"
    broken.write_text('#!/bin/sh\nif [ "$1" = --version ]; then echo gcc 99; else echo "cannot execute cc1" >&2; exit 1; fi\n')
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/nonexistent")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BuildFailed, match="gcc: cannot execute cc1"):
        plumbline.load(NETWORK, "compiled", cache=tmp_path / "cache")
    with pytest.warns(RuntimeWarning, match="cannot execute cc1"):
        assert plumbline.load(NETWORK, cache=tmp_path / "cache").engine == "reference interpreter"


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    net = Network(np.random.default_rng(2), (1, 8, 8, 1))
    net.conv_2d(4)
    (tmp_path / "digits.tflite").write_bytes(write_graph(net.tensors, net.operators, 0, net.current))
    program = pages.code("docs/how-to/notebook.md", "python").replace('.tflite")', f'.tflite", cache="{tmp_path}")')
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert "plumbline model digits, generated C" in said
    assert said.count("layer_0") == 2
