"""Finished runs measured afterwards: what ``diagnostics.order`` measures, from stored weights.

Nothing that a run has logged is changed; three metrics are added to it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.stored.lookup import run_file
from rnnbench.stored.run import WEIGHTS_FILE
from rnnbench.stored.weights import set_weights
from rnnbench.system.quiet import no_remarks
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.runtime import prepare_process, set_environment
from rnnbench.training.spec import RunSpec

if TYPE_CHECKING:
    from rnnbench.training.program import Program

# What is shown of a run, in this order: of a classification, and of targets that are numbers.
CLASSES = ("test_accuracy", "test_accuracy_shuffled", "order_drop", "order_changed")
NUMBERS = ("test_rmse", "test_rmse_shuffled", "order_rise")
SHOWN = (*CLASSES, *NUMBERS)
_SAME = 1e-3  # of the test loss, within which it is that of the same weights


@dataclass(frozen=True)
class DiagnosedRun:
    """A run, and what it was trained with.

    ``record`` is ``None`` for a run that the store does not have.
    """

    name: str
    config: Config
    data: Prepared
    record: Record | None
    group: str = ""

    @classmethod
    def of(cls, spec: RunSpec, record: Record | None) -> DiagnosedRun:
        """Return a declared run with its record."""
        return cls(spec.name, spec.config, spec.data, record, spec.group)


@dataclass(frozen=True)
class Diagnosis:
    """What is known of a run now: its metrics, and whether they are new, or why there are none."""

    name: str
    metrics: dict[str, float]
    remark: str = ""


def diagnose(
    store: Store, subjects: Iterable[DiagnosedRun], report: Callable[[str], None] = lambda _: None
) -> Iterator[Diagnosis]:
    """Measure every run that can be measured and was not; yield them in their order.

    Raises:
        StoreError: for a store that cannot be written, or stored weights that cannot be read.
    """
    program, group = None, None
    for subject in subjects:
        known = _known(subject)
        if known is not None:
            yield known
            continue
        assert subject.record is not None
        with run_file(store, subject.record.run_id, WEIGHTS_FILE) as path:
            if path is None:
                remark = "no stored weights: train another seed with tracking.save_model=last"
                yield Diagnosis(subject.name, {}, remark)
                continue
            report(f"measuring {subject.name}")
            if program is None or group != subject.group or not group:
                program, group = _program(subject, first=program is None), subject.group
            set_weights(program.model, path)
        yield _measured(store, subject, subject.record, program)


def _known(subject: DiagnosedRun) -> Diagnosis | None:
    """Return what needs no measurement."""
    record = subject.record
    if record is None or not record.is_finished:
        return Diagnosis(subject.name, {}, "not finished")
    told = [shown for shown in (CLASSES, NUMBERS) if shown[0] in record.metrics]
    if not told:
        return Diagnosis(subject.name, {}, "never tested")
    if all(name in record.metrics for name in told[0]):
        found = {name: record.metrics[name] for name in told[0]}
        return Diagnosis(subject.name, found, "was measured before")
    return None


def _program(subject: DiagnosedRun, *, first: bool) -> Program:
    if first:
        set_environment(subject.config.executor.threads)
    with no_remarks():
        from rnnbench.training.program import Program

        if first:
            prepare_process(subject.config)
        vectors = None if subject.data.vectors is None else subject.data.vectors.matrix()
        return Program(subject.config, subject.data.spec, vectors)


def _measured(store: Store, subject: DiagnosedRun, record: Record, program: Program) -> Diagnosis:
    from mlflow.entities import Metric

    from rnnbench.training.parts import test_samples
    from rnnbench.training.shuffle_test import shuffle_test
    from rnnbench.training.tested import Tested

    test = test_samples(subject.data.arrays())
    outputs: list[np.ndarray] = []
    tested = program.evaluate(test, outputs)
    logged = record.metrics.get("test_loss", math.nan)
    if not math.isclose(tested.mean_loss, logged, rel_tol=_SAME):
        remark = f"its stored weights are not those that were tested: loss {tested.mean_loss:.4f}"
        return Diagnosis(subject.name, {}, remark)
    scores = {name: record.metrics[f"test_{name}"] for name in tested.scores}
    before = Tested(scores, tested.mean_loss, np.concatenate(outputs))
    found = shuffle_test(program, test, subject.config.seed, before)
    now, step = int(time.time() * 1000), int(record.metrics.get("epochs_trained", 0))
    metrics = [Metric(name, value, now, step) for name, value in found.items()]
    with store.translated():
        store.client.log_batch(record.run_id, metrics=metrics)
        store.client.set_tag(record.run_id, names.DIAGNOSED, "order")
    measured = {name: record.metrics[name] for name in SHOWN if name in record.metrics}
    return Diagnosis(subject.name, measured | found, "measured now")
