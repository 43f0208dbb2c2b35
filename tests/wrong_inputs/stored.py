"""Commands about stored runs, and MLflow's user interface."""

from __future__ import annotations

import os

from tests.wrong_inputs.row import row

TEXTS = {"texts.txt": "a fine film\n"}
ROWS = [
    row("predict", "text", "received neither"),
    row("predict run=abc", "text", "received neither"),
    row("predict run=abc text=", "text", "received nothing"),
    row("predict run=abc text=x file=y", "text", "received both"),
    row("predict run=abc text=x run=def", "run", "run twice"),
    row("predict run=abc file=nowhere.txt", "file", "nowhere.txt"),
    row("predict run=abc file=empty.txt", "file", "at least one text", files={"empty.txt": "\n"}),
    row("predict run=abc file=texts", "file", "at least one text", files={"texts/1.csv": "a"}),
    row("predict run=abc file=x.txt", "file", "cp1252", files={"x.txt": b"a \x93fine\x94 film"}),
    row("predict run=abc file=/dev/zero", "file", "not a regular file"),
    row("predict run=abc file=pipe", "file", "not a regular file", files={"pipe": os.mkfifo}),
    row("predict run=abc file=texts.txt data.encoding=klingon", "data.encoding", files=TEXTS),
    row("predict run=abc text=x format=xml", "format", "table, csv, json"),
    row("predict run=abc text=x output=", "output", "a file", "nothing"),
    row("predict run=abc text=x output=answers", "format", "format=csv"),
    row("predict run=abc text=x output=answers format=table", "format", "csv or json"),
    row("predict run=abc text=x output=no/x.csv", "output", "a folder that exists"),
    row("predict run=abc text=x output=. format=csv", "output", "a folder"),
    row("predict run=abc text=x output=/dev/null format=csv", "output", "a device"),
    row("predict run=abc file=x.csv output=x.csv", "output", "the texts", files={"x.csv": "a"}),
    row("predict foo", "foo", "type foo="),
    row("predict run=abc text=x model.units=4", "model.units", "leave it out"),
    row("predict text=x", "home", "a folder with a store"),
    row("predict text=x", "run", "run=", store=True),
    row("predict run=abc text=x", "run", "abc", store=True),
    row("predict run=abc file=texts.txt", "run", "abc", files=TEXTS, store=True),
    row("predict run=../../x text=x", "run", "../../x", store=True),
    row("reproduce", "home", "a folder with a store"),
    row("reproduce", "run", "run=", store=True),
    row("reproduce run=zzz", "run", "zzz", store=True),
    row("reproduce run=zzz foo", "foo", "type foo="),
    row("reproduce run=zzz seeds=3", "seeds", "leave it out", store=True),
    row("diagnose", "home", "a folder with a store"),
    row("diagnose run=zzz", "run", "zzz", store=True),
    row("diagnose run=x +cell=gru", "cell", "leave it out"),
    row("ui", "home", "a folder with a store"),
    row("ui --host nowhere.invalid", "--host", "nowhere.invalid", store=True),
    row("ui model.unitz=4", "model.unitz", "did you mean"),
]
