"""What holds for every figure: its bytes repeat, it leaves nothing open, and it can be read."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import zlib
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest
from fontTools.ttLib import TTFont
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tests.plots.figures import FIGURES, LITERAL, LITERALS
from tests.stress import stressed

ROOT = Path(__file__).parents[2]
FEW = [name for name in FIGURES if name.endswith("few")]
NAMES = ("figure.png", "figure.svg", "figure.pdf")
PIXELS = 4 / 3  # of a point on a page
SMALLEST = 10.5  # pixels of a letter's height there

ELSEWHERE = """
import sys
from pathlib import Path
from tests.plots.test_files import digests
print({name: digests(name, Path(sys.argv[1])) for name in sys.argv[2:]})
"""


@cache
def once(name: str) -> list[str]:
    """What the bytes come to, drawn once in this process."""
    with tempfile.TemporaryDirectory() as folder:
        return digests(name, Path(folder))


def digests(name: str, folder: Path) -> list[str]:
    """What the bytes of a figure's files come to.

    What is drawn of many arms is all in the SVG file; how each format is written shows in few.
    """
    paths = [folder / file for file in NAMES if name.endswith("few") or file.endswith("svg")]
    FIGURES[name](paths)
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@cache
def laid_out(name: str) -> Figure:
    found: list[Figure] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda figure, path, **how: found.append(figure))
        FIGURES[name]([Path("nothing.png")])
    (figure,) = found
    figure.draw_without_rendering()
    return figure


@pytest.fixture(params=FIGURES)
def drawn(request: pytest.FixtureRequest) -> Figure:
    """Each figure, laid out as it is saved; to look at only."""
    return laid_out(request.param)


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """All that can be read, with its place in pixels."""
    beyond = [
        label
        for axis in figure.findobj(Axis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    ]
    return [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in beyond
    ]


@pytest.mark.slow
@pytest.mark.parametrize("names", [FEW[::3], *stressed([[*FIGURES]])], ids=len)
def test_bytes_are_those_of_another_process(names: list[str], tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path, *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.strip() == str({name: once(name) for name in names})


@pytest.mark.parametrize("name", FEW)
def test_bytes_repeat_and_nothing_stays_open(name: str, tmp_path: Path) -> None:
    assert digests(name, tmp_path) == once(name)
    assert [f.path for f in psutil.Process().open_files() if str(tmp_path) in f.path] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    assert (tmp_path / NAMES[0]).read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / NAMES[2]).read_bytes().startswith(b"%PDF")
    assert ElementTree.parse(tmp_path / NAMES[1]).getroot().tag.endswith("svg")
    # Figures that pyplot knows of live until the process ends.
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_letters_are_large_enough_on_a_page(drawn: Figure) -> None:
    sizes = {t.get_text(): t.get_fontsize() * PIXELS for t in drawn.findobj(Text)}
    assert {text: size for text, size in sizes.items() if text and size < SMALLEST} == {}


def test_all_that_is_written_lies_within_the_figure(drawn: Figure) -> None:
    whole = drawn.bbox.padded(1)
    outside = [
        text
        for text, box in texts(drawn)
        if not (whole.contains(box.x0, box.y0) and whole.contains(box.x1, box.y1))
    ]
    assert outside == []


def test_nothing_is_written_over_something_else(drawn: Figure) -> None:
    found = [(text, box.padded(-1)) for text, box in texts(drawn)]
    over = [
        (one, other)
        for place, (one, box) in enumerate(found)
        for other, beside in found[place + 1 :]
        if box.overlaps(beside)
    ]
    assert over == []


def test_axes_say_what_they_show(drawn: Figure) -> None:
    shown = [axes for axes in drawn.axes if axes.get_visible()]
    assert shown
    assert all(not axes.axison or axes.get_xlabel() for axes in shown)


@pytest.mark.parametrize("name", LITERALS)
def test_labels_are_drawn_as_they_stand(name: str, tmp_path: Path) -> None:
    """A dollar sign in a path or in a name begins no formula, and ends no report."""
    found: list[Figure] = []
    save = Figure.savefig

    def kept(figure: Figure, path: Path, **how: object) -> None:
        found.append(figure)
        save(figure, path, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", kept)
        LITERALS[name]([tmp_path / "figure.png"])
    written = [text for figure in found for text in figure.findobj(Text) if text.get_text()]
    assert any(LITERAL in " ".join(text.get_text().split()) for text in written)
    assert [text.get_text() for text in written if text.get_parse_math()] == []
    assert [text.get_text() for text in written if "\\math" in text.get_text()] == []


def test_fonts_in_pdf_files_hold_letters_and_nothing_of_their_layout(tmp_path: Path) -> None:
    path = tmp_path / "figure.pdf"
    next(iter(FIGURES.values()))([path])
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    opened = [zlib.decompress(stream) for stream in streams if stream.startswith(b"x")]
    fonts = [TTFont(io.BytesIO(data)) for data in opened if data.startswith(b"\0\1\0\0")]
    assert fonts
    for font in fonts:
        assert {"glyf", "hmtx"} <= set(font.keys())
        assert not {"GDEF", "GPOS", "GSUB"} & set(font.keys())
