"""One arm's search as an Optuna study that outlives its process."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rnnbench.config.keys import below
from rnnbench.config.metrics import is_smaller_better
from rnnbench.config.roles import Implied, Purpose
from rnnbench.config.schema import Config, DiagnosticsConfig, SearchConfig
from rnnbench.data import Prepared
from rnnbench.search.importance import shares
from rnnbench.search.samplers import make_pruner, make_sampler
from rnnbench.search.space import draw, suggest_with
from rnnbench.search.storage import known_name, study_name
from rnnbench.tracking.lasting import lasting
from rnnbench.training import TRAINING_VERSION
from rnnbench.training.history import Epoch
from rnnbench.training.spec import digest, relevant

# Of the section, what a study may get more of or where it is, and what follows from other keys.
_GROWING = below("search", lambda key: key.role(Purpose) in (Purpose.END, Purpose.STORE))
_IMPLIED = below("search", lambda key: key.role(Implied) is not None)
_RETRY_OF = "rnnbench.retry_of"


@dataclass(frozen=True)
class Trial:
    """A trial as the study holds it.

    Attributes:
        number: from 0, in the order of drawing.
        state: RUNNING, COMPLETE, PRUNED, FAIL or WAITING.
        params: dotted key -> value that was drawn.
        value: the metric; of a pruned trial the last that was reported.
        intermediate: epoch -> value reported.
        seconds: from drawing to result, or ``None``.
    """

    number: int
    state: str
    params: dict[str, Any]
    value: float | None
    intermediate: dict[int, float]
    seconds: float | None


def study_key(config: Config, data: Prepared) -> str:
    """Return the content key of a search: all that determines what its trials are.

    The number of trials is not in it: a study grows when more are asked for.
    """
    return digest(
        {
            "arm": relevant(as_trial(config), data),
            # Idle in an arm whose patience is null, but not where patience is drawn.
            "early_stopping": config.training.early_stopping.model_dump()
            if "training.early_stopping.patience" in config.search.space
            else None,
            "match": config.match,
            "search": config.search.model_dump(exclude=_GROWING | _IMPLIED),
            "order": list(config.search.space),  # keys are drawn, and conditions read, in order
            "seed": config.seed,
            "training_version": TRAINING_VERSION,
        }
    )


def description(search: SearchConfig) -> str:
    """Return what is searched and how, as JSON; the number of trials may grow."""
    return json.dumps(search.model_dump(mode="json", exclude=_GROWING), sort_keys=True)


def as_trial(config: Config) -> Config:
    """Return a configuration for trials: the test set, files and diagnostics are the winner's."""
    return config.model_copy(
        update={
            "training": config.training.model_copy(update={"test": "none"}),
            "tracking": config.tracking.model_copy(update={"save_model": "none"}),
            "diagnostics": DiagnosticsConfig(),
        }
    )


def direction(config: Config) -> str:
    """Return ``maximize`` or ``minimize``."""
    return "minimize" if is_smaller_better(config.search.metric) else "maximize"


def intermediate(metric: str, epochs: Sequence[Epoch]) -> float:
    """Return what a trial reports after its last epoch: the metric as if training ended there."""
    values = [epoch.metrics()[metric.split("_", 1)[1]] for epoch in epochs]
    if metric.startswith("final"):
        return values[-1]
    return min(values) if is_smaller_better(metric) else max(values)


