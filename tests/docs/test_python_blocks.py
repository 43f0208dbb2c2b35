"""The Python of README and docs/ runs, page by page, and gives what is written there."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import rnnbench.reference
from tests.conftest import ROOT
from tests.docs.examples import Session, python_blocks

PAGES = python_blocks()


@pytest.mark.parametrize("page", PAGES)
def test_python_of_a_page_runs(page: str, work_dir: Path) -> None:
    """Blocks of Python first, then the sessions; both see the committed reports."""
    (work_dir / "reports").symlink_to(ROOT / "reports")
    session = Session()
    for block in PAGES[page]:
        assert session.run_block(block) == block.text, "python -m tests.docs.examples"


@pytest.mark.parametrize(
    "module", [rnnbench, rnnbench.reference], ids=lambda module: module.__name__
)
def test_examples_in_public_docstrings_hold(
    module: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(module).failed == 0
