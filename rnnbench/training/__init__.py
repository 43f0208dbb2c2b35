"""Training: static batches, compiled steps, the loop over epochs.

``TRAINING_VERSION`` is raised by hand whenever a change can alter results; finished runs of an
older version then count as stale.
"""

TRAINING_VERSION = 3

__all__ = ["TRAINING_VERSION"]
