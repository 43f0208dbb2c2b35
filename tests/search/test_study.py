"""Studies in a real SQLite file: drawn, told, stopped, resumed, pruned and read again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError, StoreError
from rnnbench.search.declared import Search, declare_searches
from rnnbench.search.outcome import Searched, look_up, write_files
from rnnbench.search.space import apply
from rnnbench.search.storage import close_storage, open_storage, storage_path, studied, study_name
from rnnbench.search.study import Study, Trial, best_of, intermediate, study_key
from rnnbench.sweep.data_cache import DataCache
from rnnbench.tracking.home import Home
from rnnbench.training.history import Epoch
from tests.conftest import Configure

SMALL = (
    "cell=gru",
    "data=digits",
    "data.limit=40",
    "data.test_limit=10",
    "search=random",
    "search.n_startup_trials=2",
)

Values = dict[str, Any]
Declare = Callable[..., Search]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of Optuna's that was opened once and never used: its tables take a second."""
    home = Home.of(str(tmp_path_factory.mktemp("empty") / "runs"))
    home.make()
    close_storage(open_storage(home))
    return storage_path(home)


@pytest.fixture
def bare_home(tmp_path: Path) -> Home:
    home = Home.of(str(tmp_path / "runs"))
    home.make()
    return home


@pytest.fixture
def home(bare_home: Home, empty_database: Path) -> Home:
    shutil.copy(empty_database, storage_path(bare_home))
    return bare_home


@pytest.fixture(scope="module")
def declare(tmp_path_factory: pytest.TempPathFactory, configure: Configure) -> Declare:
    """Declare the search of one arm; ``declare("cell=lstm")`` where the words change SMALL."""
    data = Home.of(str(tmp_path_factory.mktemp("data")))

    def call(*words: str) -> Search:
        chosen = {word.lstrip("~").partition("=")[0]: word for word in (*SMALL, *words)}
        config = configure(*chosen.values())
        (search,) = declare_searches([Arm(config, {})], DataCache(data.path))
        return search

    return call


@contextmanager
def opened(search: Search, home: Home) -> Iterator[Study]:
    """The study of a search, as a process of its own would open and leave it."""
    storage = open_storage(home)
    try:
        yield Study.open(storage, search.key, search.label, search.config)
    finally:
        close_storage(storage)


def as_it_stands(search: Search, home: Home) -> Searched:
    (found,) = look_up([search], home)
    return found


def score(config: Config) -> float:
    """A result that depends on what was drawn, and has its best value within the space."""
    return 1.0 - abs(config.model.dropout - 0.2) - abs(config.optimizer.learning_rate - 0.003)


def ask_and_tell(study: Study, trials: int, *, value: float | None = None) -> list[Values]:
    """Draw and complete trials one after another; returns what was drawn."""
    drawn = []
    for _ in range(trials):
        number = study.ask()
        config, values = study.draw(number)
        drawn.append(values)
        study.complete(number, score(config) if value is None else value)
    return drawn


class TestName:
    def names(self, home: Home) -> list[str]:
        return optuna.get_all_study_names(f"sqlite:///{home.path / 'optuna.db'}")

    def test_says_data_set_arm_and_sampler_before_the_key(
        self, declare: Declare, home: Home
    ) -> None:
        search = declare("model.depth=2")  # the units are drawn
        with opened(search, home):
            pass
        assert self.names(home) == [f"digits · gru depth=2 · random · {search.key[:12]}"]

    def test_leaves_out_what_is_drawn_and_repeats_nothing(self, declare: Declare) -> None:
        search = declare()
        name = study_name("gru model.depth=1 training.epochs=3", search.key, search.config)
        assert name == f"digits · gru depth=1 epochs=3 · random · {search.key[:12]}"
        assert len(study_name("x" * 1000, search.key, search.config)) < 512

    @pytest.mark.parametrize("name", ["gru {}", "digits · gru as another sweep called it · {}"])
    def test_is_no_matter_where_the_key_is_the_same(
        self, declare: Declare, home: Home, name: str
    ) -> None:
        """Studies of earlier versions, which named the cell alone, go on."""
        search = declare()
        old = name.format(search.key[:12])
        storage = open_storage(home)
        study = optuna.create_study(storage=storage, study_name=old, direction="maximize")
        study.set_user_attr("rnnbench.key", search.key)
        assert Study.find(storage, search.key, search.config) is not None
        close_storage(storage)
        with opened(search, home) as study_again:
            ask_and_tell(study_again, 2)
        assert self.names(home) == [old]
        assert as_it_stands(search, home).count("COMPLETE") == 2


