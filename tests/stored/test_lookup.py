"""Runs are found by their id or the beginning of it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnnbench.errors import ConfigError
from rnnbench.stored.lookup import find_run, run_file
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

IDS = ["ab12" + "0" * 28, "ab34" + "0" * 28, "cd56" + "0" * 28]


class Runs:
    """A store of two runs with one key, another run, a trial and a sweep."""

    uri = "sqlite:///somewhere"

    def records(self, tags: Any = None, *, kind: str = "run", only: Any = None) -> list[Record]:
        if kind != "run":
            return [Record({"trial": "ee", "arm": "ff", "sweep": "dd", "baseline": "bb"}[kind], "")]
        keys = {IDS[0]: "k", IDS[1]: "k", IDS[2]: "other"}
        wanted = keys if tags is None else [i for i in IDS if keys[i] == tags[names.KEY]]
        return [Record(i, "FINISHED", {names.KEY: keys[i]}) for i in wanted]


@pytest.mark.parametrize("text", [IDS[1], "ab3", IDS[1][:31]])
def test_the_beginning_of_an_id_is_enough(text: str) -> None:
    assert find_run(Runs(), text).run_id == IDS[1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ab", f"{IDS[0]}, {IDS[1]} begin; type more"),
        ("99", "99, which is not in sqlite:///somewhere"),
        ("ee", "ee, a trial of a search"),
        ("ff", "ff, the mean of an arm's runs"),
        ("dd", "dd, the parent of a sweep"),
        ("bb", "bb, a baseline"),
        ("", "received nothing"),
        ("AB12", "received AB12"),
        ("ab*", r"received ab*"),
        (IDS[0] + "0", "received ab12"),
    ],
)
def test_an_id_of_no_run_or_several_is_refused(text: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_run(Runs(), text)  # type: ignore[arg-type]
    assert caught.value.key == "run"
    assert part in str(caught.value)


class Served:
    """A store behind a server, whose client fetches files."""

    def __init__(self, **files: str) -> None:
        self.files = files
        self.client = self

    def translated(self) -> AbstractContextManager[None]:
        return nullcontext()

    def artifact_folders(self, ids: list[str]) -> dict[str, str]:
        return dict.fromkeys(ids, "mlflow-artifacts:/1/x/artifacts")

    def list_artifacts(self, run_id: str) -> list[Any]:
        return [SimpleNamespace(path=name) for name in self.files]

    def download_artifacts(self, run_id: str, name: str, folder: str) -> str:
        (Path(folder) / name).write_text(self.files[name])
        return str(Path(folder) / name)


def test_files_behind_a_server_are_fetched_for_as_long_as_they_are_needed() -> None:
    with run_file(Served(config="a: 1"), IDS[0], "config") as path:  # type: ignore[arg-type]
        assert path is not None
        assert path.read_text() == "a: 1"
    assert not path.exists()
    with run_file(Served(config="a: 1"), IDS[0], "weights") as path:  # type: ignore[arg-type]
        assert path is None
