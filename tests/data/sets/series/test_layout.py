"""How files hold series: wide, long, a row each; dates; what is refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from rnnbench.data.sets.series.columns import roles_of
from rnnbench.data.sets.series.layout import series_of
from rnnbench.data.sets.series.table import read, series_file
from rnnbench.errors import ConfigError, DataError

DAILY = "date,sales,price\n2020-01-01,3,1\n2020-01-02,4,2\n2020-01-03,5,1\n"
LONG = "shop,day,sales\nb,1,7\na,1,1\na,2,2\nb,2,8\nb,3,9\n"


def table(header: str, *columns: object) -> str:
    rows = zip(*columns, strict=True)
    return header + "\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n"


def test_a_table_has_a_column_for_each_variable(config_of) -> None:
    read = series_of(config_of(DAILY, time="date", target="sales", features="all"))
    (one,) = read.series
    assert one.targets.tolist() == [[3], [4], [5]]
    assert one.inputs.tolist() == [[3, 1], [4, 2], [5, 1]]
    assert str(one.times[0]).startswith("2020-01-01")


def test_targets_come_first_among_the_features(config_of) -> None:
    config = config_of(DAILY, time="date", target="price", features=["sales", "price"])
    assert series_of(config).series[0].inputs[0].tolist() == [1, 3]
    assert roles_of(config, series_file(config)).observed == 1


def test_a_model_need_not_see_the_past_of_the_target(config_of) -> None:
    config = config_of(DAILY, time="date", target="price", features=["sales"])
    assert roles_of(config, series_file(config)).observed == 0


def test_a_long_table_has_a_series_for_each_id(config_of) -> None:
    read = series_of(config_of(LONG, series_id="shop", time="day", target="sales"))
    assert {one.name: one.targets[:, 0].tolist() for one in read.series} == {
        "a": [1, 2],
        "b": [7, 8, 9],
    }
    assert read.is_shared
    assert not series_of(config_of(LONG, series_id="shop", target="sales")).is_shared


def test_a_wide_table_has_a_column_for_each_series(config_of) -> None:
    text = "date,a,b\n2020-01-01,1,\n2020-01-02,2,20\n2020-01-03,3,30\n"
    read = series_of(config_of(text, layout="wide", time="date"))
    assert [one.name for one in read.series] == ["a", "b"]
    assert [len(one) for one in read.series] == [3, 2]
    assert str(read.series[1].times[0]).startswith("2020-01-02")


def test_rows_can_be_series(config_of) -> None:
    read = series_of(config_of("1,2,3\n4,5,6\n", layout="rows", header=False))
    assert [one.targets[:, 0].tolist() for one in read.series] == [[1, 2, 3], [4, 5, 6]]
    assert [one.name for one in read.series] == ["0", "1"]


def test_series_are_chosen_by_name(config_of) -> None:
    config = config_of(
        "1,2,3\n4,5,6\n7,8,9\n", layout="rows", header=False, series=[0], test_series=[2]
    )
    read = series_of(config)
    assert [one.name for one in read.series] == ["0", "2"]
    assert (read.trained, read.tested) == ((True, False), (False, True))


def test_semicolons_and_decimal_commas_are_read(config_of) -> None:
    config = config_of("tag;x\n1;1,5\n2;2,25\n", time="tag", delimiter="semicolon", decimal="comma")
    assert series_of(config).series[0].targets[:, 0].tolist() == [1.5, 2.25]


@pytest.mark.parametrize("number", ["1.234", "1.234,5"])
def test_a_point_is_no_part_of_a_number_with_a_decimal_comma(config_of, number) -> None:
    config = config_of(
        f"x;y\n1,5;1\n{number};2\n", target="x", delimiter="semicolon", decimal="comma"
    )
    with pytest.raises(DataError, match=f"'{number}' in line 3.*leave data.decimal out"):
        series_of(config)


def test_series_that_a_column_names_are_sorted_by_name(config_of) -> None:
    text = "name,x\nb,1\nb,2\na,3\na,4\n"
    read = series_of(config_of(text, series_id="name", target="x"))
    assert [one.name for one in read.series] == ["a", "b"]


def test_parquet_holds_what_csv_holds(config_of, tmp_path) -> None:
    days = np.arange("2020-01-01", "2020-01-04", dtype="datetime64[D]")
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(pa.table({"date": days, "sales": [3, 4, 5], "price": [1, 2, 1]}), sink)
    keys = {"time": "date", "target": "sales", "features": "all"}
    parquet = series_of(config_of(sink.getvalue().to_pybytes(), "mine.parquet", **keys))
    csv = series_of(config_of(DAILY, **keys))
    np.testing.assert_array_equal(parquet.series[0].inputs, csv.series[0].inputs)
    np.testing.assert_array_equal(parquet.series[0].times, csv.series[0].times)


def test_the_newest_row_may_come_first(config_of) -> None:
    lines = DAILY.splitlines()
    read = series_of(config_of("\n".join([lines[0], *lines[:0:-1]]), time="date", target="sales"))
    assert read.series[0].targets[:, 0].tolist() == [3, 4, 5]
    assert "the newest row comes first" in read.remarks[0]


def test_gaps_are_told(config_of) -> None:
    text = table("t,x", [*range(20), *range(30, 50)], range(40))
    (remark,) = series_of(config_of(text, time="t")).remarks
    assert "1 of 39 steps are longer than the usual 1" in remark


def test_times_may_repeat_in_different_series_but_not_in_one(config_of) -> None:
    with pytest.raises(DataError, match=r"data\.time: .* 1 in line 2 and line 3"):
        series_of(config_of(LONG, time="day", target="sales", features=["sales"]))


@pytest.mark.parametrize(
    ("keys", "key", "part"),
    [
        ({}, "data.target", "null, of 3: date, sales, price"),
        ({"time": "day"}, "data.time", "not among: date, sales, price"),
        ({"target": "profit"}, "data.target", "not among"),
        ({"target": ["sales", "sales"]}, "data.target", "different columns"),
        ({"target": "date", "time": "date"}, "data.target", "date"),
        ({"target": "sales", "time": "date", "features": ["date"]}, "data.features", "date"),
        ({"layout": "wide", "target": "sales"}, "data.target", "null with data.layout=wide"),
        ({"layout": "rows", "time": "date"}, "data.time", "null with data.layout=rows"),
    ],
)
def test_columns_that_do_not_fit_are_refused(config_of, keys, key, part) -> None:
    config = config_of(DAILY, **keys)
    with pytest.raises((ConfigError, DataError), match=part) as error:
        roles_of(config, series_file(config))
    assert error.value.key == key


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x\n1\ntwo\n3\n", "'two' in line 3"),
        ("x\n1\n1_000\n3\n", "'1_000' in line 3"),
        ("x\n1\n,5\n", "2 in line 3"),
        ("x,y\n1,1\n,2\n3,3\n", "1 missing, the first in column 'x' of line 3"),
        ("x\n1\ninf\n", "infinite one in line 3"),
        ('x\n1\n"1,5"\n', "data.decimal=comma"),
        ("x,x\n1,1\n", "'x' more than once"),
        ("x\n", "rows under the header"),
        ("1,2\n3,4\n", "data.header=false"),
        ("x;y\n1;2\n", "data.delimiter=semicolon"),
    ],
)
def test_files_that_hold_no_series_are_refused(config_of, text, part) -> None:
    with pytest.raises(DataError, match=part):
        series_of(config_of(text, target="x"))


def test_a_table_that_is_remembered_takes_little_more_memory_than_its_file(config_of) -> None:
    rng = np.random.default_rng(0)
    rows = [",".join(f"{number:.6f}" for number in row) for row in rng.normal(size=(3000, 4))]
    config = config_of("\n".join(["a,b,c,d", *rows]), target="a")
    read(series_file(config))  # loads what is loaded once
    Path(config.path).write_text("\n".join(["a,b,c,e", *rows]))
    tracemalloc.start()
    table = read(series_file(config))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table.texts(1)[:2] == [row.split(",")[1] for row in rows[:2]]
    assert kept < 2.5 * Path(config.path).stat().st_size


def test_texts_that_are_kept_as_one_are_read_back(config_of) -> None:
    table = read(series_file(config_of('x,y\n,"a,b"\né,\n', target="x")))
    assert [table.texts(column) for column in (0, 1)] == [["", "é"], ["a,b", ""]]
    assert [table.where(row) for row in (0, 1)] == ["line 2", "line 3"]
