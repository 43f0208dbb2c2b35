"""A password typed into an address is in no answer, no store and no file."""

from __future__ import annotations

import logging
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench.results.frame import frame
from rnnbench.tracking import names
from rnnbench.tracking.address import translated
from rnnbench.tracking.record import Record
from tests.conftest import Run

SECRET = b"Xword1"


def files_with(secret: bytes, folder: Path) -> list[str]:
    """The files in which it stands."""
    return [str(p) for p in folder.rglob("*") if p.is_file() and secret in p.read_bytes()]


@pytest.mark.filterwarnings("ignore:Query string argument")
def test_nothing_that_a_command_leaves_behind_holds_it(
    run: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = work_dir / "corpus_Xfolder2"
    corpus.mkdir()
    rows = [f"{'good' if i % 2 else 'bad'} film {i},{i % 2}" for i in range(12)]
    (corpus / "mine.csv").write_text("\n".join(["text,label", *rows]))
    monkeypatch.setenv("CORPUS", str(corpus))
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "Xpass3")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "Xtoken4")
    uri = f"sqlite:///{work_dir}/store.db?user=Xuser5&password={SECRET.decode()}/ a&timeout=60"
    words = ["data=csv", "data.path='${oc.env:CORPUS}/mine.csv'", "data.test_fraction=0.25"]
    words += [f'tracking.uri="{uri}"']
    answer = run("baseline", "bag_of_words", *words)
    assert answer.status == 0, answer.err
    planned = run("plan", "+cell=gru", *words)
    assert planned.status == 0, planned.err
    database = (work_dir / "store.db").read_bytes()
    assert b"python -m rnnbench baseline bag_of_words" in database
    assert b"${oc.env:CORPUS}/mine.csv" in database
    for secret in (SECRET, b"Xpass3", b"Xtoken4", b"Xuser5"):
        assert files_with(secret, work_dir) == []
        assert secret.decode() not in answer.out + answer.err + planned.out + planned.err
    assert b"corpus_Xfolder2" not in database
    # Where the data were is known to the prepared data alone, which stay on this machine.
    known = files_with(b"corpus_Xfolder2", work_dir)
    assert [Path(path).name for path in known] == ["meta.json"]


@pytest.mark.parametrize(
    "words",
    [
        ["sweep", "+cell=gru", "tracking.uri=ftp://anna:Xword1@server/x"],
        ["sweep", "+cell=gru", "tracking.uri=anna:Xword1@server/x"],
        ["sweep", "+cell=gru", "tracking.uri=[http://anna:Xword1@server/x]"],
        ["sweep", "+cell=gru", 'tracking={uri:"http://anna:Xword1@server"}', "nonsense=1"],
        ["sweep", "+cell=gru", "tracking.uri=http://server?token=Xword1&b=1"],
        ["sweep", "+cell=gru", "tracking.uri=http://anna:Xword1 b@server/x'"],
        ["sweep", "+cell=gru", "tracking.url=http://anna:Xword1@server/x"],
        ["sweep", "http://anna:Xword1@server/x"],
        ["report", "tracking.uri=http://a:Xword1@h", "tracking.uri=http://b:Xword1@h"],
        ["predict", "run=1", "text=a", "model.units=http://anna:Xword1@server"],
        ["train", "+cell=gru", 'tracking.uri="postgresql+psycopg2://a:Xword1@Xword1@[::1/x"'],
    ],
)
def test_no_refusal_shows_it(run: Run, words: list[str]) -> None:
    answer = run(*words)
    assert answer.status == 2
    assert "error: " in answer.err
    assert "Xword1" not in answer.out + answer.err


def test_a_database_that_cannot_be_reached_does_not_tell_a_piece_of_it(run: Run) -> None:
    pytest.importorskip("psycopg2")
    uri = "postgresql+psycopg2://anna:Xhead@Xword1:1/runs"  # the host begins after the first @
    answer = run("train", "+cell=gru", f'tracking.uri="{uri}@server.invalid/runs"')
    assert answer.status == 2
    assert "tracking.uri" in answer.err
    assert "Xhead" not in answer.err
    assert "Xword1" not in answer.err


@pytest.mark.parametrize("flags", [["--cfg", "job"], ["--cfg", "job", "--resolve"]])
def test_a_configuration_is_printed_without_it(
    run: Run, flags: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE", "http://anna:Xword1@server/x")
    typed = run("train", "+cell=gru", 'tracking.uri="http://anna:Xword1/ b@server/x"', *flags)
    assert "uri: http://***@server/x" in typed.out
    referred = run("train", "+cell=gru", "tracking.uri=${oc.env:STORE}", *flags)
    shown = "http://***@server/x" if "--resolve" in flags else "${oc.env:STORE}"
    assert f"uri: {shown}" in referred.out
    assert "Xword1" not in typed.out + typed.err + referred.out + referred.err


def test_what_libraries_log_and_raise_is_told_without_it(
    run: Run, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run("--help")
    logging.getLogger("urllib3").warning("Retrying: %s", "http://anna:Xword1@server/x")
    assert caplog.messages == ["Retrying: http://***@server/x"]
    program = """
import sys, rnnbench.cli, rnnbench.__main__
def fail(_):
    raise ValueError('http://anna:Xword1@server/x')
rnnbench.cli._dispatch = fail
sys.exit(rnnbench.__main__.main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ValueError: http://***@server/x" in done.stderr
    assert "Traceback" in done.stderr


def test_a_store_of_an_earlier_version_is_reported_without_it() -> None:
    command = "python -m rnnbench sweep " + shlex.quote('tracking.uri="http://a:Xword1/ b@h/x"')
    tags = {names.COMMAND: command, names.REASON: "no answer from http://a:Xword1@h/x"}
    runs = frame([Record("1", "FAILED", tags)])
    told = " ".join([runs["command"].iloc[0], runs["reason"].iloc[0]])
    assert "Xword1" not in told
    assert told.count("http://***@h/x") == 2


def test_an_error_of_the_store_names_no_piece_of_the_password(tmp_path: Path) -> None:
    from mlflow.exceptions import MlflowException

    from rnnbench.errors import StoreError

    with pytest.raises(StoreError) as found, translated("http://a:Xhead/Xtail@h/x", tmp_path):
        raise MlflowException("HTTPConnectionPool(host='a', port=Xhead): url: /Xtail@h/x")
    assert "Xhead" not in str(found.value)
    assert "Xtail" not in str(found.value)
