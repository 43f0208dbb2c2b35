"""How far the runs of an arm had come on average: what a figure of it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class MeanCourse:
    """The mean over the runs of an arm, epoch by epoch.

    Attributes:
        spent: mean of what was spent by the runs that trained so long ``(epochs,)``.
        mean, sd: of the best validation so far; a run that has ended keeps its own. The
            standard deviation is 0 for one run.
    """

    spent: Values
    mean: Values
    sd: Values
