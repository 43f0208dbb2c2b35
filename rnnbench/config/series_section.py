"""The keys of ``data`` for series to forecast: how they are cut, and how a file holds them."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import Label, OfDataSet, Only, Unit
from rnnbench.config.section import Section

Column = str | Annotated[int, Field(ge=0, lt=100_000)]
Columns = Annotated[list[Column], Field(min_length=1)]
# A part of all time steps, how many they are, or the time of the first of them.
At = Annotated[float, Field(gt=0, lt=1)] | Annotated[int, Field(ge=1, le=1_000_000_000)] | str
_Steps = Annotated[int, Field(ge=1, le=100_000)]


class SeriesKeys(Section):
    """Null, and no part of a configuration, for data sets that are no series."""

    window: Annotated[
        _Steps | None,
        Field(
            examples=[60],
            description="Time steps that a model sees before it forecasts; null where the data are "
            "no series.",
        ),
        Unit("time steps"),
        Only(trait="forecast"),
        Label(short="window"),
    ] = None
    horizon: Annotated[
        _Steps | None,
        Field(
            examples=[20],
            description="Time steps after the window that are forecast, all at once; null where "
            "the data are no series.",
        ),
        Unit("time steps"),
        OfDataSet(),
        Only(trait="forecast"),
        Label(short="horizon"),
    ] = None
    stride: Annotated[
        _Steps | None,
        Field(description="Time steps from one window to the next; null is 1."),
        Unit("time steps"),
        Only(trait="forecast"),
    ] = None
    test: Annotated[
        At | None,
        Field(
            examples=["2020-01-01"],
            description="The last part of a series, which is the test: a part of its time steps "
            "(0.2), their number (251), or the time that it begins (2020-01-01); null where the "
            "data are no series.",
        ),
        Unit("fraction or time steps"),
        OfDataSet(),
        Only(trait="forecast"),
        Label("test part"),
    ] = None
    validation: Annotated[
        At | None,
        Field(
            examples=["2019-01-01"],
            description="The part before the test that training.validation=split validates on, "
            "told as data.test is; null for none.",
        ),
        Unit("fraction or time steps"),
        Only(trait="forecast"),
    ] = None
    lookback: Annotated[
        bool | None,
        Field(
            description="Whether inputs of validation and test windows may begin before their "
            "part; null or false lets no window cross a cut, and targets never do."
        ),
        Only(trait="forecast"),
    ] = None
    scaling: Annotated[
        Literal["standard", "minmax", "none"] | None,
        Field(
            description="How each series is scaled by its training part: standard to mean 0 and "
            "standard deviation 1, minmax to the range from 0 to 1, none or null not at all; "
            "errors are measured in the unit of the target."
        ),
        Only(trait="forecast"),
    ] = None
    scaling_leak: Annotated[
        bool | None,
        Field(
            description="Whether the scaling is fitted to all time steps, the test among them, as "
            "in many publications; null is false."
        ),
        Only(trait="forecast"),
        Label(factor="scaling that knows the test"),
    ] = None
    season: Annotated[
        Annotated[int, Field(ge=2, le=100_000)] | None,
        Field(
            examples=[12],
            description="Time steps after which a series repeats itself, for the seasonal naive "
            "baseline and the error that MASE compares with; null for no season.",
        ),
        Unit("time steps"),
        Only(trait="forecast"),
    ] = None
    layout: Annotated[
        Literal["table", "wide", "rows"] | None,
        Field(
            description="How a file holds series: table or null has a column for each variable, "
            "wide a column for each series, rows a line for each series."
        ),
        Only(trait="series"),
    ] = None
    time: Annotated[
        Column | None,
        Field(
            examples=["date"],
            description="Name or number of the column of dates or times; null counts rows.",
        ),
        Only(trait="series"),
    ] = None
    time_format: Annotated[
        str | None,
        Field(
            examples=["%d.%m.%Y"],
            description="How times are written, as for Python's strptime; null finds out.",
        ),
        Only(trait="series"),
    ] = None
    series_id: Annotated[
        Column | None,
        Field(
            examples=["store"],
            description="Name or number of the column that tells which series a row is of; null "
            "where all rows are of one.",
        ),
        Only(trait="series"),
    ] = None
    series: Annotated[
        Columns | None,
        Field(
            examples=[["a", "b"]],
            description="Names of the series to use, as in [a,b]; null uses all there are.",
        ),
        OfDataSet(),
        Only(trait="series"),
    ] = None
    test_series: Annotated[
        Columns | None,
        Field(
            examples=[["c"]],
            description="Names of the series to test on, where they are others than those that "
            "are trained on; null tests on the same.",
        ),
        OfDataSet(),
        Only(trait="series"),
    ] = None
    target: Annotated[
        Column | Columns | None,
        Field(
            examples=["sales"],
            description="Column or columns that are forecast; null takes the only one there is.",
        ),
        OfDataSet(),
        Only(trait="series"),
    ] = None
    features: Annotated[
        Literal["all"] | Columns | None,
        Field(
            examples=[["sales", "price"]],
            description="Columns that a model sees, or all of them; null shows it the targets "
            "alone.",
        ),
        Only(trait="series"),
    ] = None
    decimal: Annotated[
        Literal["point", "comma"] | None,
        Field(description="What stands before the decimals of a number; null is the point."),
        Only(trait="series"),
    ] = None
