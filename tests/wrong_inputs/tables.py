"""Tables and texts: how they are written, their labels, and how they become tokens."""

from __future__ import annotations

from tests.wrong_inputs.data import CSV, TABLE, typed
from tests.wrong_inputs.row import Content, Row

FOLDER: dict[str, Content] = {
    f"mine/{part}/{name}/1.txt": "fine" for part in ("train", "test") for name in ("pos", "neg")
}


def table(words: str, key: str, *parts: str, content: str | bytes = TABLE) -> Row:
    """A row about the file ``mine.csv``."""
    return typed(f"{CSV} {words}".strip(), key, *parts, files={"mine.csv": content})


def labels(*values: str) -> str:
    """A table of a text for each label."""
    return "text,label\n" + "".join(f"text {n},{value}\n" for n, value in enumerate(values))


DIALECT = [
    table("data.delimiter=ab", "data.delimiter", "comma, semicolon, tab, pipe", "'ab'"),
    table("data.delimiter=null", "data.delimiter", "null"),
    table("data.delimiter=", "data.delimiter", "one character"),
    table('\'data.delimiter="\\""\'', "data.delimiter", "quotation mark"),
    table("data.delimiter=3", "data.delimiter", "text"),
    table("data.quoting=all", "data.quoting", "minimal", "'all'"),
    table("data.quoting=false", "data.quoting", "minimal", "False"),
    table("data.escape=ab", "data.escape", "backslash", "'ab'"),
    table("data.escape=comma", "data.escape", "data.delimiter"),
    table("data.header=maybe", "data.header", "true or false"),
    table("data.skip_initial_space=1", "data.skip_initial_space", "true or false"),
    table("'data.delimiter=\" \"' data.skip_initial_space=true", "data.skip_initial_space"),
    table("", "data.delimiter", "data.delimiter=semicolon", content="sep=;\n" + TABLE),
    table("", "data.path", "data.quoting=none", content=TABLE + '"odd,neg\n'),
    table("", "data.path", "3 in line 6", content=TABLE + "good, yes,pos\n"),
    table("", "data.text_column", "data.delimiter=semicolon", content=TABLE.replace(",", ";")),
    table("", "data.text_column", "data.delimiter=pipe", content=TABLE.replace(",", "|")),
]
COLUMNS = [
    table("data.text_column=0", "data.text_column", "data.header=false"),
    table("data.text_column=-1", "data.text_column", "at least 0"),
    table("data.text_column=100000", "data.text_column", "below 100000"),
    table("data.text_column=null", "data.text_column", "null"),
    table("data.label_column=text", "data.label_column", "another than data.text_column"),
    table("data.header=false", "data.text_column", "0: 'text', 1: 'label'"),
    table("data.header=false data.text_column=0 data.label_column=2", "data.label_column", "2"),
    table("", "data.label_column", "of which it has 2", content="text,label,label\na,b,c\n"),
    table("", "data.text_column", "data.header=false", content="fine,0\npoor,1\ngood,0\nbad,1\n"),
]
LABELS = [
    table("data.missing=ignore", "data.missing", "drop", "'ignore'"),
    table("", "data.path", "no label in line 6", "data.missing=drop", content=TABLE + "odd,\n"),
    table("", "data.path", "no text in line 6", "data.missing=drop", content=TABLE + ",pos\n"),
    table("", "data.path", "label 'NA'", "data.missing=keep", content=TABLE + "odd,NA\n"),
    table("data.missing=error", "data.path", "text 'nan'", content=TABLE + "nan,pos\n"),
    table("", "data.path", "two classes", content=labels("pos", "pos", "pos")),
    table("", "data.path", "two classes", content=labels("1", "1.0", "1")),
    table("", "data.path", "labels are classes", content=labels("0.5", "1.5", "2.5")),
    table("", "data.path", "data.label_column", content=labels("a", "b", "c", "d")),
    table("", "data.path", "rows under the header", content="text,label\n"),
    typed(
        "data=csv data.path=mine.csv data.test_path=test.csv",
        "data.test_path",
        "'odd'",
        files={"mine.csv": TABLE, "test.csv": "text,label\nfine,pos\npoor,odd\n"},
    ),
    typed(
        "data=csv data.path=x data.test_path= data.test_fraction=0.2", "data.test_fraction", "both"
    ),
]
ENCODINGS = [
    table("data.encoding=klingon", "data.encoding", "klingon"),
    table("data.encoding=", "data.encoding", "nothing"),
    table("data.encoding=base64", "data.encoding", "base64"),
    table("data.encoding=utf-7", "data.encoding", "utf-7"),
    table("data.encoding=8", "data.encoding", "text"),
    table("data.encoding=ascii", "data.path", "line 6", content=TABLE + "naïve,neg\n"),
    table("", "data.path", "cp1252", "line 6", content=TABLE.encode() + b"na\xefve\x85,neg\n"),
    table("", "data.path", "latin-1", content=TABLE.encode() + b"na\xefve,neg\n"),
    table("", "data.path", "utf-16-le", content=TABLE.encode("utf-16-le")),
    table("", "data.path", "a zip archive", content=b"PK\x03\x04\xff\xff"),
    typed("data=text_dir data.path=mine data.encoding=klingon", "data.encoding", files=FOLDER),
    typed(
        "data=text_dir data.path=mine",
        "data.path",
        "cp1252",
        files={**FOLDER, "mine/test/pos/1.txt": b"a \x93fine\x94 film"},
    ),
    typed("+data.encoding=cp1252", "data.encoding", "null for data=reviews"),
]
TOKENS = [
    table("data.tokens=bert", "data.tokens", "treebank"),
    table("data.tokens=numbers", "data.tokens", "token numbers", "line 2"),
    table(
        "data.tokens=numbers data.punctuation=unicode", "data.punctuation", "data.tokens=numbers"
    ),
    table("data.tokens=numbers data.word_index=x", "data.word_index", "data.tokens=numbers"),
    table("data.tokens=null", "data.tokens", "null"),
    table("data.tokens=regex", "data.token_pattern", "null"),
    table("""data.tokens=regex 'data.token_pattern="("'""", "data.token_pattern", "unterminated"),
    table("data.tokens=regex data.token_pattern=1", "data.token_pattern", "text"),
    table("data.token_pattern=x", "data.token_pattern", "data.tokens=regex"),
    table("data.tokens=characters data.token_pattern=x", "data.token_pattern", "characters"),
    table("data.tokens=regex data.token_pattern=Q", "data.token_pattern", "nothing matches"),
    typed("+data.token_pattern=x", "data.token_pattern", "null for data=reviews"),
    table("data.punctuation=ascii", "data.punctuation", "unicode"),
    table("data.unknown=skip", "data.unknown", "oov"),
    table("data.start=1", "data.start", "true or false"),
    table("data.num_words=null", "data.num_words", "null"),
    table("data.num_words=99999999999", "data.num_words", "at most 10000000"),
    table("data.maxlen=null", "data.maxlen", "null"),
    table("data.word_index=x.json", "data.word_index", "no such file"),
    table("", "data.tokens", "nothing but punctuation", content="text,label\n" + "!,0\n?,1\n" * 3),
    typed("data=reviews data.maxlen=null", "data.maxlen", "null"),
    typed("data=reviews data.header=false", "data.header", "a key that the chosen data has"),
]
ROWS = [*DIALECT, *COLUMNS, *LABELS, *ENCODINGS, *TOKENS]
