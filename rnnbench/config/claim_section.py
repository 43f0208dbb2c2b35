"""An entry of ``claims``: a published statement, and what would confirm it."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.search_section import Scalar
from rnnbench.config.section import Section


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
