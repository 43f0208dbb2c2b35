"""Own texts and word vectors at the command line: what a newcomer types and sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def texts(work_dir: Path) -> Path:
    """Ten texts in ``mine/`` and vectors of two numbers for half of their words."""
    for part in ("train", "test"):
        for label, word in (("bad", "dull"), ("good", "fine")):
            folder = work_dir / "mine" / part / label
            folder.mkdir(parents=True)
            for number in range(5):
                (folder / f"{number}.txt").write_text(f"A {word} film.")
    (work_dir / "mine" / "train" / "unsup").mkdir()
    (work_dir / "glove.txt").write_text("dull 1 2\nfine -1 2\nother 0 0\n")
    return work_dir


WORDS = ("data=text_dir", "data.path=mine", "data.maxlen=4", "data.num_words=20")
VECTORS = ("model.embedding.kind=vectors", "model.embedding.path=glove.txt")


def test_data_tells_what_was_found_and_what_was_ignored(run: Run, texts: Path) -> None:
    answer = run("data", *WORDS)
    assert answer.status == 0, answer.err
    assert "unsup is ignored" in answer.err
    assert "bad, good" in answer.out
    assert "0: 5 (50.0 %), 1: 5 (50.0 %)" in answer.out


def test_data_tells_the_coverage_of_word_vectors(run: Run, texts: Path) -> None:
    answer = run("data", *WORDS, *VECTORS)
    assert answer.status == 0, answer.err
    assert "2 of 4 words (50.0 %), 33.3 % of the words in training texts" in answer.out
    assert "a, film" in answer.out


def test_explain_counts_frozen_vectors_apart(run: Run, texts: Path) -> None:
    answer = run("explain", "+cell=simple_rnn", "model.units=3", *WORDS, *VECTORS)
    assert answer.status == 0, answer.err
    assert "20·2 = 40 frozen" in answer.out
    total = next(line for line in answer.out.splitlines() if line.startswith("total"))
    assert f" {3 * (2 + 3 + 1) + 4} " in total


def test_match_takes_the_width_of_the_file(run: Run, texts: Path) -> None:
    answer = run("match", "match=lstm:4", *WORDS, *VECTORS)
    assert answer.status == 0, answer.err
    assert "112 recurrent parameters" in answer.out  # 4·4·(2 + 4 + 1)
