"""Figures drawn by several processes: the same files, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from rnnbench.errors import RunFailure
from rnnbench.plots import painters as module
from rnnbench.plots.painters import Job, draw_here, painters


def save(text: str, paths: list[Path]) -> None:
    for path in paths:
        path.write_text(text)


def fail(error: Exception, _paths: list[Path]) -> None:
    raise error


def die(_paths: list[Path]) -> None:
    os.killpg(0, signal.SIGKILL)


def jobs(folder: Path) -> list[Job]:
    return [(partial(save, f"figure {n}"), [folder / f"{n}.svg"]) for n in range(5)]


def tell_whether_pdf_is_loaded(paths: list[Path]) -> None:
    paths[0].write_text(str("matplotlib.backends.backend_pdf" in sys.modules))


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("one process draws here")
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)


def test_every_figure_is_drawn_once_here(tmp_path: Path) -> None:
    assert list(draw_here(jobs(tmp_path))) == [0, 1, 2, 3, 4]
    assert (tmp_path / "4.svg").read_text() == "figure 4"


@pytest.mark.parametrize("cause", ["one core", "matplotlib is loaded"])
def test_one_process_draws_where_more_would_not_be_faster(
    monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1 if cause == "one core" else 2)
    if cause == "one core":
        monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "matplotlib", sys)
    with painters() as draw:
        assert draw is draw_here


@pytest.mark.usefixtures("several")
def test_figures_are_drawn_elsewhere_and_no_process_stays(tmp_path: Path) -> None:
    with painters() as draw:
        assert draw is not draw_here
        assert sorted(draw(jobs(tmp_path))) == [0, 1, 2, 3, 4]
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == [
        f"figure {n}" for n in range(5)
    ]
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("formats", [["svg"], ["svg", "pdf"]])
def test_what_the_asked_formats_need_is_loaded_before_and_no_more(
    tmp_path: Path, formats: list[str]
) -> None:
    path = tmp_path / "told.txt"
    with painters(formats) as draw:
        list(draw([(tell_whether_pdf_is_loaded, [path])]))
    assert path.read_text() == str("pdf" in formats)


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_an_error_comes_back_as_it_was(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error), match=str(error.args[-1])), painters() as draw:
        list(draw([*jobs(tmp_path), (partial(fail, error), [])]))
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("several")
def test_death_of_the_process_that_draws_is_told() -> None:
    with pytest.raises(RunFailure, match="draws figures was killed"), painters() as draw:
        list(draw([(die, [])]))
