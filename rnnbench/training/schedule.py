"""How the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math

from rnnbench.config.schedule_section import CHANGING
from rnnbench.config.schema import Config
from rnnbench.training.history import Epoch

# A smaller fall of val_loss is none: the default of Keras's ReduceLROnPlateau.
MIN_DELTA = 1e-4


class Schedule:
    """The learning rate of each epoch of one run.

    - ``cosine``: ``floor + (1 - floor) (1 + cos(pi (n - 1) / epochs)) / 2`` times the rate of the
      first epoch in epoch n (Loshchilov & Hutter, SGDR: Stochastic gradient descent with warm
      restarts, 2017, equation 5, without restarts and once an epoch).
    - ``step``: times ``factor`` after every ``every`` epochs.
    - ``plateau``: times ``factor`` where val_loss has not fallen for ``patience`` epochs, as by
      Keras's ``ReduceLROnPlateau``.

    None falls below ``floor`` times the rate of the first epoch.

    Attributes:
        changes: whether the rate is another from epoch to epoch.
    """

    def __init__(self, config: Config) -> None:
        self._config = config.training.schedule
        self.changes = self._config.kind in CHANGING
        self._epochs = config.training.epochs
        self._start = config.optimizer.learning_rate
        self._rate = self._start
        self._lowest = math.inf
        self._waited = 0

    def rate(self, number: int) -> float:
        """Return the learning rate of an epoch, counted from 1."""
        floor = self._config.floor
        if self._config.kind == "cosine":
            part = (1 + math.cos(math.pi * (number - 1) / self._epochs)) / 2
            return self._start * (floor + (1 - floor) * part)
        if self._config.kind == "step":
            falls = (number - 1) // self._config.every
            return self._start * max(self._config.factor**falls, floor)
        return self._rate

    def heard(self, epoch: Epoch) -> None:
        """Take notice of an epoch that is over."""
        if self._config.kind != "plateau":
            return
        assert epoch.val_loss is not None
        if epoch.val_loss < self._lowest - MIN_DELTA:
            self._lowest, self._waited = epoch.val_loss, 0
            return
        self._waited += 1
        if self._waited >= self._config.patience:
            floor = self._start * self._config.floor
            self._rate, self._waited = max(self._rate * self._config.factor, floor), 0
