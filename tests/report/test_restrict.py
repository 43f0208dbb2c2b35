"""Which runs a report with words is about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import expand
from rnnbench.config.recorded import parameters
from rnnbench.report.build import Tables
from rnnbench.report.declared import declared_trials, left_out, restrict
from rnnbench.report.snapshot import read_snapshot, write_snapshot
from rnnbench.report.tables import restricted
from rnnbench.results.frame import frame, with_parameters
from rnnbench.results.history import history_frame
from rnnbench.search.study import as_trial, description
from rnnbench.seeds import selection_seed
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

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
NO_TRIALS = frame([])
VECTORS = ("model.embedding.kind=vectors", "model.embedding.path=/home/a/glove.txt")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), {"plain"}),
        (("training.buckets=16",), {"training.buckets=16"}),
        (("training.buckets=null,16",), {"plain", "training.buckets=16"}),
        (("data.mask=true,false",), {"plain", "data.mask=true"}),
        (("executor.threads=2",), {"plain"}),
    ],
)
def test_runs_have_the_parameters_of_an_arm_and_no_others(
    words: tuple[str, ...], found: set[str]
) -> None:
    chosen = restrict(RUNS, expand([*WORDS, *words]), NO_TRIALS)
    assert set(chosen["run_id"]) == found


def test_a_part_of_a_store_is_written_like_the_same_part_of_what_was_kept(tmp_path: Path) -> None:
    """A metric that only other runs have measured is no column of either file."""
    tags = {names.KEY: "k", names.ARM_KEY: "a"}
    measured = replace(run_of("data.mask=true"), metrics={"test_rmse": 0.5, "own_metric": 1.0})
    runs = frame([replace(run_of(), tags=tags), replace(measured, tags=tags)])
    kept, written = Tables(with_parameters(runs), history_frame([]), NO_TRIALS), []
    for name in ("of_store", "of_kept"):
        (tmp_path / name).mkdir()
        write_snapshot(restricted(kept, expand(WORDS)), tmp_path / name)
        written.append((tmp_path / name / "runs.parquet").read_bytes())
        kept = read_snapshot(tmp_path / name)
    assert list(kept.runs["run_id"]) == ["plain"]
    assert written[0] == written[1]
    assert not {"test_rmse", "own_metric"} & set(kept.runs)


def test_a_file_is_known_by_its_name_where_a_report_was_passed_on() -> None:
    """The file itself, which decides the width of its vectors, need not be there."""
    arms = expand([*WORDS, *VECTORS])
    assert list(restrict(RUNS, arms, NO_TRIALS)["run_id"]) == [" ".join(VECTORS)]
    passed_on = RUNS.assign(**{"model.embedding.path": "glove.txt"})
    assert list(restrict(passed_on, arms, NO_TRIALS)["run_id"]) == [" ".join(VECTORS)]
    other = expand([*WORDS, VECTORS[0], "model.embedding.path=/home/a/other.txt"])
    assert restrict(passed_on, other, NO_TRIALS).empty


@pytest.mark.parametrize(
    ("words", "declared", "others"),
    [
        (("seeds=3",), [0, 1, 2], [3, 30]),
        (("seed=1", "seeds=2"), [1, 2], [0, 3, 30]),
        (("seeds=31",), [0, 1, 2, 3, 30], []),
        (("seed=4", "seeds=2"), [], [0, 1, 2, 3, 30]),
    ],
)
def test_runs_have_the_seeds_that_the_sweep_declares(
    words: tuple[str, ...], declared: list[int], others: list[int]
) -> None:
    """A run that was trained alone, with another seed, is none of the sweep's."""
    runs = frame([run_of(f"seed={seed}") for seed in (0, 1, 2, 3, 30)])
    arms = expand([*WORDS, *words])
    assert list(restrict(runs, arms, NO_TRIALS)["seed"]) == declared
    assert list(left_out(runs, arms, NO_TRIALS)["seed"]) == others


