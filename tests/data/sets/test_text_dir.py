"""Folders of texts: the layout of aclImdb, read without trust, as Keras read it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.data.sets import text_dir
from rnnbench.data.words import texts
from rnnbench.errors import ConfigError, DataError
from tests.data.conftest import REVIEWS


@pytest.fixture
def texts_of(configure, tmp_path):
    """Prepare a folder and return the words of every text that training and test see."""

    def texts_of(path: Path, **keys):
        keys = {"maxlen": 20, "num_words": 100, "start": False} | keys
        prepared = prepare(configure("text_dir", path=str(path), **keys), tmp_path / "home")
        words = prepared.vocabulary().words
        arrays = prepared.arrays()
        return prepared, [
            [(int(y), " ".join(words.get(t, f"<{t}>") for t in row[row != 0])) for row, y in part]
            for part in (
                list(zip(arrays.x_train, arrays.y_train, strict=True)),
                list(zip(arrays.x_test, arrays.y_test, strict=True)),
            )
        ]

    return texts_of


def test_keras_tokens_are_lower_case_without_punctuation(texts_of, write_texts):
    _, (train, _) = texts_of(write_texts(), tokens="keras")
    assert (0, "a dull film dull and long") in train
    assert (1, "the plot is fine isn't it") in train
    assert len(train) == 8


def test_treebank_tokens_keep_case_and_part_punctuation(texts_of, write_texts):
    pytest.importorskip("nltk")
    _, (train, _) = texts_of(write_texts(), tokens="treebank")
    assert (0, "The plot ? Absent , Bob 's too .") in train
    assert (1, "The plot is fine , is n't it ?") in train
    _, (lower, _) = texts_of(write_texts(), tokens="treebank", lower=True)
    assert (1, "the plot is fine , is n't it ?") in lower


def test_treebank_without_its_package_says_how_to_get_it(configure, write_texts, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nltk.tokenize.treebank", None)
    config = configure("text_dir", path=str(write_texts()), tokens="treebank")
    with pytest.raises(ConfigError, match=r"python -m pip install nltk"):
        prepare(config, write_texts() / "home")


def test_vocabulary_is_counted_in_the_training_part_alone(texts_of, write_texts):
    parts = {
        "train": {"a": ["x x x y"], "b": ["y z w"]},
        "test": {"a": ["x other w"], "b": ["other other other z"]},
    }
    path = write_texts(parts)
    prepared, (_, test) = texts_of(path, unknown="oov")
    vocabulary = prepared.vocabulary()
    assert [vocabulary.rows[w] for w in "xy"] == [4, 5]
    assert set(vocabulary.rows) == set("xyzw")
    assert prepared.facts["words_counted"] == 4
    assert sorted(test) == [(0, "x <2> w"), (1, "<2> <2> <2> z")]
    _, (_, test) = texts_of(path, unknown="drop")
    assert sorted(test) == [(0, "x w"), (1, "z")]


def test_words_beyond_num_words_are_unknown_as_well(texts_of, write_texts):
    parts = {
        "train": {"a": ["x x x y"], "b": ["y z"]},
        "test": {"a": ["x never y"], "b": ["y z never"]},
    }
    path = write_texts(parts)
    _, (train, test) = texts_of(path, num_words=6, unknown="drop")
    assert sorted(train) == [(0, "x x x y"), (1, "y")]
    assert sorted(test) == [(0, "x y"), (1, "y")]
    _, (train, test) = texts_of(path, num_words=6, unknown="oov")
    assert sorted(train) == [(0, "x x x y"), (1, "y <2>")]
    assert sorted(test) == [(0, "x <2> y"), (1, "y <2> <2>")]
    # Keras's IMDB: rare words are marked, words that were never counted are left out.
    _, (train, test) = texts_of(path, num_words=6, unknown="imdb")
    assert sorted(train) == [(0, "x x x y"), (1, "y <2>")]
    assert sorted(test) == [(0, "x y"), (1, "y <2>")]


def test_vocabulary_does_not_depend_on_limits(texts_of, write_texts):
    whole, _ = texts_of(write_texts())
    few, _ = texts_of(write_texts(), limit=2, test_limit=1)
    assert few.vocabulary() == whole.vocabulary()


def test_start_marks_every_text(texts_of, write_texts):
    prepared, _ = texts_of(write_texts(), start=True)
    x = prepared.arrays().x_train
    assert all(row[row != 0][0] == 1 and (row == 1).sum() == 1 for row in x)


def test_stored_vocabulary_reads_new_text_as_the_data_were_read(texts_of, write_texts):
    prepared, (train, _) = texts_of(write_texts(), start=True)
    vocabulary = prepared.vocabulary()
    rows = vocabulary.tokens("The PLOT is fine, isn't it?")
    assert "<1> the plot is fine isn't it" in [text for _, text in train]
    assert [vocabulary.words.get(row, row) for row in rows][:3] == [1, "the", "plot"]
    assert rows in [row[row != 0].tolist() for row in prepared.arrays().x_train]


def test_lost_vocabulary_is_made_again(texts_of, write_texts):
    prepared, _ = texts_of(write_texts())
    (prepared.folder / "vocabulary.json").unlink()
    again, _ = texts_of(write_texts())
    assert again == prepared
    assert again.vocabulary() is not None


def test_data_sets_without_words_have_no_vocabulary(configure, tmp_path):
    assert prepare(configure("digits"), tmp_path).vocabulary() is None


def test_labels_follow_the_sorted_folders_or_the_order_that_is_given(texts_of, write_texts):
    prepared, (train, _) = texts_of(write_texts())
    assert prepared.facts["class_names"] == ["neg", "pos"]
    assert (1, "a fine film") in train
    prepared, (train, _) = texts_of(write_texts(), classes=["pos", "neg"])
    assert prepared.facts["class_names"] == ["pos", "neg"]
    assert (0, "a fine film") in train


def test_other_folders_are_told_about_and_ignored(configure, write_texts, tmp_path):
    path = write_texts({"train": {**REVIEWS, "unsup": ["What?"]}, "test": REVIEWS})
    (path / "train" / "notes.txt").write_text("no class")
    (path / "train" / "pos" / "notes.md").write_text("no text")
    heard: list[str] = []
    config = configure("text_dir", path=str(path))
    prepared = prepare(config, tmp_path / "home", on_progress=heard.append)
    assert prepared.facts["ignored_folders"] == ["train/unsup"]
    assert any("unsup is ignored" in line for line in heard)
    assert prepared.facts["n_train"] == 8
    assert prepared.spec.classes == 2


def test_byte_order_marks_are_no_words(texts_of, write_texts):
    path = write_texts()
    (path / "train" / "neg" / "0_7.txt").write_bytes(b"\xef\xbb\xbfdull \xc3\xa9t\xc3\xa9")
    _, (train, _) = texts_of(path)
    assert (0, "dull été") in train


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: (p / "train/neg/0_7.txt").write_bytes(b"caf\xe9 is"), "byte 0xe9 in line 1"),
        (lambda p: (p / "test/pos/0_7.txt").write_bytes(b""), "0_7.txt: empty"),
        (lambda p: (p / "test/pos/0_7.txt").write_bytes(b" \n"), "0_7.txt: empty"),
        (lambda p: [f.unlink() for f in (p / "test/pos").iterdir()], ".txt files in"),
        (lambda p: (p / "test/pos").rename(p / "test/other"), "at least two different folders"),
        (lambda p: (p / "test").rename(p / "dev"), "test: no such folder"),
        (lambda p: p.rename(p.with_name("elsewhere")), "train: no such folder"),
        (lambda p: _link(p / "test/pos/9_9.txt", p.parent / "secret.txt"), "a link to"),
        (lambda p: _link(p / "test/pos/9_9.txt", Path("/proc/self/environ")), "a link to"),
    ],
)
def test_folders_that_cannot_be_read(configure, write_texts, tmp_path, change, told):
    path = write_texts()
    (tmp_path / "secret.txt").write_text("a secret")
    change(path)
    with pytest.raises(DataError) as caught:
        prepare(configure("text_dir", path=str(path)), tmp_path / "home")
    assert caught.value.key == "data.path"
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def _link(path: Path, target: Path) -> None:
    path.symlink_to(target)


def test_links_inside_the_folder_are_followed(texts_of, write_texts):
    path = write_texts()
    (path / "train" / "pos" / "9_9.txt").symlink_to(path / "test" / "pos" / "0_7.txt")
    prepared, _ = texts_of(path)
    assert prepared.facts["train_class_counts"] == [4, 5]


def test_pipes_are_no_texts(texts_of, write_texts):
    path = write_texts()
    os.mkfifo(path / "train" / "pos" / "9_9.txt")
    prepared, _ = texts_of(path)
    assert prepared.facts["train_class_counts"] == [4, 4]


def test_huge_texts_are_refused(configure, write_texts, tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "LARGEST_TEXT", 20)
    monkeypatch.setattr(text_dir, "LARGEST_TEXT", 20)
    with pytest.raises(DataError, match="texts of at most"):
        prepare(configure("text_dir", path=str(write_texts())), tmp_path / "home")


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"path": None}, "data.path"),
        ({"classes": ["neg", "unsup"]}, "data.classes"),
        ({"classes": ["neg", "neg"]}, "data.classes"),
        ({"classes": ["neg", "../pos"]}, "data.classes"),
        ({"num_words": None}, "data.num_words"),
        ({"tokens": None}, "data.tokens"),
        ({"tokens": "numbers", "word_index": "x.json"}, "data.word_index"),
        ({"text_column": "text"}, "data.text_column"),
        ({"word_index": "/nowhere.json"}, "data.word_index"),
    ],
)
def test_keys_that_do_not_fit(configure, write_texts, tmp_path, keys, key):
    with pytest.raises((ConfigError, DataError)) as caught:
        prepare(configure("text_dir", **{"path": str(write_texts()), **keys}), tmp_path / "home")
    assert caught.value.key == key


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"a": 0}', b'{"a": 1, "b": 1}', b'{"a": 1.5}', b'{"a": true}',
     b'{"a": 1e999}', b"\xff\xfe", b"[" * 100_000, b'{"a": 99999999999}'],
)  # fmt: skip
def test_word_indices_that_are_none(configure, write_texts, tmp_path, content):
    index = tmp_path / "index.json"
    index.write_bytes(content)
    config = configure("text_dir", path=str(write_texts()), word_index=str(index))
    with pytest.raises(DataError) as caught:
        prepare(config, tmp_path / "home")
    assert caught.value.key == "data.word_index"
    assert "\n" not in str(caught.value)


def test_a_word_index_decides_the_rows_and_belongs_to_the_key(configure, write_texts, tmp_path):
    index = tmp_path / "index.json"
    digests = set()
    for ranks in ({"good": 1, "fine": 2}, {"good": 2, "fine": 1}):
        index.write_text(json.dumps(ranks))
        config = configure("text_dir", path=str(write_texts()), word_index=str(index), maxlen=9)
        prepared = prepare(config, tmp_path / "home")
        assert prepared.vocabulary().rows == {word: rank + 3 for word, rank in ranks.items()}
        digests.add(prepared.digest)
    assert len(digests) == 2


@pytest.mark.imdb
@pytest.mark.slow
def test_aclimdb_with_keras_words_is_keras_imdb(configure, tmp_path, real_imdb, real_word_index):
    named, index = os.environ.get("RNNBENCH_ACLIMDB"), real_word_index
    if not named:
        pytest.skip("needs the folder aclImdb, named by RNNBENCH_ACLIMDB")
    keys = {"maxlen": 100, "limit": 3000, "test_limit": 1000}
    raw = configure("text_dir", path=named, word_index=str(index), unknown="imdb", **keys)
    keras = configure("imdb", path=str(real_imdb), word_index=str(index), **keys)
    ours, theirs = prepare(raw, tmp_path), prepare(keras, tmp_path)
    for mine, yours in zip(ours.arrays(), theirs.arrays(), strict=True):
        np.testing.assert_array_equal(mine, yours)
    assert ours.digest == theirs.digest
    assert ours.vocabulary() == theirs.vocabulary()
    assert input_spec(raw) == input_spec(keras)
