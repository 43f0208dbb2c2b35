"""What a sweep would do about searches: a line a trial, and the winners' runs after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnnbench.errors import ConfigError
from rnnbench.search.outcome import Searched
from rnnbench.search.space import apply
from rnnbench.search.storage import study_locks
from rnnbench.search.study import Trial, as_trial
from rnnbench.sweep.jobs import JobStatus
from rnnbench.sweep.plan import Expected, Known, PlannedRun

_TRIAL_STATUS: dict[str, JobStatus] = {"COMPLETE": "DONE", "PRUNED": "DONE", "FAIL": "FAILED"}


def search_lines(searched: Sequence[Searched], known: Known) -> Iterator[PlannedRun]:
    """Yield a line for each trial, and for each run of the winner after them.

    Args:
        searched: the searches as they stand.
        known: what is in the store, with its trials.
    """
    store, expected = known.store, known.expected
    for result in searched:
        search, config = result.search, result.search.config
        undrawn = search.trial(0, config)
        seconds = expected.seconds(undrawn)
        running = False
        if store is not None and result.trials:
            running = study_locks(store.home, config.search.storage).held(search.key)
        for trial in result.trials:
            yield _trial(result, trial, expected, is_owned=running)
        for number in range(len(result.trials), config.search.n_trials):
            name = f"{search.label} trial {number}"
            yield PlannedRun(name, "PENDING", None, None, seconds, True, search.key, is_trial=True)
        if result.winner is not None:
            yield from known.lines(result.replicates, search.key)
            continue
        for seed in range(config.seed, config.seed + config.seeds):
            name = f"{search.label} best trial, seed={seed}"
            yield PlannedRun(name, "PENDING", None, None, seconds, True, search.key)


def _trial(result: Searched, trial: Trial, expected: Expected, *, is_owned: bool) -> PlannedRun:
    search = result.search
    status = _TRIAL_STATUS.get(trial.state, "RUNNING" if is_owned else "PENDING")
    retried = status == "FAILED" and search.config.sweep.retry_failed
    try:
        spec = search.trial(trial.number, apply(as_trial(search.config), trial.params))
    except ConfigError:
        # Values that don't go together, which the search has passed over.
        name = f"{search.label} trial {trial.number}"
        return PlannedRun(name, status, None, None, None, retried, search.key, is_trial=True)
    to_train = retried or status in ("PENDING", "RUNNING")
    return PlannedRun(
        spec.name,
        status,
        spec.config.model.units,
        spec.parameters.recurrent,
        expected.seconds(spec) if to_train else None,
        to_train,
        search.key,
        is_trial=True,
    )
