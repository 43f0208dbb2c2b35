"""The typed configuration: what each key means and which values it takes.

Hydra composes plain mappings from ``conf/``; :func:`rnnbench.config.validate` turns one of
them into a :class:`Config`. Sections are frozen, refuse unknown keys and convert nothing:
``model.units=abc`` and ``model.units=1.5`` are errors, not guesses.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from rnnbench.config.data_section import DataConfig
from rnnbench.config.executor_section import ExecutorConfig
from rnnbench.config.model_section import CellConfig, EmbeddingConfig, ModelConfig
from rnnbench.config.report_section import ClaimConfig, ReportConfig
from rnnbench.config.roles import Choice, Compiled, Drawn, Label, Purpose, Unit
from rnnbench.config.search_section import (
    CategoricalSpace,
    FloatSpace,
    IntSpace,
    SearchConfig,
    Space,
)
from rnnbench.config.section import Section
from rnnbench.config.training_section import (
    DiagnosticsConfig,
    EarlyStoppingConfig,
    OptimizerConfig,
    TrainingConfig,
)

__all__ = [
    "CategoricalSpace",
    "CellConfig",
    "ClaimConfig",
    "Config",
    "DataConfig",
    "DiagnosticsConfig",
    "EarlyStoppingConfig",
    "EmbeddingConfig",
    "ExecutorConfig",
    "FloatSpace",
    "IntSpace",
    "ModelConfig",
    "OptimizerConfig",
    "ReportConfig",
    "SearchConfig",
    "Space",
    "SweepConfig",
    "TrackingConfig",
    "TrainingConfig",
]


class TrackingConfig(Section):
    """The MLflow store and what is kept of a model."""

    uri: Annotated[
        str | None,
        Field(
            examples=["http://localhost:5000"],
            description="Address of the MLflow store; null is mlflow.db in the home folder.",
        ),
    ]
    experiment: Annotated[
        str,
        Field(
            min_length=1,
            examples=["thesis"],
            description="MLflow's experiment that runs are logged to.",
        ),
    ]
    artifacts: Annotated[
        str | None,
        Field(
            examples=["s3://bucket/runs"],
            description="Where a new experiment keeps the files of its runs: the address of an "
            "object store, or a folder that all machines have mounted; null is a folder in home, "
            "or what the MLflow server chooses.",
        ),
    ] = None
    save_model: Annotated[
        Literal["none", "best", "last"],
        Field(
            description="Which model a run keeps, for predict and diagnose: none, that of the best "
            "epoch, or that of the last."
        ),
    ]
    save_predictions: Annotated[
        bool,
        Field(
            description="Whether a run keeps its outputs on the test set, from which a report "
            "tells how far the test samples decide."
        ),
    ]


class SweepConfig(Section):
    """What a preset sweeps over, and which runs count as done."""

    grid: Annotated[
        dict[str, list[Any]],
        Field(description="What a preset sweeps over: dotted keys or groups with their values."),
    ]
    per_data: Annotated[
        dict[str, dict[str, Any]],
        Field(
            description="By data set, keys that a preset gives another value there, as in "
            "{digits: {training.epochs: 40}}; what is typed beats them."
        ),
    ]
    optional_data: Annotated[
        list[str],
        Field(
            examples=[["imdb"]],
            description="Data sets that a sweep over several leaves out where they would have to "
            "be downloaded.",
        ),
    ]
    retry_failed: Annotated[bool, Field(description="Whether failed runs are trained again.")]
    accept_stale: Annotated[
        bool,
        Field(description="Whether runs of an older version of the training code count as done."),
    ]


class Config(Section):
    """The whole configuration of one run, one sweep or one report."""

    home: Annotated[
        str,
        Field(
            min_length=1,
            examples=["/data/runs"],
            description="Folder of the store, the artifacts and the prepared data; RNNBENCH_HOME "
            "sets it, too, and where neither does, it is runs/ or the nearest one above with a "
            "store.",
        ),
        Purpose.STORE,
    ]
    seed: Annotated[
        int,
        Field(
            ge=0,
            lt=2**31,
            examples=[7],
            description="First seed, from which initial weights, order and dropout are drawn.",
        ),
        Purpose.SEED,
    ]
    seeds: Annotated[
        int,
        Field(
            ge=1,
            le=10_000,
            examples=[10],
            description="Replicates of every arm, with consecutive seeds from seed upwards.",
        ),
        Unit("replicates"),
        Purpose.REPLICATES,
    ]
    until: Annotated[
        Literal["decided"] | None,
        Field(
            description="When a sweep ends: null after seeds replicates; decided as soon as every "
            "comparison of the report is, after further seeds for the arms of open ones only."
        ),
        Purpose.END,
    ] = None
    most_seeds: Annotated[
        Annotated[int, Field(ge=2, le=10_000)] | None,
        Field(
            examples=[30],
            description="With until=decided the replicates of an arm after which a sweep ends, "
            "decided or not; null for 30.",
        ),
        Unit("replicates"),
        Purpose.END,
    ] = None
    match: Annotated[
        str | None,
        Field(
            examples=["lstm:128"],
            description="A cell and its units, as in lstm:128, whose number of recurrent "
            "parameters every arm's units are chosen to match; null takes model.units.",
        ),
        Purpose.SIZE,
        Choice(),
        Drawn(),
    ]
    cell: Annotated[
        CellConfig | None,
        Field(description="The recurrent cell, and its options."),
        Label(factor="cells"),
        Purpose.RESULT,
        Compiled(),
        Drawn(),
    ] = None
    data: Annotated[
        DataConfig,
        Field(description="The data set, how it is read, and its shape."),
        Purpose.RESULT,
    ]
    model: Annotated[
        ModelConfig,
        Field(description="The recurrent layers and the output layer above them."),
        Purpose.RESULT,
        Compiled(),
        Drawn(),
    ]
    optimizer: Annotated[
        OptimizerConfig,
        Field(description="How weights are updated."),
        Purpose.RESULT,
        Compiled(),
        Drawn(),
    ]
    training: Annotated[
        TrainingConfig,
        Field(description="How long a run is trained, and what it is measured on."),
        Purpose.RESULT,
        Drawn(),
    ]
    diagnostics: Annotated[
        DiagnosticsConfig,
        Field(
            default_factory=DiagnosticsConfig,
            description="What is measured beside a result and changes nothing in it.",
        ),
        Purpose.DIAGNOSTIC,
    ]
    search: Annotated[
        SearchConfig, Field(description="The search for hyperparameters."), Purpose.SEARCH
    ]
    executor: Annotated[
        ExecutorConfig, Field(description="Where runs are trained."), Purpose.CIRCUMSTANCE
    ]
    tracking: Annotated[
        TrackingConfig,
        Field(description="Where runs are logged, and what they keep."),
        Purpose.STORE,
    ]
    report: Annotated[
        ReportConfig, Field(description="What a report says, and where it is."), Purpose.REPORT
    ]
    sweep: Annotated[
        SweepConfig, Field(description="What is swept, and what counts as done."), Purpose.SWEEP
    ]
    published: Annotated[
        dict[str, Any] | None,
        Field(
            description="Published systems by name, with the numbers that their sources printed; "
            "a preset fills it in, or says null where it builds on one whose numbers are another's."
        ),
        Purpose.REPORT,
    ]
    claims: Annotated[
        list[ClaimConfig],
        Field(description="Published statements that a report tests; a preset fills them in."),
        Purpose.REPORT,
    ]
    # Not a key: what refers to the environment (rnnbench.config.recorded), by dotted key.
    references: dict[str, str] = Field(default_factory=dict, exclude=True)
