"""What a key is for stands in the schema alone: a new key is one field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field
from pydantic.fields import FieldInfo

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.described import key_descriptions
from rnnbench.cli.help_key import key_page
from rnnbench.config import arm_names, describe, keys
from rnnbench.config.arm_names import factor_name, key_words
from rnnbench.config.expand import expand
from rnnbench.config.recorded import parameters, recorded
from rnnbench.config.roles import (
    Compilation,
    Compiled,
    Drawn,
    IdleAt,
    IdleUnless,
    Label,
    Purpose,
    Unit,
)
from rnnbench.config.schema import Config
from rnnbench.config.section import _left_out, idle_markers
from rnnbench.config.training_section import TrainingConfig
from rnnbench.config.validate import validate
from rnnbench.data import InputSpec, Prepared
from rnnbench.errors import ConfigError
from rnnbench.report.comparisons import comparisons_block
from rnnbench.search.space import check_space
from rnnbench.training.spec import RunSpec, replicates
from tests.report.records import dataset, record

DATA = Prepared("imdb", Path(), "5e79", InputSpec(100, None, 10_000, 2), "", {})
KEY = "training.warmup"


def forget() -> None:
    """Read the schema anew."""
    Config.model_rebuild(force=True)
    of_keys = (keys.keys, keys.role, keys._is_content, arm_names._label, idle_markers, _left_out)
    for known in (*of_keys, key_descriptions, describe._definitions):
        known.cache_clear()


@pytest.fixture
def warmup() -> Iterator[None]:
    """The schema with one more key, which says everything about itself."""
    field = FieldInfo.from_annotated_attribute(
        Annotated[
            int,
            Field(ge=0, examples=[2], description="Epochs with a smaller step size."),
            Unit("epochs"),
            Compiled(),
            Label("epochs of warming up", "warmup"),
            IdleAt(value=0),
        ],
        0,
    )
    TrainingConfig.model_fields["warmup"] = field
    TrainingConfig.model_rebuild(force=True)
    forget()
    yield
    del TrainingConfig.model_fields["warmup"]
    TrainingConfig.model_rebuild(force=True)
    forget()


def config(*words: str, **training: Any) -> Config:
    (arm,) = expand(["+cell=gru", "data=imdb", *words])
    mapping = arm.config.model_dump()
    mapping["training"] |= training
    return validate(mapping)


def run(*words: str, **training: Any) -> RunSpec:
    (found,) = replicates("gru", config(*words, **training), DATA, [0])
    return found


class TestANewKey:
    @pytest.fixture
    def before(self) -> tuple[str, str]:
        known = run()
        return known.key, known.group

    def test_leaves_finished_runs_alone_while_it_is_idle(
        self, before: tuple[str, str], request: pytest.FixtureRequest
    ) -> None:
        request.getfixturevalue("warmup")
        idle = run(warmup=0)
        assert (idle.key, idle.group) == before
        assert KEY not in parameters(idle.config)

    def test_is_part_of_the_content_key_and_of_what_is_compiled(self, warmup: None) -> None:
        assert len({run(warmup=count).key for count in (0, 2, 3)}) == 3
        assert len({run(warmup=count).group for count in (0, 2, 3)}) == 3

    def test_is_recorded_and_logged(self, warmup: None) -> None:
        assert recorded(config(warmup=2))["training"]["warmup"] == 2
        assert parameters(config(warmup=2))[KEY] == "2"

    def test_is_explained(self, warmup: None) -> None:
        assert KEY in set(keys.keys())
        (one,) = (each for each in key_descriptions() if each.key == KEY)
        page = " ".join(key_page(one).split())
        assert "Epochs with a smaller step size." in page
        assert "allowed a whole number at least 0" in page
        assert "unit epochs" in page
        assert "changes nothing while it is 0" in page
        assert "training.warmup=2" in page

    def test_may_be_drawn_by_a_search_as_its_section_may(self, warmup: None) -> None:
        space = f"search.space={{{KEY}: {{type: int, low: 0, high: 3}}}}"
        check_space(config("search=random", space))

    def test_names_arms_and_is_what_a_report_compares(self, warmup: None) -> None:
        runs = [
            record("gru", seed, 0.8 + seed / 100 + int(value) / 50, **{KEY: value})
            for value in ("2", "3")
            for seed in range(3)
        ]
        section = dataset(runs)
        assert {arm.name for arm in section.arms} == {"gru warmup=2", "gru warmup=3"}
        (pair,) = section.pairs
        assert (pair.relation.factor, pair.relation.is_clean) == (KEY, True)
        assert "epochs of warming up" in str(comparisons_block(section))


class TestRoles:
    def test_every_key_has_a_purpose(self) -> None:
        assert {key.name for key in keys.keys().values() if key.role(Purpose) is None} == set()

    def test_a_key_has_its_own_mark_or_that_of_its_section(self) -> None:
        assert keys.role("optimizer.clipnorm", Compiled) == Compiled()
        assert keys.role("optimizer.learning_rate", Compiled) == Compiled(False)
        assert keys.role("cell.of_a_users_own", Drawn) == Drawn()
        assert keys.role("no.such.key", Purpose) is None

    def test_idle_keys_are_told_of_keys_that_exist(self) -> None:
        known = keys.keys()
        for name, key in known.items():
            for part in key.parts:
                for _, idle in idle_markers(part):
                    if isinstance(idle, IdleUnless):
                        assert f"{name}.{idle.key}" in known

    def test_what_computes_is_compiled(self) -> None:
        """Runs that differ in it would else share a program."""
        for name in keys.with_role(Compilation):
            assert keys.role(name, Compiled) == Compiled(), name

    def test_arms_are_named_by_what_determines_their_results(self) -> None:
        assert not any(
            keys.names_arms(key)
            for key in ("seed", "match", "executor.threads", "data.path", "data.word_index")
        )
        assert keys.names_arms("model.embedding.path")
        assert keys.names_arms("of.an.earlier.version")

    def test_parameters_are_those_that_describe_a_run(self) -> None:
        logged = {name.split(".")[0] for name in parameters(config())}
        assert logged == set(keys.about(*keys.LOGGED))
        assert logged == {
            *("seed", "match", "cell", "data", "model", "optimizer", "training", "executor")
        }

    @pytest.mark.parametrize("key", ["until", "seeds", "diagnostics.order", "training.test"])
    def test_a_search_draws_nothing_else(self, key: str) -> None:
        space = f"search.space={{{key}: {{type: categorical, choices: [null]}}}}"
        with pytest.raises(ConfigError, match="belongs to the model"):
            check_space(config("search=random", space))

    def test_words_of_a_key_are_its_last_part_or_its_label(self) -> None:
        assert key_words("training.batch_size") == "batch size"
        assert key_words("data.limit") == "training samples"
        assert factor_name("cell") == "cells"
        assert factor_name("cell.activation") == "activation"

    def test_a_sweep_reads_every_key_but_those_of_a_report(self) -> None:
        """Help may not load the schema, so what commands read is written beside them."""
        every = set(keys.keys())
        of_reports = {name for name in every if keys.is_about(name, Purpose.REPORT)}
        assert {name for name in every if COMMANDS["sweep"].reads(name)} == every - of_reports
        assert all(COMMANDS["report"].reads(name) for name in of_reports)

    def test_a_section_may_be_idle_as_a_whole(self) -> None:
        def stopping(**more: Any) -> str:
            return run(early_stopping={"patience": None, "monitor": "val_loss", **more}).key

        assert stopping(min_delta=0.0) == stopping(min_delta=0.1)
        assert stopping(min_delta=0.0, patience=2) != stopping(min_delta=0.1, patience=2)


def test_a_learning_rate_shares_the_compiled_program() -> None:
    first, second = run("optimizer.learning_rate=0.1"), run("optimizer.learning_rate=0.2")
    assert first.group == second.group
    assert first.key != second.key
