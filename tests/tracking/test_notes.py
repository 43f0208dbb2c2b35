"""Descriptions of sweeps and arms: question, table, commands, and names that stay plain text."""

from __future__ import annotations

import shlex

import pytest
from markdown_it import MarkdownIt

from rnnbench.tracking import names
from rnnbench.tracking.notes import arm_note, escaped, question, sweep_note
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject

SUBJECT = Subject(("simple_rnn", "gru model.depth=2"), ("imdb 500",))
COMMAND = "python -m rnnbench sweep +cell=simple_rnn,gru seeds=2"
MEANS = {"seeds": 2.0, "test_accuracy": 0.81234, "test_accuracy_sd": 0.01, "gap_final": 0.1}


def rendered(note: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(note)


def test_of_a_sweep_asks_its_question_and_gives_arms_best_first_and_commands() -> None:
    worse, better = Record("a", "FINISHED", metrics=MEANS), {**MEANS, "test_accuracy": 0.9}
    arms = [("simple_rnn", worse), ("gru model.depth=2", Record("b", "FINISHED", metrics=better))]
    note = sweep_note(SUBJECT, COMMAND, "0123456789", arms)
    page = rendered(note)
    assert "Which is better on imdb (500 time steps): simple_rnn or gru model.depth=2?" in page
    assert page.index("0.9000\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.0100") < page.index(
        "0.8123\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.0100"
    )
    assert "best validation accuracy" not in page, "a column of nothing"
    assert f"<code>{COMMAND}\n</code>" in page
    report = "python -m rnnbench report report_012345 +cell=simple_rnn,gru seeds=2"
    assert f"<code>{report}\n</code>" in page


def test_break_long_commands_where_a_shell_goes_on() -> None:
    words = ["python", "-m", "rnnbench", "sweep", "text=it is 'here'", *map(str, range(100, 160))]
    note = sweep_note(SUBJECT, shlex.join(words), "0123456789", [])
    block = note.split("```")[1].strip()
    assert len(block.splitlines()) > 3
    assert max(map(len, block.splitlines())) <= 76
    assert shlex.split(block.replace("\\\n", "")) == words


def test_of_a_sweep_that_has_just_begun_has_no_table() -> None:
    page = rendered(sweep_note(SUBJECT, COMMAND, "0123456789", []))
    assert "<table>" not in page
    assert "comes when the sweep ends" in page


def test_of_many_arms_says_how_many_are_left_out() -> None:
    arms = [(f"arm{n}", Record(str(n), "FINISHED", metrics=MEANS)) for n in range(40)]
    note = sweep_note(SUBJECT, COMMAND, "key", arms)
    assert note.count("| arm") == 31
    assert "and 10 more" in note
    assert len(note) < 8000, "what MLflow keeps of a tag"


def test_of_an_arm_gives_its_mean_and_its_seeds() -> None:
    runs = [
        Record(str(n), "FINISHED", {names.COMMAND: COMMAND}, {"seed": str(n)}, MEANS, n)
        for n in (0, 1)
    ]
    page = rendered(arm_note(Subject(("gru",), ("digits 8",)), "0123456789", runs, MEANS))
    assert "How good is gru on digits (8 time steps)?" in page
    for cell in ("mean ± sd", "0.8123\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.0100", "0", "1"):
        assert f"<td>{cell}\N{EM SPACE}</td>" in page
    assert COMMAND in page


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "<iframe src='https://evil.example'>",
        "[click](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "a | b | c",
        "`code` **bold** __bold__ ~~gone~~",
        "# head",
        "\n\n# head\n- item",
        "&lt;b&gt; &amp;",
        "back\\slash\\",
        "@someone",
        "https://evil.example www.evil.example",
    ],
)
def test_show_hostile_names_as_they_are(name: str) -> None:
    subject = Subject((name, "gru"), ("imdb 500",))
    note = sweep_note(subject, COMMAND, "key", [(name, Record("a", "FINISHED", metrics=MEANS))])
    page = rendered(note)
    for forbidden in ("<img", "<iframe", "<a ", "<em>", "<h1>", "<li>", "<del>"):
        assert forbidden not in page
    assert page.count("<tr>") == 2
    assert page.count("<strong>") == 1
    assert "@" not in note.replace(COMMAND, "")
    assert "www." not in note
    assert "://" not in note


def test_keep_a_command_within_its_block() -> None:
    command = "python -m rnnbench sweep '+cell=```\n# head' <b>"
    page = rendered(sweep_note(SUBJECT, command, "key", []))
    assert "<h1>" not in page
    assert page.count("<pre>") == 2
    assert "<b>" not in page


def test_hold_no_secret() -> None:
    command = "python -m rnnbench sweep tracking.uri=postgresql://anna:Xword1@host/db"
    note = sweep_note(Subject(("gru x=https://a:Xword1@h/",), ("d 8",)), command, "key", [])
    assert "Xword1" not in note


def test_names_the_tag_of_a_command_that_is_too_long() -> None:
    note = sweep_note(SUBJECT, COMMAND + " x" * 2000, "key", [])
    assert len(note) < 1000
    assert names.COMMAND in note


def test_ask_for_the_best_of_many() -> None:
    assert question(Subject(tuple("abc"), ("d 8",))) == (
        "Which is best on d (8 time steps): a, b or c?"
    )
    asked = question(Subject(tuple("abcdef"), ("d 8", "e 9")))
    assert asked == (
        "Which of 6 arms is best on d (8 time steps), e (9 time steps): a, b, c, d and 2 more?"
    )
    assert escaped("simple_rnn") == "simple\\_rnn"


def test_fit_a_tag_whatever_the_arms_are_called() -> None:
    labels = tuple(f"gru data.path=/tmp/{'|*<' * 80}{n}" for n in range(1000))
    arms = [(label, Record(label, "FINISHED", metrics=MEANS)) for label in labels]
    note = sweep_note(Subject(labels, ("csv 4",)), f"{COMMAND} {'x=1 ' * 300}", "key", arms)
    assert len(note) <= 8000
    assert "more" in note
    assert note.count("```") == 4  # the commands are whole
