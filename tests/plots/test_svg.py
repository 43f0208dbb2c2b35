"""An SVG with fewer bytes: the same picture, text that stays text, and what its marks stand for."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from rnnbench.plots.marks import mark, short
from rnnbench.plots.style import new_figure, write
from rnnbench.plots.svg import SVG, compact
from tests.plots.figures import FIGURES

VALUES = (0.5, 0.75, 0.625)


def drawn(path: Path, **facts: str) -> ElementTree.Element:
    """A line of three points with such facts, and a hostile name beside it."""
    with new_figure(4, 3, "Title") as figure:
        axes = figure.subplots()
        (line,) = axes.plot([1, 2, 3], VALUES, label='a <b> & "c"')
        mark(line, **facts)
        axes.legend()
        axes.set_xlabel("epoch")
        write(figure, [path])
    return ElementTree.parse(path).getroot()


def numbers(data: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d*\.?\d+", data)]


class TestFacts:
    def test_stand_beside_the_mark(self, tmp_path: Path) -> None:
        root = drawn(tmp_path / "x.svg", arm="gru <1>", told=".5|.75|.625")
        (found,) = (e for e in root.iter() if e.get("data-arm"))
        assert found.attrib["data-arm"] == "gru <1>"
        assert found.attrib["data-told"] == ".5|.75|.625"

    def test_a_panel_says_where_its_values_are(self, tmp_path: Path) -> None:
        root = drawn(tmp_path / "x.svg", arm="gru")
        (panel,) = (e for e in root.iter() if e.get("data-panel") is not None)
        (line,) = (e for e in root.iter() if e.get("data-arm"))
        path = line if line.get("d") else next(line.iter(f"{{{SVG}}}path"))
        bottom, top, first, last = numbers(panel.attrib["data-y"])
        places = numbers(path.attrib["d"])[1::2]
        values = [first + (place - bottom) / (top - bottom) * (last - first) for place in places]
        assert values == pytest.approx(VALUES, abs=1e-4)

    def test_texts_hold_no_separator_of_their_own(self) -> None:
        axes = Figure().subplots()
        mark(axes, told=["a|b", "c"])
        assert '"a/b|c"' in (axes.get_gid() or "")

    @pytest.mark.parametrize(
        ("value", "text"), [(0.8722, ".8722"), (0.5, ".5"), (1.0, "1"), (12.34567, "12.3457")]
    )
    def test_numbers_are_short(self, value: float, text: str) -> None:
        assert short(value) == text
        assert float(text) == pytest.approx(value, abs=5e-5)


class TestBytes:
    def test_text_stays_text_and_nothing_is_named_in_vain(self, tmp_path: Path) -> None:
        root = drawn(tmp_path / "x.svg", arm="gru")
        texts = [element.text for element in root.iter(f"{{{SVG}}}text")]
        assert {"Title", "epoch", 'a <b> & "c"'} <= set(texts)
        text = (tmp_path / "x.svg").read_text(encoding="utf-8")
        for name in re.findall(r' id="([^"]+)"', text):
            assert f"#{name}" in text
        assert not re.search(r"\d\.\d{3}", re.sub(r' data-\w+="[^"]*"', "", text))

    @pytest.mark.parametrize("name", ["differences, few", "tradeoff, few", "slope, few"])
    def test_no_style_needs_a_policy_that_allows_it(self, name: str, tmp_path: Path) -> None:
        FIGURES[name]([tmp_path / "x.svg"])
        text = (tmp_path / "x.svg").read_text(encoding="utf-8")
        assert "style" not in text
        assert len(text.encode()) < 12_000

    def test_the_lines_of_an_axis_are_one_path_from_left_to_right(self, tmp_path: Path) -> None:
        root = drawn(tmp_path / "x.svg", arm="gru")
        (axis,) = (e for e in root.iter() if e.get("data-axis") == "x")
        (ticks,) = axis.findall(f"{{{SVG}}}path")
        found = re.findall(r"M(\S+) (\S+)V(\S+?)(?=M|$)", ticks.attrib["d"])
        labels = list(axis.iter(f"{{{SVG}}}text"))[:-1]
        assert [x for x, _, _ in found] == [label.get("x") for label in labels]
        assert {float(end) - float(start) for _, start, end in found} == {3.5}
        assert "fill" not in ticks.attrib

    def test_a_long_path_has_no_points_that_lie_on_it_anyway(self) -> None:
        data = "M " + " L ".join(f"{n:f} {10 * (n // 20):f}" for n in range(60))
        line = f'<path d="{data}" style="fill: none; stroke: #112233"/>'
        told = f'<g id="facts:{{&quot;told&quot;: &quot;1|2&quot;}}">{line}</g>'
        root = ElementTree.fromstring(compact(f'<svg xmlns="{SVG}">{line}{told}</svg>'))
        plain, every = (path.attrib["d"] for path in root.iter(f"{{{SVG}}}path"))
        assert plain == "m0 0 19 0 1 10 19 0 1 10 19 0"
        assert len(numbers(every)) == 120  # the script tells each of them

    def test_a_long_path_in_steps_ends_where_it_did(self) -> None:
        points = [(n * 1.005, 50 - n * 0.333) for n in range(40)]
        data = "M " + " L ".join(f"{x:f} {y:f}" for x, y in points)
        svg = f'<svg xmlns="{SVG}"><path d="{data}" style="fill: none; stroke: #112233"/></svg>'
        (path,) = ElementTree.fromstring(compact(svg))
        steps = re.findall(r"-?\d*\.?\d+", path.attrib["d"])
        assert path.attrib["d"].startswith("m")
        ends = [sum(map(float, steps[axis::2])) for axis in (0, 1)]
        assert ends == pytest.approx(points[-1], abs=0.06)
        assert path.attrib["stroke"] == "#123"
