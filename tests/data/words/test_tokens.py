"""What separates words: the same in every source, at preparation and for new text."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.config.schema import EmbeddingConfig
from rnnbench.data import Prepared, preparation, prepare
from rnnbench.data.new_text import text_reader
from rnnbench.data.sets.imdb import vocabulary
from rnnbench.data.vectors.matrix import prepare_vectors
from rnnbench.data.words.tokens import (
    FILTERS,
    Tokenization,
    characters,
    keras_words,
    without_spaces,
)
from rnnbench.data.words.vocabulary import Vocabulary
from rnnbench.errors import ConfigError, DataError

SPACES = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace()]
LINES = {
    "train": {
        "bad": ["a dull film\nfar too long\n", "no\njoy"],
        "good": ["a fine film\nwith joy\n", "so\nfine\n"],
    },
    "test": {"bad": ["dull film\n"], "good": ["fine film\n"]},
}


def ignore(_: str) -> None:
    """Hear of no progress."""


def changed(parts: dict[str, dict[str, list[str]]], old: str, new: str) -> Any:
    return {
        part: {label: [t.replace(old, new) for t in texts] for label, texts in classes.items()}
        for part, classes in parts.items()
    }


def words_of(prepared: Prepared) -> list[str]:
    vocabulary = prepared.vocabulary()
    assert vocabulary is not None
    words = vocabulary.words
    x = prepared.arrays().x_train
    return sorted(" ".join(words.get(t, f"<{t}>") for t in row[row > 1].tolist()) for row in x)


@pytest.mark.parametrize("tokens", ["keras", "treebank", "whitespace", "numbers"])
def test_all_white_space_of_unicode_separates_words(tokens: Any) -> None:
    if tokens == "treebank":
        pytest.importorskip("nltk")
    split = Tokenization(tokens, False, False, "oov", "unicode").tokenizer()
    for space in SPACES:
        assert split(f"{space}17{space}{space}4{space}") == ["17", "4"], f"U+{ord(space):04X}"


@given(st.text())
def test_every_character_that_is_no_space_is_in_one_token(text: str) -> None:
    found = characters(text)
    normal = unicodedata.normalize("NFC", text)
    assert "".join("".join(found).split()) == "".join(normal.split())
    assert " " not in (found[0], found[-1]) if found else not text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这部电影非常好看", [*"这部电影非常好看"]),
        ("とても\u3000面白い", [*"とても 面白い"]),
        (" so\n\tfine ", [*"so fine"]),
        ("e\u0301té", ["é", "t", "é"]),  # typed in two ways
        ("กลัง", ["ก", "ลั", "ง"]),
    ],
)
def test_marks_belong_to_their_characters(text: str, expected: list[str]) -> None:
    assert characters(text) == expected


def test_tokens_are_what_a_pattern_matches() -> None:
    def split(pattern: str) -> Any:
        return Tokenization("regex", True, False, "oov", "unicode", None, pattern).tokenizer()

    assert split(r"\w+|[^\w\s]")("Isn't IT?") == ["isn", "'", "t", "it", "?"]
    assert split(r"(a)(b)?|x*")("ab a x") == ["ab", "a", "x"]
    with pytest.raises(ConfigError, match="unterminated") as caught:
        split("[a")
    assert caught.value.key == "data.token_pattern"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这部电影 非常好看", True),
        ("面白い movie", False),
        ("面白い映画 ok", True),
        ("ภาพยนตร์", True),
        ("영화가 재미있다", False),  # Korean has spaces
        ("a fine film", False),
        (":-)", False),
    ],
)
def test_scripts_without_spaces_are_known(text: str, expected: bool) -> None:
    assert without_spaces(text) is expected


def test_words_of_imdb_are_those_of_keras() -> None:
    assert keras_words("most\x85and a\xa0b", "imdb") == ["most\x85and", "a\xa0b"]
    for space in SPACES:
        if space not in "\x85\xa0":
            assert keras_words(f"film{space}is", "imdb") == ["film", "is"]
    index = vocabulary({"film": 1, "most\x85and": 2}, 100)
    assert index.encode("Film\r\nmost\x85and").tolist() == [1, 4, 5]


@pytest.mark.parametrize("tokens", ["keras", "treebank"])
@pytest.mark.parametrize("ending", ["\r\n", "\r", "\u2028", "\x85", "\xa0\r\n"])
def test_texts_have_the_same_words_whatever_ends_their_lines(
    configure: Any, write_texts: Any, tmp_path: Path, ending: str, tokens: str
) -> None:
    if tokens == "treebank":
        pytest.importorskip("nltk")
    folders = write_texts(LINES), write_texts(changed(LINES, "\n", ending), "other")
    keys = {"maxlen": 9, "num_words": 40, "tokens": tokens}
    plain, other = (
        prepare(configure("text_dir", path=str(path), **keys), tmp_path / "home")
        for path in folders
    )
    assert other.digest == plain.digest
    assert words_of(other) == words_of(plain)
    assert plain.vocabulary() == other.vocabulary()
    table = tmp_path / "mine.csv"
    texts = [(label, t) for label, many in LINES["train"].items() for t in many]
    with table.open("w", encoding="utf-8", newline="") as file:
        file.write("text,label\n")
        file.writelines(f'"{t.replace(chr(10), ending)}",{label}\n' for label, t in texts)
    config = configure("csv", path=str(table), test_path=str(table), **keys)
    of_table = prepare(config, tmp_path / "home")
    assert words_of(of_table) == words_of(plain)
    for prepared, data in ((other, configure("text_dir", **keys)), (of_table, config)):
        reader = text_reader(data, tmp_path / "home", prepared.digest, None, ignore)
        read = reader.vocabulary.encode(f"dull{ending}film{ending}").tolist()
        assert read == reader.vocabulary.encode("dull film").tolist()
        assert 2 not in read


def test_a_vocabulary_of_an_older_version_reads_as_it_was_counted() -> None:
    old = {"tokens": "keras", "lower": True, "start": False, "unknown": "oov"}
    text = json.dumps({"reading": old, "rows": {"film\r": 4, "film": 5}})
    vocabulary = Vocabulary.from_json(text)
    assert vocabulary.tokens("Film\r\nfilm\xa0x, film") == [4, 2, 5]
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    now = Tokenization("keras", lower=True, start=False, unknown="oov", breaks="unicode")
    assert Vocabulary(now, {"film": 5}).tokens("Film\r\nfilm\xa0x, film") == [5, 5, 2, 5]


def test_a_run_is_read_as_its_own_version_did_where_two_versions_prepared_the_same(
    configure: Any, write_texts: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(LINES)
    config = configure("text_dir", path=str(path), maxlen=9, num_words=40)
    now = Vocabulary.to_json

    def then(vocabulary: Vocabulary) -> str:
        plain = json.loads(now(vocabulary))
        del plain["reading"]["breaks"], plain["reading"]["punctuation"]
        return json.dumps(plain)

    with monkeypatch.context() as older:
        older.setattr(preparation, "PREPARATION_VERSION", 1)
        older.setattr(Vocabulary, "to_json", then)
        first = prepare(config, tmp_path)
    again = prepare(config, tmp_path)
    assert (again.digest, again.folder == first.folder) == (first.digest, False)
    for part in ("train", "test"):
        (path / part / "bad" / "9_9.txt").write_text("something else")
    reader = text_reader(config, tmp_path, first.digest, None, ignore)
    assert reader.vocabulary.encode("film\r").tolist() == [1, 2]


class TestFinishedRuns:
    """Runs are known by these digests: another one would train them again."""

    # By the version before other white space than Keras's separated words.
    ARRAYS = "4a2c51fc5b858bde40e64fc6c7fb280595fdd0cebb42d1b138c311eae9364cb2"
    VECTORS = "986c94936059d82b7c6bc3ff06d9a45d38a85e51b5e9ba5732ee04301c4e9f0a"

    def test_keep_their_arrays_where_their_tokens_stay(
        self, configure: Any, write_texts: Any, tmp_path: Path
    ) -> None:
        config = configure("text_dir", path=str(write_texts(LINES)), maxlen=9, num_words=40)
        assert prepare(config, tmp_path).digest == self.ARRAYS

    def test_keep_vectors_of_their_own_texts_where_their_tokens_stay(
        self, configure: Any, write_texts: Any, tmp_path: Path
    ) -> None:
        pytest.importorskip("gensim")
        embedding = EmbeddingConfig(kind="vectors", dim=3)
        digests = []
        for name, space in (("plain", " "), ("other", "\xa0")):
            path = write_texts(changed(LINES, " ", space), name)
            config = configure("text_dir", path=str(path), maxlen=9, num_words=40)
            prepared = prepare(config, tmp_path)
            digests.append(prepare_vectors(embedding, config, prepared, tmp_path).digest)
        assert digests[0] == self.VECTORS
        # These texts had other words then.
        path = write_texts(changed(LINES, " ", "\xa0"), "other")
        assert "\xa0" in (path / "train" / "bad" / "0_7.txt").read_text()
        assert digests[1] != "1b7e5c4ac5fb6522d7bd6d8680fc18a42a58f03ead6b6bc1480de8e834ceed30"


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("keras", "isn't it dull far too long he said"),
        ("treebank", "`` is n't it ... dull -- far too long ? '' he said"),
    ],
)
def test_typographic_marks_are_punctuation_where_it_is_asked_for(
    configure: Any, write_texts: Any, tmp_path: Path, tokens: str, expected: str
) -> None:
    if tokens == "treebank":
        pytest.importorskip("nltk")
    typed = "“Isn’t it… dull—far too long？” he said"
    parts = {"train": {"a": [typed], "b": ["so dull"]}, "test": {"a": ["x"], "b": ["y"]}}
    keys = {"path": str(write_texts(parts)), "tokens": tokens, "lower": True}
    keys |= {"maxlen": 20, "num_words": 40}
    prepared = prepare(configure("text_dir", punctuation="unicode", **keys), tmp_path / "home")
    assert expected in words_of(prepared)
    vocabulary = prepared.vocabulary()
    assert vocabulary is not None
    assert vocabulary.tokens("isn’t")[1:] == vocabulary.tokens("isn't")[1:] != [2]
    plain = prepare(configure("text_dir", **keys), tmp_path / "home")
    assert any("“isn’t" in text or "“is" in text for text in words_of(plain))


def test_punctuation_has_no_use_for_token_numbers(configure: Any, write_texts: Any) -> None:
    config = configure("text_dir", path=str(write_texts()), tokens="numbers", punctuation="unicode")
    with pytest.raises(ConfigError, match=r"null with data\.tokens=numbers") as caught:
        preparation.input_spec(config)
    assert caught.value.key == "data.punctuation"


class TestRemarks:
    def write(self, path: Path, rows: list[tuple[str, str]]) -> str:
        lines = [f"{text},{label}\n" for text, label in rows]
        path.write_text("text,label\n" + "".join(lines), "utf-8")
        return str(path)

    def heard(self, configure: Any, home: Path, path: str, **keys: Any) -> list[str]:
        told: list[str] = []
        keys = {"test_fraction": 0.5, "maxlen": 5} | keys
        prepare(configure("csv", path=path, **keys), home, on_progress=told.append)
        return [line for line in told if line.startswith("warning: ")]

    def test_texts_without_a_known_word_are_counted_each_time(
        self, configure: Any, tmp_path: Path
    ) -> None:
        rows = [("good good", "a"), ("good", "b"), (":)", "a"), ("rare", "b")] * 4
        path = self.write(tmp_path / "mine.csv", rows)
        for _ in range(2):
            train, test = self.heard(configure, tmp_path, path, num_words=5)
            assert "of 8 training texts have no word that is known" in train
            assert "of 8 test texts have no word that is known" in test
        counts = [int(line.split()[1]) for line in (train, test)]
        assert sum(counts) == 8

    def test_nothing_is_said_of_texts_with_known_words(
        self, configure: Any, tmp_path: Path
    ) -> None:
        path = self.write(tmp_path / "mine.csv", [("so good", "a"), ("so bad", "b")] * 4)
        assert self.heard(configure, tmp_path, path) == []
        told: list[str] = []
        config = configure("reviews", limit=20, test_limit=20, maxlen=5)
        prepare(config, tmp_path, on_progress=told.append)
        assert not [line for line in told if "warning" in line]

    def test_a_word_index_of_other_words_is_noticed(self, configure: Any, tmp_path: Path) -> None:
        path = self.write(tmp_path / "mine.csv", [("so good", "a"), ("so bad", "b")] * 4)
        index = tmp_path / "index.json"
        index.write_text('{"elsewhere": 1}')
        for unknown in ("oov", "drop", "imdb"):
            told = self.heard(configure, tmp_path, path, word_index=str(index), unknown=unknown)
            assert "4 of 4 training texts have no word that is known" in told[0]

    def test_texts_of_nothing_but_punctuation_are_refused(
        self, configure: Any, tmp_path: Path
    ) -> None:
        path = self.write(tmp_path / "mine.csv", [(":)", "pos"), (":(", "neg")] * 4)
        with pytest.raises(DataError, match="4 texts of nothing but punctuation") as caught:
            self.heard(configure, tmp_path, path)
        assert caught.value.key == "data.tokens"
        assert not list((tmp_path / "data").glob("csv-*"))

    def test_languages_without_spaces_get_a_remark(self, configure: Any, tmp_path: Path) -> None:
        rows = [(f"这部电影非常好看{chr(0x4E00 + i)}", "ab"[i % 2]) for i in range(8)]
        path = self.write(tmp_path / "mine.csv", rows)
        told = self.heard(configure, tmp_path, path)
        assert "4 training texts have no space inside" in told[-1]
        assert "4 of 4 test texts have no word that is known" in told[0]
        assert self.heard(configure, tmp_path, path, tokens="characters") == []

    def test_some_spaces_in_such_a_language_are_no_words(
        self, configure: Any, tmp_path: Path
    ) -> None:
        rows = [(f"这部电影 很 好看 {'好坏'[i % 2]}", "ab"[i % 2]) for i in range(8)]
        path = self.write(tmp_path / "mine.csv", rows)
        (told,) = self.heard(configure, tmp_path, path)
        assert "4 training texts are in a script that puts no spaces between words" in told
        assert "data.tokens=characters" in told


@pytest.mark.parametrize(
    "keys", [{"tokens": "characters"}, {"tokens": "regex", "token_pattern": r"[^\W\d]"}]
)
def test_new_text_is_read_by_the_characters_that_training_counted(
    configure: Any, write_texts: Any, tmp_path: Path, keys: dict[str, str]
) -> None:
    parts = {"train": {"a": ["好看"], "b": ["难看"]}, "test": {"a": ["好"], "b": ["难"]}}
    config = configure(
        "text_dir", path=str(write_texts(parts)), maxlen=4, num_words=40, start=False, **keys
    )
    prepared = prepare(config, tmp_path / "home")
    assert prepared.arrays().x_test.max(axis=1).tolist() != [2, 2]
    vocabulary = prepared.vocabulary()
    assert vocabulary is not None
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    reader = text_reader(config, tmp_path / "home", prepared.digest, None, ignore)
    rows = reader.vocabulary.encode("好看坏").tolist()
    assert [vocabulary.words.get(row) for row in rows] == ["好", "看", None]


def test_tokens_of_keras_are_split_at_its_filters_alone_where_nothing_else_is_known() -> None:
    text = f"a{FILTERS}b\rc d"
    assert keras_words(text, "blank") == ["a", "b\rc", "d"]
    assert np.shape(keras_words(text, "unicode")) == (4,)
