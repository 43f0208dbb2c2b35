"""Text becomes the tokens that a data set was made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.data import prepare, sources
from rnnbench.data.new_text import pad_tokens, text_reader
from rnnbench.data.readers import TextReader
from rnnbench.data.sets.imdb import load_word_index, vocabulary
from rnnbench.data.sets.reviews import texts
from rnnbench.errors import ConfigError, DataError


def ignore(_: str) -> None:
    """Hear of no progress."""


@pytest.mark.parametrize("changes", [{}, {"padding": "post", "truncating": "post"}])
@pytest.mark.parametrize("num_words", [1000, 60])
def test_texts_of_reviews_become_their_prepared_arrays(
    configure: Any, tmp_path: Path, num_words: int, changes: dict[str, str]
) -> None:
    config = configure("reviews", num_words=num_words, maxlen=20, test_limit=40, **changes)
    prepared = prepare(config, tmp_path)
    reader = text_reader(config, tmp_path, "", None, ignore)
    tokens = [reader.vocabulary.encode(text) for text, _ in texts("test", 40)]
    expected = prepared.arrays().x_test
    np.testing.assert_array_equal(pad_tokens(tokens, config, prepared.spec), expected)
    assert list(reader.classes) == prepared.facts["class_names"]


def test_a_word_has_its_rank_and_an_unknown_one_the_mark_for_it() -> None:
    tokens = vocabulary({"the": 1, "film": 19}, 100).encode("The zebra FILM!")
    assert tokens.tolist() == [1, 4, 2, 22]
    assert tokens.dtype == np.int32
    assert vocabulary({"the": 1}, 100).encode("...").tolist() == [1]


class TestWordIndex:
    @pytest.fixture(autouse=True)
    def alone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
        monkeypatch.delenv("RNNBENCH_WORD_INDEX", raising=False)

    def write(self, path: Path, word: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({word: 1}))
        return path

    def test_a_path_beats_the_variable_and_that_beats_the_cache(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.write(tmp_path / "keras" / "datasets" / "imdb_word_index.json", "cache")
        assert load_word_index(None, ignore) == {"cache": 1}
        monkeypatch.setenv("RNNBENCH_WORD_INDEX", str(self.write(tmp_path / "v.json", "variable")))
        assert load_word_index(None, ignore) == {"variable": 1}
        folder = self.write(tmp_path / "own" / "imdb_word_index.json", "path").parent
        assert load_word_index(str(folder), ignore) == {"path": 1}

    @pytest.mark.parametrize("key", ["data.word_index", "RNNBENCH_WORD_INDEX"])
    def test_one_that_is_named_and_missing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
    ) -> None:
        missing = str(tmp_path / "none.json")
        if key.isupper():
            monkeypatch.setenv(key, missing)
        with pytest.raises(DataError, match="no such file") as caught:
            load_word_index(None if key.isupper() else missing, ignore)
        assert caught.value.key == key

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[1]", "{}", '{"a": "b"}', '{"a": 0}', '{"a": 1.5}', '{"a": true}', "[" * 10**5],
    )
    def test_another_form_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "index.json"
        path.write_text(text)
        with pytest.raises(DataError) as caught:
            load_word_index(str(path), ignore)
        assert caught.value.key == "data.word_index"

    @pytest.mark.imdb
    def test_the_real_index_reads_the_real_reviews(
        self, configure: Any, tmp_path: Path, real_imdb: Path, real_word_index: Path
    ) -> None:
        config = configure("imdb", path=str(real_imdb), maxlen=80, limit=50, test_limit=50)
        prepared = prepare(config, tmp_path)
        index = load_word_index(str(real_word_index), ignore)
        words = {rank + 3: word for word, rank in index.items()}
        reader = text_reader(config, tmp_path, "", str(real_word_index), ignore)
        rows = prepared.arrays().x_test
        # Without what was cut off: reviews that are whole start with the start mark.
        whole = rows[(rows == 1).any(axis=1)]
        assert len(whole) >= 1
        texts = [" ".join(words.get(t, "zzzzz") for t in row[row > 1].tolist()) for row in whole]
        tokens = [reader.vocabulary.encode(text) for text in texts]
        np.testing.assert_array_equal(pad_tokens(tokens, config, prepared.spec), whole)


def test_data_that_are_no_text_are_refused_with_those_that_are(
    configure: Any, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"data that is text \(reviews, imdb.*on data=digits"):
        text_reader(configure("digits"), tmp_path, "", None, ignore)


def test_a_word_index_has_no_use_for_generated_reviews(configure: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leave it out") as caught:
        text_reader(configure("reviews"), tmp_path, "", "index.json", ignore)
    assert caught.value.key == "data.word_index"


def test_own_texts_are_read_by_the_words_that_preparation_counted(
    configure: Any, tmp_path: Path
) -> None:
    for part, label, text in (
        ("train", "happy", "a very good day"),
        ("train", "sad", "a very bad day, no joy"),
        ("test", "happy", "a good day"),
        ("test", "sad", "no day"),
    ):
        folder = tmp_path / "mine" / part / label
        folder.mkdir(parents=True)
        (folder / "1.txt").write_text(text)
    config = configure("text_dir", path=str(tmp_path / "mine"), maxlen=6)
    prepared = prepare(config, tmp_path)
    reader = text_reader(config, tmp_path, prepared.digest, None, ignore)
    assert reader.classes == ("happy", "sad")
    tokens = [reader.vocabulary.encode(text) for text in ("a good day", "no day")]
    rows = pad_tokens(tokens, config, prepared.spec)
    arrays = prepared.arrays()
    expected = {tuple(row) for row in arrays.x_test.tolist()}
    assert {tuple(row) for row in rows.tolist()} == expected
    with pytest.raises(ConfigError, match="keeps its vocabulary"):
        text_reader(config, tmp_path, prepared.digest, "index.json", ignore)


def test_own_texts_that_have_changed_are_read_as_they_were_when_the_run_was_trained(
    configure: Any, tmp_path: Path
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("text,label\n" + "a good day,happy\nno good,sad\n" * 9)
    config = configure("csv", path=str(table), maxlen=6, test_fraction=0.25)
    digest = prepare(config, tmp_path).digest
    before = text_reader(config, tmp_path, digest, None, ignore).vocabulary.encode("good day")
    with table.open("a") as file:
        file.write("day day day day day day day day day day,angry\n" * 9)
    assert prepare(config, tmp_path).digest != digest
    reader = text_reader(config, tmp_path, digest, None, ignore)
    assert reader.classes == ("happy", "sad")
    assert reader.vocabulary.encode("good day").tolist() == before.tolist()
    with pytest.raises(DataError, match="the arrays that the run was trained on"):
        text_reader(config, tmp_path / "elsewhere", digest, None, ignore)


def test_a_damaged_vocabulary_is_made_again_or_told(configure: Any, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("text,label\n" + "a good day,happy\nno good,sad\n" * 9)
    config = configure("csv", path=str(table), maxlen=6, test_fraction=0.25)
    prepared = prepare(config, tmp_path)
    vocabulary = prepared.folder / "vocabulary.json"
    text = vocabulary.read_text()
    vocabulary.write_text(text.replace("good", "doog"))
    text_reader(config, tmp_path, prepared.digest, None, ignore)
    assert vocabulary.read_text() == text
    vocabulary.write_text(text.replace("good", "doog"))
    for change in (lambda: table.write_text("text,label\na,b\nc,d\na,b\nc,d\n"), table.unlink):
        change()
        with pytest.raises(DataError, match=f"{prepared.folder} is damaged"):
            text_reader(config, tmp_path, prepared.digest, None, ignore)


def test_a_new_source_reads_text_where_it_has_a_reader(
    configure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Letters:
        def encode(self, text: str) -> np.ndarray:
            return np.array([ord(letter) for letter in text], np.int32)

    class Source:
        def reader(self, config: Any, home: Path, word_index: Any, report: Any) -> TextReader:
            return TextReader(Letters(), ("one", "two", "three"))

    monkeypatch.setattr(sources, "shipped", lambda name: Source())
    reader = text_reader(configure("reviews"), tmp_path, "", None, ignore)
    assert reader.vocabulary.encode("ab").tolist() == [97, 98]
    assert reader.classes == ("one", "two", "three")