class TestRandomSearch:
    def test_resumed_draws_what_it_would_have_drawn(self, declare: Declare, home: Home) -> None:
        search, other = declare(), declare("cell=lstm")
        with opened(other, home) as study:
            uninterrupted = ask_and_tell(study, 6)
        with opened(search, home) as study:
            before = ask_and_tell(study, 3)
        with opened(search, home) as study:
            after = ask_and_tell(study, 3)
            assert [trial.params for trial in study.trials()] == before + after
        assert before + after == uninterrupted
        assert len({repr(values) for values in uninterrupted}) == 6

    def test_draws_by_number_whatever_the_results_and_their_order(
        self, declare: Declare, home: Home
    ) -> None:
        with opened(declare(), home) as study:
            one_by_one = ask_and_tell(study, 4)
        with opened(declare("cell=lstm"), home) as study:
            numbers = [study.ask() for _ in range(4)]
            at_once = {number: study.draw(number)[1] for number in reversed(numbers)}
            study.fail(2)
        assert [at_once[number] for number in range(4)] == one_by_one

    def test_of_another_seed_draws_otherwise(self, declare: Declare, home: Home) -> None:
        with opened(declare(), home) as study:
            one = ask_and_tell(study, 2)
        with opened(declare("seed=1"), home) as study:
            assert ask_and_tell(study, 2) != one


