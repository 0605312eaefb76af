"""The report's sections beside the answers: the way onto the board, the layers, the other implementations, the link."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.figures.plot import Bars
from plumbline.common.figures.svg import Drawing
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest, OperatorSpec
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.host.firmware.elf_size import size_of
from plumbline.host.firmware.memory_report import footprint
from plumbline.host.reports import html_report
from plumbline.host.reports.chart import latency_chart
from plumbline.host.reports.flow import stages
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.backend_comparison import peers_of
from plumbline.host.verdict.latency import BINS, Histogram, histogram
from plumbline.host.verdict.oracle import Oracle, consult
from plumbline.host.verdict.verdict import Verdict


def test_every_latency_is_in_one_class() -> None:
    latencies = [0.001, 0.0011, 0.0011, 0.004, 0.3]
    found = histogram(latencies)
    assert len(found.counts) == BINS == len(found.edges_s) - 1
    assert sum(found.counts) == len(latencies)
    assert (found.edges_s[0], found.edges_s[-1]) == (0.001, 0.3)
    ratios = [end / start for start, end in zip(found.edges_s, found.edges_s[1:], strict=False)]
    assert max(ratios) == pytest.approx(min(ratios))
    for start, end, count in zip(found.edges_s, found.edges_s[1:], found.counts, strict=False):
        assert count == sum(start <= each < end or each == end == 0.3 for each in latencies)


@pytest.mark.parametrize("latencies", [[0.002], [0.002] * 7])
def test_equal_latencies_are_one_class(latencies: list[float]) -> None:
    assert histogram(latencies).counts[0] == len(latencies) == sum(histogram(latencies).counts)


def test_no_latency_is_no_histogram() -> None:
    assert histogram([]) == Histogram()


@pytest.mark.slow
def test_the_histogram_counts_the_round_trips(passed: Verdict) -> None:
    traffic = passed.traffic
    assert sum(traffic.latencies.counts) == traffic.round_trips - traffic.resends > 300
    assert traffic.frames_sent == traffic.round_trips + traffic.resends
    assert traffic.frames_received == traffic.round_trips + traffic.discarded
    chart = latency_chart(traffic)
    assert chart is not None
    bars = next(mark for mark in chart.marks if isinstance(mark, Bars))
    assert len(bars.heights) == BINS == len(bars.edges) - 1
    assert (chart.x.low, chart.x.high) == (bars.edges[0], bars.edges[-1])
    assert chart.y.high >= max(bars.heights)
    assert f"{max(traffic.latencies.counts)} round trips" in bars.titles[bars.heights.index(max(bars.heights))]
    assert f"{traffic.latency_median_s * 1000:.3g} ms" in chart.description
    assert len(Drawing(chart).x_ticks) >= 2
    assert latency_chart(replace(traffic, latencies=Histogram())) is None
    assert "Round trips by latency" not in html_report.to_html(replace(passed, traffic=replace(traffic, latencies=Histogram())))


@pytest.mark.slow
def test_the_flow_has_the_size_of_every_file(passed: Verdict, linear: Path, virtual: Path) -> None:
    size = size_of(virtual)
    assert size is not None
    shown = {stage.name: stage.bytes for stage in stages(passed)}
    assert shown["float weights"] == 2 * 4  # w and b
    assert shown["flatbuffer"] == (linear / "model.tflite").stat().st_size
    assert (shown["flash"], shown["RAM"]) == (size.flash, size.ram)
    assert 0 < passed.footprint.array_bytes < passed.footprint.model_bytes
    text = html_report.to_html(passed)
    for value in shown.values():
        assert f"<strong>{value:,} B</strong>" in text
    unknown = replace(passed, size=None, footprint=replace(passed.footprint, float_bytes=None, float_parameters=None))
    assert html_report.to_html(unknown).count("<strong>unknown</strong>") == 3


@pytest.mark.slow
def test_an_interpreter_carries_the_whole_flatbuffer(passed: Verdict, linear: Path) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    taken = footprint(manifest, replace(passed.identity, engine="tflm", arena_used=1008))
    assert (taken.array_bytes, taken.memory_bytes) == (manifest.model_bytes, 1008)
    assert footprint(manifest, passed.identity).array_bytes == manifest.constant_bytes


@pytest.mark.slow
def test_the_layers_are_the_flatbuffers(passed: Verdict, linear: Path) -> None:
    (operator,) = read((linear / "model.tflite").read_bytes()).operators
    (layer,) = passed.layers
    assert (layer.name, layer.version, layer.shape, layer.macs) == (operator.name, operator.version, (1, 1), 1)
    assert layer.constant_bytes == 1 + 4  # an int8 weight, an int32 bias
    assert "<td>dense</td><td>FULLY_CONNECTED v" in html_report.to_html(passed)


@pytest.mark.slow
def test_other_implementations_are_held_against_the_board(linear: Path) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    oracle = consult(Artefacts.load(linear, manifest))
    board = oracle.references.expected.copy()
    board[:5] += 3
    other = oracle.references.expected.copy()
    other[100] -= 1
    apart = Oracle(replace(oracle.references, litert=other, float_product=oracle.references.expected), "oracle")
    first, older, litert = peers_of(apart, board, manifest.operators)
    assert [(each.compared, each.differing, each.largest) for each in (first, older, litert)] == [(256, 5, 3), (256, 5, 3), (256, 6, 3)]
    assert "FULLY_CONNECTED" in older.reason
    assert "cannot" in peers_of(apart, board, (OperatorSpec("SOFTMAX", 2, "", False),))[1].reason
    alone = Oracle(replace(oracle.references, litert=None, float_product=None), "oracle")
    assert [each.name for each in peers_of(alone, board, ())] == ["oracle"]


def test_distances_of_codes_do_not_wrap() -> None:
    lowest, none = np.full((1, 1), -128, np.int8), np.zeros((0, 1), np.float32)
    far = Oracle(References(lowest, lowest, none, np.zeros(0, np.int64), 0, none), "oracle")
    (peer,) = peers_of(far, np.full((1, 1), 127, np.int8), ())
    assert (peer.differing, peer.largest) == (1, 255)


@pytest.mark.slow
def test_the_page_says_who_differs_and_why(passed: Verdict) -> None:
    text = " ".join(html_report.to_html(passed).split())
    assert "answers all 256 inputs as the board does. Why it could differ:" in text
    assert "answers all 256 inputs as the board does: the board is held to its codes bit for bit." in text
    wrong = (replace(passed.peers[0], differing=3, largest=2), *passed.peers[1:])
    assert "otherwise than the board, by at most 2 codes, and must not:" in " ".join(html_report.to_html(replace(passed, peers=wrong)).split())
    one = replace(passed.peers[-1], differing=12, largest=1)
    text = " ".join(html_report.to_html(replace(passed, peers=(passed.peers[0], one))).split())
    assert f"answers 12 of 256 inputs otherwise than the board, by at most 1 code. Why: {one.reason}." in text


@pytest.mark.slow
def test_the_page_has_its_sections_in_the_order_of_the_questions(passed: Verdict) -> None:
    headings = re.findall(r"<h2>([^<]+)</h2>", html_report.to_html(passed))
    wanted = ["Prediction: board and float model", "Error: board minus float model", "Layers", "Board, TensorFlow Lite Micro and LiteRT"]
    wanted += ["From float weights to RAM", "The link", "Repeat it", "What was tested"]
    assert [heading for heading in headings if heading in wanted] == wanted
