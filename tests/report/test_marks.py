"""What stands out in a table: one rule, in every format."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.report import markdown_page, page
from rnnbench.report.build import build, dataset_sections
from rnnbench.report.document import DataTable, Document
from rnnbench.report.latex import latex_text
from rnnbench.report.pairs import outstanding
from rnnbench.report.write import pictures
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.arms import finished
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, dataset, tables
from tests.report.test_build import column, measured, table, told
from tests.results.test_compare import arms

METRIC = "test_accuracy_last"


def ranked(records: Sequence[Record]) -> list[ArmRuns]:
    return sorted(arms(list(records)).values(), key=lambda arm: -arm.one(METRIC))


def standing_out(records: Sequence[Record]) -> frozenset[str]:
    return outstanding(ranked(records), dataset(list(records)).pairs)


def marks(found: DataTable) -> list[bool]:
    return [any(cell.marked for cell in row) for row in found.rows]


def seeds(cell: str, values: Sequence[float], **changes: str) -> list[Record]:
    return [measured(cell, seed, value, **changes) for seed, value in enumerate(values)]


CLOSE = [*seeds("lstm", [0.8 + s / 1000 for s in range(5)])]
CLOSE += seeds("gru", [0.8 + s / 1000 + (-1) ** s / 500 for s in range(5)])
POOR = seeds("simple_rnn", [0.6 + s / 1000 for s in range(5)])


def test_every_arm_that_is_not_shown_to_be_worse_is_marked() -> None:
    assert standing_out([*CLOSE, *POOR]) == {"lstm", "gru"}


def test_an_arm_below_one_that_is_shown_to_be_worse_is_not_marked() -> None:
    """Its wide interval decides nothing, but its mean is lower than that of a plain one."""
    best = seeds("lstm", [0.880 + s / 10_000 for s in range(8)])
    worse = seeds("gru", [0.860 + s / 10_000 for s in range(8)])
    wide = seeds("simple_rnn", [0.60, 0.95, 0.94, 0.60, 0.95, 0.95, 0.93, 0.95])
    runs = [*best, *worse, *wide]
    assert [arm.name for arm in ranked(runs)] == ["lstm", "gru", "simple_rnn"]
    (result,) = (p.result for p in dataset(runs).pairs if p.names == {"lstm", "simple_rnn"})
    assert result is not None
    assert result.verdict == "undecided"
    assert standing_out(runs) == {"lstm"}


def test_nothing_is_marked_where_the_comparison_was_refused() -> None:
    runs = [*seeds("lstm", [0.9] * 5), *seeds("gru", [0.8] * 5, **{"training.epochs": "1"})]
    document = build(tables(runs), "x", OPTIONS)
    assert "not compared" in told(document)
    found = [t for s in document.sections for b in s.blocks for t in b.tables]
    assert not any(any(marks(one)) for one in found)
    assert "Nothing is marked" in table(document, "test_accuracy").note


def test_marks_end_at_the_first_arm_that_cannot_be_compared_with_the_best() -> None:
    other = {"training.epochs": "1"}
    runs = [*CLOSE, *seeds("gru", [0.79 + s / 100 for s in range(5)][::-1], **other)]
    runs += seeds("simple_rnn", [0.5, 0.99, 0.99, 0.5, 0.99])
    found = ranked(runs)
    names = standing_out(runs)
    place = next(i for i, arm in enumerate(found[1:], 1) if arm.name not in names)
    assert names == {arm.name for arm in found[:place]}


@pytest.mark.parametrize("count", [1, 2])
def test_seeds_that_decide_nothing_mark_nothing_and_neither_does_one_arm(count: int) -> None:
    few = [*seeds("lstm", [0.9] * count), *seeds("gru", [0.5] * count)]
    assert not standing_out(few)
    assert not standing_out(POOR)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["lstm", "gru", "simple_rnn"]),
            st.sampled_from(["1", "2"]),
            st.sampled_from(["1", "10"]),
            st.lists(st.floats(0.5, 1.0), min_size=1, max_size=4),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda arm: arm[:3],
    )
)
@settings(max_examples=40, deadline=None)
def test_no_plain_arm_is_better_than_a_marked_one(
    made: list[tuple[str, str, str, list[float]]],
) -> None:
    runs = [
        run
        for cell, depth, epochs, values in made
        for run in seeds(cell, values, **{"model.depth": depth, "training.epochs": epochs})
    ]
    found = ranked(runs)
    known = dataset_sections(finished(tables(runs).runs), tables(runs), OPTIONS)
    pairs = {pair.names: pair for one in known for pair in one.pairs}
    names = outstanding(found, list(pairs.values()))
    marked = [arm.name in names for arm in found]
    assert marked == sorted(marked, reverse=True)
    for arm in found[1:]:
        if arm.name in names:
            pair = pairs[frozenset((found[0].name, arm.name))]
            assert pair.result is not None
            assert pair.result.better is None or pair.a.name == arm.name


def test_every_format_marks_the_same_rows() -> None:
    document = build(tables([*CLOSE, *POOR]), "x", OPTIONS)
    found = table(document, "test_accuracy")
    assert marks(found) == [True, True, False]
    wanted = [
        str(mean)
        for mean, is_marked in zip(column(found, "mean"), marks(found), strict=True)
        if is_marked
    ]
    latex = re.findall(r"\$\\mathbf\{(.*?)\}\$ &", latex_text(found))
    assert [one.replace(r"\pm", "±") for one in latex] == wanted
    assert _in(markdown_page.render(document), r"\*\*([^*]+)\*\*", wanted)
    images = {picture.key: "<svg/>" for picture in pictures(document)}
    assert _in(page.render(document, images), r"<strong>(.*?)</strong>", wanted)
    rows = [line for line in markdown_page.render(document).splitlines() if line.startswith("|")]
    assert len(_marked_cells(document)) == len(re.findall(r"\*\*[^*]+\*\*", "".join(rows)))


def _in(rendered: str, pattern: str, wanted: list[str]) -> bool:
    found = [text.strip() for text in re.findall(pattern, rendered)]
    return [text for text in found if text in wanted and text] != [] and set(wanted) <= set(found)


def _marked_cells(document: Document) -> list[str]:
    return [
        cell.text
        for section in document.sections
        for block in section.blocks
        for one in block.tables
        for row in one.rows
        for cell in row
        if cell.marked
    ]
