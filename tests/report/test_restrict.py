"""Which runs a report with words is about."""

from __future__ import annotations

import pytest

from rnnbench.config.expand import expand
from rnnbench.report.tables import restrict
from rnnbench.results.frame import frame
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import parameters

WORDS = ("+cell=gru", "data=imdb")


def run_of(*words: str, **changes: str) -> Record:
    (arm,) = expand([*WORDS, *words])
    return Record(" ".join(words) or "plain", "FINISHED", {}, parameters(arm.config) | changes, {})


RUNS = frame(
    [
        run_of(),
        run_of("training.buckets=16"),
        run_of("data.mask=true"),
        run_of("optimizer.learning_rate=0.02"),
        run_of(
            "model.embedding.kind=vectors",
            "model.embedding.path=/home/a/glove.txt",
            **{"model.embedding.dim": "50"},
        ),
    ]
)
VECTORS = ("model.embedding.kind=vectors", "model.embedding.path=/home/a/glove.txt")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), {"plain"}),
        (("training.buckets=16",), {"training.buckets=16"}),
        (("training.buckets=null,16",), {"plain", "training.buckets=16"}),
        (("data.mask=true,false",), {"plain", "data.mask=true"}),
        (("seed=7", "executor.threads=2"), {"plain"}),
        (("search=random",), {"plain", "optimizer.learning_rate=0.02"}),
    ],
)
def test_runs_have_the_parameters_of_an_arm_and_no_others(
    words: tuple[str, ...], found: set[str]
) -> None:
    chosen = restrict(RUNS, expand([*WORDS, *words]))
    assert set(chosen["run_id"]) == found


def test_a_file_is_known_by_its_name_where_a_report_was_passed_on() -> None:
    """The file itself, which decides the width of its vectors, need not be there."""
    arms = expand([*WORDS, *VECTORS])
    assert list(restrict(RUNS, arms)["run_id"]) == [" ".join(VECTORS)]
    passed_on = RUNS.assign(**{"model.embedding.path": "glove.txt"})
    assert list(restrict(passed_on, arms)["run_id"]) == [" ".join(VECTORS)]
    other = expand([*WORDS, VECTORS[0], "model.embedding.path=/home/a/other.txt"])
    assert restrict(passed_on, other).empty
