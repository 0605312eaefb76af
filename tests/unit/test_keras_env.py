"""What Keras would import for others is hidden while TensorFlow starts, and only then."""

from __future__ import annotations

import json
import sys

import pytest

from plumbline.common.keras_env import hidden


def test_a_package_that_is_hidden_cannot_be_imported_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    with hidden("wave", "json"):
        with pytest.raises(ImportError):
            import wave
        assert sys.modules["json"] is json, "what is there already stays"
    import wave

    assert wave.__name__ == "wave"


def test_an_error_inside_leaves_nothing_hidden() -> None:
    with pytest.raises(KeyError), hidden("no_such_package"):
        raise KeyError
    assert "no_such_package" not in sys.modules
