"""The presets: published systems to the last parameter, questions that share their runs, plans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rnnbench.config.expand import expand
from rnnbench.config.option_files import OptionFiles
from rnnbench.config.paths import preset_files
from rnnbench.config.schema import Config
from rnnbench.data import input_spec
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import resolve_units
from rnnbench.models.parameters import ParameterTable, count
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from tests.conftest import ROOT, Run
from tests.data.conftest import REVIEWS, imdb_members

# Parameters of embedding, each recurrent layer and head, as their sources printed them.
PARAMETERS = {
    "imdb_lstm150": (1_280_000, [167_400], 151, 1_447_551),
    "imdb_lstm128_dropout": (1_280_000, [131_584], 129, 1_411_713),
    "imdb_gru128_dropout": (1_280_000, [99_072], 129, 1_379_201),
    "imdb_gru154_dropout": (1_280_000, [131_208], 155, 1_411_363),
    "imdb_simple_rnn32": (320_000, [2080], 33, 322_113),
    "imdb_lstm32": (320_000, [8320], 33, 328_353),
    "stacked_simple_rnn32x4": (320_000, [2080] * 4, 33, 328_353),
    "simple_rnn32_sequences": (320_000, [2080], 0, 322_080),
}
# Vocabulary, maxlen, validation, optimizer, batch size and epochs of those that were trained.
PROTOCOLS = {
    "imdb_lstm150": (10_000, 100, "none", "adam", 32, 15),
    "imdb_lstm128_dropout": (10_000, 100, "test", "adam", 32, 10),
    "imdb_gru128_dropout": (10_000, 100, "none", "adam", 32, 1),
    "imdb_gru154_dropout": (10_000, 100, "none", "adam", 32, 1),
    "imdb_simple_rnn32": (10_000, 500, "split", "rmsprop", 128, 10),
    "imdb_lstm32": (10_000, 500, "split", "rmsprop", 128, 10),
    "stacked_simple_rnn32x4": (10_000, 500, "split", "rmsprop", 128, 10),
}
PUBLISHED = {
    "imdb_lstm150": {"test_loss": 1.0617911480247975, "test_accuracy": 0.830079972743988},
    "imdb_lstm128_dropout": {"test_loss": 0.7310195725655556, "test_accuracy": 0.8346},
    "imdb_gru128_dropout": {"test_loss": 0.567109863204956, "test_accuracy": 0.7},
    "imdb_gru154_dropout": {"test_loss": 0.5779512642192841, "test_accuracy": 0.68708},
}
# What the sources concluded: the preset that tests it, the measure, and the two sides.
CLAIMS = {
    "lstm_beats_gru_equal_units": ("gru_vs_lstm", "test_accuracy", "lstm", "gru"),
    "lstm_beats_gru_equal_parameters": ("gru_vs_lstm", "test_accuracy", "lstm", "gru"),
    "simple_rnn_overfits": ("cells_at_500", "val_loss_rise", "simple_rnn", None),
    "lstm_beats_simple_rnn": ("cells_at_500", "best_val_accuracy", "lstm", "simple_rnn"),
    "long_training_overfits": ("long_training", "val_loss_rise", "lstm", None),
    "rnn_remembers_order": ("imdb_lstm150", "order_changed", "lstm", None),
}
UNTRAINED = ("simple_rnn32_sequences",)
# Published after one training, as a comparison whose single seed is part of what it shows.
OF_ONE_SEED = ("velarde_activities", "velarde_bankex")
TRAINED = [name for name in preset_files() if name not in UNTRAINED]


def the_arm(name: str) -> Config:
    (arm,) = expand([f"experiments={name}"])
    return arm.config


def counted(config: Config) -> ParameterTable:
    spec = input_spec(config.data)
    config = resolve_units(config, spec)
    return count(check_cell(config.cell), config.model, spec)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_published_system_has_its_parameters(name: str) -> None:
    table = counted(the_arm(name))
    layers = [layer.parameters for layer in table.layers if layer.kind == "recurrent"]
    found = (table.total("embedding"), layers, table.total("head"), table.total())
    assert found == PARAMETERS[name]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_published_system_has_its_protocol(name: str) -> None:
    config = the_arm(name)
    data, training = config.data, config.training
    assert data.name == "imdb"
    assert (data.padding, data.truncating, data.mask, data.limit) == ("pre", "pre", False, None)
    found = (data.num_words, data.maxlen, training.validation, config.optimizer.name)
    assert (*found, training.batch_size, training.epochs) == PROTOCOLS[name]
    dropout = 0.2 if name.endswith("_dropout") else 0.0
    assert (config.model.dropout, config.model.recurrent_dropout) == (dropout, dropout)
    assert config.optimizer.learning_rate == 0.001
    assert training.validation != "split" or training.validation_fraction == 0.2


@pytest.mark.parametrize("name", ["imdb_lstm150", "text_simple_rnn50_vectors"])
def test_a_system_that_was_saved_is_saved(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNNBENCH_ACLIMDB", str(tmp_path))
    assert the_arm(name).tracking.save_model == "last"


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_system_stands_beside_its_numbers(name: str) -> None:
    assert the_arm(name).published == {name: PUBLISHED[name]}


@pytest.mark.parametrize("name", ["imdb_simple_rnn32", "imdb_lstm32"])
def test_published_curves_have_a_value_an_epoch(name: str) -> None:
    curves = the_arm(name).published[name]
    assert set(curves) == {*("loss", "accuracy", "val_loss", "val_accuracy", "seconds_per_epoch")}
    assert {len(values) for values in curves.values()} == {10}


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_tested_by_a_preset(claim: str) -> None:
    name, metric, a, b = CLAIMS[claim]
    config = expand([f"experiments={name}"])[0].config
    found = [c for c in config.claims if (c.metric, c.a, c.b) == (metric, a, b)]
    equal = {"lstm_beats_gru_equal_units": {"model.units": 128}}
    equal["lstm_beats_gru_equal_parameters"] = {"match": "lstm:128"}
    assert [c for c in found if claim not in equal or c.where == equal[claim]]
    assert config.diagnostics.order or metric != "order_changed"


def test_the_fair_question_has_equal_units_and_equal_parameters() -> None:
    arms = [arm.config for arm in expand(["experiments=gru_vs_lstm"])]
    assert {(c.training.epochs, c.training.validation, c.seeds) for c in arms} == {(10, "test", 5)}
    found = {(c.cell.name, counted(c).recurrent) for c in arms if c.cell}
    assert found == {("lstm", 131_584), ("gru", 99_072), ("gru", 131_208)}


def test_make_presets_trains_every_preset() -> None:
    text = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if line.startswith("PRESETS :=")]
    assert sorted(line.split()[2:]) == sorted(TRAINED)


@pytest.mark.parametrize("name", [name for name in TRAINED if name not in OF_ONE_SEED])
def test_every_preset_that_trains_has_three_seeds(name: str) -> None:
    assert all(arm.config.seeds >= 3 for arm in expand([f"experiments={name}"]))


@pytest.fixture
def series(work_dir: Path) -> None:
    """Ten series a file, shorter than the published ones, where presets look for these."""
    steps = np.arange(600)
    rows = [np.sin(steps / (7 + row)) + row for row in range(10)]
    for name in ("bankex", "activities"):
        np.savetxt(work_dir / f"{name}.csv", rows, delimiter=",")


@pytest.mark.parametrize("name", OF_ONE_SEED)
def test_a_published_comparison_of_forecasts_has_a_fair_one_beside_it(
    name: str, series: None
) -> None:
    arms = [arm.config for arm in expand([f"experiments={name}"])]
    fair = [arm.config for arm in expand([f"experiments={name}_fair"])]
    assert {(c.seeds, c.data.scaling_leak, c.match) for c in arms} == {(1, True, None)}
    assert {(c.seeds, c.data.scaling_leak, c.match) for c in fair} == {(5, None, "lstm:128")}
    for config in (*arms, *fair):
        told = (config.data.window, config.data.test, config.data.scaling, config.optimizer.name)
        assert told == (60, 251, "minmax", "adam")
        assert (config.training.epochs, config.training.batch_size) == (200, 32)
    published = {c.cell.name: counted(c) for c in arms if c.cell and c.data.horizon == 20}
    assert {cell: table.recurrent for cell, table in published.items()} == {
        "lstm": 66_560,
        "gru": 50_304,
    }
    assert published["lstm"].total() == 69_140


@pytest.mark.parametrize("name", OF_ONE_SEED)
def test_a_fair_comparison_states_how_it_differs_from_the_published_one(
    name: str, series: None
) -> None:
    stated = yaml.safe_load(preset_files()[f"{name}_fair"].read_text("utf-8"))
    assert stated["defaults"] == [name]
    assert not {"claims", "sweep", "model", "optimizer"} & stated.keys()
    whole, fair = (expand([f"experiments={one}"])[0].config for one in (name, f"{name}_fair"))
    assert whole.published or "activities" in name
    assert not fair.published
    assert {claim.metric for claim in whole.claims} == {"test_scaled_rmse_last"}
    judged = [claim.model_copy(update={"metric": whole.report.metric}) for claim in fair.claims]
    assert {claim.metric for claim in fair.claims} == {"test_scaled_rmse_best"}
    assert judged == whole.claims


@pytest.mark.parametrize("name", OF_ONE_SEED)
def test_help_reads_what_a_preset_builds_on(name: str) -> None:
    (chosen, values), (same, fair) = map(OptionFiles().preset, (name, f"{name}_fair"))
    assert chosen == same == {"data": "series", "optimizer": "adam"}
    assert (values["data"]["window"], fair["data"]["window"]) == (60, 60)
    assert (values["data"]["validation"], fair["data"]["validation"]) == (None, 251)


def test_a_preset_of_ones_own_builds_on_another(tmp_path: Path, series: None) -> None:
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "mine.yaml").write_text("defaults: [velarde_activities]\ndata: {window: 30}\n")
    (folder / "again.yaml").write_text("defaults: [mine]\nseeds: 2\n")
    for name, seeds in (("mine", 1), ("again", 2)):
        for arm in expand([f"experiments={name}"], config_dirs=[tmp_path]):
            assert (arm.config.data.window, arm.config.data.test) == (30, 251)
            assert (arm.config.data.path, arm.config.seeds) == ("activities.csv", seeds)


@pytest.fixture
def small_imdb(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in IMDB's format and a folder in aclImdb's, where presets look for the real ones."""
    np.savez_compressed(work_dir / "imdb.npz", **imdb_members())
    for part in ("train", "test"):
        for label, texts in REVIEWS.items():
            folder = work_dir / "aclImdb" / part / label
            folder.mkdir(parents=True)
            for number, text in enumerate(texts):
                (folder / f"{number}_7.txt").write_text(text)
    monkeypatch.setenv("RNNBENCH_IMDB", str(work_dir / "imdb.npz"))
    monkeypatch.setenv("RNNBENCH_ACLIMDB", str(work_dir / "aclImdb"))


