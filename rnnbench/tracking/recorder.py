"""Writing one training run into the store, from its start to its terminal status."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import rnnbench
from rnnbench.config.schema import Config
from rnnbench.runspec import RunSpec
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from rnnbench.training import TRAINING_VERSION
from rnnbench.training.history import Epoch, Outcome

_NOT_PARAMETERS = ("home", "seeds", "report", "sweep", "published", "claims", "tracking", "search")


def open_sweep(store: Store, sweep_key: str, name: str, command: str) -> str:
    """Return the parent run of a sweep: the one that an earlier call opened, or a new one."""
    known = store.client.search_runs(
        [store.experiment_id],
        filter_string=f"tags.`{names.KIND}` = '{names.SWEEP_PARENT}' "
        f"and tags.`{names.SWEEP}` = '{sweep_key}'",
        max_results=1,
    )
    if known:
        run_id = str(known[0].info.run_id)
        store.client.update_run(run_id, status="RUNNING")
        return run_id
    tags = {
        names.KIND: names.SWEEP_PARENT,
        names.SWEEP: sweep_key,
        names.COMMAND: command,
        names.HOST: os.uname().nodename,
        "mlflow.source.name": _source(command),
        "mlflow.source.type": "LOCAL",
    }
    run = store.client.create_run(store.experiment_id, tags=tags, run_name=name)
    return str(run.info.run_id)


class Recorder:
    """Logs one job: parameters and tags at its start, metrics by epoch, artifacts at its end."""

    def __init__(
        self, store: Store, spec: RunSpec, parent: str | None, sweep_key: str, command: str
    ):
        self._client = store.client
        self.spec = spec
        tags = run_tags(spec, sweep_key, command) | {names.OWNER: store.home.owner}
        if parent is not None:
            tags[names.PARENT] = parent
        run = self._client.create_run(store.experiment_id, tags=tags, run_name=spec.name)
        self.run_id = str(run.info.run_id)
        try:
            self._log_start()
        except BaseException:
            self.fail("its parameters could not be stored", killed=True)
            raise

    def epoch(self, epoch: Epoch) -> None:
        """Log the metrics of an epoch in one batch."""
        self._log_metrics(epoch.metrics() | {"epoch_seconds": epoch.seconds}, epoch.epoch)

    def finish(self, outcome: Outcome, files: Path) -> None:
        """Log summary metrics and artifacts, then the terminal status."""
        from mlflow.entities import RunTag

        self._log_metrics(outcome.metrics, len(outcome.epochs))
        self._client.log_batch(self.run_id, tags=[RunTag(names.PATH, outcome.path)])
        self._client.log_artifacts(self.run_id, str(files))
        self._client.set_terminated(self.run_id, "FINISHED")

    def fail(self, reason: str, *, killed: bool) -> None:
        """Log why the run ended without a result."""
        self._client.set_tag(self.run_id, names.REASON, reason[:5000])
        self._client.set_terminated(self.run_id, "KILLED" if killed else "FAILED")

    def _log_start(self) -> None:
        from mlflow.entities import Param

        params = parameters(self.spec.config)
        self._client.log_batch(self.run_id, params=[Param(k, v) for k, v in params.items()])
        self._client.log_inputs(self.run_id, datasets=[_dataset_input(self.spec)])

    def _log_metrics(self, values: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self._client.log_batch(
            self.run_id, metrics=[Metric(name, value, now, step) for name, value in values.items()]
        )


def parameters(config: Config) -> dict[str, str]:
    """Return what MLflow shows as parameters: the dotted keys that describe a run."""
    flat: dict[str, str] = {}

    def visit(prefix: str, node: Any) -> None:
        for name, value in node.items():
            if isinstance(value, dict):
                visit(f"{prefix}{name}.", value)
            else:
                flat[prefix + name] = "null" if value is None else str(value)

    visit("", config.model_dump(exclude=set(_NOT_PARAMETERS)))
    return flat


def run_tags(spec: RunSpec, sweep_key: str, command: str) -> dict[str, str]:
    """Return the tags of a training run: identity, provenance, machine."""
    assert spec.config.cell is not None
    return {
        names.KIND: names.RUN,
        names.KEY: spec.key,
        names.ARM: spec.label,
        names.ARM_KEY: spec.arm_key,
        names.CELL: spec.config.cell.name,
        names.SWEEP: sweep_key,
        names.COMMAND: command,
        names.TRAINING_VERSION: str(TRAINING_VERSION),
        names.DATA_DIGEST: spec.data.digest,
        names.HOST: os.uname().nodename,
        "rnnbench.threads": str(spec.config.executor.threads),
        "mlflow.source.name": _source(command),
        "mlflow.source.type": "LOCAL",
        "mlflow.user": os.environ.get("USER", ""),
        **_machine(),
    }


def _source(command: str) -> str:
    """Return the command without its overrides, which the UI would cut to its last word."""
    return " ".join(command.split()[:4])


@cache
def _machine() -> dict[str, str]:
    tags = {
        "rnnbench.version": rnnbench.__version__,
        "rnnbench.versions": " ".join(
            f"{name}={version(name)}" for name in ("tensorflow", "keras", "numpy", "mlflow")
        ),
        "rnnbench.python": platform.python_version(),
        "rnnbench.hardware": f"{_processor()}, {os.cpu_count()} cores",
    }
    commit = _commit()
    return tags | ({"mlflow.source.git.commit": commit} if commit else {})


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return models[0] if models else platform.machine()


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


def _dataset_input(spec: RunSpec) -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = spec.data.spec
    shape = [inputs.timesteps]
    if inputs.features is not None:
        shape.append(inputs.features)
    dataset = Dataset(
        name=spec.data.name,
        digest=spec.data.digest[:36],
        source_type="local",
        source=_json({"source": spec.data.source}),
        schema=_json({"input": shape, "classes": inputs.classes, "vocabulary": inputs.vocabulary}),
        profile=_json(
            {k: spec.data.facts[k] for k in ("n_train", "n_test") if k in spec.data.facts}
        ),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _json(value: Any) -> str:
    import json

    return json.dumps(value, sort_keys=True)
