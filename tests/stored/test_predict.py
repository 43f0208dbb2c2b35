"""Stored models answer as they did, on text that is read as their data set was."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.data.sets.reviews import texts
from rnnbench.errors import StoreError
from rnnbench.stored.lookup import run_file
from rnnbench.stored.predict import predict_texts
from rnnbench.stored.run import run_config
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.predictions import answers
from tests.conftest import Run
from tests.printed import printed_rows
from tests.stored.conftest import SMALL

Runs = dict[str, Record]


@pytest.mark.parametrize("cell", ["lstm_peephole", "gru"])
def test_the_stored_model_answers_on_its_test_set_as_it_did(
    cell: str, store: Store, runs: Runs, config: Config
) -> None:
    run_id = runs[cell].run_id
    with run_file(store, run_id, "predictions.npz") as path:
        assert path is not None
        with np.load(path) as file:
            named, probability = answers(file["outputs"])
    asked = [text for text, _ in texts("test", 60)]
    found = predict_texts(store, runs[cell], asked, config)
    assert [one.name for one in found] == [("negative", "positive")[k] for k in named]
    np.testing.assert_allclose([one.probability for one in found], probability, atol=1e-5)
    assert [one.text for one in found] == asked


def test_the_command_prints_a_class_and_a_probability(run: Run, home: Path, runs: Runs) -> None:
    short = runs["gru"].run_id[:6]
    answer = run("predict", f"run={short}", "text=The plot, was [good]; 'i' love zebras!")
    assert answer.status == 0, answer.err
    assert runs["gru"].run_id in answer.out
    row = next(line for line in answer.out.splitlines() if "zebras" in line)
    text, name, probability, words, known = re.split(" {2,}", row)
    assert text == "The plot, was [good]; 'i' love zebras!"
    assert name in ("negative", "positive")
    assert 0.5 <= float(probability) <= 1
    # The quotes belong to a word, as the data set takes text apart.
    assert (words, known) == ("7", "5")
    assert answer.err == ""


LINES = "\ufeffi love the plot .\r\n\r\n!!!\r\nzebra \u2028 zebra\x0b\r\n=not\x85good\r\n".encode()


def test_a_file_gives_a_row_for_every_line(
    run: Run, home: Path, runs: Runs, tmp_path: Path
) -> None:
    file = tmp_path / "reviews.txt"
    file.write_bytes(LINES)
    answer = run("predict", f"run={runs['gru'].run_id}", f"file={file}")
    assert answer.status == 0, answer.err
    rows = printed_rows(answer.out)
    assert [row[0] for row in rows] == ["i love the plot .", "", "!!!", "zebra zebra", "=not good"]
    assert [row[1] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row[2] for row in rows][1:3] == ["–", "–"]
    assert "2 of 5 texts have no words and no class (lines 2, 3)" in answer.err
    assert "1 of 5 texts have no word that the model knows" in answer.err
    assert "(line 4)" in answer.err


def test_answers_as_csv_and_json_are_joined_to_their_lines(
    run: Run, home: Path, runs: Runs, tmp_path: Path
) -> None:
    file, out = tmp_path / "reviews.txt", tmp_path / "answers.csv"
    file.write_bytes(LINES)
    words = ("predict", f"run={runs['gru'].run_id}", f"file={file}")
    answer = run(*words, "format=json")
    assert answer.status == 0, answer.err
    told = json.loads(answer.out)
    assert [one["line"] for one in told] == [1, 2, 3, 4, 5]
    asked = LINES.decode("utf-8-sig").split("\r\n")[:-1]
    assert [one["text"] for one in told] == asked
    assert [one["class"] is None for one in told] == [False, True, True, False, False]
    assert [(one["words"], one["known_words"]) for one in told[3:]] == [(2, 0), (2, 2)]
    answer = run(*words, f"output={out}")
    assert answer.status == 0, answer.err
    assert answer.out == ""
    assert f"5 answers in {out}" in answer.err
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [int(row["line"]) for row in rows] == [1, 2, 3, 4, 5]
    assert [row["class"] or None for row in rows] == [one["class"] for one in told]
    assert [row["text"] for row in rows] == [*asked[:4], "'=not\x85good"]
    probability = [float(row["probability"]) for row in rows if row["probability"]]
    assert probability == [one["probability"] for one in told if one["class"]]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    answer = run("predict", words[1], "text=so good", "format=csv")
    assert answer.out.splitlines()[0] == "text,class,probability,words,known_words"


def test_a_long_file_is_answered_part_by_part(
    store: Store, runs: Runs, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [text for text, _ in texts("test", 20)]
    whole = predict_texts(store, runs["gru"], asked, config)
    monkeypatch.setattr("rnnbench.stored.predict._AT_ONCE", 7)
    told: list[str] = []
    parts = predict_texts(store, runs["gru"], asked, config, report=told.append)
    assert [one.name for one in parts] == [one.name for one in whole]
    np.testing.assert_allclose(
        [one.probability for one in parts], [one.probability for one in whole], atol=1e-6
    )
    assert told[-2:] == ["14 of 20 texts", "20 of 20 texts"]


@pytest.mark.parametrize(
    ("words", "key", "part"),
    [
        (["text=good"], "run", "type run="),
        (["run=", "text=good"], "run", "type run="),
        (["run=xyz", "text=good"], "run", "received xyz"),
        (["run=0000000", "text=good"], "run", "which is not in"),
        (["run=GRU"], "text", "neither"),
        (["run=GRU", "text=a", "file=b"], "text", "both"),
        (["run=GRU", "text="], "text", "received nothing"),
        (["run=GRU", "text= "], "text", "received nothing"),
        (["run=GRU", "text=?!"], "text", "received ?!"),
        (["run=GRU", "file=no/such.txt"], "file", "No such file"),
        (["run=GRU", "text=a", "text=b"], "text", "keep one"),
        (["run=GRU", "text=a", "format=xml"], "format", "one of table, csv, json"),
        (["run=GRU", "text=a", "output=a.txt"], "format", "type format=csv"),
        (["run=GRU", "text=a", "output=a.csv", "format=table"], "format", "csv or json with"),
        (["run=GRU", "text=a", "output=", "format=csv"], "output", "received nothing"),
        (["run=GRU", "text=a", "output=.", "format=csv"], "output", "a folder"),
        (["run=GRU", "text=a", "output=no/such/a.csv"], "output", "a folder that exists"),
        (["run=GRU", "text=a", "output=/dev/null", "format=csv"], "output", "a regular file"),
        (["run=GRU", "file=/dev/zero"], "file", "not a regular file"),
        (["run=GRU", "text=a", "model.units=3"], "model.units", "leave it out"),
        (["run=GRU", "text=a", "data.word_index=x"], "data.word_index", "leave it out"),
        (["run=DIGITS", "text=a"], "run", "one on data=digits"),
        (["run=GRU", "text=a", "home=nowhere"], "home", "a folder with a store"),
    ],
)
def test_wrong_input_is_one_message(
    run: Run, home: Path, runs: Runs, words: list[str], key: str, part: str
) -> None:
    ids = {"run=GRU": runs["gru"].run_id, "run=DIGITS": runs["simple_rnn"].run_id}
    answer = run("predict", *(f"run={ids[word]}" if word in ids else word for word in words))
    assert answer.status == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(f"error: {key}: expected ")
    assert part in answer.err


def test_a_run_without_stored_weights_says_how_to_get_them(
    run: Run, home: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnbench.stored.run.WEIGHTS_FILE", "none.h5")
    answer = run("predict", f"run={runs['gru'].run_id}", "text=good")
    assert answer.status == 2
    assert len(answer.err.splitlines()) == 1
    assert "train with tracking.save_model=last" in answer.err


def test_training_a_finished_run_for_its_weights_says_how_to_get_them(
    run: Run, home: Path, runs: Runs
) -> None:
    words = ("train", "+cell=simple_rnn", "data=digits", *SMALL[:3], "model.units=4")
    assert "no model" not in run(*words, f"home={home}").err
    answer = run(*words, "tracking.save_model=last", f"home={home}")
    assert answer.status == 0
    assert "finished already" in answer.err
    assert "it keeps no model; another seed, such as seed=10," in " ".join(answer.err.split())
    answer = run("sweep", *words[1:], "seeds=1", "tracking.save_model=last", f"home={home}")
    assert "so without a stored model: 1 of 1 runs;" in " ".join(answer.err.split())
    words = ("+cell=gru", *SMALL, "training.test=best", "tracking.save_model=best", f"home={home}")
    assert "no model" not in run("train", *words).err
    assert "without a stored model" not in run("sweep", *words, "seeds=1").err


def test_nothing_but_configuration_and_weights_is_read(
    run: Run, home: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a stored model was loaded as code")

    for name in ("load_model", "model_from_json"):
        monkeypatch.setattr(keras.models, name, refuse)
    monkeypatch.setattr(keras.Model, "load_weights", refuse)
    assert run("predict", f"run={runs['gru'].run_id}", "text=good").status == 0


@pytest.mark.parametrize(
    "content",
    [
        "!!python/object/apply:os.mkdir [owned]\n",
        "cell: !!python/object/apply:os.mkdir [owned]\n",
        "[1, 2]\n",
        "cell: {name: nonsense\n",
        "cell: {name: gru}\nmodel: {units: -1}\n",
        "cell: {name: gru}\nunheard_of: 1\n",
        "seed: ${oc.env:HOME}\n",
    ],
)
def test_a_configuration_that_is_none_is_refused_and_not_executed(
    content: str,
    store: Store,
    runs: Runs,
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "config.yaml").write_text(content)
    monkeypatch.setattr(store, "artifact_folders", lambda ids: {i: files.as_uri() for i in ids})
    with pytest.raises(StoreError, match=r"^run: expected a run with a configuration"):
        run_config(store, runs["gru"], config)
    assert not Path("owned").exists()


def test_the_configuration_is_the_one_of_the_run_with_keys_that_came_later(
    store: Store, runs: Runs, config: Config
) -> None:
    found = run_config(store, runs["lstm_peephole"], config)
    assert found.cell is not None
    assert found.cell.name == "lstm_peephole"
    assert (found.model.depth, found.model.bidirectional, found.data.maxlen) == (2, True, 25)
    assert found.home == config.home
    assert found.search == config.search


class TestImdb:
    """A model on IMDB reads text by Keras's word index."""

    @pytest.fixture
    def on_imdb(self, runs: Runs, store: Store, config: Config, monkeypatch: Any) -> Record:
        """A run that says that its data are IMDB."""
        known = run_config(store, runs["gru"], config)
        data = known.data.model_copy(update={"name": "imdb"})
        changed = known.model_copy(update={"data": data})
        monkeypatch.setattr("rnnbench.stored.predict.run_config", lambda *_: changed)
        return runs["gru"]

    def test_words_are_those_of_the_index(self, on_imdb: Record, run: Run, tmp_path: Path) -> None:
        index = tmp_path / "index.json"
        index.write_text(json.dumps({"a": 1, "fine": 2, "film": 3, "rare": 5000}))
        answer = run(
            "predict",
            f"run={on_imdb.run_id}",
            "text=A rare, fine zebra",
            f"data.word_index={index}",
        )
        assert answer.status == 0, answer.err
        row = next(line for line in answer.out.splitlines() if "zebra" in line)
        # Word 5000 is beyond the 1,000 that the model has vectors for.
        assert re.split(" {2,}", row)[3:5] == ["4", "2"]

    def test_a_missing_index_is_one_message(self, on_imdb: Record, run: Run) -> None:
        answer = run("predict", f"run={on_imdb.run_id}", "text=a", "data.word_index=no.json")
        assert answer.status == 2
        assert answer.err.startswith("error: data.word_index: expected imdb_word_index.json")


@pytest.mark.slow
def test_a_model_on_word_vectors_answers_on_its_test_set_as_it_did(
    run: Run, work_dir: Path
) -> None:
    pytest.importorskip("gensim")
    Path("glove.txt").write_text("good 1 2 3\nbad -1 -2 -3\nplot 0 0 1\n")
    words = ("data.limit=60", "data.test_limit=12", "data.maxlen=15", "training.epochs=1")
    vectors = ("model.embedding.kind=vectors", "model.embedding.path=glove.txt")
    model = ("model.units=3", "training.jit_compile=false", "tracking.save_model=last")
    assert run("train", "+cell=gru", *words, *vectors, *model).status == 0
    store = Store.open(load([], cell=False), create=False)
    (record,) = store.records()
    with run_file(store, record.run_id, "predictions.npz") as path:
        assert path is not None
        with np.load(path) as file:
            _, probability = answers(file["outputs"])
    asked = [text for text, _ in texts("test", 12)]
    found = predict_texts(store, record, asked, load([], cell=False))
    np.testing.assert_allclose([one.probability for one in found], probability, atol=1e-5)