@pytest.mark.parametrize("sampler", ["random", "tpe", "qmc", "cmaes"])
class TestEverySampler:
    def test_asks_and_tells_without_a_word(
        self, declare: Declare, home: Home, sampler: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        search = declare(f"search={sampler}")
        with opened(search, home) as study:
            ask_and_tell(study, 3)
        capfd.readouterr()
        with opened(search, home) as study:
            drawn = ask_and_tell(study, 3)
            states = [trial.state for trial in study.trials()]
        assert states == ["COMPLETE"] * 6
        assert len({repr(values) for values in drawn}) > 1
        said = capfd.readouterr()
        assert (said.out, said.err) == ("", "")

    def test_draws_the_same_for_every_arm_at_first(
        self, declare: Declare, home: Home, sampler: str
    ) -> None:
        first = []
        for cell in ("gru", "lstm"):
            with opened(declare(f"cell={cell}", f"search={sampler}"), home) as study:
                first.append(ask_and_tell(study, 2, value=0.5 if cell == "gru" else 0.9))
        assert first[0] == first[1]

    def test_takes_a_range_that_its_steps_do_not_fill(
        self, declare: Declare, home: Home, sampler: str
    ) -> None:
        space = (
            "search.space={model.dropout: {type: float, low: 0, high: 0.55, step: 0.1},"
            "model.units: {type: int, low: 8, high: 33, step: 10}}"
        )
        with opened(declare(f"search={sampler}", space), home) as study:
            for values in ask_and_tell(study, 4):
                assert values["model.units"] in (8, 18, 28)
                assert min(abs(values["model.dropout"] - tenth / 10) for tenth in range(6)) < 1e-9


class TestTrialOfADeadProcess:
    @pytest.mark.parametrize("sampler", ["random", "tpe", "qmc", "cmaes"])
    def test_is_resumed_with_the_values_that_it_had(
        self, declare: Declare, home: Home, sampler: str
    ) -> None:
        search = declare(f"search={sampler}")
        with opened(search, home) as study:
            ask_and_tell(study, 3)
            number = study.ask()
            config, values = study.draw(number)
            study.report(number, 1, 0.25)
        with opened(search, home) as study:
            assert [trial.number for trial in study.counted() if trial.state == "RUNNING"] == [3]
            assert study.draw(number) == (config, values)
            study.report(number, 1, 0.75)  # trained again, and told already
            study.report(number, 2, 0.5)
            study.complete(number, 0.5)
            resumed = study.trials()[number]
        assert (resumed.state, resumed.params, resumed.value) == ("COMPLETE", values, 0.5)
        assert resumed.intermediate == {1: 0.25, 2: 0.5}

    def test_has_no_winner_before_it_ends(self, declare: Declare, home: Home) -> None:
        search = declare("search.n_trials=2")
        with opened(search, home) as study:
            ask_and_tell(study, 1)
            number = study.ask()
            study.draw(number)
        assert as_it_stands(search, home).winner is None
        assert as_it_stands(search, home).ended == 1
        with opened(search, home) as study:
            study.fail(number)
        winner = as_it_stands(search, home).winner
        assert winner is not None
        assert winner.number == 0


EPOCHS = [
    Epoch(1, 1.0, 0.1, 0.9, 0.40, 0.1),
    Epoch(2, 0.9, 0.2, 0.5, 0.70, 0.1),
    Epoch(3, 0.8, 0.3, 0.6, 0.55, 0.1),
]


class TestIntermediateValue:
    @pytest.mark.parametrize(
        ("metric", "values"),
        [
            ("best_val_accuracy", [0.40, 0.70, 0.70]),
            ("final_val_accuracy", [0.40, 0.70, 0.55]),
            ("best_val_loss", [0.9, 0.5, 0.5]),
            ("final_val_loss", [0.9, 0.5, 0.6]),
        ],
    )
    def test_is_the_metric_as_if_training_ended_there(
        self, metric: str, values: list[float]
    ) -> None:
        assert [intermediate(metric, EPOCHS[:n]) for n in (1, 2, 3)] == values


accuracies = st.integers(0, 10).map(lambda tenth: tenth / 10)  # so that some are equal


def trial(number: int, value: float | None, state: str = "COMPLETE") -> Trial:
    return Trial(number, state, {}, value, {}, None)


class TestBestTrial:
    @pytest.mark.parametrize(("largest", "number"), [(True, 1), (False, 0)])
    def test_of_equals_is_the_first(self, largest: bool, number: int) -> None:
        trials = [trial(0, 0.1), trial(1, 0.9), trial(2, 0.9), trial(3, 0.1)]
        for order in (trials, trials[::-1]):
            best = best_of(order, largest=largest)
            assert best is not None
            assert best.number == number

    @pytest.mark.parametrize("state", ["PRUNED", "FAIL", "RUNNING", "WAITING"])
    def test_is_a_complete_one(self, state: str) -> None:
        other = trial(0, 0.9, state)
        best = best_of([other, trial(1, 0.5)], largest=True)
        assert best is not None
        assert best.number == 1
        assert best_of([other], largest=True) is None
        assert best_of([], largest=True) is None

    @settings(deadline=None)
    @given(st.lists(accuracies, min_size=1), st.booleans())
    def test_is_beaten_by_none(self, values: list[float], largest: bool) -> None:
        best = best_of([trial(n, value) for n, value in enumerate(values)], largest=largest)
        assert best is not None
        assert best.value == (max if largest else min)(values)
        assert best.number == values.index(best.value)

    @pytest.mark.parametrize(
        ("metric", "value"), [("best_val_accuracy", 0.7), ("final_val_loss", 0.3)]
    )
    def test_has_the_highest_accuracy_or_the_lowest_loss(
        self, declare: Declare, home: Home, metric: str, value: float
    ) -> None:
        search = declare("search.n_trials=3", f"search.metric={metric}")
        with opened(search, home) as study:
            for result in (0.5, 0.7, 0.3):
                ask_and_tell(study, 1, value=result)
        winner = as_it_stands(search, home).winner
        assert winner is not None
        assert winner.value == value


class TestFailedTrial:
    @pytest.fixture
    def search(self, declare: Declare, home: Home) -> Search:
        """Three of three trials, of which the middle one failed."""
        search = declare("search.n_trials=3", "seeds=2")
        with opened(search, home) as study:
            ask_and_tell(study, 1, value=0.5)
            number = study.ask()
            study.draw(number)
            study.fail(number)
            ask_and_tell(study, 1, value=0.4)
        return search

    def test_counts_and_is_not_drawn_again_unasked(self, search: Search, home: Home) -> None:
        found = as_it_stands(search, home)
        assert [t.state for t in found.trials] == ["COMPLETE", "FAIL", "COMPLETE"]
        assert (found.ended, found.count("FAIL")) == (3, 1)
        assert found.winner is not None

    def test_asked_for_is_drawn_once_more_with_its_values(self, search: Search, home: Home) -> None:
        with opened(search, home) as study:
            failed = study.trials()[1]
            study.retry_failed()
            study.retry_failed()  # by another command, before it was drawn
            assert [t.state for t in study.counted()] == ["COMPLETE", "COMPLETE", "WAITING"]
            number = study.ask()
            _, values = study.draw(number)
            assert values == failed.params
            study.complete(number, 0.9)
            assert len(study.trials()) == 4
        found = as_it_stands(search, home)
        assert [t.number for t in found.trials] == [0, 2, number]
        assert (found.ended, found.count("FAIL")) == (3, 0)
        assert found.winner is not None
        assert found.winner.params == failed.params

    def test_that_fails_again_counts_once(self, search: Search, home: Home) -> None:
        for _ in range(2):
            with opened(search, home) as study:
                study.retry_failed()
                number = study.ask()
                study.draw(number)
                study.fail(number)
        found = as_it_stands(search, home)
        assert (found.ended, found.count("FAIL"), found.trials[-1].number) == (3, 1, number)

    def test_is_not_followed_by_a_retry_where_none_failed(
        self, declare: Declare, home: Home
    ) -> None:
        with opened(declare(), home) as study:
            ask_and_tell(study, 2)
            study.retry_failed()
            assert len(study.trials()) == 2

    def test_with_values_that_do_not_go_together_fails_alone(
        self, declare: Declare, home: Home
    ) -> None:
        space = "search.space={model.head:{type:categorical,choices:[last,flatten,max]}}"
        with opened(declare("data.mask=true", space), home) as study:
            heads = []
            for _ in range(6):
                number = study.ask()
                try:
                    heads.append(study.draw(number)[0].model.head)
                except ConfigError:
                    study.fail(number)
                else:
                    study.complete(number, 0.5)
            states = {trial.state for trial in study.trials()}
        assert set(heads) == {"last"}
        assert states == {"COMPLETE", "FAIL"}


class TestBudget:
    def test_lowered_again_gives_the_winner_among_the_first(
        self, declare: Declare, home: Home
    ) -> None:
        searches = {n: declare("seeds=2", f"search.n_trials={n}") for n in (1, 2, 4, 5)}
        assert len({search.key for search in searches.values()}) == 1
        with opened(searches[4], home) as study:
            for value in (0.3, 0.6, 0.5, 0.9):
                ask_and_tell(study, 1, value=value)
            trials = study.counted()
        for winners in (
            {n: as_it_stands(search, home).winner for n, search in searches.items()},
            {n: search.winner(trials) for n, search in searches.items()},
        ):
            assert {n: w.number for n, w in winners.items() if w} == {1: 0, 2: 1, 4: 3}
            assert winners[5] is None
        assert len(as_it_stands(searches[2], home).trials) == 2

    def test_is_not_shared_between_arms(self, declare: Declare, home: Home) -> None:
        one = declare("search.n_trials=1")
        other = declare("cell=lstm", "search.n_trials=1")
        with opened(one, home) as study:
            ask_and_tell(study, 1)
        found = look_up([other, one], home)
        assert [searched.ended for searched in found] == [0, 1]

    def test_of_a_search_never_begun_is_whole_and_creates_nothing(
        self, declare: Declare, bare_home: Home
    ) -> None:
        search = declare()
        found = as_it_stands(search, bare_home)
        assert (found.trials, found.winner, found.replicates) == ((), None, ())
        assert not storage_path(bare_home).exists()


class TestWinner:
    def test_is_trained_again_with_its_values_fresh_seeds_and_the_test_set(
        self, declare: Declare, home: Home
    ) -> None:
        words = ("search.n_trials=3", "seed=5", "seeds=4", "training.test=best")
        search = declare(*words)
        with opened(search, home) as study:
            ask_and_tell(study, 3)
        found = as_it_stands(search, home)
        assert found.winner is not None
        assert [spec.config.seed for spec in found.replicates] == [5, 6, 7, 8]
        seeds_of_trials = {
            search.trial(t.number, apply(search.config, t.params)).config.seed for t in found.trials
        }
        assert len(seeds_of_trials) == 3
        assert not seeds_of_trials & {spec.config.seed for spec in found.replicates}
        for spec in found.replicates:
            assert spec.trial is None
            assert spec.config.training.test == "best"
            assert apply(spec.config, found.winner.params) == spec.config


KEY_CHANGES = [
    "search=tpe",
    "search.pruner=median",
    "search.metric=final_val_loss",
    "search.n_startup_trials=3",
    "search.space.model.dropout.high=0.4",
    "search.space.model.units.when={}",
    "~search.space.model.dropout",
    "seed=1",
    "training.epochs=3",
    "optimizer=sgd",
    "data.limit=30",
    "cell=lstm",
]


class TestStudyKey:
    @pytest.mark.parametrize("change", KEY_CHANGES)
    def test_depends_on_what_determines_the_trials(self, declare: Declare, change: str) -> None:
        assert declare(change).key != declare().key

    @pytest.mark.parametrize(
        "change",
        [
            "search.n_trials=99",
            "seeds=9",
            "training.test=best",
            "tracking.save_model=last",
            "executor.workers=1",
            "sweep.retry_failed=true",
        ],
    )
    def test_does_not_depend_on_what_cannot_change_a_trial(
        self, declare: Declare, change: str
    ) -> None:
        assert declare(change).key == declare().key

    def test_depends_on_the_version_of_the_training_code(
        self, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = declare().key
        monkeypatch.setattr("rnnbench.search.study.TRAINING_VERSION", 10**6)
        assert declare().key != before

    def test_depends_on_the_order_in_which_keys_are_drawn(
        self, declare: Declare, home: Home
    ) -> None:
        rate = "optimizer.learning_rate: {type: float, low: 0.001, high: 0.1}"
        dropout = "model.dropout: {type: float, low: 0, high: 0.5}"
        one = declare(f"search.space={{{rate}, {dropout}}}")
        other = declare(f"search.space={{{dropout}, {rate}}}")
        drawn = []
        for search in (one, other):
            with opened(search, home) as study:
                drawn += ask_and_tell(study, 1)
        assert drawn[0] != drawn[1]
        assert one.key != other.key

    def test_depends_on_how_training_stops_early_where_patience_is_drawn(
        self, declare: Declare
    ) -> None:
        change = "training.early_stopping.monitor=val_accuracy"
        drawn = "search.space.training.early_stopping.patience={type: int, low: 1, high: 2}"
        assert declare(change).key == declare().key
        assert declare(drawn, change).key != declare(drawn).key

    def test_is_the_same_for_a_configuration_read_twice(self, declare: Declare) -> None:
        search = declare()
        assert study_key(Config.model_validate(search.config.model_dump()), search.data) == (
            search.key
        )


class TestImportance:
    def searched(self, declare: Declare, home: Home, values: Sequence[float]) -> Searched:
        search = declare(f"search.n_trials={len(values)}")
        with opened(search, home) as study:
            for value in values:
                ask_and_tell(study, 1, value=value)
        return as_it_stands(search, home)

    def test_shares_sum_to_one_and_the_deciding_key_has_most(
        self, declare: Declare, home: Home, tmp_path: Path
    ) -> None:
        search = declare("search.n_trials=15")
        with opened(search, home) as study:
            for _ in range(15):
                number = study.ask()
                config, _ = study.draw(number)
                study.complete(number, 1.0 - config.model.dropout)
        result = as_it_stands(search, home)
        importance = result.importance
        write_files(result, tmp_path)
        assert json.loads((tmp_path / "importance.json").read_text()) == importance
        assert (tmp_path / "importance.png").read_bytes().startswith(b"\x89PNG")
        assert set(importance) == set(search.config.search.space)
        assert sum(importance.values()) == pytest.approx(1)
        assert all(share >= 0 for share in importance.values())
        assert max(importance, key=importance.__getitem__) == "model.dropout"

    @pytest.mark.parametrize("count", [1, 2, 12])
    def test_of_trials_that_tell_nothing_is_not_told(
        self, declare: Declare, home: Home, count: int, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert self.searched(declare, home, [0.5] * count).importance == {}
        assert capfd.readouterr().err == ""

    def test_leaves_the_study_alone(self, declare: Declare, home: Home) -> None:
        self.searched(declare, home, [0.1, 0.3, 0.2])
        storage = f"sqlite:///{home.path / 'optuna.db'}"
        (name,) = optuna.get_all_study_names(storage)
        assert len(optuna.load_study(study_name=name, storage=storage).trials) == 3


class TestPruning:
    def report(self, study: Study, values: Sequence[float], end: str = "complete") -> list[bool]:
        """Report values by epoch to a fresh trial, end it, and return what the pruner said."""
        number = study.ask()
        study.draw(number)
        said = [study.report(number, epoch, value) for epoch, value in enumerate(values, 1)]
        if end == "prune":
            study.prune(number)
        else:
            study.complete(number, values[-1])
        return said

    def test_by_median_ends_what_is_below_it_at_its_epoch(
        self, declare: Declare, home: Home
    ) -> None:
        search = declare("search.pruner=median", "search.n_trials=6")
        with opened(search, home) as study:
            assert self.report(study, [0.1, 0.2]) == [False, False]  # the first two are never
            assert self.report(study, [0.5, 0.8]) == [False, False]
            assert self.report(study, [0.4, 0.9]) == [False, False]
            assert self.report(study, [0.3], "prune") == [True]  # the median is 0.4
            assert self.report(study, [0.45, 0.6], "prune") == [False, True]
        with opened(search, home) as study:
            assert self.report(study, [0.39], "prune") == [True]
            states = [trial.state for trial in study.trials()]
            pruned = study.trials()[3]
        assert states == ["COMPLETE"] * 3 + ["PRUNED"] * 3
        assert (pruned.value, pruned.intermediate) == (0.3, {1: 0.3})
        assert as_it_stands(search, home).winner is not None

    def test_by_median_ends_a_loss_that_is_above_it(self, declare: Declare, home: Home) -> None:
        words = ("search.pruner=median", "search.metric=final_val_loss")
        with opened(declare(*words), home) as study:
            for loss in (0.5, 0.6):
                self.report(study, [loss])
            assert self.report(study, [0.7]) == [True]
            assert self.report(study, [0.4]) == [False]

    def test_does_not_happen_without_a_pruner(self, declare: Declare, home: Home) -> None:
        with opened(declare(), home) as study:
            said = [self.report(study, [value, value]) for value in (0.9, 0.9, 0.9, 0.0)]
        assert not any(any(answers) for answers in said)

    def test_by_hyperband_asks_and_tells_without_a_word(
        self, declare: Declare, home: Home, capfd: pytest.CaptureFixture[str]
    ) -> None:
        search = declare("search=tpe", "search.pruner=hyperband", "training.epochs=3")
        with opened(search, home) as study:
            said = [self.report(study, [1 / (n + 1)] * 3) for n in range(8)]
        assert any(any(answers) for answers in said)
        assert capfd.readouterr().err == ""

    def test_is_forgotten_by_the_best_trial(self, declare: Declare, home: Home) -> None:
        search = declare("search.pruner=median", "search.n_trials=2")
        with opened(search, home) as study:
            self.report(study, [0.9], "prune")
            self.report(study, [0.2])
        winner = as_it_stands(search, home).winner
        assert winner is not None
        assert winner.number == 1


def test_a_trial_never_meets_the_test_set_and_keeps_no_model(declare: Declare, home: Home) -> None:
    diagnostics = ("diagnostics.order=true", "diagnostics.gradient_flow=[0]")
    search = declare("training.test=best", "tracking.save_model=best", *diagnostics)
    with opened(search, home) as study:
        config, _ = study.draw(study.ask())
    assert (config.training.test, config.tracking.save_model) == ("none", "none")
    assert (config.diagnostics.order, config.diagnostics.gradient_flow) == (False, None)


class TestDamagedFile:
    @pytest.mark.parametrize("part", ["first half", "header", "all but the end", "no part"])
    def test_is_one_message_and_is_left_as_it_is(
        self, declare: Declare, home: Home, part: str
    ) -> None:
        path = storage_path(home)
        whole = path.read_bytes()
        left = {
            "first half": whole[: len(whole) // 2],
            "header": whole[:100],
            "all but the end": whole[:-4096],
            "no part": b"something else\n" * 1000,
        }[part]
        path.write_bytes(left)
        with pytest.raises(StoreError, match=rf"home: expected .* received {path} \(.*move it"):
            look_up([declare()], home)
        assert path.read_bytes() == left

    def test_of_another_program_is_one_message(self, declare: Declare, bare_home: Home) -> None:
        path = storage_path(bare_home)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            connection.execute("INSERT INTO alembic_version VALUES ('of another program')")
        with pytest.raises(StoreError, match="home: expected a database of Optuna's"):
            look_up([declare()], bare_home)

    def test_that_is_damaged_while_it_is_open_is_one_message(
        self, declare: Declare, home: Home
    ) -> None:
        search = declare()

        def read() -> None:
            with studied(home), opened(search, home) as study:
                storage_path(home).write_bytes(b"something else\n" * 1000)
                study.trials()

        with pytest.raises(StoreError, match=r"optuna\.db"):
            read()

    def test_of_no_bytes_is_a_new_one(self, declare: Declare, bare_home: Home) -> None:
        """A process that is killed at the right moment leaves one."""
        storage_path(bare_home).touch()
        assert as_it_stands(declare(), bare_home).trials == ()
