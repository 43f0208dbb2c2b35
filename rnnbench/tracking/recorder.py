"""Writing one training run into the store, from its start to its terminal status."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import rnnbench
from rnnbench.baselines.content import described
from rnnbench.config.recorded import parameters, unresolved
from rnnbench.formatting.redact import redacted
from rnnbench.seeds import streams
from rnnbench.system.machine import Machine
from rnnbench.tracking import names
from rnnbench.tracking.dataset import told_dataset
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import MetricValue, RunEntry, measured_now
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec


class Withdrawn(Exception):  # noqa: N818
    """A run was deleted while it was being trained: by a user, or by another who has its lock."""


class Recorder:
    """What is to be written of one job: parameters at its start, epochs, files and end later."""

    def __init__(self, store: Store, spec: RunSpec, run_id: str, parent: str | None) -> None:
        """Take over a run that was begun with :func:`run_tags`, and write its parameters.

        This and every method that writes raises :class:`Withdrawn` where the run is no longer
        there.
        """
        self._store = store
        self.spec = spec
        self.run_id = run_id
        self._tags: dict[str, str] = {}
        self._epochs: list[MetricValue] = []
        start = RunEntry(
            run_id,
            params=run_parameters(spec),
            tags={} if parent is None else {names.PARENT: parent},
            data=told_dataset(spec.data, spec.config),
        )
        try:
            self.write(start)
        except Withdrawn:
            raise
        except BaseException:
            self.fail("its parameters could not be stored", killed=True)
            raise

    def placed(self, machine: Machine) -> None:
        """Keep for the end where the run is being trained."""
        self._tags |= machine_tags(machine)

    def lost(self, how: str) -> None:
        """Keep for the end that the run has lost its worker, and how."""
        self._tags[names.LOST] = how

    def epoch(self, epoch: Epoch) -> None:
        """Keep the metrics of an epoch for the next entry."""
        values = epoch.metrics() | {"epoch_seconds": epoch.seconds}
        self._epochs += measured_now(values, epoch.epoch)

    def so_far(self) -> RunEntry | None:
        """Return the epochs that have come in since the last entry; ``None`` where none has."""
        epochs, self._epochs = self._epochs, []
        return RunEntry(self.run_id, metrics=epochs) if epochs else None

    def finished(self, outcome: Outcome, files: Path) -> RunEntry:
        """Move the files of the run to the store, and return all else that is to be written."""
        self._store.writer.keep_files(self.run_id, files)
        tags = {names.PATH: outcome.path} if outcome.path else {}
        last = measured_now(outcome.metrics, len(outcome.epochs))
        return self._end("FINISHED", tags, names.COMPLETE, last)

    def prune(self) -> None:
        """Write that a search ended the trial early."""
        self.write(self._end("FINISHED", {}, names.PRUNED))

    def fail(self, reason: str, *, killed: bool) -> None:
        """Write why the run ended without a result."""
        status: names.Status = "KILLED" if killed else "FAILED"
        self.write(self._end(status, {names.REASON: reason[:5000]}, names.FAIL))

    def abandon(self, reason: str) -> None:
        """Write that the run was interrupted; what has ended already stays as it is."""
        if self._store.writer.status(self.run_id) == "RUNNING":
            with suppress(Withdrawn):
                self.fail(reason, killed=True)

    def write(self, entry: RunEntry) -> None:
        """Write an entry of the run."""
        if self._store.add(entry):
            raise Withdrawn(self.run_id)

    def _end(
        self,
        status: names.Status,
        tags: Mapping[str, str],
        state: str,
        last: Sequence[MetricValue] = (),
    ) -> RunEntry:
        epochs, self._epochs = self._epochs, []
        found = {**self._tags, **tags}
        if self.spec.trial is not None:
            found[names.TRIAL_STATE] = state
        return RunEntry(self.run_id, metrics=[*epochs, *last], tags=found, status=status)


def run_parameters(spec: RunSpec) -> dict[str, str]:
    """Return the parameters of a run; of a baseline what decides its result, and nothing else."""
    found = parameters(spec.config)
    if spec.baseline is None:
        return found
    known = {key: found[key] for key in described(spec.baseline, spec.config)}
    source = spec.baseline.extension
    known |= {"baseline.extension": source} if source is not None else {}
    return known | {"baseline.name": spec.baseline.name}


def run_tags(spec: RunSpec, sweep_key: str, command: str) -> dict[str, str]:
    """Return the tags of a training run: identity, provenance."""
    config = spec.config
    tags = {} if config.cell is None else {names.CELL: config.cell.name}
    if spec.baseline is None or spec.baseline.fit is None:
        seeds = streams(config.model, config.seed, tokens=spec.data.spec.features is None)
        tags[names.SEEDS] = _json(seeds)
    return tags | {
        names.KIND: spec.kind,
        names.KEY: spec.key,
        names.ARM: spec.label,
        names.ARM_KEY: spec.arm_key,
        names.SWEEP: sweep_key,
        names.COMMAND: command,
        names.TRAINING_VERSION: str(spec.version),
        names.DATA_DIGEST: spec.data.digest,
        names.WORK: f"{spec.work:.6g}",
        "rnnbench.threads": str(config.executor.threads),
        **majority_tags(spec),
        **source_tags(command),
        **search_tags(spec),
        **vectors_tags(spec),
    }


def majority_tags(spec: RunSpec) -> dict[str, str]:
    """Return the tag of how many test samples are of the most frequent class, which guessing gets.

    Nothing where no test sample is counted.
    """
    counts = [int(count) for count in spec.data.facts.get("test_class_counts", ())]
    return {names.MAJORITY: f"{max(counts)} of {sum(counts)}"} if sum(counts) else {}


def vectors_tags(spec: RunSpec) -> dict[str, str]:
    """Return the tags of a run whose embedding starts from word vectors: which, and coverage."""
    vectors = spec.data.vectors
    if vectors is None:
        return {}
    source = unresolved(vectors.source, spec.config)
    told = {"digest": vectors.digest, "source": source, **vectors.facts}
    return {names.VECTORS: _json(told)}


def search_tags(spec: RunSpec) -> dict[str, str]:
    """Return the tags of a trial, or of a run whose values a search has drawn."""
    tags = {}
    if spec.search is not None:
        tags = {names.STUDY: spec.search.study, names.SEARCH: spec.search.description}
    if spec.trial is not None:
        tags[names.TRIAL] = str(spec.trial.number)
    return tags


def source_tags(command: str) -> dict[str, str]:
    """Return what the UI shows as a run's origin: the command without secrets, and the commit.

    The UI shows of a name only what follows its last slash: words with one are left out.
    """
    words = redacted(command).split(" ")
    told = [word for word in words if "/" not in word]
    tags = {
        "mlflow.source.name": " ".join(told if told == words else [*told, "..."]),
        "mlflow.source.type": "LOCAL",
        "mlflow.user": os.environ.get("USER", ""),
    }
    commit = _commit()
    return tags | ({names.COMMIT: commit} if commit else {})


def machine_tags(machine: Machine) -> dict[str, str]:
    """Return the tags of where a run was trained."""
    return {
        names.HOST: machine.host,
        names.HARDWARE: machine.hardware,
        names.PYTHON: machine.python,
        names.VERSION: machine.version,
        names.PACKAGES: machine.packages,
    }


@cache
def _commit() -> str:
    """Return the commit of the checkout that this package runs from, or an empty string."""
    folder = Path(rnnbench.__file__).resolve().parent.parent
    if not (folder / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
