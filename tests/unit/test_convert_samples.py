"""Files of samples: what people bring is read, with its targets, or refused by its right name with a hint."""

from __future__ import annotations

import gzip
import io
import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import UsageError
from plumbline.convert.importers.samples.reader import Samples, load_samples

VALUES = np.array([[0.5, -1.25, 3], [2, 0, -7.5], [1e-3, 4, 0.125]], np.float32)
TABLE = "0.5,-1.25,3\n2,0,-7.5\n1e-3,4,0.125\n"
HEADER = "f0,f1,f2\n"


def load(folder: Path, name: str, content: bytes | str) -> Samples:
    """Read a file, and let no Python warning pass."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_samples(folder / name)


def npy(values: object, **options: bool) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(values), **options)
    return out.getvalue()


def npz(**arrays: object) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **{name: np.asarray(each) for name, each in arrays.items()})  # type: ignore[arg-type]
    return out.getvalue()


READ: dict[str, tuple[str, bytes | str]] = {
    "plain": ("a.csv", TABLE),
    "upper case": ("A.CSV", TABLE),
    "header": ("a.csv", HEADER + TABLE),
    "header with blanks behind commas": ("a.csv", "f0, f1, f2\n" + TABLE.replace(",", ", ")),
    "pandas with its index": ("a.csv", ",f0,f1,f2\n" + "".join(f"{i},{line}\n" for i, line in enumerate(TABLE.splitlines()))),
    "pandas without names": ("a.csv", ",0,1,2\n" + "".join(f"{i},{line}\n" for i, line in enumerate(TABLE.splitlines()))),
    "an index by its name": ("a.csv", "index,f0,f1,f2\n" + "".join(f"{i},{line}\n" for i, line in enumerate(TABLE.splitlines(), 1))),
    "columns that are counted": ("a.csv", "0,1,2\n" + TABLE),
    "byte-order mark": ("a.csv", b"\xef\xbb\xbf" + TABLE.encode()),
    "byte-order mark and header": ("a.csv", b"\xef\xbb\xbf" + (HEADER + TABLE).encode()),
    "UTF-16": ("a.csv", (HEADER + TABLE).encode("utf-16")),
    "UTF-16 without a mark": ("a.csv", TABLE.encode("utf-16-le")),
    "UTF-32": ("a.csv", TABLE.encode("utf-32")),
    "umlauts of old Windows": ("a.csv", "größe,länge,f2\n".encode("cp1252") + TABLE.encode()),
    "semicolons": ("a.csv", TABLE.replace(",", ";")),
    "semicolons and decimal commas": ("a.csv", TABLE.replace(",", ";").replace(".", ",")),
    "semicolons behind Excel's line": ("a.csv", "sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n")),
    "quoted": ("a.csv", '"f0","f1","f2"\n' + "".join(",".join(f'"{each}"' for each in line.split(",")) + "\n" for line in TABLE.splitlines())),
    "quoted decimal commas": (
        "a.csv",
        "".join(",".join('"' + each.replace(".", ",") + '"' for each in line.split(",")) + "\n" for line in TABLE.splitlines()),
    ),
    "R with the names of its rows": (
        "a.txt",
        '"f0" "f1" "f2"\n' + "".join(f'"{i}" {line}\n' for i, line in enumerate(TABLE.replace(",", " ").splitlines(), 1)),
    ),
    "a separator at each row's end": ("a.csv", TABLE.replace("\n", ",\n")),
    "such a separator below a header": ("a.csv", HEADER + TABLE.replace("\n", ",\n")),
    "such a separator in the header too": ("a.csv", (HEADER + TABLE).replace("\n", ";\n").replace(",", ";")),
    "columns that are counted from 1": ("a.csv", "1,2,3\n" + TABLE),
    "the minus sign of typography": ("a.csv", TABLE.replace("-1.25", "\N{MINUS SIGN}1.25")),
    "tabs": ("a.tsv", TABLE.replace(",", "\t")),
    "tabs and decimal commas": ("a.tsv", TABLE.replace(",", "\t").replace(".", ",")),
    "blanks": ("a.txt", TABLE.replace(",", "  ")),
    "blanks around": ("a.txt", "".join(f"  {line} \n" for line in TABLE.replace(",", " ").splitlines())),
    "blanks and decimal commas": ("a.txt", "0,5 -1,25 3\n2 0 -7,5\n1e-3 4 0,125\n"),
    "commas in a .txt": ("a.txt", TABLE),
    "blank lines": ("a.csv", "\n" + TABLE.replace("\n", "\n\n") + "\n\n  \n"),
    "comments": ("a.csv", "# made by hand\n" + TABLE + "# end\n"),
    "old line ends": ("a.csv", TABLE.replace("\n", "\r")),
    "gzip": ("a.csv.gz", gzip.compress(TABLE.encode())),
    "float32": ("a.npy", npy(VALUES)),
    "float64 in column order": ("a.npy", npy(np.asfortranarray(VALUES.astype(np.float64)))),
    "big-endian": ("a.npy", npy(VALUES.astype(">f4"))),
    "a name that lies": ("a.csv", npy(VALUES)),
    "upper case npz": ("A.NPZ", npz(x=VALUES)),
    "named in an npz": ("a.npz", npz(other=[[1, 2]], inputs=VALUES)),
}


@pytest.mark.parametrize("kind", READ)
def test_what_people_keep_their_numbers_in_is_read(tmp_path: Path, kind: str) -> None:
    found = load(tmp_path, *READ[kind])
    np.testing.assert_array_equal(found.inputs[0], VALUES)
    assert found.inputs[0].dtype == np.float32
    assert not found.targets
    assert any("header" in note for note in found.notes) == (kind in NAMED)


NAMED = [kind for kind, (_, content) in READ.items() if b"f2" in (content.encode() if isinstance(content, str) else content).replace(b"\0", b"")]
NAMED += ["pandas without names", "columns that are counted", "columns that are counted from 1"]


@pytest.mark.parametrize(
    ("name", "content", "shape"),
    [
        ("one.npy", npy(np.arange(16.0)), (16,)),
        ("one.csv", "1,2,3\n", (1, 3)),
        ("column.csv", "1\n2\n3.5\n", (3, 1)),
        ("commas.csv", "1,5\n2,5\n", (2, 2)),
        ("bits.npy", npy(np.eye(3, dtype=bool)), (3, 3)),
        ("bits.csv", "True,False\nFalse,True\nTrue,True\n", (3, 2)),
        ("bytes.npy", npy(np.arange(6, dtype=np.uint8).reshape(3, 2)), (3, 2)),
        ("wide.csv", ",".join(map(str, range(20000))) + "\n" + ",".join("0.5" for _ in range(20000)), (1, 20000)),
    ],
)
def test_shapes_and_types_that_are_taken(tmp_path: Path, name: str, content: bytes | str, shape: tuple[int, ...]) -> None:
    assert load(tmp_path, name, content).inputs[0].shape == shape


REFUSED: dict[str, tuple[str, bytes | str, str, str]] = {
    "pickle": ("x.pkl", pickle.dumps(VALUES), "is a Python pickle, which runs code", r"numpy\.save"),
    "pickle of protocol 0": ("x.pkl", pickle.dumps([1, 2], 0), "is a Python pickle", r"numpy\.save"),
    "pickle by content": ("x.npy", pickle.dumps(VALUES), "is a Python pickle", r"numpy\.save"),
    "objects": ("x.npy", npy(np.array([{"a": 1}], object), allow_pickle=True), "holds Python objects, not numbers", r"numpy\.asarray"),
    "objects in an npz": ("x.npz", npz(inputs=np.array([None])), "inputs holds Python objects", r"numpy\.asarray"),
    "complex": ("x.npy", npy(VALUES * 1j), "holds complex numbers", "magnitude"),
    "text": ("x.npy", npy(["a", "b"]), "holds text", "numbers"),
    "dates": ("x.npy", npy(np.array(["2020-01-01"], "datetime64[D]")), "holds dates", "numbers"),
    "records": ("x.npy", npy(np.zeros(3, [("a", "f4")])), "holds records", "structured_to_unstructured"),
    "a single number": ("x.npy", npy(3.0), "holds a single number", "array"),
    "no rows": ("x.npy", npy(np.zeros((0, 4))), r"holds no samples: its shape is \(0, 4\)", "at least one"),
    "empty": ("x.csv", "", "is empty", r"numpy\.save"),
    "blank": ("x.csv", "\n \n", "holds no samples", "one sample a row"),
    "header alone": ("x.csv", HEADER, "holds a header row and no samples", "one sample a row"),
    "arrays without a name": (
        "x.npz",
        npz(x_train=VALUES, y_train=[1, 2, 3]),
        "holds the arrays x_train, y_train; which are the inputs",
        r"numpy\.savez",
    ),
    "no array": ("x.npz", npz(), "", ""),
    "ragged": ("x.csv", "1,2\n3,4\n5\n", "row 3 has 1 columns, the rows before it have 2", "one sample a row"),
    "text in a row": ("x.csv", "a,b\n1,2\n3,x\n", r"row 3, column 2 \('b'\), holds 'x', which is no number", "label"),
    "a class without a header": ("x.csv", "1,2,cat\n3,4,dog\n", "row 1, column 3, holds 'cat'", "label"),
    "a hole": ("x.csv", "1,2\n3,\n", "row 2, column 2, is empty", "Leave such samples out"),
    "NA": ("x.csv", "1,2\n3,NA\n", "row 2, column 2, is empty", "Leave such samples out"),
    "NaN in a table": ("x.csv", "a,b\n1,2\n3,nan\n", r"row 3, column 2 \('b'\), is NaN", "Leave such samples out"),
    "infinity": ("x.npy", npy([[1, np.inf], [np.inf, 2]]), r"sample 0, number \[1\] is infinite, and so are 1 others", "Leave"),
    "too large for float32": ("x.npy", npy([[1.0, 1e300]]), r"is 1e\+300, which is too large", "Leave"),
    "thousands": ("x.csv", "1,5;2\n1.234,5;3\n", "'1.234,5' among decimal commas", "thousands"),
    "thousands in English": ("x.csv", '1,2\n"1,234.5",3\n', "holds '1,234.5', which is no number", "thousands"),
    "an error of a spreadsheet": ("x.csv", "a,b\n1,2\n3,#DIV/0!\n", "holds '#DIV/0!'", "error of a spreadsheet"),
    "brackets of Python": ("x.txt", "[[0.5, 1],\n [2, 3]]\n", r"row 1, column 1, holds '\[\[0.5'", "without brackets"),
    "braces of C": ("x.csv", "{0.5, 1},\n{2, 3},\n", r"row 1, column 1, holds '\{0.5'", "without brackets"),
    "percent": ("x.csv", "5%,1%\n2%,3%\n", "row 1, column 1, holds '5%'", "label"),
    "units below a header": ("x.csv", "a,b\nm/s,g\n1,2\n", "rows up to row 2 hold no numbers", "begin them with #"),
    "what a board says at its start": ("x.txt", "Starting\nReady\n1,2\n", "rows up to row 2 hold no numbers", "begin them with #"),
    "a workbook": ("x.xlsx", b"", "", ""),
    "PNG": ("x.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "is a PNG picture", r"numpy\.save"),
    "HDF5": ("x.h5", b"\x89HDF\r\n\x1a\n" + bytes(20), "is an HDF5 file", r"numpy\.save"),
    "a flatbuffer": ("x.npy", bytes(4) + b"TFL3" + bytes(20), "is a TensorFlow Lite model", "MODEL"),
    "JSON": ("x.json", "[[1, 2]]", "is a JSON file", r"numpy\.save"),
    "bytes": ("x.npy", bytes(range(256)), "is a binary file of a kind that is not known", r"numpy\.save"),
    "text by another name": ("x.doc", "1,2\n", r"has the suffix \.doc", "one sample a row"),
    "a damaged gzip file": ("x.csv.gz", gzip.compress(TABLE.encode())[:-9], "is a damaged gzip file", "anew"),
    "a shortened array": ("x.npy", npy(VALUES)[:-4], "header claims 36 bytes", r"numpy\.save"),
    "a damaged header": ("x.npy", npy(VALUES).replace(b"descr", b"dascr"), "is damaged", r"numpy\.save"),
    "a damaged npz": ("x.npz", npz(inputs=VALUES)[:-40], "is a NumPy|is damaged", r"numpy\.save"),
    "targets and labels": ("x.npz", npz(inputs=VALUES, targets=[1, 2, 3], labels=[1, 2, 3]), "holds both targets and labels", "one of them"),
    "too few targets": ("x.npz", npz(inputs=VALUES, targets=[1, 2]), "holds 3 inputs and 2 targets", "its target"),
    "NaN as a target": ("x.npz", npz(inputs=VALUES, targets=[1, 2, np.nan]), "targets holds NaN or infinity for sample 2", "Leave"),
    "two columns of targets": ("x.csv", "a,target,label\n1,2,3\n", "several columns of targets: target, label", "target_0"),
    "a row without its target": ("x.csv", "a,label\n1,x\n2,\n", "row 3 has no target", "Leave"),
    "targets alone": ("x.csv", "label\n1\n", "no column of inputs", "one sample a row"),
}
for _kind in ("no array", "a workbook"):  # zip files that the zipfile module writes
    _out = io.BytesIO()
    with zipfile.ZipFile(_out, "w") as _archive:
        if _kind == "a workbook":
            _archive.writestr("xl/workbook.xml", "<workbook/>")
    _says = "is an Excel workbook" if _kind == "a workbook" else "holds no array"
    REFUSED[_kind] = ("x.xlsx" if _kind == "a workbook" else "x.npz", _out.getvalue(), _says, "CSV" if _kind == "a workbook" else "savez")


@pytest.mark.parametrize("kind", REFUSED)
def test_what_holds_no_samples_is_refused_by_its_name(tmp_path: Path, kind: str) -> None:
    name, content, says, hint = REFUSED[kind]
    with pytest.raises(UsageError, match=says) as caught:
        load(tmp_path, name, content)
    assert caught.value.message.startswith(f"--samples {tmp_path / name}")
    assert "allow_pickle" not in caught.value.message + caught.value.hint
    with pytest.raises(UsageError, match=hint):
        raise UsageError(caught.value.hint)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "is a folder"), (tmp_path / "none.npy", "does not exist")):
        with pytest.raises(UsageError, match=says):
            load_samples(path)


@pytest.mark.parametrize(
    ("name", "content", "targets", "labels"),
    [
        ("a.npz", npz(inputs=VALUES, targets=np.array([1.5, 2, 3])), np.array([1.5, 2, 3], np.float32), ()),
        ("a.npz", npz(x=VALUES, labels=np.array([2, 0, 1], np.uint8)), np.array([2, 0, 1], np.int64), ()),
        ("a.npz", npz(Inputs=VALUES, Label=np.array([2, 0, 1])), np.array([2, 0, 1], np.int64), ()),
        ("a.npz", npz(inputs=VALUES, labels=["up", "down", "up"]), np.array([1, 0, 1], np.int64), ("down", "up")),
        ("a.npz", npz(inputs=VALUES, targets=np.eye(3, dtype=np.float32)), np.eye(3, dtype=np.float32), ()),
        ("a.csv", "a,b,c,Label\n0.5,-1.25,3,up\n2,0,-7.5,down\n1e-3,4,0.125,up\n", np.array([1, 0, 1], np.int64), ("down", "up")),
        ("a.csv", "class,a,b,c\n1,0.5,-1.25,3\n0,2,0,-7.5\n1,1e-3,4,0.125\n", np.array([1, 0, 1], np.int64), ()),
        (
            "a.csv",
            "a,target_x,b,c,target_y\n0.5,1,-1.25,3,2\n2,3,0,-7.5,4\n1e-3,5,4,0.125,6.5\n",
            np.array([[1, 2], [3, 4], [5, 6.5]], np.float32),
            (),
        ),
        ("a.csv", ";a;b;c;target\n0;0,5;-1,25;3;1,5\n1;2;0;-7,5;2\n2;0,001;4;0,125;3\n", np.array([1.5, 2, 3], np.float32), ()),
    ],
)
def test_targets_come_with_the_samples(tmp_path: Path, name: str, content: bytes | str, targets: object, labels: tuple[str, ...]) -> None:
    found = load(tmp_path, name, content)
    np.testing.assert_array_equal(found.inputs[0], VALUES)
    (told,) = found.targets.values()
    np.testing.assert_array_equal(told.values, targets)
    assert told.values.dtype == np.asarray(targets).dtype
    assert told.labels == labels


def test_a_decimal_comma_may_come_late(tmp_path: Path) -> None:
    assert load(tmp_path, "a.csv", "1;2\n" * 50 + "1,5;2\n").inputs[0][-1].tolist() == [1.5, 2]
    with pytest.raises(UsageError, match="row 51, column 1, holds '1,5', which is no number"):
        load(tmp_path, "a.csv", "1.5;2\n" * 50 + "1,5;2\n")


def test_the_axes_of_a_recording_are_no_targets(tmp_path: Path) -> None:
    assert load(tmp_path, "a.csv", "x,y,z\n" + TABLE).targets == {}


def test_arrays_that_are_not_read_are_told(tmp_path: Path) -> None:
    found = load(tmp_path, "a.npz", npz(inputs=VALUES, y=[1, 2, 3]))
    assert not found.targets
    assert [note.startswith("y not read") for note in found.notes] == [True]


def test_several_inputs_are_told_apart_by_names_else_by_their_order(tmp_path: Path) -> None:
    one, two = np.zeros((3, 2)), np.ones((3, 4))
    np.savez(tmp_path / "x.npz", two=two, one=one, other=one)
    found = load_samples(tmp_path / "x.npz", ("one", "two"))
    assert [each.shape for each in found.inputs] == [(3, 2), (3, 4)]
    np.savez(tmp_path / "x.npz", b=one, a=two, labels=[1, 2, 3])
    found = load_samples(tmp_path / "x.npz", ("input_layer", "input_layer_1"))
    assert [each.shape for each in found.inputs] == [(3, 2), (3, 4)]
    assert "arrays b, a are taken for the inputs input_layer, input_layer_1, in this order" in found.notes[0]
    np.savez(tmp_path / "x.npz", a=two, one=one)
    with pytest.raises(UsageError, match="of the model's inputs two is missing"):
        load_samples(tmp_path / "x.npz", ("one", "two"))


def test_targets_of_several_outputs_have_their_names_behind(tmp_path: Path) -> None:
    def given(names: tuple[str, ...] = ("inputs",), **arrays: Any) -> Samples:
        np.savez(tmp_path / "x.npz", **arrays)
        return load_samples(tmp_path / "x.npz", names)

    wanted: dict[str, Any] = {"targets_place": VALUES[:, :2], "Label_shape": ["up", "down", "up"], "label_picture_id": [1, 2, 3]}
    found = given(("picture",), picture=VALUES, **wanted).targets
    assert list(found) == ["place", "shape", "picture_id"]
    np.testing.assert_array_equal(found["place"].values, VALUES[:, :2])
    assert (found["shape"].values.tolist(), found["shape"].labels) == ([1, 0, 1], ("down", "up"))
    named = given(("picture", "label_picture_id"), picture=VALUES, **wanted)
    assert (len(named.inputs), "picture_id" in named.targets) == (2, False)
    with pytest.raises(UsageError, match="holds 3 inputs and 2 targets_place and 1 targets_shape"):
        given(inputs=VALUES, targets_place=VALUES[:2], targets_shape=[1])
    with pytest.raises(UsageError, match="holds both targets_place and labels_place"):
        given(inputs=VALUES, targets_place=VALUES, labels_place=[1, 2, 3])
