"""What a target of the Makefile hands to its command: what it is about, whatever else the user gave, and nothing that could be read as an option."""

from __future__ import annotations

import pytest

from plumbline.common.errors import PlumblineError
from tools.run import TARGETS, options, typed


@pytest.mark.parametrize(
    ("target", "variables", "words"),
    [
        ("verify", {}, ["--", "linear"]),
        ("verify", {"RECIPE": "sine", "ENV": "virtual_tflm", "QUIET": "1"}, ["--env=virtual_tflm", "--quiet", "--", "sine"]),
        (
            "verify",
            {"MODEL": "a/b.tflite", "PORT": "/dev/x", "LIMITS": "rms=1 loss=2"},
            ["--limits=rms=1 loss=2", "--port=/dev/x", "--", "a/b.tflite"],
        ),
        (
            "convert",
            {"MODEL": "b.keras", "SAMPLES": "-x.npy", "TRUST": "yes", "V": "1"},
            ["--samples=-x.npy", "--trust", "--verbose", "--", "b.keras"],
        ),
        ("convert", {"RECIPE": "sine", "ACTIVATIONS": "int16"}, ["--activations=int16", "--", "sine"]),
        ("serve", {"ENV": "virtual_mlperf", "MLPERF": "kws"}, ["--env=virtual_mlperf", "--mlperf=kws", "--", "linear"]),
        ("convert", {"MODEL": "-rf"}, ["--", "./-rf"]),
        ("convert", {"MODEL": "linear"}, ["--", "./linear"]),
        ("flash", {"ENV": "virtual"}, ["--", "linear"]),
        ("flash", {"ENV": "nano33ble_compiled"}, ["--env=nano33ble_compiled", "--", "linear"]),
        ("verify-all", {"RECIPE": "sine", "MODEL": "x.tflite", "ENV": "virtual", "LIMITS": "rms=1"}, ["--limits=rms=1", "--env=virtual"]),
        ("verify-models", {"MODELS": "a b", "SAMPLES": "x.npy", "LIMITS": "rms=1"}, ["--models=a b", "--limits=rms=1"]),
        ("verify", {"PLACE": "nano-1", "COORDINATOR": "lab"}, ["--place=nano-1", "--coordinator=lab", "--", "linear"]),
        ("verify-bench", {"PLACES": "a b", "UPLOAD": "x $Y", "PORT": "p"}, ["--places=a b", "--upload=x $Y", "--", "linear"]),
        ("learn", {"MODEL": "own.keras", "SAMPLES": "own.npy", "LIMITS": "rms=0.1", "TRUST": "1"}, []),
        ("doctor", {"RECIPE": "sine"}, []),
    ],
)
def test_variables_become_options(target: str, variables: dict[str, str], words: list[str]) -> None:
    assert options(TARGETS[target], variables) == words


@pytest.mark.parametrize(
    ("variables", "code"), [({"PORT": ""}, 2), ({"MODEL": ""}, 2), ({"RECIPE": ""}, 2), ({"TRUST": "perhaps"}, 2), ({"RECIPE": "../x"}, 10)]
)
def test_what_makes_no_sense_is_refused(variables: dict[str, str], code: int) -> None:
    with pytest.raises(PlumblineError) as refused:
        options(TARGETS["verify"], variables)
    assert refused.value.exit_code == code


def test_what_repeats_a_run_is_what_was_typed() -> None:
    assert typed("verify", {"SAMPLES": "a b.npy", "MODEL": "x.keras", "HOME": "/"}) == "make verify MODEL=x.keras 'SAMPLES=a b.npy'"
