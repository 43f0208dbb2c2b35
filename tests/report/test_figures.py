"""Figures taken apart for the page: panels, legend, and nothing that reaches beyond them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnbench.report.figures import take_apart
from tests.plots.figures import FIGURES

HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="96pt" height="38pt" onload="reached()"><style>body { display: none }</style>
<script>reached()</script><image href="http://127.0.0.1:9/x.png"/>
<g onclick="reached()" style="display: none" class="scroll" id="content">
<a href="http://127.0.0.1:9/"><text>x</text></a><foreignObject><p>x</p></foreignObject>
<use xlink:href="http://127.0.0.1:9/x.svg#a"/>
<text>&lt;script&gt;reached()&lt;/script&gt;</text></g></svg>"""


@pytest.mark.parametrize(
    ("name", "panels", "entries"),
    [
        ("tradeoff, few", 2, ["Pareto front", "gru", "lstm", "simple_rnn"]),
        ("learning, few", 6, ["gru", "lstm", "simple_rnn"]),
        ("gradients, few", 3, ["gru", "lstm", "lstm, cell state", "simple_rnn"]),
        ("differences, few", 1, []),
    ],
)
def test_panels_and_entries_stand_alone(
    name: str, panels: int, entries: list[str], tmp_path: Path
) -> None:
    FIGURES[name]([tmp_path / "x.svg"])
    figure = take_apart((tmp_path / "x.svg").read_text(encoding="utf-8"), "F1-")
    assert len(figure.panels) == panels
    assert sorted(entry.arm for entry in figure.entries) == entries
    parts = [*figure.panels, *(entry.handle for entry in figure.entries)]
    for part in parts:
        named = re.findall(r' id="([^"]+)"', part)
        assert all(one.startswith("F1-") for one in named)
        assert set(re.findall(r"#(F1-[^\")]+)", part)) == set(named)
        assert "style" not in part
    everything = re.findall(r' id="([^"]+)"', "".join(parts))
    assert len(everything) == len(set(everything))


def test_only_what_draws_becomes_a_part_of_the_page() -> None:
    (panel,) = take_apart(HOSTILE, "F1-").panels
    for word in ("reached()</", "<script", "<style", "style=", "on", "http", "<a", "foreign"):
        assert f" {word}" not in panel
        assert not word.startswith("<") or word not in panel
    assert "127.0.0.1" not in panel
    assert 'class="scroll"' not in panel
    assert 'id="content"' not in panel
    assert "&lt;script&gt;" in panel


def test_ids_of_two_figures_differ(tmp_path: Path) -> None:
    FIGURES["tradeoff, few"]([tmp_path / "x.svg"])
    text = (tmp_path / "x.svg").read_text(encoding="utf-8")
    one, other = (
        set(re.findall(r' id="([^"]+)"', "".join(take_apart(text, prefix).panels)))
        for prefix in ("F1-", "F2-")
    )
    assert one
    assert not one & other
