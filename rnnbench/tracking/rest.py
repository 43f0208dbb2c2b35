"""Requests to an MLflow server that MLflow's client has no method, or no patience, for."""

from __future__ import annotations

from typing import Any

from rnnbench.tracking.address import quiet_mlflow
from rnnbench.tracking.environment import check_environment

API, UI_API = "/api/2.0/mlflow", "/ajax-api/2.0/mlflow"
_QUICK_SECONDS = 10


def call_server(address: str, method: str, path: str, *, quick: bool = False, **values: Any) -> Any:
    """Return a server's answer; names, passwords and certificates are found as MLflow finds them.

    Args:
        address: of the server.
        method: ``GET``, with values in the address, or ``POST``, with values as JSON.
        path: of the request, as in ``/api/2.0/mlflow/runs/get``.
        quick: fail at once where there is no answer; else it is tried again as MLflow does.
        values: of the request.

    Raises:
        MlflowException: where there is none, or the server refuses.
    """
    quiet_mlflow()
    check_environment()
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request, verify_rest_response

    sent = {"params": values} if method == "GET" else {"json": values}
    limits = {"max_retries": 0, "timeout": _QUICK_SECONDS} if quick else {}
    answer = http_request(get_default_host_creds(address), path, method, **sent, **limits)
    return verify_rest_response(answer, path).json()
