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
OWNER = "rnnbench.owner"
DATA_DIGEST = "rnnbench.data_digest"
PARENT = "mlflow.parentRunId"
RUN_NAME = "mlflow.runName"

RUN = "run"
SWEEP_PARENT = "sweep"

Status = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]
