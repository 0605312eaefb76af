"""The lesson's page in a real browser: its script computes what Python computes, to the bit; its sliders work; nothing is wider than a phone."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from plumbline.common.figures.svg import Drawing
from plumbline.learn.descent import Schedule, descend, rates
from plumbline.learn.lesson import load
from plumbline.learn.page import figures
from plumbline.learn.trial import TRIALS, judge, steps_to
from plumbline.training.recipes.linear import RECIPE
from tools import system_packages

BROWSERS = next(iter(system_packages.BROWSER)).split("|")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason=f"no browser here: none of {', '.join(BROWSERS)}")]

X, Y = RECIPE.data().inputs.ravel(), np.asarray(RECIPE.data().targets.ravel(), np.float32)
WORDS = {"arrives": "It arrives.", "oscillates": "It oscillates", "crawls": "It crawls", "diverges": "It diverges"}
State = dict[str, Any]

DRIVE = """
<script>
const form = document.getElementById("lab-form"), seen = [];
const read = () => seen.push({
  verdict: document.getElementById("verdict").textContent,
  numbers: document.getElementById("numbers").textContent,
  rows: [...document.getElementById("steps-body").rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
  values: Object.fromEntries(["w", "b", "rate", "steps", "halfLife", "schedule"].map((name) => [name, form.elements[name].value])),
  way: document.querySelector("#lab-map-layer path").getAttribute("d"),
  label: document.getElementById("lab-map").getAttribute("aria-label"),
});
for (const act of ACTS) {
  if (act.button !== undefined) form.querySelectorAll("button")[act.button].click();
  for (const [name, value] of Object.entries(act.set || {})) {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  }
  read();
}
setTimeout(() => {
  seen.push({ hash: location.hash, status: document.getElementById("status").textContent });
  const out = document.createElement("pre");
  out.id = "seen";
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
}, 1000);
</script>
"""


def browse(url: str, folder: Path, *options: str) -> tuple[str, list[str]]:
    """The page's DOM after its scripts have run, and what the browser's console says."""
    assert BROWSER is not None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--enable-logging=stderr", "--virtual-time-budget=5000"]
    ended = subprocess.run([BROWSER, *flags, *options, "--dump-dom", url], capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, [line for line in ended.stderr.splitlines() if "CONSOLE" in line]


def drive(lesson_folder: Path, tmp_path: Path, acts: Sequence[Any], fragment: str = "", script: str = DRIVE) -> list[State]:
    """Open a copy of the page, act on it, and tell what was seen after each act; with DRIVE also a second after the last."""
    copy = tmp_path / "page.html"
    copy.write_text((lesson_folder / "learn.html").read_text().replace("</body>", script.replace("ACTS", json.dumps(acts)) + "</body>"))
    dom, console = browse(copy.as_uri() + fragment, tmp_path / "profile")
    assert console == []
    (seen,) = re.findall(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    found: list[State] = json.loads(html.unescape(seen))
    return found


def expect(seen: State, w: float, b: float, rate: float, steps: int, schedule: Schedule, half_life: int) -> None:
    """The page's numbers are those of learn/descent.py, each float32 to the bit."""
    way = descend(X, Y, w, b, rates(schedule, rate, steps, half_life))
    assert [int(row[0]) for row in seen["rows"]][-1] == steps
    assert len(seen["rows"]) >= min(steps + 1, 7)
    for step, *texts in seen["rows"]:
        for text, expected in zip(texts, (way.w, way.b, way.loss), strict=True):
            found, wanted = np.float32(text), expected[int(step)]
            assert found == wanted or (np.isnan(found) and np.isnan(wanted)), f"step {step}: {text} is not {wanted!r}"
    assert seen["verdict"].startswith(WORDS[judge(way)])
    reached = steps_to(way)
    assert ("is not reached" if reached is None else f"is reached after {reached} steps") in seen["numbers"]


def random_states(count: int) -> list[State]:
    rng = np.random.default_rng(5)
    schedules: list[Schedule] = ["constant", "inverse", "halving"]
    return [
        {
            "w": round(float(rng.uniform(-15, 19)), 3),
            "b": round(float(rng.uniform(-17, 17)), 3),
            "rate": float(f"{10 ** rng.uniform(-4, -0.4):.3g}"),
            "steps": int(rng.integers(1, 2001)),
            "schedule": schedules[int(rng.integers(3))],
            "halfLife": int(rng.integers(1, 200)),
        }
        for _ in range(count)
    ]


def test_its_numbers_equal_pythons_to_the_bit(lesson_folder: Path, tmp_path: Path) -> None:
    states = random_states(40)
    states += [{"w": 10, "b": 10, "rate": 0.2, "steps": 2000, "schedule": "constant", "halfLife": 1}]  # to infinity and NaN
    *found, _ = drive(lesson_folder, tmp_path, [{"set": each} for each in states])
    for seen, state in zip(found, states, strict=True):
        expect(seen, state["w"], state["b"], state["rate"], state["steps"], state["schedule"], state["halfLife"])


def test_a_link_holds_the_run(lesson_folder: Path, tmp_path: Path) -> None:
    (state,) = random_states(1)
    seen, _ = drive(lesson_folder, tmp_path, [{}], "#" + urlencode(state))
    assert {name: str(value) for name, value in state.items()} == seen["values"]
    expect(seen, state["w"], state["b"], state["rate"], state["steps"], state["schedule"], state["halfLife"])


def test_sliders_and_buttons_work(lesson_folder: Path, tmp_path: Path) -> None:
    sliders = [{"w-slider": -3.4}, {"b-slider": 7}, {"rate-slider": -1.5}, {"steps-slider": 77}, {"halfLife-slider": 33, "schedule": "halving"}]
    buttons = [{"button": index} for index in range(len(TRIALS))]
    first, *moved, quiet = drive(lesson_folder, tmp_path, [{}, *({"set": each} for each in sliders), *buttons])
    state: State = {"w": 10.0, "b": 10.0, "rate": 0.1, "steps": 500, "schedule": "constant", "half_life": 20}
    expect(first, **state)
    changes: list[State] = [{"w": -3.4}, {"b": 7.0}, {"rate": 0.0316}, {"steps": 77}, {"half_life": 33, "schedule": "halving"}]
    for seen, change in zip(moved, changes, strict=False):
        state |= change
        expect(seen, **state)
    for seen, trial in zip(moved[len(sliders) :], TRIALS, strict=True):
        expect(seen, 10.0, 10.0, trial.rate, 500, trial.schedule, 20)
    for before, after in zip([first, *moved], moved, strict=False):
        assert before["way"] != after["way"] or before["values"]["schedule"] != after["values"]["schedule"]
    assert "w = \N{MINUS SIGN}3.4, b = 7" in moved[1]["label"]
    assert "rate=0.2&steps=500&halfLife=20" in quiet["hash"]
    assert moved[-1]["verdict"] in quiet["status"]
    assert moved[-1]["numbers"] in quiet["status"]


SLIDE = """
<script>
const seen = [];
for (const [name, value] of ACTS) {
  const slider = document.getElementById(name + "-slide");
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  seen.push(Object.fromEntries(["stairs", "strip"].map((figure) => {
    const part = document.getElementById(figure + "-detail"), ticks = (axis) => [...part.querySelectorAll(`.${axis}-tick`)];
    return [figure, {
      label: document.getElementById(figure).getAttribute("aria-label"),
      spoken: document.getElementById(figure + "-slide").getAttribute("aria-valuetext"),
      at: Number(document.getElementById(figure + "-slide").value),
      moved: document.getElementById(figure + "-detail-layer").getAttribute("transform"),
      x: ticks("x").map((tick) => [Number(tick.getAttribute("x")), tick.textContent]),
      y: ticks("y").map((tick) => [Number(tick.getAttribute("y")), tick.textContent]),
    }];
  })));
}
const out = document.createElement("pre");
out.id = "seen";
out.textContent = JSON.stringify(seen);
document.body.append(out);
</script>
"""


def test_the_slider_moves_what_is_enlarged_in_both_figures(lesson_folder: Path, tmp_path: Path) -> None:
    lesson = load(lesson_folder)
    plots, steps = figures(lesson), lesson.stairs
    acts = [("stairs", 2), ("strip", -7.5), ("stairs", 11.5), ("stairs", -15), ("strip", 2)]
    for (_, low), seen in zip(acts, drive(lesson_folder, tmp_path, acts, script=SLIDE), strict=True):
        whole = steps.whole(low, low + 2)
        for name, figure in seen.items():
            detail = plots[name].detail
            assert detail is not None
            assert figure["at"] == low
            assert f"{len(whole)} whole steps" in figure["label"]
            assert figure["label"].endswith(figure["spoken"])
            assert low != 2 or figure["label"] == plots[name].description
            across, up = map(float, re.findall(r"-?[\d.]+", figure["moved"]))
            drawing = Drawing(detail)
            for place in whole:  # where a step is drawn is where the ticks say it is
                at, answer = steps.x[2 * place], (steps.y if name == "stairs" else steps.error)[2 * place]
                assert drawing.x(at) + across == pytest.approx(placed(figure["x"], at), abs=0.1)
                assert drawing.y(answer) + up == pytest.approx(placed(figure["y"], answer), abs=0.1)
                assert name == "strip" or drawing.top <= drawing.y(answer) + up <= drawing.floor


def placed(ticks: list[tuple[float, str]], value: float) -> float:
    """The coordinate of a value on an axis with these ticks."""
    (first, low), *_, (last, high) = ((at, float(text.replace("\N{MINUS SIGN}", "-"))) for at, text in ticks)
    return first + (value - low) / (high - low) * (last - first)


def test_nonsense_in_a_field_or_a_link_does_no_harm(lesson_folder: Path, tmp_path: Path) -> None:
    wild = {"w": 1e30, "b": "", "rate": 0, "steps": 10**9, "halfLife": -4, "schedule": "halving"}
    first, seen, _ = drive(lesson_folder, tmp_path, [{}, {"set": wild}], "#w=abc&rate=&steps=1e99&schedule=none&x=%3Cb%3E")
    expect(first, 10.0, 10.0, 0.1, 2000, "constant", 20)
    expect(seen, 1000.0, 10.0, 1e-6, 2000, "halving", 1)
    assert first["values"]["steps"] == "2000"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(lesson_folder: Path, tmp_path: Path, width: int) -> None:
    frame = tmp_path / "frame.html"
    page = (lesson_folder / "learn.html").as_uri()
    frame.write_text(
        f'<iframe id="frame" src="{page}" style="width: {width}px; height: 800px; border: 0"></iframe><p id="seen"></p>'
        '<script>onload = () => { const root = document.getElementById("frame").contentDocument.documentElement;'
        'document.getElementById("seen").textContent = `${root.scrollWidth} of ${root.clientWidth}`; }</script>'
    )
    dom, console = browse(frame.as_uri(), tmp_path / "profile", "--allow-file-access-from-files", "--hide-scrollbars")
    assert console == []
    assert f'<p id="seen">{width} of {width}</p>' in dom


def test_a_console_error_would_be_noticed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text("<p>before</p><script>nothing.is.here();</script>")
    _, console = browse(broken.as_uri(), tmp_path / "profile")
    assert len(console) == 1
