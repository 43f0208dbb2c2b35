"""Reports of stores that have little to tell: a clear message, or a report of what is missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.recorded import fill
from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.conftest import Run

pytestmark = pytest.mark.slow

WORDS = ("data=digits", "data.limit=100", "data.test_limit=50")
HOSTILE = "<script>window.reached = true</script>"


def change(*statements: str) -> None:
    """Change the store behind MLflow's back."""
    with closing(sqlite3.connect(Path("runs", "mlflow.db"))) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def recorded(work_dir: Path) -> Callable[..., None]:
    """Fill the store of the working directory."""

    def record(*words: str) -> None:
        fill(work_dir, (*WORDS, *words), epochs=2)

    return record


def reported(run: Run) -> str:
    answer = run("report", "odd")
    assert answer.status == 0, answer.err
    assert "Traceback" not in answer.err
    folder = Path("reports", "odd")
    assert (folder / "index.html").is_file()
    return (folder / "report.md").read_text(encoding="utf-8")


def test_without_a_store_is_one_message(run: Run) -> None:
    answer = run("report", "odd")
    assert answer.status == 2
    assert answer.err.count("\n") <= 3
    assert "train something first" in answer.err
    assert not Path("reports").exists()


def test_of_an_empty_store_is_one_message(run: Run, work_dir: Path) -> None:
    Path("runs").mkdir()
    Store.open(load([], cell=False))
    answer = run("report", "odd")
    assert answer.status == 2
    assert "a store with runs" in answer.err
    assert not Path("reports").exists()


def test_of_one_run_has_its_row_and_no_verdict(run: Run, recorded: Callable[..., None]) -> None:
    recorded("+cell=gru", "seeds=1")
    text = reported(run)
    assert "Made from 1 finished run," in text
    assert "there is nothing to compare it with" in text
    assert "| GRU | 1 |" in text


def test_of_one_seed_says_that_it_tells_nothing_of_the_spread(
    run: Run, recorded: Callable[..., None]
) -> None:
    recorded("+cell=gru,lstm", "seeds=1")
    assert "one seed tells nothing of the spread" in reported(run)


def test_of_failed_runs_lists_them_with_their_reasons(
    run: Run, recorded: Callable[..., None]
) -> None:
    recorded("+cell=gru,lstm", "seeds=1")
    change(
        "UPDATE runs SET status = 'FAILED'",
        "INSERT INTO tags SELECT 'rnnbench.reason', 'loss is nan', run_uuid FROM runs",
    )
    text = reported(run)
    assert "There is no finished run to compare." in text
    assert text.count("loss is nan") == 2


@pytest.mark.parametrize("metric", ["test_accuracy", "best_val_accuracy", "%"])
def test_of_runs_without_a_metric_leaves_it_out(
    run: Run, recorded: Callable[..., None], metric: str
) -> None:
    recorded("+cell=gru,lstm", "seeds=2")
    change(
        f"DELETE FROM metrics WHERE key LIKE '{metric}'",
        f"DELETE FROM latest_metrics WHERE key LIKE '{metric}'",
    )
    text = reported(run)
    assert "Made from 4 finished runs," in text


def test_shows_markup_in_names_as_text(run: Run, recorded: Callable[..., None]) -> None:
    recorded("+cell=gru,lstm", "seeds=2")
    change(
        f"UPDATE tags SET value = '{HOSTILE}' WHERE key IN ('rnnbench.command', 'rnnbench.path')",
        f"UPDATE params SET value = '{HOSTILE}' WHERE key = 'optimizer.name'",
        f"UPDATE tags SET value = '{HOSTILE}' WHERE key LIKE 'mlflow.%'",
    )
    text = reported(run)
    page = Path("reports", "odd", "index.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "&lt;script&gt;window.reached" in page.replace("<wbr>", "")
    assert HOSTILE not in text.replace(f"`{HOSTILE}`", "")


def test_leaves_the_folders_of_files_out(run: Run, recorded: Callable[..., None]) -> None:
    recorded("+cell=gru", "seeds=1")
    command = "python -m rnnbench sweep data.path=/home/anna/secret/imdb.npz a='~/mine/b.csv' c=d/e"
    change(
        f"UPDATE tags SET value = '{command.replace(chr(39), chr(39) * 2)}' "
        "WHERE key = 'rnnbench.command'",
        "UPDATE params SET value = '/home/anna/secret/imdb.npz' WHERE key = 'data.path'",
    )
    text = reported(run)
    assert "sweep data.path=imdb.npz a='b.csv' c=d/e" in text
    for file in Path("reports", "odd").rglob("*.*"):
        assert b"secret" not in file.read_bytes(), file
