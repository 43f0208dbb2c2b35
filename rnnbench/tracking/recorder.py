"""Writing one training run into the store, from its start to its terminal status."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import rnnbench
from rnnbench.baselines.content import described
from rnnbench.config.recorded import unresolved
from rnnbench.formatting.redact import redacted
from rnnbench.seeds import streams
from rnnbench.system.machine import Machine
from rnnbench.tracking import names
from rnnbench.tracking.dataset import dataset_input
from rnnbench.tracking.parameters import parameters
from rnnbench.tracking.store import Store
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec


class Withdrawn(Exception):  # noqa: N818
    """A run was deleted while it was being trained: by a user, or by another who has its lock."""


class Recorder:
    """Logs one job: parameters and data at its start, metrics by epoch, artifacts at its end."""

    def __init__(self, store: Store, spec: RunSpec, run_id: str, parent: str | None) -> None:
        """Take over a run that was begun with :func:`run_tags`.

        This and every method raises :class:`Withdrawn` where the run is no longer there.
        """
        self._client = store.client
        self.spec = spec
        self.run_id = run_id
        self._tags: dict[str, str] = {}
        try:
            self._log_start({} if parent is None else {names.PARENT: parent})
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
        """Log the metrics of an epoch in one batch."""
        self._log_metrics(epoch.metrics() | {"epoch_seconds": epoch.seconds}, epoch.epoch)

    def finish(self, outcome: Outcome, files: Path) -> None:
        """Log summary metrics and artifacts, then the terminal status."""
        self._write("log_artifacts", str(files))
        self._log_metrics(outcome.metrics, len(outcome.epochs))
        tags = {names.PATH: outcome.path} if outcome.path else {}
        self._end("FINISHED", tags, names.COMPLETE)

    def prune(self) -> None:
        """Log that a search ended the trial early."""
        self._end("FINISHED", {}, names.PRUNED)

    def fail(self, reason: str, *, killed: bool) -> None:
        """Log why the run ended without a result."""
        status: names.Status = "KILLED" if killed else "FAILED"
        self._end(status, {names.REASON: reason[:5000]}, names.FAIL)

    def abandon(self, reason: str) -> None:
        """Log that the run was interrupted; what has ended already stays as it is."""
        if self._client.get_run(self.run_id).info.status == "RUNNING":
            with suppress(Withdrawn):
                self.fail(reason, killed=True)

    def _end(self, status: names.Status, tags: dict[str, str], state: str) -> None:
        """Log tags, then the terminal status: what was not ended has no result."""
        from mlflow.entities import RunTag

        tags = self._tags | tags
        if self.spec.trial is not None:
            tags = tags | {names.TRIAL_STATE: state}
        self._write("log_batch", tags=[RunTag(k, v) for k, v in tags.items()])
        self._write("set_terminated", status)

    def _log_start(self, tags: Mapping[str, str]) -> None:
        from mlflow.entities import Param, RunTag

        self._write(
            "log_batch",
            params=[Param(k, v) for k, v in run_parameters(self.spec).items()],
            tags=[RunTag(k, v) for k, v in tags.items()],
        )
        data = dataset_input(self.spec.data, self.spec.config)
        self._write("log_inputs", datasets=[data])

    def _log_metrics(self, values: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, step) for name, value in values.items()]
        self._write("log_batch", metrics=metrics)

    def _write(self, method: str, *words: Any, **named: Any) -> None:
        try:
            getattr(self._client, method)(self.run_id, *words, **named)
        except Exception as error:
            if getattr(error, "error_code", None) is None or not self._is_withdrawn():
                raise
            raise Withdrawn(self.run_id) from None

    def _is_withdrawn(self) -> bool:
        """Return whether the run was deleted, and maybe for good."""
        try:
            return bool(self._client.get_run(self.run_id).info.lifecycle_stage != "active")
        except Exception as error:
            return getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST"


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
