"""Series: their files, their times, how they are cut."""

from __future__ import annotations

from tests.wrong_inputs.data import typed
from tests.wrong_inputs.row import Content, Row, row

_MONTHS = {1: 31, 2: 29, 3: 24}
DAYS = [f"2020-{m:02}-{day:02}" for m, last in _MONTHS.items() for day in range(1, last + 1)]


def lines(*rows: str, header: str = "date,x") -> str:
    return "\n".join([header, *rows]) + "\n"


def daily(**changes: str) -> str:
    """A table of 84 days; the row of a day may be another."""
    rows = {day: f"{day},{n % 7}.5" for n, day in enumerate(DAYS)}
    changed = {
        name.replace("d", "2020-", 1).replace("_", "-"): row for name, row in changes.items()
    }
    return lines(*(rows | changed).values())


PLAIN = daily()
SMALL = "data.window=5 data.horizon=2 data.time=date"
DATED = "data.time=date"


def series(words: str, key: str, *parts: str, content: Content = PLAIN, name: str = "x.csv") -> Row:
    """A row about a file of series."""
    return typed(f"data=series data.path={name} {words}", key, *parts, files={name: content})


FILES = [
    typed("data=series", "data.path", "set data.path="),
    typed("data=series data.path=nowhere.csv", "data.path", "no such file"),
    series("", "data.path", "an undamaged Parquet file", content="text", name="x.parquet"),
    series(SMALL, "data.path", "'much' in line 3", content=daily(d01_02="2020-01-02,much")),
    series(SMALL, "data.path", "1 missing", "line 3", content=daily(d01_02="2020-01-02,")),
    series(SMALL, "data.path", "1 missing", content=daily(d01_02="2020-01-02,NaN")),
    series(SMALL, "data.path", "infinite", "line 3", content=daily(d01_02="2020-01-02,inf")),
    series(SMALL, "data.path", "3 in line 3", content=daily(d01_02="2020-01-02,1,5")),
    series(SMALL, "data.path", "decimal=comma", content=daily(d01_02='2020-01-02,"1,5"')),
    series(SMALL, "data.path", "more than once", content=lines("1,2,3", header="date,x,x")),
    series(SMALL, "data.path", "rows under the header", content="date,x\n"),
    series(SMALL, "data.path", "an empty file", content=""),
    series(
        SMALL,
        "data.path",
        "'1,000.5' in line 3; correct it",
        content=daily(d01_02='2020-01-02,"1,000.5"'),
    ),
    series("", "data.header", "data.header=false", content="1,2,3\n4,5,6\n"),
    series("", "data.delimiter", "semicolon", content=PLAIN.replace(",", ";")),
]
COLUMNS = [
    series("", "data.target", "null, of 2: date, x"),
    series("data.target=y", "data.target", "not among: date, x"),
    series("data.target=[x,x]", "data.target", "different columns"),
    series("data.target=x data.time=day", "data.time", "not among: date, x"),
    series("data.target=x data.features=[date] data.time=date", "data.features", "date"),
    series("data.target=x data.features=some", "data.features", "all"),
    series("data.layout=wide data.target=x", "data.target", "data.layout=wide"),
    series("data.layout=long", "data.layout", "table, wide, rows", "'long'"),
    series(f"{SMALL} data.layout=wide data.series=[y]", "data.series", "among x", "y"),
    series("data.num_words=5 data.target=x", "data.num_words", "null"),
]
TIMES = [
    series(
        SMALL,
        "data.time",
        "in line 4, after 2020-01-09 12:00",
        content=daily(d01_02="2020-01-09 12:00,1"),
    ),
    series(SMALL, "data.time", "line 2 and line 3", content=daily(d01_02="2020-01-01,1")),
    series(
        SMALL,
        "data.time",
        "days and months look the same",
        content=lines(*(f"01/{m:02}/{y},{y + m}" for y in (2019, 2020) for m in range(1, 13))),
    ),
    series(SMALL, "data.time", "'soon' in line 3", content=daily(d01_02="soon,1")),
    series(f"{SMALL} data.time_format=%d.%m.%Y", "data.time", "'2020-01-01' in line 2"),
    series(
        SMALL,
        "data.time",
        "one frequency",
        "resample",
        content=lines(
            *PLAIN.splitlines()[1:],
            *(f"202{n // 12 + 1}-{n % 12 + 1:02}-01,{n}" for n in range(84)),
        ),
    ),
]
CUTS = [
    series(f"{DATED} data.window=70", "data.window", "the training part"),
    series(f"{SMALL} data.test=6", "data.window", "6 steps of the test part", "data.lookback=true"),
    series(f"{DATED} data.window=5 data.horizon=100", "data.horizon", "the training part"),
    series(f"{SMALL} data.test=2021-01-01", "data.test", "2020-01-01 to 2020-03-24"),
    series(f"{SMALL} data.test=2020-02-01 data.validation=2020-03-01", "data.validation"),
    series(f"{SMALL} data.test=84", "data.test", "84, of 84 steps"),
    series(f"{SMALL} data.test=1.5", "data.test", "1.5"),
    series(f"{SMALL} data.test=null", "data.test", "null"),
    series("data.target=x data.test=2020-03-01", "data.test", "data.time"),
    series(f"{DATED} data.window=0", "data.window", "at least 1"),
    series(f"{DATED} data.window=null", "data.window", "null"),
    series(f"{SMALL} data.maxlen=9", "data.maxlen", "data.window"),
    series(f"{SMALL} data.season=1", "data.season", "at least 2"),
    series(f"{SMALL} data.season=80", "data.season", "training part"),
    series(f"{SMALL} data.scaling=robust", "data.scaling", "minmax", "'robust'"),
    series(SMALL, "data.test", "1 steps", content=lines("2020-01-01,5")),
    series(SMALL, "data.target", "vary", content=lines(*(f"{day},7" for day in DAYS))),
    typed("data=mackey_glass data.path=x", "data.path", "null"),
    typed("data=mackey_glass data.window=4990", "data.window", "3,500 steps"),
    typed("data=adding data.maxlen=20", "data.maxlen", "at least 26"),
    typed("+data.window=5", "data.window", "null for data=reviews"),
]
BASELINES = [
    row("baseline seasonal_naive data=mackey_glass", "baseline", "data.season is not known"),
    row("baseline bag_of_words data=mackey_glass", "baseline", "targets are numbers"),
    row("baseline last_value data=digits", "baseline", "targets are classes"),
    row("baseline last_value data=adding", "baseline", "don't show the past"),
    row("train +cell=gru data=mackey_glass data.validation=null", "data.validation", "0.1"),
    row("train +cell=gru data=mackey_glass training.split_seed=seed", "training.split_seed"),
]
ROWS = [*FILES, *COLUMNS, *TIMES, *CUTS, *BASELINES]
