"""What a target hands to its stages is what it is about, whatever else the user gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.paths import ROOT
from tools import settings, stages, targets


def test_the_lesson_is_about_recipes_whatever_model_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MODEL": "own.keras", "SAMPLES": "own.npy", "LIMITS": "rms=0.1", "TRUST": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    build = tmp_path / "build"
    for module in (settings, targets):
        monkeypatch.setattr(module, "BUILD", build)
    ran: list[tuple[str, ...]] = []

    def run(*words: str) -> None:
        ran.append(words)
        if words[0] != "plumbline.learn":
            (build / words[-2]).mkdir(parents=True, exist_ok=True)
        if words[0] == "plumbline.training":
            for file in ("model.keras", "dataset.npz", "training.json"):
                (build / words[-2] / file).touch()

    monkeypatch.setattr(stages, "run", run)
    monkeypatch.setattr(targets, "_set_up", lambda _: None)
    targets.learn()
    assert ran == [
        ("plumbline.training", "fit", "linear", f"--build={build}"),
        ("plumbline.training", "fit", "sine", f"--build={build}"),
        ("plumbline.convert", "linear", f"--build={build}"),
        ("plumbline.learn", f"--build={build}"),
    ]