@pytest.fixture
def keys_of(small_imdb: None, work_dir: Path) -> Callable[[str], dict[str, Any]]:
    """The runs of a preset by content key."""

    def keys_of(name: str) -> dict[str, Any]:
        specs = declare(expand([f"experiments={name}"]), DataCache(work_dir / "runs"))
        return {spec.key: spec for spec in specs}

    return keys_of


@pytest.mark.parametrize(
    ("question", "others", "shared"),
    [
        ("cells_at_500", "imdb_simple_rnn32 imdb_lstm32", 6),
        ("depth", "cells_at_500 stacked_simple_rnn32x4", 12),
        ("maxlen", "cells_at_500", 9),
        ("padding", "cells_at_500", 9),
        ("carried_state", "cells_at_500", 9),
        ("gru_vs_lstm", "imdb_lstm128_dropout", 3),
        ("suite", "cells_at_500", 9),
    ],
)
def test_what_several_presets_ask_for_is_one_run(
    keys_of: Callable[[str], dict[str, Any]], question: str, others: str, shared: int
) -> None:
    own = keys_of(question)
    named = [keys_of(name) for name in others.split()]
    wanted = {key: spec for found in named for key, spec in found.items()}
    assert len(wanted) == shared
    assert set(wanted) <= set(own)
    # A run that is finished is not trained again for what is measured beside it.
    for key, spec in wanted.items():
        assert spec.config.diagnostics == own[key].config.diagnostics


@pytest.mark.parametrize("name", TRAINED)
def test_every_preset_can_be_planned_without_a_network(
    name: str, small_imdb: None, series: None, run: Run
) -> None:
    if name.startswith("text_"):
        pytest.importorskip("nltk")
        pytest.importorskip("gensim")
    answer = run("plan", f"experiments={name}")
    assert answer.status == 0, answer.err
    assert "PENDING" in answer.out


def test_what_has_no_head_is_explained_and_not_trained(small_imdb: None, run: Run) -> None:
    answer = run("explain", "experiments=simple_rnn32_sequences")
    assert answer.status == 0
    assert "322,080" in answer.out
    assert "500, 32" in answer.out.replace("(", "").replace(")", "")
    refused = run("plan", "experiments=simple_rnn32_sequences")
    assert refused.status == 2
    assert "nothing to train; use explain" in refused.err
