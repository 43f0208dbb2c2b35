"""Own tables at the command line: what is typed for them, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

ROWS = [(f"{'fine' if n % 2 else 'dull'} film {n}", "pos" if n % 2 else "neg") for n in range(8)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{t}|{y}", ["data.delimiter=|"]),
        ("{t}|{y}", ["data.delimiter=pipe"]),
        ("{t};{y}", ["data.delimiter=';'"]),
        ('"{t} \\"so\\"",{y}', ["data.escape=\\"]),
        ('"{t} \\"so\\"",{y}', ["data.escape=backslash"]),
        ("{t}\t{y}", ["data.delimiter=tab"]),
    ],
)
def test_characters_are_typed_or_named(
    run: Run, work_dir: Path, row: str, words: list[str]
) -> None:
    header = row.format(t="text", y="label").replace(' \\"so\\"', "")
    lines = [header, *(row.format(t=t, y=y) for t, y in ROWS)]
    (work_dir / "mine.csv").write_text("\n".join(lines))
    answer = run("data", "data=csv", "data.path=mine.csv", "data.test_fraction=0.5", *words)
    assert answer.status == 0, answer.err
    assert "neg, pos" in answer.out
    refused = run("data", "data=csv", "data.path=mine.csv", "data.test_fraction=0.5")
    assert refused.status == 2
    assert words[0].split("=")[0] in refused.err
    assert len(refused.err.splitlines()) == 1


def test_a_table_without_header_says_what_to_type(run: Run, work_dir: Path) -> None:
    (work_dir / "mine.tsv").write_text("".join(f"{y}\t{t}\n" for t, y in ROWS))
    words = ["data", "data=csv", "data.path=mine.tsv", "data.test_fraction=0.5"]
    keys = "data.delimiter=tab data.header=false data.text_column=1 data.label_column=0"
    refused = run(*words)
    assert (refused.status, keys in refused.err) == (2, True)
    answer = run(*words, *keys.split())
    assert answer.status == 0, answer.err
    assert "neg, pos" in answer.out


def test_remarks_are_told_beside_the_answer_each_time(run: Run, work_dir: Path) -> None:
    rows = [f"{t},{n}{'.0' if n == 1 else ''}\n{t},{n}\n" for n in (0, 1) for t, _ in ROWS]
    (work_dir / "mine.csv").write_text("text,label\n" + "".join(rows))
    for _ in range(2):
        answer = run("data", "data=csv", "data.path=mine.csv", "data.test_fraction=0.5")
        assert answer.status == 0
        assert "labels that are one number, such as 1 and 1.0, are one class" in answer.err
        assert "one number" not in answer.out
