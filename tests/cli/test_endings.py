"""What a command prints at its end can be pasted: the report of the same runs, a retry."""

from __future__ import annotations

import re
import shlex
import sys
from functools import cache

import pytest

from rnnbench.cli.endings import (
    RETRY,
    program,
    report_command,
    report_name,
    sweep_command,
    ui_command,
)
from rnnbench.cli.words import DEFAULT_CELLS, Words, split_words
from rnnbench.config.expand import Arm, expand


@cache
def declared(*typed: str) -> tuple[Words, list[Arm]]:
    words = split_words(["sweep", *typed])
    return words, expand(words.overrides, default_cells=DEFAULT_CELLS)


@pytest.mark.parametrize(
    ("started", "named"),
    [
        ("/usr/bin/rnnbench", "rnnbench"),
        ("rnnbench.exe", "rnnbench"),
        ("/lib/rnnbench/__main__.py", "python -m rnnbench"),
        ("-c", "python -m rnnbench"),
    ],
)
def test_commands_are_spelled_as_the_program_was_started(
    started: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started, "sweep"])
    assert program() == named
    assert sweep_command(Words("sweep", ("+cell=gru",))) == f"{named} sweep +cell=gru"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (("+cell=gru",), "reviews_gru"),
        (("+cell=lstm,gru", "data=digits", "seeds=5"), "digits_lstm_vs_gru"),
        (("data=digits",), "digits_simple_rnn_vs_lstm_vs_gru"),
        (("+cell=glob(*)", "data=digits"), "digits_5_cells"),
        (("experiments=depth",), "depth"),
        (("+cell=gru", "model.depth=1,2", "home=/a/b"), "reviews_gru_depth_1_2"),
        (("+cell=gru", "executor.workers=1", "tracking.experiment=mine"), "reviews_gru"),
    ],
)
def test_a_report_is_named_by_what_was_trained(typed: tuple[str, ...], name: str) -> None:
    assert report_name(*declared(*typed)) == name


def test_the_name_of_a_report_is_one_that_report_takes_and_tells_words_apart() -> None:
    long = ("+cell=gru", "optimizer.learning_rate=0.001,0.01,0.1", "model.dropout=0.1,0.2,0.3")
    names = [
        report_name(*declared("+cell=gru", *words))
        for words in ((), ("training.epochs=2",), ("optimizer.clipnorm=1",), long[1:])
    ]
    names.append(
        report_name(*declared("+cell=gru", "data.maxlen='${data.limit}'", "data.limit=50"))
    )
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name), name


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        (("+cell=gru",), ["+cell=gru"]),
        (("+cell=gru", "report.name=mine"), ["+cell=gru"]),
        (("+cell=gru", RETRY), ["+cell=gru"]),
        # Without such a word a report is one of everything in the store.
        ((), ["+cell=simple_rnn,lstm,gru"]),
        (("home=else where",), ["+cell=simple_rnn,lstm,gru", "home=else where"]),
        (("seeds=2",), ["seeds=2"]),
        (("+cell=gru", "data.name='a b'"), ["+cell=gru", "data.name='a b'"]),
    ],
)
def test_the_report_has_the_words_of_the_sweep(
    typed: tuple[str, ...], rest: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = split_words(["sweep", *typed])
    arms = declared("+cell=gru")[1]
    monkeypatch.setattr(sys, "argv", ["rnnbench"])
    _, command, name, *others = shlex.split(report_command(words, arms))
    assert command == "report"
    assert others == rest
    assert ("report.name=mine" in typed) == (name == "mine")


def test_one_run_is_reported_alone() -> None:
    words, arms = declared("+cell=gru", "seed=4", "seeds=9")
    told = report_command(words, arms, one_seed=True)
    assert told.endswith("report reviews_gru +cell=gru seed=4 seeds=1")


def test_the_user_interface_gets_the_words_of_the_place_and_no_secret() -> None:
    words, _ = declared("+cell=gru", "home=h", "tracking.uri=postgresql://me:secret@host/db")
    told = ui_command(words)
    assert "home=h" in told
    assert "tracking.uri=postgresql://" in told
    assert "secret" not in told
    assert "cell" not in told
