"""The section ``report``, what arms are judged by, and ``claims``, what a report tests."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rnnbench.config.metrics import MEASURES
from rnnbench.config.roles import Unit
from rnnbench.config.search_section import Scalar
from rnnbench.config.section import Section


def _known_measure(name: str) -> str:
    if name not in ("auto", *MEASURES):
        raise ValueError(name)
    return name


class ReportConfig(Section):
    """The report: its folder, what counts as equivalent, and where its runs come from."""

    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
            examples=["thesis"],
            description="Folder under reports/ that the report is written to.",
        ),
    ]
    margin: Annotated[
        float,
        Field(
            ge=0,
            examples=[0.005],
            description="Difference that does not matter; arms that differ by less are equivalent: "
            "a fraction for accuracies, for errors of numbers a part of the standard deviation of "
            "the training targets, and else in the unit of report.metric.",
        ),
        Unit("accuracy"),
    ]
    metric: Annotated[
        str,
        AfterValidator(_known_measure),
        Field(
            examples=["test_loss_best"],
            json_schema_extra={"enum": ["auto", *MEASURES]},
            description="What arms are judged by; auto is test_accuracy_best where "
            "training.validation=split, and test_accuracy_last where validation is the test set, "
            "or test_rmse_best and test_rmse_last where targets are numbers.",
        ),
    ] = "auto"
    confidence: Annotated[
        float,
        Field(
            gt=0.5, lt=1, examples=[0.9], description="Confidence level of the report's intervals."
        ),
        Unit("probability"),
    ]
    source: Annotated[
        str,
        Field(
            min_length=1,
            examples=["reports/imdb"],
            description="Where the report's runs come from: store, the folder of a report that "
            "kept them, or auto, the store and else what the report itself has kept.",
        ),
    ] = "auto"

    @property
    def percent(self) -> str:
        """The confidence level as intervals are headed: ``95 %``."""
        return f"{100 * self.confidence:g} %"


class ClaimConfig(Section):
    """A published statement and what would confirm it.

    With ``factor``, ``a`` and ``b``: that ``a`` exceeds ``b`` in ``metric``, or stays below it with
    ``expected=lower``. With ``a`` alone: that its mean lies ``above`` or ``below`` a number, or
    what a baseline of that name reaches on the same data.
    """

    text: Annotated[str, Field(description="The statement, as its source makes it.")]
    source: Annotated[str, Field(description="Who published the statement, and where.")]
    factor: Annotated[
        str | None,
        Field(
            description="The key or group in which the two arms differ; null where the statement "
            "is about all runs."
        ),
    ] = None
    a: Annotated[
        str | int | None,
        Field(description="The factor's value that the statement is about; null for all of them."),
    ] = None
    b: Annotated[
        str | int | None,
        Field(description="The factor's value to compare with; null compares with a number."),
    ] = None
    metric: Annotated[str, Field(description="The metric that the statement is tested by.")] = (
        "best_val_accuracy"
    )
    expected: Annotated[
        Literal["higher", "lower"],
        Field(description="Whether the metric of a is said to be higher or lower than that of b."),
    ] = "higher"
    above: Annotated[
        float | str | None,
        Field(
            examples=[0.86, "last_value"],
            description="The number, or the baseline, that the mean is said to exceed; null for "
            "none.",
        ),
    ] = None
    below: Annotated[
        float | str | None,
        Field(
            examples=[0.86, "last_value"],
            description="The number, or the baseline, that the mean is said to stay below; null "
            "for none.",
        ),
    ] = None
    where: Annotated[
        dict[str, Scalar],
        Field(description="Values of dotted keys that a run must have to be looked at."),
    ] = Field(default_factory=dict)
    published: Annotated[
        dict[str, Scalar],
        Field(description="The numbers that the source of the statement printed, by name."),
    ] = Field(default_factory=dict)
    flaw: Annotated[
        str | None,
        Field(
            description="What the source did not keep equal, for the report to say; null for "
            "nothing."
        ),
    ] = None
