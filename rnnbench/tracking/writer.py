"""What is written into a store, by SQL (:mod:`.sql_writer`) or MLflow's client: runs in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rnnbench.tracking import names
from rnnbench.tracking.object_stores import told

if TYPE_CHECKING:
    from rnnbench.tracking.dataset import DatasetTold


@dataclass(frozen=True)
class MetricValue:
    """A value of a metric.

    Attributes:
        name: of the metric.
        value: may be no number.
        step: the epoch; 0 for what has none.
        timestamp: when it was measured, in milliseconds since 1970.
    """

    name: str
    value: float
    step: int
    timestamp: int


@dataclass(frozen=True)
class RunEntry:
    """What is added to a run, and its status where that changes.

    Attributes:
        run_id: of the run.
        params: parameter -> value, none of which the run has already.
        metrics: values of metrics.
        tags: tag -> value.
        data: the data set that the run is trained on.
        status: the new status; with a terminal one the run ends now.
    """

    run_id: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Sequence[MetricValue] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    data: DatasetTold | None = None
    status: names.Status | None = None


def measured_now(values: Mapping[str, float], step: int) -> list[MetricValue]:
    """Return values of metrics by name as measured now, in an epoch."""
    now = int(time.time() * 1000)
    return [MetricValue(name, value, step, now) for name, value in values.items()]


class Writer(Protocol):
    """What can be written into an experiment of a store."""

    def create(self, tags: Mapping[str, str], name: str) -> str:
        """Create a run that is shown as running; return its id."""
        ...

    def write(self, entries: Sequence[RunEntry]) -> set[str]:
        """Write entries; of each, what comes last in it is there only when all of it is.

        Returns:
            The runs that are not there any more, of which nothing was written.
        """
        ...

    def status(self, run_id: str) -> str | None:
        """Return the status of a run, ``None`` where it was deleted."""
        ...

    def delete(self, run_id: str) -> None:
        """Mark a run as deleted, which another process may have done already."""
        ...

    def keep_files(self, run_id: str, folder: Path) -> None:
        """Put all files of a folder, which may be empty afterwards, among those of a run.

        Raises:
            OSError: where there is no room for them.
        """
        ...


class ClientWriter:
    """Writes into one experiment of any store, through MLflow's client."""

    def __init__(self, client: Callable[[], Any], experiment_id: str) -> None:
        """Write nothing yet.

        Args:
            client: returns MLflow's.
            experiment_id: of the experiment.
        """
        self._client = client
        self._experiment_id = experiment_id

    def create(self, tags: Mapping[str, str], name: str) -> str:
        """See :class:`Writer`."""
        run = self._client().create_run(self._experiment_id, tags=dict(tags), run_name=name)
        return str(run.info.run_id)

    def write(self, entries: Sequence[RunEntry]) -> set[str]:
        """See :class:`Writer`."""
        return {entry.run_id for entry in entries if not self._is_written(entry)}

    def _is_written(self, entry: RunEntry) -> bool:
        try:
            self._write(entry)
        except Exception as error:
            if getattr(error, "error_code", None) is None or self.status(entry.run_id) is not None:
                raise
            return False
        return True

    def _write(self, entry: RunEntry) -> None:
        from mlflow.entities import Metric, Param, RunTag

        from rnnbench.tracking.dataset import dataset_input

        client, run_id = self._client(), entry.run_id
        if entry.params or entry.metrics or entry.tags:
            client.log_batch(
                run_id,
                metrics=[Metric(p.name, p.value, p.timestamp, p.step) for p in entry.metrics],
                params=[Param(name, value) for name, value in entry.params.items()],
                tags=[RunTag(name, value) for name, value in entry.tags.items()],
            )
        if entry.data is not None:
            client.log_inputs(run_id, datasets=[dataset_input(entry.data)])
        if entry.status == "RUNNING":
            client.update_run(run_id, status=entry.status)
        elif entry.status is not None:
            client.set_terminated(run_id, entry.status)

    def status(self, run_id: str) -> str | None:
        """See :class:`Writer`."""
        try:
            info = self._client().get_run(run_id).info
        except Exception as error:
            if getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
        return str(info.status) if info.lifecycle_stage == "active" else None

    def delete(self, run_id: str) -> None:
        """See :class:`Writer`."""
        self._client().delete_run(run_id)

    def keep_files(self, run_id: str, folder: Path) -> None:
        """See :class:`Writer`."""
        try:
            self._client().log_artifacts(run_id, str(folder))
        except Exception:
            with told(str(self._client().get_run(run_id).info.artifact_uri)):
                raise
