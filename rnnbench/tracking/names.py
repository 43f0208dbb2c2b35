"""Tags and statuses that the store is read by."""

from __future__ import annotations

from typing import Literal

KIND = "rnnbench.kind"
KEY = "rnnbench.key"
ARM = "rnnbench.arm"
ARM_KEY = "rnnbench.arm_key"
CELL = "rnnbench.cell"
SWEEP = "rnnbench.sweep"
COMMAND = "rnnbench.command"
TRAINING_VERSION = "rnnbench.training_version"
REASON = "rnnbench.reason"
PATH = "rnnbench.path"
HOST = "rnnbench.host"
HARDWARE = "rnnbench.hardware"
PYTHON = "rnnbench.python"
VERSION = "rnnbench.version"
PACKAGES = "rnnbench.versions"
LOST = "rnnbench.lost"
OWNER = "rnnbench.owner"
PROCESS = "rnnbench.process"
DATA_DIGEST = "rnnbench.data_digest"
VECTORS = "rnnbench.vectors"
MAJORITY = "rnnbench.majority"
DIAGNOSED = "rnnbench.diagnosed"
WORK = "rnnbench.work"
SEEDS = "rnnbench.seeds"
STUDY = "rnnbench.study"
SEARCH = "rnnbench.search"
TRIAL = "rnnbench.trial"
ALSO = "rnnbench.also_trial_of"
TRIAL_STATE = "rnnbench.trial_state"
REPLICATES = "rnnbench.replicates"
LOOKS = "rnnbench.looks"
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
COMMIT = "mlflow.source.git.commit"

# Kinds of MLflow runs. Only the first is a training run that reports count.
RUN = "run"
ARM_SUMMARY = "arm"
SWEEP_PARENT = "sweep"
BASELINE = "baseline"

# Optuna's names for how a trial ended.
COMPLETE = "COMPLETE"
PRUNED = "PRUNED"
FAIL = "FAIL"

Kind = Literal["run", "trial", "arm", "sweep", "baseline"]
Status = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]
