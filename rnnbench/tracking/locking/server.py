"""The registry of an MLflow server: each process is a run there, and its claims are the run's tags.

The runs are in an experiment of their own, where MLflow's user interface shows who is at work on
what. They are deleted in the end. MLflow writes no tags to a run that was deleted, which is what
makes a removal final.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rnnbench.tracking import names
from rnnbench.tracking.locking.registry import Registration, Removed
from rnnbench.tracking.rest import API, call_server

EXPERIMENT = "rnnbench-drivers"
_CLAIM, _HEARTBEAT = "rnnbench.claim.", "rnnbench.heartbeat"
_PAGE = 1000
_LONGEST_NAME = 200
_GONE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "INVALID_STATE")


@dataclass(frozen=True)
class ServerRegistry:
    """The :class:`rnnbench.tracking.locking.registry.ClaimRegistry` of an MLflow server.

    Attributes:
        address: of the server; names and passwords are found as MLflow finds them.
        who: what an entry is called there, for people.
    """

    address: str = field(repr=False)
    who: str = field(default="", compare=False)

    def enter(self) -> str:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        experiment = self._experiment() or self._create()
        tags = {names.KIND: "driver", names.OWNER: self.who, names.HOST: os.uname().nodename}
        run = self._call(
            "POST",
            "runs/create",
            experiment_id=experiment,
            run_name=f"{os.uname().nodename}, process {os.getpid()}",
            start_time=int(time.time() * 1000),
            tags=[{"key": key, "value": value} for key, value in tags.items()],
        )
        return str(run["run"]["info"]["run_id"])

    def renew(self, entry: str, heartbeat: str, *, quick: bool = False) -> None:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        self._change(entry, "runs/set-tag", quick=quick, key=_HEARTBEAT, value=heartbeat)

    def put(self, entry: str, claim: str, name: str) -> None:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        told = ascii(name)[:_LONGEST_NAME]
        self._change(entry, "runs/set-tag", key=_CLAIM + claim, value=told)

    def withdraw(self, entry: str, claim: str, *, quick: bool = False) -> None:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        with suppress(Removed):
            self._change(entry, "runs/delete-tag", quick=quick, key=_CLAIM + claim)

    def look(self, *, quick: bool = False) -> Mapping[str, Registration]:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        experiment = self._experiment(quick=quick)
        found: dict[str, Registration] = {}
        token = ""
        while experiment:
            page = self._call(
                "POST",
                "runs/search",
                quick=quick,
                experiment_ids=[experiment],
                run_view_type="ACTIVE_ONLY",
                max_results=_PAGE,
                **({"page_token": token} if token else {}),
            )
            for run in page.get("runs", ()):
                tags = {tag["key"]: tag["value"] for tag in run["data"].get("tags", ())}
                if tags.get(names.KIND) == "driver":
                    claims = (key for key in tags if key.startswith(_CLAIM))
                    found[run["info"]["run_id"]] = Registration(
                        tags.get(_HEARTBEAT, ""),
                        frozenset(claim.removeprefix(_CLAIM) for claim in claims),
                    )
            token = page.get("next_page_token", "")
            if not token:
                break
        return found

    def remove(self, entry: str, *, quick: bool = False) -> None:
        """See :class:`rnnbench.tracking.locking.registry.ClaimRegistry`."""
        with suppress(Removed):
            self._change(entry, "runs/delete", quick=quick)

    def _change(self, entry: str, path: str, *, quick: bool = False, **values: str) -> None:
        """Change a run; raises Removed where it, or its tag, is no longer there."""
        try:
            self._call("POST", path, quick=quick, run_id=entry, **values)
        except Exception as error:
            if getattr(error, "error_code", None) in _GONE:
                raise Removed(entry) from None
            raise

    def _experiment(self, *, quick: bool = False) -> str:
        """Return the id of the experiment, empty where there is none yet."""
        if self.address not in _experiments:
            try:
                found = self._call(
                    "GET", "experiments/get-by-name", quick=quick, experiment_name=EXPERIMENT
                )["experiment"]
            except Exception as error:
                if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
                    return ""
                raise
            if found.get("lifecycle_stage") == "deleted":  # by somebody who was tidying up
                self._call("POST", "experiments/restore", experiment_id=found["experiment_id"])
            _experiments[self.address] = str(found["experiment_id"])
        return _experiments[self.address]

    def _create(self) -> str:
        try:
            self._call("POST", "experiments/create", name=EXPERIMENT)
        except Exception as error:
            if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
                raise
        return self._experiment()

    def _call(self, method: str, path: str, *, quick: bool = False, **values: Any) -> Any:
        return call_server(self.address, method, f"{API}/{path}", quick=quick, **values)


_experiments: dict[str, str] = {}  # by address of the server
