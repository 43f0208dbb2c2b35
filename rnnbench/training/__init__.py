"""Training: static batches, compiled steps, the loop over epochs.

It imports :mod:`rnnbench.models` and :mod:`rnnbench.data` and knows no store: tracking, sweeps and
what is done with stored runs import it.

``TRAINING_VERSION`` is raised by hand whenever a change can alter results; finished runs of an
older version then count as stale.
"""

TRAINING_VERSION = 3

__all__ = ["TRAINING_VERSION"]
