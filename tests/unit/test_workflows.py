"""The workflows, ours and the one to copy: they are YAML, their actions are pinned, and what they run exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plumbline.common import boards
from plumbline.common.paths import ROOT
from tests.support import pages
from tools.system_packages import ARM

yaml = pytest.importorskip("yaml")
TO_COPY = ROOT / "docs" / "ci" / "plumbline.yml"
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), *sorted(TO_COPY.parent.glob("*.yml"))]
PINNED = re.compile(r"^\s*- uses: ([\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$")
PROGRAMS = {"sudo", "pip", "make", "plumbline", ".venv/bin/plumbline", ".ci/run"}


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        yield from job["steps"]


def lines(path: Path) -> list[str]:
    return [line for step in steps(path) for line in step.get("run", "").splitlines()]


@pytest.mark.parametrize("path", WORKFLOWS, ids=pages.named)
def test_it_may_read_alone_and_ends(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    assert content["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in content["jobs"].values())


def test_an_action_is_pinned_and_is_the_same_one_everywhere() -> None:
    used = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    found = [PINNED.match(line) for line in used]
    assert all(found), [line for line, match in zip(used, found, strict=True) if not match]
    pins = {match.groups() for match in found if match}
    assert len(pins) == len({action for action, *_ in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=pages.named)
def test_what_it_runs_exists(path: Path) -> None:
    for line in lines(path):
        program, *words = shlex.split(line)
        assert program in PROGRAMS, line
        if program == ".ci/run":
            assert (ROOT / program).is_file()
        if program == "make":
            assert re.search(rf"^{words[0]}:", pages.text("Makefile"), re.MULTILINE), line
        if program.endswith("plumbline"):
            assert pages.unknown_options(" ".join(words)) == set(), line


def test_the_matrix_of_boards_has_every_virtual_one() -> None:
    content = yaml.safe_load((ROOT / ".github" / "workflows" / "boards.yml").read_text())
    envs = content["jobs"]["board"]["strategy"]["matrix"]["env"]
    assert sorted(envs) == sorted(each.name for each in boards.ordinary("compiled") if each.name.startswith("virtual"))


def test_the_one_to_copy_installs_what_the_lock_holds_and_asks_for_the_packages_that_set_up_brings() -> None:
    text = TO_COPY.read_text()
    assert "--require-hashes -r .plumbline/requirements.lock" in text
    (packages,) = re.findall(r"apt-get install --no-install-recommends -y (.+)$", text, re.MULTILINE)
    assert set(packages.split()) == set(ARM.values())


def test_the_container_file_runs_targets_that_exist_on_the_debian_that_was_tried() -> None:
    text = pages.text("Containerfile")
    targets = set(re.findall(r"^([a-z-]+):", pages.text("Makefile"), re.MULTILINE))
    assert (
        set(re.findall(r"^RUN make ([a-z-]+)$", text, re.MULTILINE)) | set(re.findall(r'^CMD \["make", "([a-z-]+)"\]$', text, re.MULTILINE))
        <= targets
    )
    assert re.search(r"^FROM debian:12", text, re.MULTILINE)
    assert text.splitlines()[-1] == 'CMD ["make", "verify"]'
