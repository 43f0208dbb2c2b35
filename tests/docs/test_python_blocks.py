"""The Python of README and docs/ runs, page by page, and gives what is written there."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import rnnbench.reference.activations
import rnnbench.reference.bptt
import rnnbench.reference.elman
import rnnbench.reference.grus
import rnnbench.reference.lstms
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


REFERENCE = rnnbench.reference
PARTS = [
    REFERENCE.elman,
    REFERENCE.lstms,
    REFERENCE.grus,
    REFERENCE.bptt,
    REFERENCE.activations,
]


@pytest.mark.parametrize(
    "module", [rnnbench, REFERENCE, *PARTS], ids=lambda module: module.__name__
)
def test_examples_in_public_docstrings_hold(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", [*rnnbench.__all__, *REFERENCE.__all__])
def test_every_public_function_has_an_example(name: str) -> None:
    function = getattr(rnnbench, name, None) or getattr(REFERENCE, name)
    if inspect.isfunction(function):
        assert ">>>" in (function.__doc__ or "")
