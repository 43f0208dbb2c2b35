"""Word vectors of a data set: a row for each token, from a file or from its own texts."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.schema import EmbeddingConfig
from rnnbench.data import prepare
from rnnbench.data.sets.reviews import vocabulary
from rnnbench.data.vectors import training as vector_training
from rnnbench.data.vectors.matrix import prepare_vectors, vectors_dim
from rnnbench.errors import ConfigError, DataError
from tests.data.vectors.test_files import DIM, FORMATS, WORDS, numbers


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def texts(configure, write_texts, tmp_path):
    """The small reviews as a configuration and prepared."""
    config = configure("text_dir", path=str(write_texts()), maxlen=8, num_words=30)
    return config, prepare(config, tmp_path / "home")


def embedding(path: Path | None = None, dim: int = DIM, **keys) -> EmbeddingConfig:
    return EmbeddingConfig(kind="vectors", dim=dim, path=path and str(path), **keys)


def test_rows_of_the_matrix_are_the_tokens(texts, write, tmp_path):
    config, prepared = texts
    heard: list[str] = []
    vectors = prepare_vectors(
        embedding(write("w2v.bin", FORMATS["w2v.bin"])),
        config,
        prepared,
        tmp_path / "home",
        on_progress=heard.append,
    )
    matrix, rows = vectors.matrix(), prepared.vocabulary().rows
    assert isinstance(matrix, np.memmap)
    assert matrix.shape == (30, DIM)
    for word in ("the", "good", "film"):
        np.testing.assert_array_equal(matrix[rows[word]], numbers()[WORDS.index(word)])
    assert not matrix[:4].any()
    assert not matrix[rows["plot"]].any()
    known = sum(word in rows for word in WORDS)
    assert vectors.facts["words_covered"] == known
    assert "plot" in vectors.facts["most_frequent_missing"]
    x = prepared.arrays().x_train
    share = np.isin(x[x > 1], [rows[w] for w in WORDS if w in rows]).mean()
    assert vectors.facts["tokens_covered_share"] == pytest.approx(share)
    assert f"{known} of {len(prepared.vocabulary().words)} words" in heard[-1]


def test_the_digest_is_that_of_the_numbers(texts, write, tmp_path):
    config, prepared = texts

    def digest(name: str, content: bytes) -> str:
        path = write(name, content)
        return prepare_vectors(embedding(path), config, prepared, tmp_path / "home").digest

    same = {digest(name, content) for name, content in FORMATS.items()}
    assert len(same) == 1
    other = FORMATS["glove.txt"].replace(b"good -", b"good 7", 1).replace(b"good 0", b"good 7", 1)
    assert digest("glove.txt", other) not in same


def test_a_second_call_does_not_read_the_file_again(texts, write, tmp_path, monkeypatch):
    config, prepared = texts
    path = write("w2v.bin", FORMATS["w2v.bin"])
    first = prepare_vectors(embedding(path), config, prepared, tmp_path / "home")
    monkeypatch.setattr("rnnbench.data.vectors.files.VectorFile.vectors", None)
    assert prepare_vectors(embedding(path), config, prepared, tmp_path / "home") == first
    shorter = config.model_copy(update={"maxlen": 3})
    again = prepare_vectors(
        embedding(path), shorter, prepare(shorter, tmp_path / "home"), tmp_path / "home"
    )
    assert again.path == first.path


def test_a_damaged_matrix_is_made_again(texts, write, tmp_path):
    config, prepared = texts
    path = write("w2v.bin", FORMATS["w2v.bin"])
    first = prepare_vectors(embedding(path), config, prepared, tmp_path / "home")
    before = np.array(first.matrix())
    for damage in (lambda: os.truncate(first.path, 100), lambda: np.save(first.path, before + 1)):
        damage()
        heard: list[str] = []
        again = prepare_vectors(
            embedding(path), config, prepared, tmp_path / "home", on_progress=heard.append
        )
        assert "is damaged" in heard[0]
        np.testing.assert_array_equal(again.matrix(), before)


def test_the_file_decides_the_width(texts, write):
    config, prepared = texts
    path = write("w2v.bin", FORMATS["w2v.bin"])

    def width(embedding: EmbeddingConfig) -> int:
        return vectors_dim(embedding, config, prepared.spec)

    assert width(embedding(path, dim=300)) == DIM
    assert width(embedding(None, dim=300)) == 300
    assert width(EmbeddingConfig(kind="trainable", dim=7)) == 7


class TestOfTheCorpus:
    @pytest.fixture(autouse=True)
    def _gensim(self) -> None:
        pytest.importorskip("gensim")

    def test_every_word_of_the_training_texts_has_a_vector(self, texts, tmp_path):
        config, prepared = texts
        vectors = prepare_vectors(embedding(dim=6), config, prepared, tmp_path / "home")
        matrix = vectors.matrix()
        assert matrix.shape == (30, 6)
        used = np.unique(prepared.arrays().x_train)
        assert matrix[used[used > 1]].any(axis=1).all()
        assert not matrix[:2].any()
        assert vectors.facts["tokens_covered_share"] == 1.0
        assert np.isfinite(matrix).all()

    def test_the_same_texts_give_the_same_numbers(self, texts, tmp_path):
        config, prepared = texts
        one, other = (
            prepare_vectors(embedding(dim=6), config, prepared, tmp_path / home).matrix()
            for home in ("home", "elsewhere")
        )
        np.testing.assert_array_equal(one, other)

    def test_only_what_they_follow_from_identifies_them(self, texts, tmp_path):
        config, _ = texts
        home = tmp_path / "home"

        def digest(dim: int = 6, **changes) -> str:
            changed = config.model_copy(update=changes)
            data = prepare(changed, home)
            return prepare_vectors(embedding(dim=dim), changed, data, home).digest

        first = digest()
        assert digest(maxlen=5, mask=True, padding="post") == first
        assert digest(dim=7) != first
        assert digest(num_words=20) != first
        (Path(config.path) / "train" / "neg" / "0_7.txt").write_text("another text")
        assert digest() != first

    def test_words_need_not_be_known(self, configure, members, write_npz, tmp_path):
        config = configure("imdb", path=str(write_npz(members["imdb"]())), maxlen=9, num_words=90)
        prepared = prepare(config, tmp_path)
        assert prepare_vectors(embedding(dim=4), config, prepared, tmp_path).matrix()[2].any()

    def test_without_gensim_says_how_to_get_it(self, texts, tmp_path, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "gensim.models", None)
        with pytest.raises(ConfigError, match=r"python -m pip install gensim"):
            prepare_vectors(embedding(dim=3), *texts, tmp_path / "home")

    def test_long_texts_are_not_cut_off(self):
        from rnnbench.data.contract import Split

        split = Split(np.full(25_000, 5), np.array([0, 25_000]), np.zeros(1, np.int32))
        sentences = list(vector_training._Sentences(split, 9))
        assert sum(map(len, sentences)) == 25_000
        assert max(map(len, sentences)) <= 10_000


class TestRefused:
    def test_features_have_no_vectors(self, configure, tmp_path):
        config = configure("digits")
        with pytest.raises(ConfigError, match=r"^model\.embedding\.kind.*features"):
            prepare_vectors(embedding(), config, prepare(config, tmp_path), tmp_path)

    def test_a_file_needs_words(self, configure, members, write_npz, write, tmp_path):
        imdb = configure("imdb", path=str(write_npz(members["imdb"]())), num_words=90)
        numbered = write("numbered.csv", b"text,label\n" + b"4 5,0\n6 7,1\n" * 4)
        table = configure("csv", path=str(numbered), tokens="numbers", test_fraction=0.5)
        path = write("w2v.bin", FORMATS["w2v.bin"])
        for config, action in ((imdb, "data.word_index="), (table, "path=null")):
            with pytest.raises(ConfigError, match=r"^model\.embedding\.path.*" + action):
                prepare_vectors(embedding(path), config, prepare(config, tmp_path), tmp_path)

    def test_a_file_without_any_word_of_the_data(self, texts, write, tmp_path):
        path = write("other.txt", b"zyx 1 2\nwvu 3 4\n")
        with pytest.raises(DataError, match="none of the words"):
            prepare_vectors(embedding(path), *texts, tmp_path / "home")

    def test_no_such_file(self, texts, tmp_path):
        with pytest.raises(DataError, match="no such file"):
            prepare_vectors(embedding(tmp_path / "none.bin"), *texts, tmp_path / "home")


def test_imdb_with_its_word_index_has_words(configure, members, write_npz, write, tmp_path):
    content = members["imdb"]()
    index = write("index.json", b'{"the": 1, "good": 2, "never": 50}')
    path = str(write_npz(content))
    config = configure("imdb", path=path, num_words=40, word_index=str(index))
    prepared = prepare(config, tmp_path)
    vectors = prepare_vectors(
        embedding(write("w2v.bin", FORMATS["w2v.bin"])), config, prepared, tmp_path
    )
    np.testing.assert_array_equal(vectors.matrix()[5], numbers()[WORDS.index("good")])
    assert vectors.facts["words"] == 2
    without = configure("imdb", path=path, num_words=40)
    assert prepare(without, tmp_path).digest == prepared.digest


def test_generated_reviews_know_their_words(configure, write, tmp_path):
    config = configure("reviews", limit=20, test_limit=10, maxlen=20)
    path = write("w2v.bin", FORMATS["w2v.bin"])
    vectors = prepare_vectors(embedding(path), config, prepare(config, tmp_path), tmp_path)
    for word in ("the", "good", "bad", "film", "dull"):
        row = vocabulary().encode(word)[1]
        np.testing.assert_array_equal(vectors.matrix()[row], numbers()[WORDS.index(word)])
    assert vectors.facts["words_covered"] == 5
