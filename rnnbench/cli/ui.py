"""``ui``: MLflow's user interface over the store."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys

from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError
from rnnbench.redact import shown_address
from rnnbench.tracking.address import tracking_uri
from rnnbench.tracking.environment import check_environment
from rnnbench.tracking.store import Store


def ui(words: Words) -> int:
    """Serve the user interface on 127.0.0.1:5000 unless told otherwise, until Ctrl-C."""
    words.refuse_names()
    options = dict(words.options)
    host, port = options.get("host", "127.0.0.1"), options.get("port", "5000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigError("--port", "a whole number from 1 to 65535", port, "type --port 5000")
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    uri = tracking_uri(config)
    if uri.startswith("http"):
        print(f"the store is a server, which has its own user interface: {shown_address(uri)}")
        return 0
    check_environment()
    store = Store.open(config, create=False)
    _refuse_taken(host, int(port))
    command = [sys.executable, "-m", "mlflow", "ui", "--host", host, "--port", port]
    command += ["--workers", "1"]
    print(f"MLflow UI of {shown_address(uri)} on http://{host}:{port} (Ctrl-C ends it)", flush=True)
    # A session of its own, which ends as a whole, whoever of us is told to end.
    server = subprocess.Popen(command, env=_environment(store), start_new_session=True)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 130
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _environment(store: Store) -> dict[str, str]:
    """Return the server's environment, which nobody else can read, as they can its arguments."""
    return os.environ | {
        "MLFLOW_BACKEND_STORE_URI": store.uri,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": store.home.artifacts.as_uri(),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # The eight processes that serve MLflow's background jobs have nothing to do here.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that another server has; raises ConfigError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            received, action = f"{host} ({error.strerror})", "type --host 127.0.0.1"
            raise ConfigError("--host", "an address of this machine", received, action) from None
        except OSError as error:
            received = f"{host}:{port} ({error.strerror})"
            action = "choose another, as in --port 5001"
            raise ConfigError("--port", "a port that is free", received, action) from None
