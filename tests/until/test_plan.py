"""What ``plan`` says of comparisons: what seeds can show, and how many runs are to be expected."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.stats.power import Range
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec
from rnnbench.until.outlook import outlook_words, outlooks
from rnnbench.until.planning import assumed_words, shown_by, shown_table
from tests.conftest import Run
from tests.sweep.conftest import SMALL

WORDS = ("+cell=simple_rnn,gru,lstm", *SMALL)
CLOSE = {
    "gru": [0.80, 0.83, 0.81, 0.78, 0.80, 0.82],
    "lstm": [0.81, 0.82, 0.80, 0.79, 0.82, 0.81],
}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, list[RunSpec]]:
    arms = expand([*WORDS, "seeds=6"])
    return arms[0].config, declare(arms, DataCache(tmp_path_factory.mktemp("declared")))


def records(specs: Sequence[RunSpec], values: dict[str, list[float]]) -> dict[str, Record]:
    found = {}
    for spec in specs:
        if spec.label in values:
            value = values[spec.label][spec.config.seed]
            metrics = {"test_accuracy_best": value, "test_accuracy_last": value}
            found[spec.key] = Record(spec.key, "FINISHED", metrics=metrics)
    return found


class TestFixedSeeds:
    def test_are_told_for_each_pair_from_the_spread_that_the_store_knows(
        self, declared: tuple[Config, list[RunSpec]]
    ) -> None:
        config, specs = declared
        shown = shown_by(specs, config, records(specs, CLOSE), None)
        by_pair = {one.spread.pair: one for one in shown}
        assert len(by_pair) == 3
        known = by_pair["gru", "lstm"]
        assert known.spread.seeds == 6
        assert known.spread.sd == pytest.approx(0.0126, abs=1e-3)
        assert by_pair["simple_rnn", "gru"].spread.seeds is None
        table = shown_table(shown, config)
        assert [row[-1] for row in table.rows] == ["assumed", "assumed", "6 seeds"]
        assert (
            table.title == "What 6 seeds show with 80 % power, by test accuracy of the best epoch"
        )

    def test_show_smaller_differences_the_more_there_are(
        self, declared: tuple[Config, list[RunSpec]]
    ) -> None:
        config, specs = declared
        few, many = (
            shown_by(specs, config.model_copy(update={"seeds": seeds}), {}, None)[0].detectable
            for seeds in (5, 20)
        )
        assert many.low < few.low
        assert many.high < few.high

    def test_that_are_too_few_show_nothing(self, declared: tuple[Config, list[RunSpec]]) -> None:
        config, specs = declared
        two = config.model_copy(update={"seeds": 2})
        assert "2 seeds show nothing of each of 3" in assumed_words(
            shown_by(specs, two, {}, None), two
        )

    def test_may_never_do_for_the_margin(self, declared: tuple[Config, list[RunSpec]]) -> None:
        config, specs = declared
        (one, *_) = shown_by(specs, config, {}, None)
        never = replace(one, seeds=Range(9_000, math.inf))
        assert "needs 9,000 to over 10,000 seeds" in assumed_words([never], config)

    def test_of_a_plan_name_what_is_assumed(self, run: Run) -> None:
        out = " ".join(run("plan", *WORDS, "seeds=6").out.split())
        assert re.search(r"6 seeds show a difference of 0\.\d+ to 0\.\d+ in each of 3 compar", out)
        assert "the margin of 0.01 needs" in out
        assert "Assumed, for the store does not know it" in out
        assert "seeds show" not in run("plan", "+cell=gru", *SMALL).out


class TestUntilDecided:
    @pytest.fixture
    def planned(self, run: Run, work_dir: Path) -> str:
        answer = run("plan", *WORDS, "until=decided", "most_seeds=8")
        assert answer.status == 0, answer.err
        assert list(work_dir.iterdir()) == []
        return answer.out

    def test_lists_the_runs_that_are_sure_to_be_trained(self, planned: str) -> None:
        runs = set(re.findall(r"^(\w+ seed=\d+) +PENDING", planned, re.MULTILINE))
        assert runs == {f"{c} seed={s}" for c in ("simple_rnn", "gru", "lstm") for s in range(5)}
        assert "15 runs so far: 15 PENDING" in planned

    def test_expects_a_number_of_runs_between_the_first_look_and_the_limit(
        self, planned: str
    ) -> None:
        text = " ".join(planned.split())
        assert "Look 1 of 4, 5 seeds, 3 of 3 comparisons open." in text
        found = re.search(r"Runs until decided, of at most 24: about (\d+), where the arms", text)
        assert found is not None
        assert 15 <= int(found[1]) <= 24
        assert "spreads by 0.01: assumed, as much as the margin" in text

    def test_tells_the_time_where_a_run_takes_so_long(
        self, declared: tuple[Config, list[RunSpec]]
    ) -> None:
        config = declared[0].model_copy(update={"until": "decided", "most_seeds": 6})
        (one,) = outlooks(declared[1], config, None)
        assert "from now" not in outlook_words(one, 2, several=False)
        text = outlook_words(replace(one, run_seconds=3600.0), 2, several=True)
        assert text.startswith("digits: Look 1 of 2")
        assert re.search(r"about 1\d, in about \d h \d+ min from now, where the arms are", text)
