"""The section ``report``: what arms are judged by, and what counts as equivalent."""

from typing import Annotated

from pydantic import AfterValidator, Field

from rnnbench.config.metrics import MEASURES
from rnnbench.config.roles import Unit
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
