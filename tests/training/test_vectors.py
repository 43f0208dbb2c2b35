"""Runs whose embedding starts from word vectors: what is trained, counted, logged and repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.config.expand import expand, load
from rnnbench.config.recorded import parameters
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError, DataError
from rnnbench.models.build import build
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import resolve_units
from rnnbench.models.parameters import count
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.tracking.recorder import vectors_tags
from rnnbench.training.spec import RunSpec
from rnnbench.training.trainer import Trainer

TEXTS = {"bad": ["dull plot", "dull dull film", "no plot", "a dull one"] * 3}
TEXTS["good"] = [text.replace("dull", "fine").replace("no", "some") for text in TEXTS["bad"]]
WORDS = ("dull", "plot", "film", "fine", "no", "some")
BASE = (
    *("+cell=simple_rnn", "data=text_dir", "data.maxlen=5", "data.num_words=20", "model.units=3"),
    *("training.epochs=2", "training.batch_size=8", "training.jit_compile=false", "seeds=1"),
    *("optimizer.learning_rate=0.05", "tracking.save_model=last", "model.embedding.kind=vectors"),
)
Declare = Callable[..., list[RunSpec]]


@pytest.fixture
def declared(tmp_path: Path) -> Declare:
    """Declare runs on a few texts with vectors of four numbers from a file."""
    for part in ("train", "test"):
        for label, texts in TEXTS.items():
            (tmp_path / part / label).mkdir(parents=True)
            for number, text in enumerate(texts):
                (tmp_path / part / label / f"{number}.txt").write_text(text)
    rows = np.random.default_rng(1).normal(size=(len(WORDS), 4)).round(4)
    lines = [f"{w} {' '.join(map(str, row))}\n" for w, row in zip(WORDS, rows, strict=True)]
    (tmp_path / "vectors.txt").write_text("".join(lines))

    def call(*words: str, path: str | None = "vectors.txt") -> list[RunSpec]:
        file = [] if path is None else [f"model.embedding.path={tmp_path / path}"]
        named = {word.split("=")[0] for word in words}
        named |= {"model.units"} if "match" in named else set()
        base = [word for word in BASE if word.split("=")[0] not in named]
        return declare(
            expand([*base, f"data.path={tmp_path}", *file, *words]), DataCache(tmp_path / "home")
        )

    return call


def train(spec: RunSpec, folder: Path) -> tuple[Any, dict[str, float], str]:
    folder.mkdir(exist_ok=True)
    trainer = Trainer()
    outcome = trainer.execute(spec.task(folder), lambda _: None)
    assert trainer._program is not None
    return trainer._program.model, outcome.metrics, outcome.summary


def test_frozen_vectors_are_in_the_model_and_stay_as_they_are(
    declared: Declare, tmp_path: Path
) -> None:
    (spec,) = declared()
    model, metrics, summary = train(spec, tmp_path / "run")
    assert spec.data.vectors is not None
    matrix = spec.data.vectors.matrix()
    np.testing.assert_array_equal(model.get_layer("embedding").get_weights()[0], matrix)
    assert metrics["parameters_frozen"] == matrix.size == 80
    assert metrics["parameters_total"] == spec.parameters.total() == 3 * (4 + 3 + 1) + 4
    assert spec.parameters.frozen == 80
    assert "Non-trainable params: 80" in summary
    # The architecture is stored without the numbers.
    assert (tmp_path / "run" / "architecture.json").stat().st_size < 20_000


def test_stored_model_keeps_its_vectors(declared: Declare, tmp_path: Path) -> None:
    import keras

    (spec,) = declared()
    model, _, _ = train(spec, tmp_path / "run")
    x = np.asarray(spec.data.arrays().x_test)
    stored = keras.models.load_model(tmp_path / "run" / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(np.asarray(stored(x)), np.asarray(model(x)))


def test_trainable_vectors_start_from_the_file_and_change(
    declared: Declare, tmp_path: Path
) -> None:
    (spec,) = declared("model.embedding.trainable=true")
    assert spec.data.vectors is not None
    matrix = np.array(spec.data.vectors.matrix())
    fresh = build(spec.config, spec.data.spec, 0, matrix)
    np.testing.assert_array_equal(fresh.get_layer("embedding").get_weights()[0], matrix)
    model, metrics, _ = train(spec, tmp_path / "run")
    moved = model.get_layer("embedding").get_weights()[0] != matrix
    assert moved.any()
    assert "parameters_frozen" not in metrics
    assert metrics["parameters_total"] == spec.parameters.total() == 80 + 24 + 4


def test_seeds_share_vectors_and_differ_in_the_rest(declared: Declare) -> None:
    (spec,) = declared()
    assert spec.data.vectors is not None
    one, other = (
        build(spec.config, spec.data.spec, seed, spec.data.vectors.matrix()) for seed in (0, 1)
    )
    for layer, same in (("embedding", True), ("simple_rnn_1", False)):
        a, b = (model.get_layer(layer).get_weights()[0] for model in (one, other))
        assert np.array_equal(a, b) is same


def test_a_run_is_known_by_the_contents_of_its_vectors(declared: Declare, tmp_path: Path) -> None:
    first = declared()[0]
    (tmp_path / "moved.txt").write_bytes((tmp_path / "vectors.txt").read_bytes())
    assert declared(path="moved.txt")[0].key == first.key
    changed = (tmp_path / "vectors.txt").read_text().replace("dull ", "dull 1", 1)
    (tmp_path / "other.txt").write_text(changed.replace("1-", "-"))
    others = [
        *declared(path="other.txt"),
        *declared("model.embedding.trainable=true"),
        *declared("model.embedding.kind=trainable", "model.embedding.dim=4", path=None),
    ]
    assert len({spec.key for spec in [first, *others]}) == 4
    assert len({spec.group for spec in [first, *others]}) == 4


def test_the_file_decides_the_width_of_the_embedding(declared: Declare) -> None:
    (spec,) = declared("model.embedding.dim=77", "match=lstm:2")
    assert spec.config.model.embedding.dim == 4
    assert spec.parameters.recurrent == spec.config.model.units * (4 + spec.config.model.units + 1)


def test_vectors_trained_on_the_corpus(declared: Declare, tmp_path: Path) -> None:
    pytest.importorskip("gensim")
    (spec,) = declared("model.embedding.dim=6", path=None)
    _, metrics, _ = train(spec, tmp_path / "run")
    assert metrics["parameters_frozen"] == 120
    assert declared("model.embedding.dim=6", path=None)[0].key == spec.key


def test_coverage_is_logged_with_the_run(declared: Declare) -> None:
    (spec,) = declared()
    (tag,) = vectors_tags(spec).values()
    assert '"words_covered": 6' in tag
    assert '"digest": "' in tag
    assert parameters(spec.config)["model.embedding.trainable"] == "False"


def test_runs_without_vectors_are_described_as_before() -> None:
    config = load(["+cell=gru"])
    assert set(config.model.embedding.model_dump()) == {"kind", "dim"}
    assert not any(
        key.endswith((".path", "embedding.trainable")) and key != "data.path"
        for key in parameters(config)
    )


def test_a_path_without_its_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"set model\.embedding\.kind=vectors"):
        load(["+cell=gru", "model.embedding.path=vectors.bin"])


def test_a_missing_file_is_told_before_any_data_is_prepared() -> None:
    words = ["+cell=gru", "data=imdb", "data.word_index=index.json"]
    words += ["model.embedding.kind=vectors", "model.embedding.path=/nowhere/v.bin"]
    with pytest.raises(DataError, match=r"^model\.embedding\.path.*no such file"):
        check_arms(expand(words))


def test_published_parameters_of_the_preset() -> None:
    (arm,) = expand(["experiments=text_simple_rnn50_vectors"])
    spec = InputSpec(arm.config.data.maxlen, None, arm.config.data.num_words, 2)
    config = resolve_units(arm.config, spec)
    table = count(check_cell(config.cell), config.model, spec)
    assert table.recurrent == 17_550
    assert table.total("head") == 20_001
    assert table.total() == 37_551
    assert table.frozen == 50_000 * 300
