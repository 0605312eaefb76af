"""What classes are called: text files, archives behind a flatbuffer, and to which output of an export labels belong."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.common.errors import UsageError
from plumbline.common.quality import Quality
from plumbline.convert.export.build import GENERATOR, model_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.labels import with_known, with_labels
from plumbline.convert.importers.labels import LARGEST, archived, labels_in, labels_of, read_labels, trouble
from plumbline.convert.operators.cases import TensorSpec
from plumbline.convert.references import tflm
from tests.support.compiled_c import WARNINGS, compiler
from tests.support.converted import write_folder
from tests.support.tflite_writer import write_graph
from tests.support.write_operators import softmax, unary

ARCHIVED = ["cat", "dog", "größte Maus"]
CODES = ((1 / 256,), (-128,))
RAW = write_graph(
    [TensorSpec("x", (1, 3), (0.1,), (0,)), TensorSpec("classes", (1, 3), *CODES), TensorSpec("flags", (1, 3), *CODES)],
    [softmax(0, 1, 1.0), unary("LOGISTIC", 0, 2)],
    0,
    (1, 2),
    names={0: "x", 1: "classes", 2: "flags"},
)
ONE = write_graph([TensorSpec("x", (1, 3), (0.1,), (0,)), TensorSpec("y", (1, 3), *CODES)], [softmax(0, 1, 1.0)], 0, 1)
needs_wheel = pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel says what a model answers")


def archive(**files: str | bytes) -> bytes:
    """A ZIP with these text files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(f"{name}.txt", text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", ("a", "b")),
        ("a\r\n b c \r\n\r\n", ("a", "b c")),
        ("a, b,c\n", ("a", "b", "c")),
        ("a,b\nc,d", ("a,b", "c,d")),
        ("a\n\nb", ("a", "", "b")),
        ("", ()),
    ],
)
def test_labels_stand_in_lines_or_between_commas(text: str, expected: tuple[str, ...]) -> None:
    assert labels_of(text) == expected


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (["a", "b"], "2 labels, and the output has 3 classes"),
        (["a", "", "c"], "label 1 is empty"),
        (["a", "b", "a"], "two classes are called a"),
        (["a", "b", "x\x1b[2J"], "label 2, 'x\\x1b[2J', holds what cannot be printed"),
        (["a", "b" * 101, "c"], "label 1 has 101 characters, at most 100 are taken"),
    ],
)
def test_labels_that_do_not_do_are_refused_with_the_reason(labels: list[str], why: str, tmp_path: Path) -> None:
    assert trouble(labels, 3) == why
    (tmp_path / "labels.txt").write_text("\n".join(labels), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_labels(tmp_path / "labels.txt", 3)
    assert refused.value.message == f"{tmp_path / 'labels.txt'}: {why}."


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("\ufeff" + "\n".join(ARCHIVED), encoding="utf-8")
    assert read_labels(tmp_path / "good.txt", 3) == tuple(ARCHIVED)
    (tmp_path / "large.txt").write_bytes(b"a\n" * (LARGEST // 2 + 1))
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("large.txt", "binary.txt", "none.txt", "."):
        with pytest.raises(UsageError):
            read_labels(tmp_path / name, 3)


def test_labels_come_with_the_file() -> None:
    text = "\n".join(ARCHIVED)
    assert labels_in(ONE + archive(labelmap=text), 3) == tuple(ARCHIVED)
    assert labels_in(ONE + archive(labelmap=text), 4) == ()
    assert labels_in(ONE + archive(labels=text, labels_de="a\nb\nc"), 3) == tuple(ARCHIVED)
    assert labels_in(ONE + archive(one=text, two="a\nb\nc"), 3) == ()  # which of them is unknown
    assert labels_in(ONE + archive(vocabulary="a\nb", words=text), 3) == tuple(ARCHIVED)
    assert labels_in(ONE + archive(labels="\x00\n1\n2"), 3) == labels_in(ONE, 3) == ()
    assert archived(ONE + archive(labels="x" * (LARGEST + 1))) == {}  # unpacked it would be larger than it is


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_archive_is_as_if_it_were_not_there(data: st.DataObject) -> None:
    raw = bytearray(archive(labels="\n".join(ARCHIVED)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = labels_in(ONE + bytes(raw)[: data.draw(st.integers(0, len(raw)))], 3)
    assert found == () or not trouble(found, 3)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[ExportedModel]:
    """One with two outputs of three classes, and one with one, whose file brings labels along."""
    found = []
    for name, raw in (("two", RAW), ("one", ONE + archive(labels="\n".join(ARCHIVED)))):
        folder = tmp_path_factory.mktemp("labels") / name
        write_folder(folder, raw)
        found.append(model_of(folder, name))
    return found


def labels(model: ExportedModel) -> list[tuple[str, ...]]:
    return [each.labels for each in model.outputs]


@needs_wheel
def test_an_export_has_the_labels_that_are_known(models: list[ExportedModel]) -> None:
    two, one = models
    assert labels(two) == [(), ()]
    assert labels(one) == [tuple(ARCHIVED)]
    said = replace(one.manifest, quality=(Quality("accuracy", None, 0.1, classes=("a", "b", "c")),))
    assert with_known(one.outputs, said, b"")[0].labels == ("a", "b", "c")
    wrong = replace(one.manifest, quality=(Quality("accuracy", None, 0.1, classes=("a", "b")),))
    assert with_known(one.outputs, wrong, b"")[0].labels == ()


@needs_wheel
def test_labels_go_to_the_output_that_they_are_for(models: list[ExportedModel], tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("x,y,z")
    for one_of in ([f"two/flags={file}"], [f"flags={file}"]):
        assert [labels(each) for each in with_labels(models, one_of, GENERATOR)] == [[(), ("x", "y", "z")], [tuple(ARCHIVED)]]
    assert labels(with_labels(models, [f"one={file}"], GENERATOR)[1]) == [("x", "y", "z")]
    assert labels(with_labels(models[1:], [str(file)], GENERATOR)[0]) == [("x", "y", "z")]
    assert with_labels(models, [], GENERATOR) == models
    wrong = {
        "could be for several outputs": [str(file)],
        "is for 'three', which no output": [f"three={file}"],
        "Two --labels are for flags of two": [f"flags={file}", f"two/flags={file}"],
    }
    for message, several in wrong.items():
        with pytest.raises(UsageError) as refused:
            with_labels(models, several, GENERATOR)
        assert message in refused.value.message


@needs_wheel
@pytest.mark.skipif(compiler() is None, reason="no C compiler")
def test_a_program_says_the_labels(models: list[ExportedModel], tmp_path: Path) -> None:
    (tmp_path / "one.h").write_text(models[1].header)
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "one.h"\nint main(void)\n{\n    for (int i = -1; i <= 3; ++i) printf("%s;", one_label(i));\n    return 0;\n}\n'
    )
    subprocess.run([str(compiler()), *WARNINGS, tmp_path / "main.c", "-o", tmp_path / "main"], check=True, timeout=300)
    assert subprocess.run([tmp_path / "main"], check=True, capture_output=True).stdout.decode() == f";{';'.join(ARCHIVED)};;"
