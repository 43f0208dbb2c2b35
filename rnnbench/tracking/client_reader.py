"""Reading runs of any store through MLflow's client."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rnnbench.tracking import names
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record, training_samples

_PAGE = 1000


class ClientReader:
    """One experiment in any store, through MLflow's client."""

    def __init__(self, client: Callable[[], Any], experiment_id: str) -> None:
        self._client = client
        self._experiment_id = experiment_id

    def search(
        self,
        tags: Mapping[str, str],
        *,
        status: str | None = None,
        keys: Collection[str] | None = None,
        only: Collection[str] | None = None,  # noqa: ARG002
    ) -> Iterator[Record]:
        """See :class:`Reader`; everything of a run is read, whatever ``only`` says."""
        wanted = dict(tags)
        if keys is not None and len(keys) == 1:
            wanted[names.KEY] = next(iter(keys))
        text = " and ".join(f"tags.`{name}` = '{value}'" for name, value in wanted.items())
        if status is not None:
            text += f"{' and ' if text else ''}attributes.status = '{status}'"
        token: str | None = None
        while True:
            page = self._client().search_runs(
                [self._experiment_id],
                filter_string=text,
                max_results=_PAGE,
                order_by=["attributes.start_time ASC"],
                page_token=token,
            )
            for run in page:
                info, data = run.info, run.data
                if keys is None or data.tags.get(names.KEY) in keys:
                    yield Record(
                        info.run_id,
                        info.status,
                        dict(data.tags),
                        dict(data.params),
                        dict(data.metrics),
                        info.start_time,
                        info.end_time,
                        _of_inputs(run.inputs),
                    )
            token = page.token
            if not token:
                return

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """See :class:`Reader`."""
        found: dict[str, History] = {}
        for run_id in run_ids:
            history: History = {}
            asked = metrics
            if asked is None:
                asked = sorted(self._client().get_run(run_id).data.metrics)
            for metric in asked:
                points = self._client().get_metric_history(run_id, metric)
                if metrics is None:
                    points = [point for point in points if point.step > 0]
                if points:
                    points.sort(key=lambda point: (point.step, point.timestamp))
                    history[metric] = [(point.step, point.value) for point in points]
            found[run_id] = history
        return found

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """See :class:`Reader`."""
        return {i: str(self._client().get_run(i).info.artifact_uri) for i in run_ids}

    def experiment_tag(self, name: str) -> str | None:
        """See :class:`Reader`."""
        tags: dict[str, str] = self._client().get_experiment(self._experiment_id).tags
        return tags.get(name)


def _of_inputs(inputs: Any) -> int | None:
    """Return the training samples that a run's inputs tell, as MLflow's client has them."""
    known = [training_samples(one.dataset.profile) for one in getattr(inputs, "dataset_inputs", [])]
    return known[-1] if known else None
