"""The saved view of the arms: what MLflow reads from it, and when it is written."""

from __future__ import annotations

import base64
import json
import webbrowser
import zlib
from typing import Any

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.tracking import view
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from tests.conftest import Run


def read(state: str) -> dict[str, Any]:
    """Return a saved view as MLflow unpacks it."""
    assert state.startswith("deflate;")
    found = json.loads(zlib.decompress(base64.b64decode(state.removeprefix("deflate;"))))
    assert isinstance(found, dict)
    return found


def tag(store: Store) -> str | None:
    value: str | None = store.client.get_experiment(store.experiment_id).tags.get(view.TAG)
    return value


def forget(store: Store) -> None:
    store.client.delete_experiment_tag(store.experiment_id, view.TAG)


def test_filters_orders_and_shows_what_compares_arms() -> None:
    found = read(view.state())
    assert found["searchFilter"] == "tags.rnnbench.kind = 'arm'"
    assert (found["orderByKey"], found["orderByAsc"]) == ("metrics.`test_accuracy`", False)
    assert found["selectedColumns"] == [
        "attributes.`Dataset`",
        "tags.`rnnbench.arm`",
        "metrics.`seeds`",
        "metrics.`test_accuracy`",
        "metrics.`test_accuracy_sd`",
        "metrics.`best_val_accuracy`",
        "metrics.`gap_final`",
    ]
    sections = {section["uuid"] for section in found["compareRunSections"]}
    assert {chart["metricSectionId"] for chart in found["compareRunCharts"]} < sections
    assert found["compareRunCharts"][0]["metricKey"] == "test_accuracy"


def test_arms_of_numbers_are_ordered_by_their_error_the_lowest_first() -> None:
    found = read(view.state(view.tasks_of({"test_rmse", "loss"})))
    assert (found["orderByKey"], found["orderByAsc"]) == ("metrics.`test_rmse`", True)
    assert not [name for name in found["selectedColumns"] if "accuracy" in name]
    assert found["compareRunCharts"][0]["metricKey"] == "test_rmse"
    assert view.tasks_of({"test_rmse", "test_accuracy"}) == ("classification", "regression")
    assert view.tasks_of(()) == ("classification",)


def test_fits_into_a_tag_and_is_always_the_same() -> None:
    assert len(view.state(("classification", "regression"))) < 5000
    assert len(view.state()) < 5000
    assert view.state() == view.state()


def test_is_in_every_new_experiment(store: Store) -> None:
    assert tag(store) == view.state()


@pytest.mark.parametrize("before", [None, "deflate;of another version"])
def test_is_written_where_it_is_missing_or_old(store: Store, before: str | None) -> None:
    forget(store)
    if before:
        store.client.set_experiment_tag(store.experiment_id, view.TAG, before)
    store.save_view()
    assert tag(store) == view.state()


def test_is_written_when_a_sweep_begins(store: Store) -> None:
    forget(store)
    parent = SweepParent(store, "key", Subject(("gru",), ("digits 8",)), "sweep", "rnnbench sweep")
    parent.open()
    parent.close("FINISHED")
    assert tag(store) == view.state()


def test_that_is_there_is_told_without_mlflow(store: Store) -> None:
    again = Store.open(load([], cell=False))
    again.save_view()
    assert again._client is None


def test_is_read_through_a_client_as_from_the_file(store: Store) -> None:
    shared = Store.open(load([f"tracking.uri={store.uri.partition('?')[0]}"], cell=False))
    shared.save_view()
    forget(shared)
    shared.save_view()
    assert tag(store) == view.state()


class TestUiOfAServer:
    WORDS = ("ui", "tracking.uri=http://anna:Xword1@host.example:5000", "--open")

    @pytest.fixture(autouse=True)
    def _server(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Store, "open", lambda *_, **__: store)
        self.opened: list[str] = []
        monkeypatch.setattr(webbrowser, "open", self.opened.append)

    def test_is_told_and_opened(self, store: Store, run: Run) -> None:
        answer = run(*self.WORDS)
        told = view.address("http://host.example:5000", store.experiment_id)
        first, address, last = answer.out.splitlines()
        assert (answer.status, address, self.opened) == (0, told, [told])
        assert max(len(first), len(last)) <= 80
        assert "Xword1" not in answer.out + answer.err
        assert "no browser was found" in answer.err

    def test_that_takes_no_tag_is_told_without_the_view(
        self, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forget(store)
        refusal = StoreError("tracking.uri", "a store that can be written", "x", "ask its owner")
        monkeypatch.setattr(Store, "save_view", lambda _: (_ for _ in ()).throw(refusal))
        answer = run(*self.WORDS)
        assert answer.status == 0
        assert answer.out.splitlines()[1].endswith("/runs?workflowType=machine_learning")
        assert "cannot be stored" in answer.err


@pytest.mark.parametrize(
    ("base", "root"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://anna:secret@host.example/mlflow/", "https://host.example/mlflow"),
        ("http://host:80/?token=secret", "http://host:80"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_has_an_address_without_secrets(base: str, root: str) -> None:
    runs = f"{root}/#/experiments/3/runs?workflowType=machine_learning"
    assert view.address(base, "3") == f"{runs}&viewStateShareKey=arms"
    assert view.address(base, "3", saved=False) == runs