SEARCH = ("search=random", "~search.space.model.dropout")


def trial_of(number: int, rate: str, value: float, state: str = names.COMPLETE) -> Record:
    (arm,) = expand([*WORDS, *SEARCH])
    params = parameters(as_trial(arm.config)) | {
        "optimizer.learning_rate": rate,
        "seed": str(selection_seed(0, number)),
    }
    tags = {
        names.STUDY: "s",
        names.SEARCH: description(arm.config.search),
        names.TRIAL: str(number),
        names.TRIAL_STATE: state,
    }
    metrics = {"best_val_accuracy": value} if state == names.COMPLETE else {}
    return Record(f"t{number}", "FINISHED", tags, params, metrics)


TRIALS = frame(
    [
        trial_of(0, "0.1", 0.0, names.FAIL),
        trial_of(1, "0.02", 0.8),
        trial_of(2, "0.03", 0.7),
        trial_of(3, "0.1", 0.9),  # the first once more
        trial_of(4, "0.005", 0.95),
    ]
)


@pytest.mark.parametrize(
    ("budget", "trials", "best"),
    [(1, {"t1"}, "0.02"), (2, {"t1", "t2"}, "0.02"), (3, {"t1", "t2", "t3"}, "0.1")],
)
def test_runs_of_a_search_have_the_values_of_the_best_of_its_trials(
    budget: int, trials: set[str], best: str
) -> None:
    """Those of a smaller or a larger budget, and those of no search, are none of its runs."""
    rates = ("0.1", "0.02", "0.03", "0.005", "0.001")
    runs = frame([run_of(f"optimizer.learning_rate={rate}") for rate in rates])
    arms = expand([*WORDS, *SEARCH, f"search.n_trials={budget}"])
    assert set(declared_trials(TRIALS, arms[0])["run_id"]) == trials
    assert list(restrict(runs, arms, TRIALS)["optimizer.learning_rate"]) == [best]


@pytest.mark.parametrize("words", [("seed=1",), ("search.pruner=median",), ("model.depth=2",)])
def test_trials_of_another_search_choose_nothing(words: tuple[str, ...]) -> None:
    (arm,) = expand([*WORDS, *SEARCH, *words])
    assert declared_trials(TRIALS, arm).empty


def test_arrays_of_their_own_length_are_known_by_it(tmp_path: Path) -> None:
    x, y = np.ones((6, 12, 2)), np.arange(6) % 2
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    words = ["+cell=gru", "data=arrays", f"data.path={tmp_path / 'mine.npz'}"]
    made = [expand([*words, f"data.maxlen={length}"])[0].config for length in (5, 12)]
    runs = frame([Record(str(c.data.maxlen), "FINISHED", {}, parameters(c), {}) for c in made])
    assert list(restrict(runs, expand(words), NO_TRIALS)["run_id"]) == ["12"]


def test_where_the_file_is_away_matched_units_are_those_of_runs_that_were_matched() -> None:
    series = ("data=series", "data.path=/away/prices.csv", "data.window=60")

    def run(name: str, cell: str, units: int, match: str | None) -> Record:
        (arm,) = expand([f"+cell={cell}", *series])
        told = parameters(arm.config) | {"model.units": str(units), "data.maxlen": "60"}
        told |= {"data.path": "prices.csv"}
        return Record(name, "FINISHED", {}, told | ({} if match is None else {"match": match}), {})

    runs = frame(
        [
            run("reference", "lstm", 128, None),
            run("matched", "gru", 147, "lstm:128"),
            run("as wide", "gru", 128, None),
            run("matched to another", "gru", 37, "lstm:32"),
        ]
    )
    arms = expand(["+cell=lstm,gru", *series, "match=lstm:128"])
    assert set(restrict(runs, arms, NO_TRIALS)["run_id"]) == {"reference", "matched"}
