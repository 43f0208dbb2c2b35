"""The typed configuration: what each key means and which values it takes.

Hydra composes plain mappings from ``conf/``; :func:`rnnbench.config.validate` turns one of
them into a :class:`Config`. Sections are frozen, refuse unknown keys and convert nothing:
``model.units=abc`` and ``model.units=1.5`` are errors, not guesses.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from rnnbench.config.data_section import DataConfig
from rnnbench.config.section import Section

Units = Annotated[int, Field(ge=1, le=65536)]
Rate = Annotated[float, Field(ge=0, lt=1)]
MOST_EPOCHS = 1_000_000
Scalar = bool | int | float | str | None


class CellConfig(Section):
    """The recurrent cell; further keys belong to that cell and are checked by its own entry."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    name: str

    @property
    def options(self) -> dict[str, Any]:
        """Keys other than the name."""
        return dict(self.__pydantic_extra__ or {})


class EmbeddingConfig(Section):
    """How token indices become vectors of ``dim`` numbers; unused where inputs are features.

    With ``kind=vectors`` they start from the file ``path``, whose vectors then decide ``dim``, or
    (null) from vectors trained on the data set's own texts; ``trainable`` says whether training
    changes them. The last two are no part of a configuration that starts from random numbers.
    """

    kind: Literal["trainable", "vectors"]
    dim: Units
    path: str | None = None
    trainable: bool = False

    @property
    def is_frozen(self) -> bool:
        """Whether training leaves the vectors as they are."""
        return self.kind == "vectors" and not self.trainable

    @model_serializer(mode="wrap")
    def _without_idle(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        idle = ("path", "trainable") if self.kind == "trainable" else ()
        return {key: value for key, value in handler(self).items() if key not in idle}


class ModelConfig(Section):
    """A stack of ``depth`` recurrent layers of ``units`` each, and a head on its states.

    With ``stateful`` a sample starts from the state of the sample at its place in the batch before.
    """

    units: Units
    depth: Annotated[int, Field(ge=1, le=8)]
    dropout: Rate
    recurrent_dropout: Rate
    bidirectional: bool
    stateful: bool
    head: Literal["last", "flatten", "mean", "max", "none"]
    head_dropout: Rate
    embedding: EmbeddingConfig


class OptimizerConfig(Section):
    """Keras's optimizer of that name; ``clipnorm`` limits the norm of each variable's gradient."""

    name: Literal["adam", "rmsprop", "sgd"]
    learning_rate: Annotated[float, Field(gt=0)]
    clipnorm: Annotated[float, Field(gt=0)] | None


class EarlyStoppingConfig(Section):
    """Stop after ``patience`` epochs without an improvement of ``monitor`` (null: never)."""

    patience: Annotated[int, Field(ge=1, le=MOST_EPOCHS)] | None
    monitor: Literal["val_loss", "val_accuracy"]
    min_delta: Annotated[float, Field(ge=0)]


class TrainingConfig(Section):
    """How long, in which batches, against which held-out data and by which path.

    With ``buckets`` a training batch holds samples of similar length (null: of any, and then the
    key is no part of a configuration).
    """

    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
    batch_size: Annotated[int, Field(ge=1, le=65_536)]
    buckets: Annotated[int, Field(ge=2, le=10_000)] | None = None
    validation: Literal["none", "split", "test"]
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]
    test: Literal["none", "last", "best"]
    early_stopping: EarlyStoppingConfig
    jit_compile: bool | Literal["auto"]
    fused: bool
    deterministic: bool

    @model_serializer(mode="wrap")
    def _without_idle(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        idle = ("buckets",) if self.buckets is None else ()
        return {key: value for key, value in handler(self).items() if key not in idle}


class DiagnosticsConfig(Section):
    """What is measured beside a result and changes nothing in it: a finished run stays finished.

    ``gradient_flow`` lists the epochs after which gradients are followed back through time, 0 for
    before training; null or an empty list for none.
    """

    order: bool = False
    gradient_flow: list[Annotated[int, Field(ge=0, le=MOST_EPOCHS)]] | None = None


class _Range(Section):
    """What the entries of a search space share: ``when`` names values that other keys must have."""

    when: dict[str, Scalar | list[Scalar]] = Field(default_factory=dict)


class IntSpace(_Range):
    """Whole numbers from ``low`` to ``high``, both included."""

    type: Literal["int"]
    low: int
    high: int
    step: Annotated[int, Field(ge=1)] = 1
    log: bool = False


class FloatSpace(_Range):
    """Numbers from ``low`` to ``high``."""

    type: Literal["float"]
    low: float
    high: float
    step: Annotated[float, Field(gt=0)] | None = None
    log: bool = False


class CategoricalSpace(_Range):
    """One of several values."""

    type: Literal["categorical"]
    choices: Annotated[list[Scalar], Field(min_length=1)]


Space = Annotated[IntSpace | FloatSpace | CategoricalSpace, Field(discriminator="type")]


class SearchConfig(Section):
    """Hyperparameter search: the sampler, its budget for each arm, and what it draws."""

    sampler: Literal["none", "random", "tpe", "qmc", "cmaes"]
    n_trials: Annotated[int, Field(ge=1, le=100_000)]
    n_startup_trials: Annotated[int, Field(ge=1, le=100_000)]
    pruner: Literal["none", "median", "hyperband"]
    metric: Literal["best_val_accuracy", "final_val_accuracy", "best_val_loss", "final_val_loss"]
    direction: Literal["auto", "maximize", "minimize"]
    space: dict[str, Space]


class ExecutorConfig(Section):
    """Where the runs of a sweep are trained: processes at once, threads in each.

    A process that gives no sign for ``timeout`` seconds (null: no limit) is killed.
    """

    name: Literal["local"]
    workers: Annotated[int, Field(ge=1, le=1024)] | Literal["auto"]
    threads: Annotated[int, Field(ge=1, le=1024)]
    timeout: Annotated[float, Field(ge=1, le=10_000_000)] | None = 600.0


class TrackingConfig(Section):
    """The MLflow store (null: SQLite in the home folder) and what is kept of a model."""

    uri: str | None
    experiment: Annotated[str, Field(min_length=1)]
    save_model: Literal["none", "best", "last"]
    save_predictions: bool


class ReportConfig(Section):
    """The report's folder under ``reports/``, equivalence margin and confidence level.

    ``source`` is where its runs come from: the ``store``, the folder of a report that kept them, or
    ``auto``: the store where it has such runs, else what the report itself has kept.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    margin: Annotated[float, Field(ge=0, lt=1)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    source: Annotated[str, Field(min_length=1)] = "auto"


class SweepConfig(Section):
    """What a preset sweeps over, and which runs count as done."""

    grid: dict[str, list[Any]]
    retry_failed: bool
    accept_stale: bool


class ClaimConfig(Section):
    """A published statement and what would bear it out.

    With ``factor``, ``a`` and ``b``: that ``a`` exceeds ``b`` (two values of that key) in
    ``metric``, or stays below it with ``expected=lower``. With ``a`` alone: that its mean lies
    ``above`` or ``below`` a number. ``where`` restricts the runs by dotted keys; ``published``
    holds the numbers that the source printed.
    """

    text: str
    source: str
    factor: str | None = None
    a: str | int | None = None
    b: str | int | None = None
    metric: str = "best_val_accuracy"
    expected: Literal["higher", "lower"] = "higher"
    above: float | None = None
    below: float | None = None
    where: dict[str, Scalar] = Field(default_factory=dict)
    published: dict[str, Scalar] = Field(default_factory=dict)
    flaw: str | None = None


class Config(Section):
    """The whole configuration of one run, one sweep or one report."""

    home: Annotated[str, Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    seeds: Annotated[int, Field(ge=1, le=10_000)]
    match: str | None
    cell: CellConfig | None = None
    data: DataConfig
    model: ModelConfig
    optimizer: OptimizerConfig
    training: TrainingConfig
    diagnostics: DiagnosticsConfig = DiagnosticsConfig()
    search: SearchConfig
    executor: ExecutorConfig
    tracking: TrackingConfig
    report: ReportConfig
    sweep: SweepConfig
    published: dict[str, Any]
    claims: list[ClaimConfig]
    # Not a key: what refers to the environment (rnnbench.config.recorded), by dotted key.
    references: dict[str, str] = Field(default_factory=dict, exclude=True)
