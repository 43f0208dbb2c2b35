"""Figures drawn by processes that have loaded what drawing needs, and no more."""

from __future__ import annotations

import sys
from functools import partial

import pytest

from rnnbench.plots.painters import painters
from rnnbench.system import helpers
from rnnbench.system.helpers import run_here


def is_loaded(name: str) -> bool:
    return f"matplotlib.backends.backend_{name}" in sys.modules


def test_one_process_draws_where_matplotlib_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", sys)
    with painters() as run:
        assert run is run_here


@pytest.mark.parametrize("formats", [["svg"], ["svg", "pdf"]])
def test_what_the_asked_formats_need_is_loaded_before_and_no_more(
    monkeypatch: pytest.MonkeyPatch, formats: list[str]
) -> None:
    if sys.platform != "linux":
        pytest.skip("one process draws here")
    monkeypatch.setattr(helpers, "cores", lambda: 2)
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    with painters(formats) as run:
        assert run is not run_here
        told = dict(run([partial(is_loaded, name) for name in ("pdf", "svg")]))
    assert told == {0: "pdf" in formats, 1: True}
