"""The section ``training.schedule``: how the learning rate changes."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import IdleAt, IdleUnless, Label, Unit
from rnnbench.config.section import Section

MOST_EPOCHS = 1_000_000
CHANGING = ("cosine", "step", "plateau")  # kinds of which the learning rate does not stay


class ScheduleConfig(Section):
    """How the learning rate changes from epoch to epoch."""

    kind: Annotated[
        Literal["constant", "cosine", "step", "plateau"],
        Field(
            description="How the learning rate goes on from optimizer.learning_rate: not at all "
            "(constant), down along half a cosine until the last epoch (cosine), down by "
            "training.schedule.factor after so many epochs each (step), or where val_loss has not "
            "fallen for training.schedule.patience epochs (plateau)."
        ),
        IdleAt(value="constant"),
        Label("schedule of the learning rate", "schedule", "schedules of the learning rate"),
    ] = "constant"
    factor: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            examples=[0.5],
            description="What the learning rate is multiplied by each time that it falls.",
        ),
        IdleUnless(key="kind", value=("step", "plateau")),
    ] = 0.1
    every: Annotated[
        int,
        Field(ge=1, le=MOST_EPOCHS, examples=[5], description="Epochs between two falls."),
        Unit("epochs"),
        IdleUnless(key="kind", value="step"),
    ] = 10
    patience: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_EPOCHS,
            examples=[3],
            description="Epochs without a smaller val_loss after which the learning rate falls.",
        ),
        Unit("epochs"),
        IdleUnless(key="kind", value="plateau"),
    ] = 10
    floor: Annotated[
        float,
        Field(
            ge=0,
            lt=1,
            examples=[0.01],
            description="Smallest learning rate, as a part of optimizer.learning_rate.",
        ),
        Unit("fraction"),
        IdleUnless(key="kind", value=CHANGING),
    ] = 0.0
