"""The exit codes are an interface: each error has its own, and its page lists them as they are."""

from __future__ import annotations

import re
import subprocess
import sys
from inspect import getdoc

import pytest

from plumbline.common.paths import ROOT
from tests.support.errors import errors
from tools.doc_tables import TABLES


def test_every_error_has_its_own_code() -> None:
    codes = [error.exit_code for error in errors()]
    assert len(codes) == len(set(codes)) > 20
    assert 0 not in codes


def test_the_page_lists_them_all() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", TABLES["exit-codes"](), re.MULTILINE)
    said = [(int(code), name, meaning) for code, name, meaning in rows]
    true = sorted((error.exit_code, error.__name__, " ".join((getdoc(error) or "").split())) for error in errors())
    assert said == true


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["train", "no-such-recipe"], 10),
        (["verify", "linear", "--only", "--env", "no-such-env"], 2),
        (["verify", "linear", "--only", "--build", "no-such-folder"], 23),
        (["monitor", "linear", "--port", "no-such-port"], 40),
        (["build", "no-such-recipe", "--only"], 23),
    ],
)
def test_a_mistake_ends_in_a_message_and_its_code(command: list[str], code: int) -> None:
    ended = subprocess.run([sys.executable, "-m", "plumbline", *command], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == code, ended.stderr
    assert "error:" in ended.stderr
    assert "Traceback" not in ended.stderr