class Study:
    """An Optuna study in its database; its owner holds the lock of its key.

    A database on a server that is gone is waited for. What is written may be written twice then.
    """

    def __init__(self, study: Any, config: Config) -> None:
        self._study = study
        self._config = config
        self._handles: dict[int, Any] = {}

    @classmethod
    def open(cls, storage: Any, key: str, label: str, config: Config) -> Study:
        """Open or create the study of an arm; its caller owns the lock of its key."""
        return cls(lasting(cls._created, storage, key, label, config), config)

    @staticmethod
    def _created(storage: Any, key: str, label: str, config: Config) -> Any:
        import optuna

        study = optuna.create_study(
            storage=storage,
            study_name=known_name(storage, key) or study_name(label, key, config),
            direction=direction(config),
            pruner=make_pruner(config.search, config.training.epochs),
            load_if_exists=True,
        )
        if "rnnbench.arm" not in study.user_attrs:
            with _quiet():
                study.set_metric_names([config.search.metric])
            study.set_user_attr("rnnbench.key", key)
            study.set_user_attr("rnnbench.arm", label)
        return study

    @classmethod
    def find(cls, storage: Any, key: str, config: Config) -> Study | None:
        """Return the study of a key, or ``None`` where there is none; nothing is created."""
        import optuna

        name = lasting(known_name, storage, key)
        if name is None:
            return None
        study = lasting(optuna.load_study, study_name=name, storage=storage)
        return cls(study, config)

    def importance(self, trials: Sequence[Trial]) -> dict[str, float]:
        """Return the share of each key in what makes a trial good, over some of the trials.

        Empty where the trials are too few to tell.
        """
        import optuna

        wanted = {trial.number for trial in trials if trial.state == "COMPLETE"}
        copy = optuna.create_study(direction=direction(self._config))
        copy.add_trials(t for t in self._trials() if t.number in wanted)
        with _quiet():
            return shares(copy)

    def trials(self) -> list[Trial]:
        """Return every trial, in the order of their numbers."""
        return [
            Trial(
                t.number,
                t.state.name,
                dict(t.params),
                t.value if t.state.name in ("COMPLETE", "PRUNED") else None,
                dict(t.intermediate_values),
                t.duration.total_seconds() if t.duration else None,
            )
            for t in self._trials()
        ]

    def _trials(self) -> list[Any]:
        found: list[Any] = lasting(self._study.get_trials, deepcopy=False)
        return found

    def counted(self) -> list[Trial]:
        """Return the trials that the budget counts: those drawn, less those drawn again."""
        retried = {t.user_attrs[_RETRY_OF] for t in self._trials() if _RETRY_OF in t.user_attrs}
        return [trial for trial in self.trials() if trial.number not in retried]

    def retry_failed(self) -> None:
        """Queue every failed trial once more, with its values; the failure counts no longer."""
        lasting(self._queue_failed)

    def _queue_failed(self) -> None:
        for trial in self.counted():
            if trial.state == "FAIL":
                self._study.enqueue_trial(trial.params, user_attrs={_RETRY_OF: trial.number})

    def ask(self) -> int:
        """Begin a trial and return its number; :meth:`draw` gives its values."""
        before = self.trials()
        self._study.sampler = make_sampler(self._config.search, self._config.seed, len(before))
        running = {trial.number for trial in before if trial.state == "RUNNING"}
        return int(lasting(self._asked, running))

    def _asked(self, before: Collection[int]) -> int:
        """Begin a trial, unless that was done and the answer was lost; the study has no other."""
        begun = [t.number for t in self.trials() if t.state == "RUNNING" and t.number not in before]
        if begun:
            return begun[0]
        with _quiet():
            trial = self._study.ask()
        self._handles[trial.number] = trial
        return int(trial.number)

    def draw(self, number: int) -> tuple[Config, dict[str, Any]]:
        """Return the configuration of a running trial, and the values drawn for it.

        What was drawn before the process died is drawn again.

        Raises:
            ConfigError: where the values don't go together.
        """
        self._study.sampler = make_sampler(self._config.search, self._config.seed, number)
        with _quiet():
            found: tuple[Config, dict[str, Any]] = lasting(self._drawn, number)
        return found

    def _drawn(self, number: int) -> tuple[Config, dict[str, Any]]:
        return draw(as_trial(self._config), suggest_with(self._running(number)))

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Report a value after an epoch and return whether the pruner would end the trial."""
        with _quiet():
            return bool(lasting(self._reported, number, epoch, value))

    def _reported(self, number: int, epoch: int, value: float) -> bool:
        trial = self._running(number)
        if epoch not in self._trials()[number].intermediate_values:
            trial.report(value, epoch)
        return bool(trial.should_prune())

    def complete(self, number: int, value: float) -> None:
        """End a trial with its result."""
        self._tell(number, "COMPLETE", value)

    def prune(self, number: int) -> None:
        """End a trial that the pruner stopped."""
        self._tell(number, "PRUNED")

    def fail(self, number: int) -> None:
        """End a trial without a result; the budget counts it."""
        self._tell(number, "FAIL")

    def _tell(self, number: int, state: str, value: float | None = None) -> None:
        with _quiet():
            lasting(self._told, number, state, value)
        self._handles.pop(number, None)

    def _told(self, number: int, state: str, value: float | None) -> None:
        from optuna.trial import TrialState

        if self._trials()[number].state.name != state:
            self._study.tell(number, value, state=TrialState[state])

    def _running(self, number: int) -> Any:
        """Return Optuna's handle of a trial that this process or a dead one began."""
        import optuna

        if number not in self._handles:
            frozen = self._trials()[number]
            with _quiet():
                self._handles[number] = optuna.trial.Trial(self._study, frozen._trial_id)
        return self._handles[number]


def best_of(trials: Iterable[Trial], *, largest: bool) -> Trial | None:
    """Return the complete trial with the best value; of equals, the first."""
    complete = [trial for trial in trials if trial.state == "COMPLETE" and trial.value is not None]
    if not complete:
        return None
    sign = -1.0 if largest else 1.0
    return min(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.number))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna's remarks on samplers and on what it calls experimental from the terminal."""
    from optuna.exceptions import ExperimentalWarning

    logger = logging.getLogger("optuna")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=ExperimentalWarning)
            warnings.simplefilter("ignore", category=UserWarning)  # a range that steps don't fill
            yield
    finally:
        logger.setLevel(before)
