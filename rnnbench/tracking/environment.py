"""The environment variables of MLflow, which it reads in the middle of a run and not before."""

from __future__ import annotations

import os
import re

from rnnbench.errors import StoreError


def check_environment() -> None:
    """Refuse variables that MLflow cannot read; where there are any, imports MLflow to see.

    Raises:
        StoreError: naming the variable.
    """
    if not any(name.startswith("MLFLOW_") for name in os.environ):
        return
    try:
        from mlflow import environment_variables
    except ValueError as error:  # of those that it reads when it is imported
        found = re.search(r"MLFLOW_\w+", str(error))
        if found is None:
            raise
        raise _unreadable(found.group(), str(error)) from None
    for name in filter(os.environ.__contains__, vars(environment_variables)):
        try:
            getattr(environment_variables, name).get()
        except ValueError as error:
            raise _unreadable(name, str(error)) from None


def _unreadable(name: str, reason: str) -> StoreError:
    return StoreError(
        name,
        "a value that MLflow can read",
        f"{os.environ.get(name, '')!r} ({reason.rpartition(': ')[2]})",
        f"correct it, or unset {name}",
    )
