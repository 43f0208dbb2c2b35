"""The section ``search``: the sampler, its budget for each arm, and what it draws."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import Implied, Purpose, Unit
from rnnbench.config.section import Section

Scalar = bool | int | float | str | None

_LOW = Field(description="Smallest value of the range.")
_HIGH = Field(description="Largest value of the range, itself included.")
_LOG = Field(description="Whether values are drawn evenly on a logarithmic scale.")
_STEP = "Distance between the values of the range; null for numbers in between, too."


class _Range(Section):
    """What the entries of a search space share."""

    when: Annotated[
        dict[str, Scalar | list[Scalar]],
        Field(
            description="Values that other keys must have for this one to be searched, as in "
            "{match: null}."
        ),
    ] = Field(default_factory=dict)


class IntSpace(_Range):
    """Whole numbers from ``low`` to ``high``, both included."""

    type: Annotated[Literal["int"], Field(description="What kind of values the range holds.")]
    low: Annotated[int, _LOW]
    high: Annotated[int, _HIGH]
    step: Annotated[int, Field(ge=1, description=_STEP)] = 1
    log: Annotated[bool, _LOG] = False


class FloatSpace(_Range):
    """Numbers from ``low`` to ``high``."""

    type: Literal["float"]
    low: Annotated[float, _LOW]
    high: Annotated[float, _HIGH]
    step: Annotated[Annotated[float, Field(gt=0)] | None, Field(description=_STEP)] = None
    log: Annotated[bool, _LOG] = False


class CategoricalSpace(_Range):
    """One of several values."""

    type: Literal["categorical"]
    choices: Annotated[
        list[Scalar],
        Field(min_length=1, description="The values of a categorical range, each once."),
    ]


Space = Annotated[IntSpace | FloatSpace | CategoricalSpace, Field(discriminator="type")]


class SearchConfig(Section):
    """Hyperparameter search."""

    sampler: Annotated[
        Literal["none", "random", "tpe", "qmc", "cmaes"],
        Field(
            description="Optuna's sampler, which the choice search=OPTION sets; none trains every "
            "arm as it is configured."
        ),
    ]
    n_trials: Annotated[
        int,
        Field(ge=1, le=100_000, examples=[50], description="Number of trials that each arm gets."),
        Unit("trials"),
        Purpose.END,
    ]
    n_startup_trials: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            examples=[5],
            description="Trials that are drawn at random before tpe or cmaes learns from results.",
        ),
        Unit("trials"),
    ]
    pruner: Annotated[
        Literal["none", "median", "hyperband"],
        Field(description="Optuna's pruner, which ends poor trials before their last epoch."),
    ]
    metric: Annotated[
        Literal[
            "best_val_accuracy",
            "final_val_accuracy",
            "best_val_loss",
            "final_val_loss",
            "best_val_rmse",
            "final_val_rmse",
        ],
        Field(
            description="Which metric chooses the best trial, an accuracy of classes, an RMSE of "
            "numbers, a loss of either; final_val_accuracy goes with "
            "report.metric=test_accuracy_last."
        ),
    ]
    direction: Annotated[
        Literal["auto", "maximize", "minimize"],
        Field(
            description="Which way the search goes: auto maximizes an accuracy and minimizes a "
            "loss or an error."
        ),
        Implied(),
    ]
    space: Annotated[
        dict[str, Space],
        Field(
            examples=[{"model.units": {"type": "int", "low": 8, "high": 64}}],
            description="What is searched: each dotted key with its range.",
        ),
    ]
    storage: Annotated[
        str | None,
        Field(
            examples=["postgresql://host/optuna"],
            description="Address of the PostgreSQL database of the studies, which several machines "
            "can share; null is optuna.db in the home folder.",
        ),
        Purpose.STORE,
    ] = None
