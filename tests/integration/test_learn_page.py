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
from matplotlib.figure import Figure

from plumbline.commands.learn import has_screen
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.figures.plot import Note, exact, number
from plumbline.common.figures.svg import Drawing
from plumbline.common.paths import ROOT
from plumbline.learn import descent_figures, png, terminal
from plumbline.learn.layers import LAYERS
from plumbline.learn.lesson import Lesson, load
from plumbline.learn.page import figures
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
    said += [exact(abs(getattr(lesson.keras, name))) for name in ("w", "b")]
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


def test_contour_labels_stand_on_their_contours(lesson: Lesson) -> None:
    plots = figures(lesson)
    for name in ("surface", "path"):
        notes = [mark for mark in plots[name].marks if isinstance(mark, Note)]
        assert [note.text for note in notes] == [number(level) for level in descent_figures.LEVELS]
        for note in notes:
            assert float(lesson.bowl.loss(np.array(note.x), np.array(note.y))) == pytest.approx(float(note.text))
            assert all(axis.low < at < axis.high for at, axis in zip((note.x, note.y), descent_figures.AROUND, strict=True))
        drawing = Drawing(plots[name])
        assert [(text.x, text.y) for text in drawing.texts] == [(drawing.x(note.x), drawing.y(note.y)) for note in notes]
        for at, one in enumerate(notes):
            assert all(np.hypot(one.x - other.x, one.y - other.y) > 1.5 for other in notes[at + 1 :])
    axes = Figure().add_subplot()
    png.put(axes, notes[0], None)
    assert [(text.get_horizontalalignment(), text.get_verticalalignment(), text.get_position()) for text in axes.texts] == [
        ("center", "center", (notes[0].x, notes[0].y))
    ]


def test_single_steps_can_be_seen_where_a_part_is_enlarged(lesson: Lesson) -> None:
    plots, steps = figures(lesson), lesson.stairs
    assert [name for name, plot in plots.items() if plot.detail] == ["stairs", "strip"]
    for plot in (plots["stairs"], plots["strip"]):
        assert plot.detail is not None
        drawing = Drawing(plot.detail)
        wide = np.diff([drawing.x(x) for x in steps.edges[1:-1]])
        assert wide.min() > 15  # of 560 units: 10 pixels of a phone that is 390 wide
        whole = steps.whole(plot.detail.x.low, plot.detail.x.high)
        assert f"{len(whole)} whole steps, from {number(steps.answers[whole[0]])} to {number(steps.answers[whole[-1]])}." in plot.description
    low, high = (plots["stairs"].detail or plots["stairs"]).y.low, (plots["stairs"].detail or plots["stairs"]).y.high
    assert all(low < steps.answers[place] < high for place in whole)


def test_a_mark_of_both_parts_has_one_line_in_the_legend(lesson: Lesson) -> None:
    for plot in figures(lesson).values():
        labels = [label for label, _ in Drawing(plot).legend]
        assert len(labels) == len(set(labels))
        assert labels[:1] != ["enlarged below"] or plot.detail


@pytest.mark.parametrize("begin", [2.0, -50.0, 50.0])
def test_the_terminal_shows_the_same_steps(lesson: Lesson, begin: float) -> None:
    lines = list(terminal.staircase(lesson.stairs, begin))
    assert max(map(len, lines)) < 80
    rows = [line.split() for line in lines if line.endswith("__")]
    assert len(rows) == terminal.WIDEST
    for left, right, answer, start, end, _ in rows:
        place = int(np.abs(lesson.stairs.edges - float(left)).argmin())
        assert lesson.stairs.edges[place + 1] == pytest.approx(float(right))
        assert lesson.stairs.answers[place] == pytest.approx(float(answer), abs=0.001)
        assert lesson.stairs.error[2 * place : 2 * place + 2] == pytest.approx([float(start), float(end)], abs=0.0001)
    drawn = [line.rindex("__") for line in lines if line.endswith("__")]
    assert np.diff(drawn).tolist() == [-2] * (terminal.WIDEST - 1)


def test_the_command_prints_it(lesson_folder: Path) -> None:
    command = [sys.executable, "-m", "plumbline", "learn", "--only", "--text", "--from", "3", "--build", str(lesson_folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r"^ +3\.05 +3\.15 ", ended.stdout, re.MULTILINE)


def test_equal_units_are_equal(lesson: Lesson) -> None:
    equal = [Drawing(plot) for plot in figures(lesson).values() if plot.equal]
    assert len(equal) == 7
    for each in equal:
        across = (each.right - each.left) / (each.plot.x.high - each.plot.x.low)
        up = (each.floor - each.top) / (each.plot.y.high - each.plot.y.low)
        assert across == pytest.approx(up)


def test_it_is_the_same_each_time_and_without_tensorflow(lesson_folder: Path) -> None:
    before = {path: path.read_bytes() for path in [lesson_folder / "learn.html", *(lesson_folder / "learn").iterdir()]}
    command = [sys.executable, "-X", "importtime", "-m", "plumbline", "learn", "--only", "--no-open", "--build", str(lesson_folder)]
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
    del content["noted"]
    (tmp_path / "linear" / "training.json").write_text(json.dumps(content))
    with pytest.raises(ArtefactsDisagree, match="says nothing of noted") as raised:
        load(tmp_path)
    assert "plumbline learn" in raised.value.hint


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
