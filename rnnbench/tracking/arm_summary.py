"""One MLflow run an arm with the mean over its seeds, so that the UI itself compares arms.

MLflow has no mean over runs (issues 3762, 4277 and 7790 of its tracker). Values of a metric cannot
be taken back, so a summary is written anew whenever a replicate finishes, and the one before it is
deleted. Summaries are tagged as such and never counted as training runs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence

from rnnbench.runspec import RunSpec
from rnnbench.stats import Statistic, half_width, statistic
from rnnbench.tracking import names
from rnnbench.tracking.begin import is_foreign
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import parameters, source_tags
from rnnbench.tracking.store import Store, arm_lock
from rnnbench.training import TRAINING_VERSION
from rnnbench.training.history import EPOCH_METRICS

CONFIDENCE = 0.95
_BATCH = 1000  # metrics in a request, MLflow's own limit


def update_arm_summary(store: Store, spec: RunSpec, sweep_key: str, *, create: bool = True) -> None:
    """Write the summary of an arm anew, unless it is about the same replicates already.

    It has no parent: its replicates may come from several sweeps, and so MLflow's charts show it
    without anything being unfolded. An arm that has none gets one only with ``create``. Every
    metric of the replicates appears with its mean over them, and beside it ``_sd`` (sample standard
    deviation), ``_low`` and ``_high`` (Student's t interval of the mean at 95 %).
    """
    with store.home.lock(arm_lock(spec.arm_key)):
        # Before the replicates: another home may add one and tell of it in between.
        old = _finished_or_ours(store, spec.arm_key)
        if not old and not create:
            return
        replicates = _replicates(store, spec.arm_key)
        ids = " ".join(sorted(record.run_id for record in replicates))
        current = [r for r in old if r.is_finished and r.tags.get(names.REPLICATES) == ids]
        if not current and replicates:
            _write(store, spec, replicates, ids, sweep_key)
            known = {record.run_id for record in old}
            # Another home may have written one meanwhile, about fewer, as many or more replicates.
            new = [r for r in _finished_or_ours(store, spec.arm_key) if r.run_id not in known]
            old += new
            # One that is not finished was created although the answer was lost.
            current = [record for record in new if record.is_finished]
            current.sort(key=lambda r: (-len(r.tags[names.REPLICATES]), r.start_time, r.run_id))
        for record in old:
            if record not in current[:1]:
                store.delete(record.run_id)


def _finished_or_ours(store: Store, arm_key: str) -> list[Record]:
    """Return the summaries of an arm, but for those that another home is writing."""
    found = store.records({names.ARM_KEY: arm_key}, kind="arm")
    return [record for record in found if not is_foreign(store, record)]


def _replicates(store: Store, arm_key: str) -> list[Record]:
    """Return the finished runs of an arm by this training version, one for each seed."""
    wanted = {names.ARM_KEY: arm_key, names.TRAINING_VERSION: str(TRAINING_VERSION)}
    found = {record.key: record for record in store.records(wanted) if record.is_finished}
    return sorted(found.values(), key=lambda record: record.seed)


def _write(
    store: Store,
    spec: RunSpec,
    replicates: Sequence[Record],
    ids: str,
    sweep_key: str,
) -> None:
    from mlflow.entities import Metric, Param

    assert spec.config.cell is not None
    tags = {
        names.KIND: names.ARM_SUMMARY,
        names.ARM: spec.label,
        names.ARM_KEY: spec.arm_key,
        names.CELL: spec.config.cell.name,
        names.SWEEP: sweep_key,
        names.REPLICATES: ids,
        names.TRAINING_VERSION: str(TRAINING_VERSION),
        names.DATA_DIGEST: spec.data.digest,
        **source_tags(""),
    }
    count = len(replicates)
    name = f"{spec.label} mean of {count} seed{'s' if count > 1 else ''}"
    client = store.client
    run_id = store.begin(tags, name)
    params = parameters(spec.config)
    del params["seed"]
    now = int(time.time() * 1000)
    epochs = store.histories([record.run_id for record in replicates], EPOCH_METRICS)
    metrics = [
        Metric(metric, value, now, step)
        for step, values in by_epoch(epochs.values()).items()
        for metric, value in values.items()
    ]
    last = max((metric.step for metric in metrics), default=0)
    metrics += [Metric(k, v, now, last) for k, v in _summary(replicates).items()]
    client.log_batch(run_id, params=[Param(k, v) for k, v in params.items()])
    for start in range(0, len(metrics), _BATCH):
        client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
    client.set_terminated(run_id, "FINISHED")


def by_epoch(histories: Iterable[History]) -> dict[int, dict[str, float]]:
    """Return by epoch the mean and spread of every metric, over the runs that reached it."""
    collected: dict[int, dict[str, list[float]]] = {}
    for history in histories:
        for metric, points in history.items():
            for step, value in points:
                collected.setdefault(step, {}).setdefault(metric, []).append(value)
    return {
        step: {name: value for metric, all_ in values.items() for name, value in _of(metric, all_)}
        for step, values in sorted(collected.items())
    }


def _summary(replicates: Sequence[Record]) -> dict[str, float]:
    """Return the mean and spread of every summary metric, and the number of seeds."""
    metrics: Mapping[str, None] = dict.fromkeys(
        name
        for record in replicates
        for name in record.metrics
        if name not in (*EPOCH_METRICS, "epoch_seconds")
    )
    found = {"seeds": float(len(replicates))}
    for metric in metrics:
        values = [r.metrics[metric] for r in replicates if metric in r.metrics]
        found |= dict(_of(metric, values))
    return found


def _of(metric: str, values: Sequence[float]) -> list[tuple[str, float]]:
    summary: Statistic = statistic(values)
    found = [(metric, summary.mean), (f"{metric}_sd", summary.sd)]
    width = half_width(summary, CONFIDENCE)
    found += [(f"{metric}_low", summary.mean - width), (f"{metric}_high", summary.mean + width)]
    return [(name, value) for name, value in found if not math.isnan(value)]
