"""Files of word vectors: every format, the numbers of gensim, nothing else in memory."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data.vectors import archives
from rnnbench.data.vectors.files import open_vectors
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


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def locked(content: bytes) -> bytes:
    """Set the mark of a password in both headers of a zip archive's only file."""
    central = content.index(b"PK\x01\x02")
    marked = bytearray(content)
    marked[6] |= 1
    marked[central + 8] |= 1
    return bytes(marked)


FORMATS = {
    "glove.txt": lines().encode(),
    "w2v.txt": f"{len(WORDS)} {DIM}\n{lines()}".encode(),
    "w2v.bin": binary(),
    "lines.bin": binary(b"\n"),
    "glove.txt.gz": gzip.compress(lines().encode()),
    "w2v.bin.gz": gzip.compress(binary()),
    "gzip.txt": gzip.compress(lines().encode()),
    "plain.gz": lines().encode(),
    "w2v.zip": zipped({"w2v.txt": f"{len(WORDS)} {DIM}\n{lines()}".encode()}),
    "folder.zip": zipped({"a/": b"", "a/w2v.bin": binary(), "__MACOSX/a/._w2v.bin": b"x"}),
    "tabs.tsv": lines().replace(" ", "\t").encode(),
    "header-tab.tsv": f"{len(WORDS)}\t{DIM}\n{lines()}".replace(" ", "\t").encode(),
    "one-tab.txt": "".join(
        line.replace(" ", "\t", 1) for line in lines().splitlines(True)
    ).encode(),
    "bom.txt": b"\xef\xbb\xbf" + lines().encode(),
    "bom-header.txt": b"\xef\xbb\xbf" + f"{len(WORDS)} {DIM}\n{lines()}".encode(),
    "bom.txt.gz": gzip.compress(b"\xef\xbb\xbf" + lines().encode()),
    "windows.txt": f"{len(WORDS)} {DIM}\n{lines()}".replace("\n", "\r\n").encode(),
    "trailing.vec": f"{len(WORDS)} {DIM} \n{lines()}".replace("\n", " \n").encode() + b"\n",
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
    found = file.vectors(["the", "good", "été", "absent"])
    assert set(found) == {"the", "good", "été"}
    for word, vector in found.items():
        np.testing.assert_array_equal(vector, numbers()[WORDS.index(word)])


# Words that take part of a line for themselves, or look like nothing or like numbers.
ODD = [
    " ",
    "\xa0",
    "\x85",
    "\u2028",
    "\u3000",
    "\v",
    "\f",
    "\r",
    "\x1c",
    "\t",
    "\n",
    ". . .",
    "17",
    "1 2",
]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("odd", [*([word] for word in ODD), ODD])
def test_words_that_are_blank_leave_text_what_it_is(write, header, odd):
    rng = np.random.default_rng(4)
    rows = [f"{word} {' '.join(map(str, rng.normal(size=DIM)))}\n" for word in odd]
    count = len(rows) + len(WORDS)
    text = (f"{count} {DIM}\n" if header else "") + "".join(rows) + lines()
    file = open_vectors(str(write("vectors", text.encode())))
    assert file.layout.format == ("word2vec text" if header else "GloVe text")
    assert file.dim == DIM
    found = file.vectors(WORDS)
    assert list(found) == WORDS
    for word, vector in found.items():
        np.testing.assert_array_equal(vector, numbers()[WORDS.index(word)])


def test_the_format_is_told_with_its_packing_and_width(write):
    for name, told in (
        ("w2v.bin", "word2vec binary, 5 numbers a vector"),
        ("w2v.zip", "word2vec text in zip, 5 numbers a vector"),
        ("gzip.txt", "GloVe text in gzip, 5 numbers a vector"),
    ):
        assert open_vectors(str(write(name, FORMATS[name]))).description == told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"{len(WORDS)} {DIM + 1}\n{lines()}".encode(), "6 numbers, as its header says"),
        (f"{len(WORDS)} {DIM - 1}\n{lines()}".encode(), "received.* rows of 5 numbers"),
        (f"{len(WORDS)} 300\n{lines()}".encode(), "rows of 5 numbers; correct the header"),
        (f"{len(WORDS) - 1} {DIM}\n{lines()}".encode(), "6 vectors of 5 numbers.*more of them"),
        (binary() + b"\0", "more after vector 7"),
        (binary(b"\n") + b"more", "more after vector 7"),
        (binary().replace(b"7 5", b"6 5", 1), "more after vector 6"),
        (
            binary().replace(b"7 5", b"7 6", 1),
            "bytes, where that takes|more after|the end|word|up to",
        ),
        (
            binary().replace(b"7 5", b"7 4", 1),
            "place of a word|more after|up to|not finite|no word",
        ),
        (binary().replace(b"7 5", b"9999999 5", 1), "bytes, where that takes 219,999,978 at least"),
        (b"2 2\ngood " + struct.pack("<2f", 1, 2.8e33) + b"bad " + bytes(8), r"up to 2\.8e\+33"),
        (b"good 1 2\nbad 3 2.8e33\n", r"numbers up to 2\.8e\+33 for 'bad'"),
        (b"good,1,2\nbad,3,4\n", "a word and its numbers a line between blanks"),
        (lines().encode("utf-16"), "UTF-16; save it as UTF-8"),
        (b"BZh91AY", "bzip2 archive; unpack it"),
        (b"\xfd7zXZ\0", "an xz archive; unpack it"),
        (b"7z\xbc\xaf'\x1c", "a 7-Zip archive; unpack it"),
        (b"\xba\x16\x4f\x2f\x0c", "fastText; name the .vec file"),
        (b"\x80\x04\x95", "a Python pickle; save the vectors with gensim"),
        (b"\x93NUMPY\x01", "a NumPy array"),
        (zipped({"a.50d.txt": b"", "a.100d.txt": b""}), "2 files: a.50d.txt, a.100d.txt; unpack"),
        (zipped({}), "File is not a zip file|0 files|begins with"),
        (locked(zipped({"a.txt": b"x 1 2\n"})), "password.*; unpack it"),
        (zipped({"a.txt": lines().encode()})[:-30], "not a zip file"),
    ],
)
def test_files_that_would_be_misread_are_refused(write, content, told):
    path = write("vectors", content)
    with pytest.raises(DataError, match=told) as caught:
        open_vectors(str(path)).vectors(WORDS)
    assert caught.value.key == "model.embedding.path"
    assert "\n" not in str(caught.value)


def test_a_tar_archive_is_refused(tmp_path, write):
    glove = write("glove.txt", lines().encode())
    path = tmp_path / "glove.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(glove, "glove.txt")
    with pytest.raises(DataError, match="a tar archive; unpack it"):
        open_vectors(str(path))


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.txt": content})])
@pytest.mark.parametrize(
    "content",
    [
        b"good 1 2\n" * 500_000,
        b"900000 2\n" + b"good 1 2\n" * 500_000,
        b"good 1 2\nbad 1 2" + bytes(4_000_000),
    ],
)
def test_archives_that_unpack_to_far_more_end_early(write, monkeypatch, content, pack):
    monkeypatch.setattr(archives, "ALWAYS_UNPACKED", 2**20)
    path = write("vectors.gz", pack(content))
    with pytest.raises(DataError, match="unpacks to more than 25 times its size"):
        open_vectors(str(path)).vectors(["bad"])


def test_an_archive_of_zeros_is_no_vectors_and_takes_no_memory(write):
    import tracemalloc

    path = write("vectors.gz", gzip.compress(bytes(64 * 2**20)))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"begins with|25 times"):
        open_vectors(str(path)).vectors(["bad"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 48 * 2**20


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
