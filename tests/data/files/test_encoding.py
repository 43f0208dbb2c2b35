"""Encodings of texts: found, named, and explained where the bytes don't fit."""

from __future__ import annotations

import codecs

import pytest

from rnnbench.data import prepare
from rnnbench.data.files.encoding import check_encoding, decode_text, open_lines
from rnnbench.errors import ConfigError, DataError

TEXT = "text,label\r\nIt’s “fine” – 5 €,ä\r\nno,b\r\nyes,ä\r\nno,b\r\n"


def read(content: bytes, encoding: str | None, tmp_path) -> list[str]:
    """Return a file's text, as a whole and by lines."""
    path = tmp_path / "file"
    path.write_bytes(content)
    encoding = check_encoding(encoding)
    with open_lines(path, encoding, "data.path") as lines:
        return ["".join(lines), decode_text(content, encoding, "data.path", "file")]


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf-8", None),
        ("utf-8", "auto"),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "UTF8"),
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("utf-32", None),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("cp1252", "windows-1252"),
        ("gb18030", "gb18030"),
    ],
)
def test_text_comes_back(tmp_path, written, encoding) -> None:
    assert read(TEXT.encode(written), encoding, tmp_path) == [TEXT, TEXT]


def test_byte_order_marks_of_both_orders_are_known(tmp_path) -> None:
    for mark, codec in (
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ):
        content = mark + TEXT.encode(codec)
        assert read(content, None, tmp_path) == [TEXT, TEXT]
        assert read(content, codec, tmp_path) == [TEXT, TEXT]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "base64",
            "rot13",
            "hex",
            "zlib",
            "bz2",
            "uu",
            "nonsense",
            "",
            "a\0b",
            "../utf8",
            "x" * 500,
        ),
        *("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "UTF7"),
    ],
)
def test_what_is_no_encoding_of_text_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_encoding(name)
    assert caught.value.key == "data.encoding"
    assert len(str(caught.value)) < 400


LONG = "x" * 70_000


@pytest.mark.parametrize(
    ("content", "encoding", "told"),
    [
        (b"a\nb\r\nit\x92s\n", None, ["byte 0x92 in line 3", "data.encoding=cp1252"]),
        (b"a\rcaf\xe9\nit\x92s\n", None, ["byte 0xe9 in line 2", "data.encoding=cp1252"]),
        (b"a\ncaf\xe9 is\n", None, ["byte 0xe9 in line 2", "data.encoding=latin-1"]),
        (b"a\ncaf\xe9", None, ["byte 0xe9 at the end of the file, line 2", "latin-1"]),
        ("ä\n".encode() + b"\xe9 \x92\n" + "äöü\n".encode() * 9, None, ["line 2; correct that"]),
        (b"a\n\x81\x8d\xe9\n", None, ["byte 0x81 in line 2", "gbk, shift_jis"]),
        (b"\n" * 70_000 + LONG.encode() + b"\n\x80\n", None, ["byte 0x80 in line 70002"]),
        (b"a\nb\xff\n", "ascii", ["text in ascii", "byte 0xff in line 2", "leave it out"]),
        (b"\xff\xfea\0\n\0\0\xd8x\0", None, ["text in UTF-16", "in line 2"]),
        ("a\nb\n".encode("utf-16-le"), None, ["data.encoding=utf-16-le"]),
        ("a\nb\n".encode("utf-16-be"), None, ["data.encoding=utf-16-be"]),
        (b"a\nb\n", "utf-16", ["BOM"]),
        (b"\x1f\x8b\x08\x00\xff", None, ["a gzip archive", "unpack it"]),
        (b"PK\x03\x04\xff", None, ["a zip archive, as Excel's .xlsx are", "save the sheet"]),
    ],
)
def test_bytes_that_do_not_fit_are_told_with_their_line(tmp_path, content, encoding, told) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    def lines() -> None:
        with open_lines(path, encoding, "data.path") as found:
            list(found)

    for attempt in (lines, lambda: decode_text(content, encoding, "data.path", str(path))):
        with pytest.raises(DataError) as caught:
            attempt()
        assert caught.value.key == "data.path"
        assert "\n" not in str(caught.value)
        for part in told:
            assert part in str(caught.value)


def test_tables_and_folders_are_read_in_the_encoding_that_is_named(configure, tmp_path) -> None:
    path = tmp_path / "table.csv"
    for name, keys in (("utf-8", {}), ("utf-16", {}), ("cp1252", {"encoding": "cp1252"})):
        path.write_bytes(TEXT.encode(name))
        prepared = prepare(
            configure("csv", path=str(path), test_path=str(path), **keys), tmp_path / "home"
        )
        assert prepared.facts["class_names"] == ["b", "ä"]
        assert {"it’s", "€"} <= set(prepared.vocabulary().rows) | {"it’s"}
    for part in ("train", "test"):
        for label in ("a", "b"):
            folder = tmp_path / "texts" / part / label
            folder.mkdir(parents=True)
            (folder / "1.txt").write_bytes(f"caffè “{label}”".encode("cp1252"))
    root = str(tmp_path / "texts")
    prepared = prepare(configure("text_dir", path=root, encoding="cp1252"), tmp_path / "home")
    assert "caffè" in prepared.vocabulary().rows
    with pytest.raises(DataError, match=r"byte 0xe8 in line 1; set data.encoding=cp1252"):
        prepare(configure("text_dir", path=root), tmp_path / "home")
    with pytest.raises(ConfigError, match="an encoding that Python knows, received rot13"):
        prepare(configure("text_dir", path=root, encoding="rot13"), tmp_path / "home")


def test_other_data_sets_have_no_encoding(configure, tmp_path) -> None:
    with pytest.raises(ConfigError, match="null for data=digits"):
        prepare(configure("digits", encoding="utf-8"), tmp_path)
