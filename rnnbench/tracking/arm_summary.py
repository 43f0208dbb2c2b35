"""One MLflow run an arm with the mean over its seeds, so that the UI itself compares arms.

MLflow has no mean over runs (issues 3762, 4277 and 7790 of its tracker). Values of a metric cannot
be taken back, so a summary is written anew when its arm has got further replicates, and the one
before it is deleted. Summaries are tagged as such and never counted as training runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rnnbench.config.metrics import EPOCH_METRICS, METRICS, SUMMARY
from rnnbench.config.recorded import parameters
from rnnbench.stats import half_width, statistic
from rnnbench.tracking import names
from rnnbench.tracking.begin import is_foreign
from rnnbench.tracking.dataset import told_dataset
from rnnbench.tracking.notes import arm_note
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import source_tags
from rnnbench.tracking.run_names import Subject, arm_name
from rnnbench.tracking.store import Store, arm_lock
from rnnbench.tracking.writer import RunEntry, measured_now
from rnnbench.training import TRAINING_VERSION
from rnnbench.training.spec import RunSpec

CONFIDENCE = 0.95
_LEAST_DIGITS = 6


def update_arm_summary(store: Store, spec: RunSpec, sweep_key: str, *, create: bool = True) -> None:
    """Write the summary of an arm anew, unless it is about the same replicates already.

    It has no parent: its replicates may come from several sweeps, and so MLflow's charts show it
    without anything being unfolded. An arm that has none gets one only with ``create``. The
    metrics that compare arms have their mean over the replicates, some with ``_sd`` (sample
    standard deviation), ``_low`` and ``_high`` (Student's t interval of the mean at 95 %).
    """
    with store.locks.acquire(arm_lock(spec.arm_key)):
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
    assert spec.config.cell is not None
    newest = max(replicates, key=lambda record: (record.start_time, record.run_id))
    command = newest.tags.get(names.COMMAND, "")
    told = summary(replicates)
    subject = Subject.of([(spec.label, spec.data)])
    tags = {
        names.KIND: names.ARM_SUMMARY,
        names.ARM: spec.label,
        names.ARM_KEY: spec.arm_key,
        names.CELL: spec.config.cell.name,
        names.SWEEP: sweep_key,
        names.COMMAND: command,
        names.REPLICATES: ids,
        names.TRAINING_VERSION: str(TRAINING_VERSION),
        names.DATA_DIGEST: spec.data.digest,
        names.NOTE: arm_note(subject, spec.arm_key, replicates, told),
        **source_tags(command),
    }
    run_id = store.begin(tags, arm_name(spec, len(replicates)))
    params = parameters(spec.config)
    del params["seed"]
    epochs = store.histories([record.run_id for record in replicates], EPOCH_METRICS)
    # What has no epoch stands at step 0, which MLflow draws as bars and not as curves of a point.
    metrics = measured_now(told, 0)
    for step, values in by_epoch(epochs.values()).items():
        metrics += measured_now(values, step)
    data = told_dataset(spec.data, spec.config)
    store.add(RunEntry(run_id, params, metrics, data=data, status="FINISHED"))


def by_epoch(histories: Iterable[History]) -> dict[int, dict[str, float]]:
    """Return by epoch the mean of every metric, over the runs that reached it."""
    collected: dict[int, dict[str, list[float]]] = {}
    for history in histories:
        for metric, points in history.items():
            for step, value in points:
                collected.setdefault(step, {}).setdefault(metric, []).append(value)
    return {
        step: {
            m: mean for m, all_ in values.items() if not math.isnan(mean := statistic(all_).mean)
        }
        for step, values in sorted(collected.items())
    }


def summary(replicates: Sequence[Record]) -> dict[str, float]:
    """Return the mean of the metrics that compare arms, the spread of some, and how many seeds.

    They are for people who read them: rounded to six decimals, or as many as tables need.
    """
    found: dict[str, float] = {}
    for metric, place in SUMMARY.items():
        values = [r.metrics[metric] for r in replicates if metric in r.metrics]
        known = statistic(values)
        width = half_width(known, CONFIDENCE)
        digits = max(_LEAST_DIGITS, METRICS[metric].of_mean + 2)
        told = {
            "": known.mean,
            "_sd": known.sd,
            "_low": known.mean - width,
            "_high": known.mean + width,
        }
        found |= {f"{metric}{end}": round(told[end], digits) for end in ("", *place.spread)}
    found["seeds"] = float(len(replicates))
    return {name: value for name, value in found.items() if not math.isnan(value)}
