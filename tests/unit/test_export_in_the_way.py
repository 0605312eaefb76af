"""What stands where an export would write, and names that are other files' already: refused before anything is written, with a way out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from plumbline.common.errors import UsageError
from plumbline.convert.export.build import package_of
from plumbline.convert.export.exported import Package
from plumbline.convert.export.formats import formats
from plumbline.convert.export.names import check_name, proposed
from plumbline.convert.export.write import write_export

FILES = {"src/a.c": "int a;\n", "a.h": "extern int a;\n"}


@pytest.mark.parametrize("name", ["string", "features", "stdint", "signal", "arduino"])
def test_no_header_of_an_export_hides_one_of_c_or_of_a_framework(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_name(name)
    assert f"{name}.h" in refused.value.hint
    assert f"--name {name}_model" in refused.value.hint
    assert check_name(proposed(name)) == f"{name}_model"


def test_a_model_called_as_another_s_self_test() -> None:
    models = [SimpleNamespace(name=name) for name in ("digits", "digits_test")]
    with pytest.raises(UsageError, match="digits_test"):
        package_of(models, None)  # type: ignore[arg-type]
    assert package_of(models[1:], None).name == "digits_test"  # type: ignore[arg-type]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_or_a_link_where_a_folder_would_be_made(tmp_path: Path, force: bool) -> None:
    (tmp_path / "file").write_text("theirs")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "src").write_text("theirs")
    for folder, named in (
        ("file", "file is a file"),
        ("file/below", "file is a file"),
        ("link", "link is a link to nothing"),
        ("there", "src is a file"),
    ):
        with pytest.raises(UsageError, match=named) as refused:
            write_export(tmp_path / folder, "c", Package("a", (), "1.0.0", "Plumbline 0"), FILES, force=force)
        assert "--output" in refused.value.hint
    assert (tmp_path / "file").read_text() == (tmp_path / "there" / "src").read_text() == "theirs"


def test_a_folder_where_a_file_would_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.h").mkdir()
    for force in (False, True):
        with pytest.raises(UsageError, match=r"a\.h is a folder"):
            write_export(tmp_path, "c", Package("a", (), "1.0.0", "Plumbline 0"), FILES, force=force)
    assert not (tmp_path / "src").exists()


@pytest.mark.parametrize("name", ["log", "heap", "esp_keyword"])
def test_a_component_that_would_take_the_place_of_esp_idf_s(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        formats()["esp-idf"].files(Package(name, (), "1.0.0", "Plumbline 0"))
