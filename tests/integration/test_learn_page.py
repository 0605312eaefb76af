"""The lesson's page stands alone, says the numbers that the code computes, and can be read without seeing it."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.paths import ROOT
from plumbline.learn.cli import has_screen
from plumbline.learn.layers import LAYERS
from plumbline.learn.lesson import Lesson, load
from plumbline.learn.page import figures
from plumbline.learn.plot import exact, number
from plumbline.learn.svg import Drawing
from plumbline.training.recipes.linear import RECIPE

pytestmark = pytest.mark.slow
VOID = {"meta", "input", "br", "path"}


class Page(HTMLParser):
    """Every tag with its attributes, and whether tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture(scope="module")
def text(lesson_folder: Path) -> str:
    return (lesson_folder / "learn.html").read_text()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


@pytest.fixture(scope="module")
def lesson(lesson_folder: Path) -> Lesson:
    return load(lesson_folder)


def test_it_is_one_file_below_2_mb_that_loads_nothing(text: str, page: Page) -> None:
    assert len(text.encode()) < 2_000_000
    assert re.findall(r"https?://[^\s\"'<]*", text) == ["http://www.w3.org/2000/svg"]  # a name, which nobody fetches
    for tag, attributes in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "image", "use")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|import\(|new Worker", text)
    assert set(re.findall(r"url\((.)", text)) == {"#"}


def test_it_says_the_numbers_that_the_code_computes(text: str, lesson: Lesson) -> None:
    proven = lesson.stairs.manifest.bound
    assert proven is not None
    said = [number(lesson.guess[0], 5), number(lesson.bowl.largest_stable_rate, 5), number(lesson.measured_limit, 5), number(proven.total, 6)]
    said += [exact(abs(lesson.keras.content[name])) for name in ("w", "b")]
    said += [f"after {each.reached} steps" for each in lesson.runs if each.reached is not None]
    for each in said:
        assert each in text
    assert "18.98" in text
    assert not re.search(r"\b(nan|inf|None)\b", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))


def test_by_hand_and_keras_agree_in_every_bit(lesson: Lesson, text: str) -> None:
    assert [row.epoch for row in lesson.rows] == list(range(0, RECIPE.epochs + 1, 10))
    assert all(row.same for row in lesson.rows)
    assert lesson.loss_difference < 1e-5
    assert "Keras =" in text
    assert "Keras ≠" not in text


def test_int8_stays_within_its_bound_and_nearly_reaches_it(lesson: Lesson) -> None:
    stairs, bound = lesson.stairs, lesson.stairs.manifest.bound
    assert bound is not None
    assert 0.9 * bound.total < np.abs(stairs.error).max() <= bound.total
    assert len(stairs.x) == len(stairs.y) == 512
    assert (stairs.x[0], stairs.x[-1]) == stairs.manifest.domain
    assert (np.diff(stairs.edges) > 0).all()
    inside = [x for x, _, _, answered in lesson.past_the_edge if answered]
    assert inside == [stairs.manifest.domain[1]]
    assert {clamped for _, _, clamped, _ in lesson.past_the_edge} == {stairs.answers[-1]}


def test_more_epochs_bring_ten_nearer_to_19_until_nothing_moves(lesson: Lesson) -> None:
    answers = [float(y) for _, y in lesson.at_ten]
    assert answers == sorted(answers)
    assert answers[0] == pytest.approx(18.98, abs=0.005)
    assert 18.999 < answers[-1] < 19
    last = lesson.standstill
    assert (lesson.by_hand.w[last:] == lesson.by_hand.w[last]).all()
    assert lesson.by_hand.w[last - 1] != lesson.by_hand.w[last] or lesson.by_hand.b[last - 1] != lesson.by_hand.b[last]


def test_hidden_layers_beat_the_straight_line(lesson: Lesson) -> None:
    assert lesson.sine_rmse < 0.06 < 0.4 < lesson.straight_rmse
    for _, recipe, word, sentences in LAYERS:
        assert sentences.count(". ") == 2
        assert recipe
        assert word


def test_who_cannot_see_the_pictures_is_told_what_they_show(page: Page) -> None:
    pictures = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    hidden = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("aria-hidden") == "true"]
    assert len(pictures) + len(hidden) == sum(tag == "svg" for tag, _ in page.tags)
    for attributes in pictures:
        label = attributes["aria-label"] or ""
        assert attributes["id"] is not None
        assert (len(label) > 60 and re.search(r"\d", label)) or attributes["id"].startswith("lab-")


def test_controls_have_names_and_names_are_unique(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes["for"] for tag, attributes in page.tags if tag == "label"}
    for tag, attributes in page.tags:
        if tag in ("input", "select"):
            assert attributes.get("id") in labelled or attributes.get("aria-label")
    assert any(attributes.get("aria-live") == "polite" for _, attributes in page.tags)
    headings = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[:2] == ["h1", "h2"]
    targets = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert all((target or "")[1:] in ids for target in targets)


def test_every_figure_is_on_the_page_and_a_png_that_says_the_same(lesson: Lesson, lesson_folder: Path, page: Page) -> None:
    plots = figures(lesson)
    files = sorted((lesson_folder / "learn").iterdir())
    assert [path.name[3:-4] for path in files] == list(plots)
    shown = {attributes["id"]: attributes["aria-label"] for tag, attributes in page.tags if tag == "svg" and "id" in attributes}
    for path, plot in zip(files, plots.values(), strict=True):
        raw = path.read_bytes()
        assert raw.startswith(b"\x89PNG")
        assert min(struct.unpack(">II", raw[16:24])) > 400
        assert shown[plot.name] == plot.description
        assert plot.description.encode() in raw


def test_equal_units_are_equal(lesson: Lesson) -> None:
    equal = [Drawing(plot) for plot in figures(lesson).values() if plot.equal]
    assert len(equal) == 7
    for each in equal:
        across = (each.right - each.left) / (each.plot.x.high - each.plot.x.low)
        up = (each.floor - each.top) / (each.plot.y.high - each.plot.y.low)
        assert across == pytest.approx(up)


def test_it_is_the_same_each_time_and_without_tensorflow(lesson_folder: Path) -> None:
    before = {path: path.read_bytes() for path in [lesson_folder / "learn.html", *(lesson_folder / "learn").iterdir()]}
    command = [sys.executable, "-X", "importtime", "-m", "plumbline.learn", "--no-open", "--build", str(lesson_folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "learn.html" in ended.stdout
    assert not re.search(r"\b(tensorflow|keras)\b", ended.stderr)
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_missing_or_old_is_said_with_what_to_do(lesson_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=r"linear/training\.json cannot be read"):
        load(tmp_path)
    shutil.copytree(lesson_folder / "linear", tmp_path / "linear")
    content = json.loads((tmp_path / "linear" / "training.json").read_text())
    del content["line"]
    (tmp_path / "linear" / "training.json").write_text(json.dumps(content))
    with pytest.raises(ArtefactsDisagree, match="says nothing of line") as raised:
        load(tmp_path)
    assert "make learn" in raised.value.hint


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({"DISPLAY": "localhost:10", "SSH_CONNECTION": "1 2 3 4"}, "linux", False),
        ({}, "darwin", True),
        ({"CI": "1"}, "win32", False),
    ],
)
def test_a_browser_opens_only_where_it_is_seen(environment: dict[str, str], platform: str, expected: bool) -> None:
    assert has_screen(environment, platform) == expected
