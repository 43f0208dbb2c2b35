"""Gradient flow in the report: the table's numbers, the figure's lines, nothing without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnnbench.plots.gradients import gradient_lines, save_gradients
from rnnbench.report.build import build
from rnnbench.report.document import Block, Document
from rnnbench.training.gradient_flow import Flow
from tests.report.records import OPTIONS, record, tables

STEPS = np.arange(-9, 1)
RUNS = [record(cell, seed, 0.8) for cell in ("lstm", "simple_rnn") for seed in (0, 1)]


def fading(epoch: int, layer: str, state: str, rate: float, last: float = 1.0) -> Flow:
    """Norms that fall by ``rate`` powers of ten a step towards the first of ten."""
    return Flow(epoch, layer, state, (last * 10.0 ** (rate * STEPS)).astype(np.float32))


def measured(cell: str, seed: int) -> tuple[Flow, ...]:
    several = [("h", 0.5), ("c", 0.1)] if cell == "lstm" else [("h", 1.0)]
    return tuple(
        fading(epoch, f"{cell}_1", state, rate * (1 + seed))
        for epoch in (0, 5)
        for state, rate in several
    )


def built(*cells: str) -> Document:
    flows = {
        r.run_id: measured(r.params["cell.name"], r.seed)
        for r in RUNS
        if r.params["cell.name"] in cells
    }
    return build(replace(tables(RUNS), flows=flows), "x", OPTIONS)


def blocks(document: Document) -> list[Block]:
    found = [section.blocks for section in document.sections if section.key == "gradients"]
    return [block for blocks in found for block in blocks]


def test_without_measurements_there_is_no_such_part() -> None:
    assert blocks(built()) == []


def test_each_arm_epoch_layer_and_state_has_a_row() -> None:
    (block,) = blocks(built("lstm", "simple_rnn"))
    (found,) = block.tables
    rows = {tuple(cell.text for cell in row[:4]): row[4:] for row in found.rows}
    assert set(rows) == {
        *(("LSTM", epoch, "lstm_1", state) for epoch in "05" for state in "hc"),
        *(("SimpleRNN", epoch, "simple_rnn_1", "h") for epoch in "05"),
    }
    seeds, first, last, reach = rows["SimpleRNN", "5", "simple_rnn_1", "h"]
    assert seeds.value == 2
    # 1e-9 with one seed and 1e-18 with the other: their geometric mean is between the two.
    assert first.value == pytest.approx(10**-13.5, rel=1e-4)
    assert last.text == "1.00e+00"
    assert reach.text == "-13.50 ± 6.36"
    assert rows["LSTM", "5", "lstm_1", "c"][3].value == pytest.approx(-1.35, abs=1e-4)
    (ids, *_) = found.runs
    assert ids == tuple(r.run_id for r in RUNS if r.params["cell.name"] == "lstm")


def test_arms_without_measurements_are_left_out() -> None:
    (block,) = blocks(built("lstm"))
    assert {row[0].text for row in block.tables[0].rows} == {"LSTM"}


def test_the_figure_shows_the_top_layer_and_says_what_it_shows() -> None:
    flows = {
        r.run_id: (fading(0, "lstm_1", "h", 3.0), fading(0, "lstm_2", "h", 1.0)) for r in RUNS[:2]
    }
    (block,) = blocks(build(replace(tables(RUNS), flows=flows), "x", OPTIONS))
    (picture,) = block.pictures
    assert "LSTM 1.0e-09 at the first step, 1.0e+00 at the last" in picture.alt
    assert len(block.tables[0].rows) == 2


def test_a_gradient_that_is_lost_is_said_to_be() -> None:
    flows = {RUNS[0].run_id: (Flow(0, "lstm_1", "h", np.array([0.0, 1.0], np.float32)),)}
    (block,) = blocks(build(replace(tables(RUNS), flows=flows), "x", OPTIONS))
    (row,) = block.tables[0].rows
    assert [(cell.text, cell.value) for cell in row[5:7]] == [("< 1e-38", 0.0), ("1.00e+00", 1.0)]
    assert row[7].text == "-37.93"
    assert "LSTM < 1e-38 at the first step" in block.pictures[0].alt


def test_a_gradient_that_is_lost_has_no_logarithm() -> None:
    lost = Flow(0, "gru_1", "h", np.array([0.0, 1.0], np.float32))
    (line,) = gradient_lines("gru", "gru", [(lost,), (fading(0, "gru_1", "h", 1.0),)])
    assert line.seeds == 1
    np.testing.assert_array_equal(line.norms, [np.nan, 1.0])


@pytest.mark.parametrize("epochs", [(0,), (0, 1, 5, 10, 20)])
def test_the_figure_repeats_byte_for_byte(tmp_path: Path, epochs: tuple[int, ...]) -> None:
    lines = []
    for cell, states in (("lstm", "hc"), ("gru", "h"), ("simple_rnn", "h")):
        flows = [fading(e, "x", s, 0.3 + e / 9) for e in epochs for s in states]
        lines += gradient_lines(cell, cell, [flows])
    written = []
    for name in ("a", "b"):
        paths = [tmp_path / f"{name}.png", tmp_path / f"{name}.svg"]
        save_gradients(lines, "Gradients", paths)
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def test_norms_are_kept_to_four_digits_and_rounding_again_changes_nothing() -> None:
    norms = np.concatenate([np.logspace(-44, 38, 999), [0.0, 3.4e38, 1.4e-45]]).astype(np.float32)
    once = Flow(0, "gru_1", "h", norms).rounded()
    ordinary = norms > 1e-37
    np.testing.assert_allclose(once.norms[ordinary], norms[ordinary], rtol=1.3e-4)
    assert np.isfinite(once.norms).all()
    assert once.norms.dtype == np.float32
    np.testing.assert_array_equal(once.rounded().norms, once.norms)
