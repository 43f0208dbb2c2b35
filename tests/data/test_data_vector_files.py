"""Files of word vectors: every format, the numbers of gensim, nothing else in memory."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data.vector_files import open_vectors
from rnnbench.errors import DataError

WORDS = ["the", "good", "bad", "film", "dull", "été", "never-asked-for"]
DIM = 5


def numbers() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(len(WORDS), DIM)).astype(np.float32)


def lines() -> str:
    rows = zip(WORDS, numbers(), strict=True)
    return "".join(f"{word} {' '.join(map(repr, row.tolist()))}\n" for word, row in rows)


def binary(newline: bytes = b"") -> bytes:
    rows = zip(WORDS, numbers(), strict=True)
    header = f"{len(WORDS)} {DIM}\n".encode()
    return header + b"".join(w.encode() + b" " + row.tobytes() + newline for w, row in rows)


FORMATS = {
    "glove.txt": lines().encode(),
    "w2v.txt": f"{len(WORDS)} {DIM}\n{lines()}".encode(),
    "w2v.bin": binary(),
    "lines.bin": binary(b"\n"),
    "glove.txt.gz": gzip.compress(lines().encode()),
    "w2v.bin.gz": gzip.compress(binary()),
}


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_numbers_of_the_file(write, name):
    file = open_vectors(str(write(name, FORMATS[name])))
    assert file.dim == DIM
    found = file.vectors(["good", "été", "absent"])
    assert set(found) == {"good", "été"}
    for word, vector in found.items():
        np.testing.assert_array_equal(vector, numbers()[WORDS.index(word)])


@pytest.mark.parametrize("is_binary", [True, False])
def test_numbers_are_those_that_gensim_reads_and_writes(tmp_path, is_binary):
    models = pytest.importorskip("gensim.models")
    saved = models.KeyedVectors(DIM)
    saved.add_vectors(WORDS, numbers())
    path = tmp_path / "saved"
    saved.save_word2vec_format(str(path), binary=is_binary)
    read = models.KeyedVectors.load_word2vec_format(str(path), binary=is_binary)
    found = open_vectors(str(path)).vectors(WORDS)
    assert set(found) == set(read.key_to_index)
    for word, vector in found.items():
        np.testing.assert_array_equal(vector, read[word])


def test_the_first_vector_of_a_word_counts(write):
    path = write("twice.txt", b"good 1 2\nbad 3 4\ngood 5 6\n")
    np.testing.assert_array_equal(open_vectors(str(path)).vectors(["good"])["good"], [1, 2])


def test_names_of_several_words_are_passed_over(write):
    path = write("glove.txt", b"good 1 2\n. . . 3 4\nbad 5 6\n")
    found = open_vectors(str(path)).vectors(["good", ".", "bad"])
    assert set(found) == {"good", "bad"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "begins with b''"),
        (b"<html> no vectors", "begins with"),
        (b"0 5\n", "words of 1 to"),
        (b"3 0\n", "words of 1 to"),
        (b"3 999999999\n", "words of 1 to"),
        (binary()[:-3], "the end of the file after 6"),
        (f"9 {DIM}\n{lines()}".encode(), "the end of the file after 7"),
        (b"good 1 2\nbad 3\n", "1 numbers in vector 2"),
        (b"good 1 2\nbad 3 x\n", "no numbers in vector 2"),
        (b"good 1 2\nbad 3 nan\n", "not finite for 'bad'"),
        (b"good 1 2\nbad 3 1e60\n", "not finite for 'bad'"),
        (b"2 1\ngood " + struct.pack("<f", 1) + b"bad " + struct.pack("<f", np.inf), "not finite"),
        (b"5 300\n" + b"x" * 50_000, "no word before vector 1"),
    ],
)
def test_files_that_cannot_be_used(write, content, told):
    path = write("vectors", content)
    with pytest.raises(DataError) as caught:
        open_vectors(str(path)).vectors(["good", "bad"])
    assert caught.value.key == "model.embedding.path"
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(binary())[:-20]])
def test_damaged_archives(write, content):
    path = write("vectors.bin.gz", content)
    with pytest.raises(DataError, match=r"vectors\.bin\.gz"):
        open_vectors(str(path)).vectors(WORDS)


def test_memory_is_that_of_the_wanted_words(write):
    import tracemalloc

    words, dim = 20_000, 100
    rows = (f"w{i} ".encode() + bytes(4 * dim) for i in range(words))
    path = write("large.bin", f"{words} {dim}\n".encode() + b"".join(rows))
    file = open_vectors(str(path))
    tracemalloc.start()
    found = file.vectors(["w3", f"w{words - 1}"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 2
    assert peak < path.stat().st_size / 2
