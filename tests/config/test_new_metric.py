"""A metric is one entry of the catalogue: everything that shows metrics follows it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT

# Lower is better, and it is no share of samples.
ENTRY = """
    Metric(
        *("edge_error", "error at the edges", "mean error of the first and last step", "pixels"),
        "lower",
        on="test",
        digits=2,
        in_summary=InSummary(5, ("_sd",), is_told=True),
    ),
"""
FOLLOWED = """
import contextlib, io, json, sys
from dataclasses import replace
from pathlib import Path

import rnnbench
import rnnbench.cli
from benchmarks.recorded import fill
from rnnbench.config.expand import expand, load
from rnnbench.results import COLUMNS
from rnnbench.stored.reproduce import compare_values
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.store import Store

sys.path.append(sys.argv[1])
import generated

words = ["+cell=simple_rnn,gru", "data=digits", "model.units=4", "seeds=3"]
fill(Path(), words, epochs=2)
store = Store.open(load([], cell=False))
for record in store.records():
    error = (2.0 if record.params["cell.name"] == "gru" else 8.0) + 0.125 * record.seed
    log = store.client.log_metric
    log(record.run_id, "edge_error", error)
    log(record.run_id, "own_score", 0.5)  # not in the catalogue, as the rest
    log(record.run_id, "own.score", 0.25)
    log(record.run_id, "units", 7.0)
    log(record.run_id, "own_by_epoch", 3.0, step=1)
    log(record.run_id, "own_by_batch", 3.0, step=600)
specs = declare(expand(words), DataCache(store.home.path))
for spec in {spec.arm_key: spec for spec in specs}.values():
    update_arm_summary(store, spec, "sweep")

runs = rnnbench.load_runs("home=runs")
history = rnnbench.load_history("home=runs")
compared = rnnbench.compare(runs, metric="edge_error", margin=0.5)
record = store.records()[0]
other = replace(record, metrics=record.metrics | {"edge_error": 99.0})
(column,) = [column for column in COLUMNS if column.name == "edge_error"]
shown = io.StringIO()
with contextlib.redirect_stdout(shown):
    assert rnnbench.cli.run(("runs",)) == 0
json.dump(
    {
        "column": [column.dtype, column.unit, column.meaning],
        "types": {name: str(type_) for name, type_ in runs.dtypes.items()},
        "runs": json.loads(runs.to_json(orient="records")),
        "history": json.loads(history.to_json(orient="records")),
        "compared": json.loads(compared.to_json(orient="records")),
        "differences": [one.what for one in compare_values(record, other, {}, {})[1]],
        "arms": [one.metrics for one in store.records(kind="arm")],
        "listed": shown.getvalue(),
        "docs": generated.metrics("end"),
    },
    sys.stdout,
)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a package with another entry in its catalogue shows of made-up runs."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("rnnbench", "conf", "experiments", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)  # which makes it a checkout
    catalogue = folder / "rnnbench" / "config" / "metrics.py"
    text = catalogue.read_text()
    assert text.count("_ALL = (\n") == 1
    catalogue.write_text(text.replace("_ALL = (\n", f"_ALL = ({ENTRY}"))
    done = subprocess.run(
        [sys.executable, "-c", FOLLOWED, str(ROOT / "docs")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


class TestOfTheCatalogue:
    def test_has_a_column_with_its_unit_and_meaning(self, found: dict[str, Any]) -> None:
        assert found["column"] == ["Float64", "pixels", "mean error of the first and last step"]
        assert found["types"]["edge_error"] == "Float64"
        assert {run["edge_error"] for run in found["runs"]} == {2, 2.125, 2.25, 8, 8.125, 8.25}

    def test_is_compared_when_a_run_is_reproduced(self, found: dict[str, Any]) -> None:
        assert found["differences"] == ["edge_error"]

    def test_is_in_the_summary_of_its_arm(self, found: dict[str, Any]) -> None:
        assert len(found["arms"]) == 2
        assert {arm["edge_error"] for arm in found["arms"]} == {2.125, 8.125}
        assert {arm["edge_error_sd"] for arm in found["arms"]} == {0.125}

    def test_is_listed_with_its_digits(self, found: dict[str, Any]) -> None:
        rows = [line for line in found["listed"].splitlines() if "FINISHED" in line]
        errors = ("2.00", "2.12", "2.25", "8.00", "8.12", "8.25")
        assert sorted(one for row in rows for one in row.split() if one in errors) == [*errors]

    def test_can_be_what_arms_are_judged_by(self, found: dict[str, Any]) -> None:
        (pair,) = found["compared"]
        assert pair["metric"] == "edge_error"
        assert {pair["a"], pair["b"]} == {"gru", "simple_rnn"}
        is_first = pair["a"] == "gru"
        assert pair["difference"] == pytest.approx(-6 if is_first else 6)
        assert pair["verdict"].startswith("better" if is_first else "worse")

    def test_is_in_the_reference_with_direction_and_digits(self, found: dict[str, Any]) -> None:
        (row,) = [line for line in found["docs"].splitlines() if "edge_error" in line]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2:] == ["pixels", "lower", "yes", "2"]


class TestUnknown:
    def test_is_kept_in_the_table_of_runs(self, found: dict[str, Any]) -> None:
        own = ("own_score", "metrics.own.score", "metrics.units")
        for run in found["runs"]:
            assert [run[name] for name in (*own, "units")] == [0.5, 0.25, 7, 4]
        assert {found["types"][name] for name in own} == {"Float64"}

    def test_is_kept_in_the_table_of_epochs(self, found: dict[str, Any]) -> None:
        told = {(row["epoch"], row["own_by_epoch"]) for row in found["history"]}
        assert told == {(1, 3.0), (2, None)}
        assert "own_by_batch" not in found["history"][0]
