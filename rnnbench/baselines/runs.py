"""Baselines trained and logged to MLflow, each of them at most once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from rnnbench.baselines.result import Result
from rnnbench.baselines.spec import BASELINE_VERSION, BaselineSpec
from rnnbench.config.recorded import unresolved
from rnnbench.errors import RnnbenchError
from rnnbench.formatting.redact import redacted
from rnnbench.system.locks import Timeout
from rnnbench.tracking import names
from rnnbench.tracking.address import translated
from rnnbench.tracking.begin import IF_DEAD, begin_alone, owner_elsewhere, runs_of
from rnnbench.tracking.dataset import dataset_input
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import source_tags
from rnnbench.tracking.store import Store
from rnnbench.training.parts import parts

_POLL_SECONDS = 2.0


def run_baselines(
    store: Store,
    specs: Sequence[BaselineSpec],
    command: str,
    report: Callable[[str], None] = lambda _: None,
) -> list[tuple[BaselineSpec, Record]]:
    """Train what is not finished yet and return the record of every run, in order.

    Args:
        store: where runs are logged.
        specs: the declared runs.
        command: what the user typed.
        report: called with a line for every run.

    Raises:
        StoreError: where the store cannot be written.
        RunFailure: for a run that diverges, after its end was logged.
    """
    store.reap()
    with store.marker.kept():
        for spec in specs:
            with _locked(store, spec, report), translated(store.uri, store.home.path):
                _train_once(store, spec, command, report)
    records = store.by_key([spec.key for spec in specs], kind="baseline")
    return [(spec, records[spec.key]) for spec in specs]


@contextmanager
def _locked(store: Store, spec: BaselineSpec, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a run."""
    try:
        lock = store.locks.acquire(spec.key, timeout=0)
    except Timeout:
        report(f"{spec.name}: waiting for another process that trains it")
        lock = store.locks.acquire(spec.key)
    with lock:
        yield


def _train_once(
    store: Store, spec: BaselineSpec, command: str, report: Callable[[str], None]
) -> None:
    """Train a run, unless it is finished or another home trains it, which is waited for."""
    waits = False
    while True:
        known = runs_of(store, spec.key, "baseline")
        if any(record.is_finished for record in known):
            return
        run_id = begin_alone(store, _tags(spec, command), spec.shown_name, "baseline", known)
        if run_id is not None:
            _train(store, spec, run_id, report)
            return
        if not waits:
            owner = owner_elsewhere(store, known) or "another home"
            report(f"{spec.name}: waiting for {owner}, which trains it; {IF_DEAD}")
        waits = True
        time.sleep(_POLL_SECONDS)


def _train(store: Store, spec: BaselineSpec, run_id: str, report: Callable[[str], None]) -> None:
    client = store.client
    try:
        from mlflow.entities import Param

        params = spec.parameters | {"baseline.name": spec.baseline.name}
        client.log_batch(run_id, params=[Param(k, v) for k, v in params.items()])
        client.log_inputs(run_id, datasets=[dataset_input(spec.data, spec.config)])
        start = time.perf_counter()
        result = _fit(spec)
        _log(client, run_id, result, time.perf_counter() - start)
    except BaseException as error:
        reason = redacted(unresolved(str(error), spec.config), store.uri) or type(error).__name__
        client.set_tag(run_id, names.REASON, reason[:5000])
        failed = isinstance(error, RnnbenchError)
        client.set_terminated(run_id, "FAILED" if failed else "KILLED")
        raise
    client.set_terminated(run_id, "FINISHED")
    told = [f"{name} {result.metrics[key]:.4f}" for key, name in _TOLD if key in result.metrics]
    report(f"{spec.name}: {', '.join(told)}")


def _fit(spec: BaselineSpec) -> Result:
    # More threads than free cores wait for each other: on a busy machine four times as long.
    vectors = None if spec.data.vectors is None else spec.data.vectors.matrix()
    with threadpool_limits(spec.config.executor.threads):
        return spec.baseline.fit(
            parts(spec.data.arrays(), spec.config), spec.data.spec, spec.config, vectors
        )


_TOLD = (("best_val_accuracy", "validation accuracy"), ("test_accuracy", "test"))


def _log(client: object, run_id: str, result: Result, seconds: float) -> None:
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    for epoch in result.epochs:
        values = epoch.metrics() | {"epoch_seconds": epoch.seconds}
        rows = [Metric(name, value, now, epoch.epoch) for name, value in values.items()]
        client.log_batch(run_id, metrics=rows)  # type: ignore[attr-defined]
    summary = result.metrics | {"run_seconds": seconds}
    rows = [Metric(name, value, now, len(result.epochs)) for name, value in summary.items()]
    client.log_batch(run_id, metrics=rows)  # type: ignore[attr-defined]


def _tags(spec: BaselineSpec, command: str) -> dict[str, str]:
    return {
        names.KIND: names.BASELINE,
        names.KEY: spec.key,
        names.ARM: spec.baseline.title,
        names.ARM_KEY: spec.arm_key,
        names.COMMAND: command,
        names.TRAINING_VERSION: str(BASELINE_VERSION),
        names.DATA_DIGEST: spec.data.digest,
        names.HOST: os.uname().nodename,
        **source_tags(command),
    }
