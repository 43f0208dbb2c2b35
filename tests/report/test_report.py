"""The report on hand-made run tables: what it says, and that it repeats byte for byte."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnbench.plots.learning import learning_data
from rnnbench.plots.style import colour, shades
from rnnbench.report.markdown import render
from rnnbench.report.sections import build_content
from rnnbench.results.arms import add_arm_names, finished, varying_parameters
from rnnbench.results.frame import COLUMNS, frame
from rnnbench.stats import statistic
from rnnbench.tables import Table
from rnnbench.tracking import names
from rnnbench.tracking.record import Record


def record(cell: str, seed: int, accuracy: float, **changes: str) -> Record:
    """A finished run with a best validation accuracy; changes are parameters."""
    params = {
        "cell.name": cell,
        "seed": str(seed),
        "data.name": "imdb",
        "data.maxlen": "100",
        "data.limit": "null",
        "model.units": "154" if cell == "gru" else "128",
        "model.depth": "1",
        "optimizer.name": "adam",
        **changes,
    }
    tags = {
        names.KEY: f"{params}",
        names.ARM_KEY: f"{sorted((k, v) for k, v in params.items() if k != 'seed')}",
        names.DATA_DIGEST: "5e79",
        names.TRAINING_VERSION: "1",
    }
    metrics = {
        "best_val_accuracy": accuracy,
        "final_val_accuracy": accuracy - 0.01,
        "parameters_recurrent": 131208.0 if cell == "gru" else 131584.0,
        "parameters_total": 1_411_363.0,
        "best_epoch": 2.0,
        "gap_best": 0.05,
        "gap_final": 0.1,
        "val_loss_rise": 0.25,
        "epochs_trained": 3.0,
        "seconds_per_epoch": 10.0,
    }
    return Record(f"{cell}{seed}{changes}", "FINISHED", tags, params, metrics)


def history(records: list[Record]) -> pd.DataFrame:
    """Three epochs for each run."""
    return pd.DataFrame(
        [
            {
                "run_id": r.run_id,
                "epoch": epoch,
                "loss": 1 / epoch,
                "accuracy": 0.5 + epoch / 10,
                "val_loss": 1.1 / epoch,
                "val_accuracy": r.metrics["best_val_accuracy"],
            }
            for r in records
            for epoch in (1, 2, 3)
        ]
    )


MATCHED = [record(cell, seed, 0.8 + seed / 100) for cell in ("lstm", "gru") for seed in range(3)]


class TestRunTable:
    def test_has_the_declared_columns_and_types(self) -> None:
        runs = frame(MATCHED)
        for column in COLUMNS:
            assert str(runs[column.name].dtype) == column.dtype

    def test_keeps_what_was_not_measured_apart_from_zero(self) -> None:
        assert frame(MATCHED)["test_accuracy"].isna().all()

    def test_counts_a_repeated_run_once(self) -> None:
        assert len(finished(frame([*MATCHED, MATCHED[0]]))) == len(MATCHED)

    def test_of_no_runs_is_empty_with_all_columns(self) -> None:
        assert list(frame([]).columns) == [column.name for column in COLUMNS]


class TestArmNames:
    def test_name_what_varies_within_a_cell(self) -> None:
        runs = frame([*MATCHED, record("gru", 0, 0.8, **{"model.depth": "2"})])
        assert varying_parameters(runs) == ["model.depth"]
        assert set(add_arm_names(runs)["arm"]) == {"lstm depth=1", "gru depth=1", "gru depth=2"}

    def test_leave_out_what_only_repeats_the_cell(self) -> None:
        assert set(add_arm_names(frame(MATCHED))["arm"]) == {"lstm", "gru"}

    def test_tell_apart_arms_that_differ_in_their_data_only(self) -> None:
        one, other = record("gru", 0, 0.8), record("gru", 1, 0.8)
        other = Record("x", "FINISHED", {**other.tags, names.ARM_KEY: "other0"}, other.params, {})
        arms = list(add_arm_names(frame([one, other]))["arm"])
        assert len(set(arms)) == 2


class TestTables:
    def test_show_units_matched_by_parameters(self) -> None:
        table = build_content(frame(MATCHED), history(MATCHED)).sections[0].accuracy
        rows = {row[0]: row for row in table.rows}
        assert rows["gru"][1:4] == ("3", "154", "131,208")
        assert rows["lstm"][1:4] == ("3", "128", "131,584")

    def test_show_mean_and_standard_deviation_over_seeds(self) -> None:
        table = build_content(frame(MATCHED), history(MATCHED)).sections[0].accuracy
        column = table.columns.index("best validation accuracy")
        spread = np.std([0.80, 0.81, 0.82], ddof=1)
        assert table.rows[0][column] == f"0.8100 ± {spread:.4f}"

    def test_put_the_best_arm_first(self) -> None:
        runs = [record("simple_rnn", 0, 0.7), record("lstm", 0, 0.9), record("gru", 0, 0.8)]
        table = build_content(frame(runs), history(runs)).sections[0].accuracy
        assert [row[0] for row in table.rows] == ["lstm", "gru", "simple_rnn"]

    def test_show_overfitting(self) -> None:
        table = build_content(frame(MATCHED), history(MATCHED)).sections[0].overfitting
        row = dict(zip(table.columns, table.rows[0], strict=True))
        assert row["best epoch"].startswith("2.0")
        assert row["gap at last"].startswith("0.1000")
        assert row["rise of validation loss, %"].startswith("25.0")

    def test_show_one_seed_without_a_spread(self) -> None:
        runs = [record("gru", 0, 0.8)]
        table = build_content(frame(runs), history(runs)).sections[0].accuracy
        assert table.rows[0][table.columns.index("best validation accuracy")] == "0.8000"

    def test_name_runs_without_a_result_with_their_reason(self) -> None:
        bad = record("gru", 7, 0.1)
        bad = Record("bad", "FAILED", {**bad.tags, names.REASON: "loss is nan"}, bad.params, {})
        text = render("x", build_content(frame([*MATCHED, bad]), history(MATCHED)))
        assert "| gru seed=7 | FAILED | loss is nan |" in text

    def test_say_so_where_nothing_finished(self) -> None:
        bad = Record("bad", "FAILED", MATCHED[0].tags, MATCHED[0].params, {})
        text = render("x", build_content(frame([bad]), history([])))
        assert "no finished run" in text

    def test_take_markup_in_names_as_text(self) -> None:
        table = Table("t", ("arm", "n"), (("<b>|x", "1"),))
        assert "| &lt;b&gt;\\|x | 1 |" in table.markdown()


class TestLearningData:
    def test_is_the_mean_and_spread_over_seeds(self) -> None:
        runs = add_arm_names(frame(MATCHED))
        data = learning_data(runs, history(MATCHED))
        point = data[
            (data["arm"] == "gru") & (data["metric"] == "val_accuracy") & (data["epoch"] == 2)
        ].iloc[0]
        assert point["mean"] == pytest.approx(0.81)
        assert point["sd"] == pytest.approx(0.01)
        assert point["seeds"] == 3

    def test_leaves_out_validation_that_was_not_measured(self) -> None:
        epochs = history(MATCHED).assign(val_loss=math.nan, val_accuracy=math.nan)
        data = learning_data(add_arm_names(frame(MATCHED)), epochs)
        assert set(data["metric"]) == {"loss", "accuracy"}


class TestStyle:
    def test_gives_a_cell_its_own_colour_first_and_then_lighter_ones(self) -> None:
        import matplotlib.colors as mcolors

        tones = [sum(mcolors.to_rgb(tone)) for tone in shades("lstm", 3)]
        assert tones == sorted(tones)
        assert mcolors.to_hex(shades("lstm", 3)[0]).upper() == colour("lstm")


class TestStatistic:
    def test_leaves_out_what_was_not_measured(self) -> None:
        found = statistic([1.0, float("nan"), 3.0])
        assert (found.mean, found.n) == (2.0, 2)
        assert found.sd == pytest.approx(np.std([1, 3], ddof=1))

    def test_of_nothing_is_nothing(self) -> None:
        assert statistic([]).n == 0
        assert math.isnan(statistic([]).mean)


def test_figures_named_in_the_text_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rnnbench.report.write as write

    class Stub:
        uri = "memory"

    monkeypatch.setattr(write, "load_runs", lambda _: frame(MATCHED))
    monkeypatch.setattr(write, "load_history", lambda *_: history(MATCHED))
    path = write.write_report(Stub(), "x", tmp_path)  # type: ignore[arg-type]
    figures = re.findall(r"\((figures/\S+)\)", path.read_text())
    assert len(figures) == 2
    first = {name: (path.parent / name).read_bytes() for name in [*figures, "report.md"]}
    svg = {p.name: p.read_bytes() for p in path.parent.glob("figures/*.svg")}
    write.write_report(Stub(), "x", tmp_path)  # type: ignore[arg-type]
    assert first == {name: (path.parent / name).read_bytes() for name in first}
    assert svg == {p.name: p.read_bytes() for p in path.parent.glob("figures/*.svg")}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x"]
