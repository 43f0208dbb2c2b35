"""The Python of README and docs/ runs, page by page, and gives what is written there."""

from __future__ import annotations

import doctest
from itertools import groupby
from pathlib import Path

import pytest

import rnnbench.reference
from tests.conftest import ROOT
from tests.docs.examples import Block, blocks

PAGES = {
    page: list(of_page)
    for page, of_page in groupby(
        sorted([*blocks("python"), *blocks("pycon")], key=lambda block: block.page),
        key=lambda block: block.page,
    )
}


@pytest.mark.parametrize("page", PAGES)
def test_python_of_a_page_runs(page: str, work_dir: Path) -> None:
    """Blocks of Python first, then the sessions; both see the committed reports."""
    (work_dir / "reports").symlink_to(ROOT / "reports")
    names: dict[str, object] = {}
    for block in PAGES[page]:
        if block.language == "python":
            exec(compile(block.text, page, "exec"), names)
    for block in PAGES[page]:
        if block.language == "pycon":
            check(block, names)


def check(block: Block, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, block.page, block.page, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=told.append, clear_globs=False)
    names |= test.globs
    assert not told, "".join(told)


@pytest.mark.parametrize(
    "module", [rnnbench, rnnbench.reference], ids=lambda module: module.__name__
)
def test_examples_in_public_docstrings_hold(
    module: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(module).failed == 0
