"""Where TensorFlow Lite Micro comes from is settled, or refused with what to do, before a build starts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from plumbline.common.boards import environment
from plumbline.common.errors import RegistryUnreachable, TflmMissing
from plumbline.host.firmware import tflm


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The outline of an Arduino library that holds TensorFlow Lite Micro."""
    header = tmp_path / "library" / "src" / tflm.HEADER
    header.parent.mkdir(parents=True)
    header.touch()
    return tmp_path / "library"


def test_a_folder_without_tflm_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TFLM_DIR", str(tmp_path))
    with pytest.raises(TflmMissing, match=r"micro_interpreter\.h"):
        tflm.library_folder()


def test_both_layouts_are_found(monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    for folder in (library, library / "src"):
        (folder / "library.json").touch()
        monkeypatch.setenv("TFLM_DIR", str(folder))
        assert tflm.library_folder() == folder


def test_sources_that_are_no_library_are_refused(monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    monkeypatch.setenv("TFLM_DIR", str(library))
    with pytest.raises(TflmMissing, match=r"neither library\.properties nor library\.json"):
        tflm.library_folder()


def test_the_pinned_port_is_told_by_its_properties(library: Path) -> None:
    assert not tflm.is_chirale(library)
    (library / "library.properties").write_text("name=Chirale_TensorFlowLite\nversion=2.0.0\n")
    assert tflm.is_chirale(library)


def test_without_folder_and_network_the_answer_comes_in_seconds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TFLM_DIR", raising=False)
    monkeypatch.setattr(tflm, "SOURCES", "out-of-reach.invalid")
    start = time.monotonic()
    with pytest.raises(TflmMissing) as missing:
        tflm.check_sources(environment("virtual_tflm"), {"PLATFORMIO_LIBDEPS_DIR": str(tmp_path)})
    assert time.monotonic() - start < 60
    assert "TFLM_DIR=" in missing.value.hint


def test_an_installed_library_needs_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TFLM_DIR", raising=False)
    monkeypatch.setattr(tflm, "SOURCES", "out-of-reach.invalid")
    header = tmp_path / "virtual_tflm" / "Chirale_TensorFlowLite" / "src" / tflm.HEADER
    header.parent.mkdir(parents=True)
    header.touch()
    tflm.check_sources(environment("virtual_tflm"), {"PLATFORMIO_LIBDEPS_DIR": str(tmp_path)})


def test_the_nano_without_registry_is_refused(monkeypatch: pytest.MonkeyPatch, library: Path, tmp_path: Path) -> None:
    (library / "library.json").touch()
    monkeypatch.setenv("TFLM_DIR", str(library))
    monkeypatch.setattr(tflm, "REGISTRY", "out-of-reach.invalid")
    with pytest.raises(RegistryUnreachable, match="nordicnrf52"):
        tflm.check_sources(environment("nano33ble"), {"PLATFORMIO_PLATFORMS_DIR": str(tmp_path)})


def test_no_host_answers_within_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert not tflm.reachable("out-of-reach.invalid")
