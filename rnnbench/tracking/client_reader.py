"""Reading runs of any store through MLflow's client."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from rnnbench.tracking import names
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record, training_samples
from rnnbench.tracking.rest import UI_API, call_server

_PAGE = 1000
_AT_ONCE = f"{UI_API}/metrics/get-history-bulk"
_RUNS, _POINTS = 100, 25_000  # of a request, the server's own limits


class ClientReader:
    """One experiment in any store, through MLflow's client."""

    def __init__(
        self, client: Callable[[], Any], experiment_id: str, server: str | None = None
    ) -> None:
        """Ask nothing yet.

        Args:
            client: returns MLflow's.
            experiment_id: of the experiment.
            server: address of the MLflow server, where there is one, which tells many at once.
        """
        self._client = client
        self._experiment_id = experiment_id
        self._server = server

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
        ids = list(run_ids)
        if self._server is not None and metrics is not None and len(ids) > 1:
            with suppress(_Untold):
                return _told_at_once(self._server, ids, metrics)
        found: dict[str, History] = {}
        for run_id in ids:
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


class _Untold(Exception):  # noqa: N818
    """A server doesn't tell histories of several runs, or not all of them."""


def _told_at_once(server: str, ids: Sequence[str], metrics: Sequence[str]) -> dict[str, History]:
    """Return histories as the server's own user interface asks for them: of many runs at once."""
    points: dict[str, dict[str, list[tuple[int, int, float]]]] = {run_id: {} for run_id in ids}
    for metric in metrics:
        for start in range(0, len(ids), _RUNS):
            asked: dict[str, Any] = {"run_id": ids[start : start + _RUNS], "metric_key": metric}
            try:
                told = call_server(server, "GET", _AT_ONCE, **asked, max_results=_POINTS)
                rows = told["metrics"]
            except Exception as error:
                if getattr(error, "error_code", None) is None and not isinstance(error, KeyError):
                    raise
                raise _Untold from None
            if len(rows) >= _POINTS:
                raise _Untold
            for row in rows:
                one = int(row["step"]), int(row["timestamp"]), float(row["value"])
                points[row["run_id"]].setdefault(metric, []).append(one)
    return {
        run_id: {
            metric: [(step, value) for step, _, value in sorted(several, key=lambda p: p[:2])]
            for metric, several in of_run.items()
        }
        for run_id, of_run in points.items()
    }


def _of_inputs(inputs: Any) -> int | None:
    """Return the training samples that a run's inputs tell, as MLflow's client has them."""
    known = [training_samples(one.dataset.profile) for one in getattr(inputs, "dataset_inputs", [])]
    return known[-1] if known else None
