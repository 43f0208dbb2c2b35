"""Natural sort order."""

from __future__ import annotations

import pytest

from rnnbench.formatting.natural import natural_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["maxlen 80", "maxlen 100", "maxlen 500"],
        ["dropout 0.15", "dropout 0.2", "dropout 0.20"],
        ["learning rate 1e-05", "learning rate 0.001"],
        ["", "1", "a", "a 2, b 10", "a 10, b 2"],
        ["test part 2001-02-03", "test part 2001-11-01"],
        ["x" + "9" * 400, "x" + "9" * 401],
    ],
)
def test_numbers_sort_by_size_and_words_as_text(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=natural_key) == ordered
