"""``ui``: MLflow's user interface over the store."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser

from rnnbench.cli.endings import tell_home
from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError, StoreError
from rnnbench.formatting.redact import shown_address
from rnnbench.tracking import view
from rnnbench.tracking.address import sqlite_path, tracking_uri
from rnnbench.tracking.environment import check_environment
from rnnbench.tracking.store import Store

_HINT = "Click a name for its seeds and how to repeat it; the chart button for curves."


def ui(words: Words) -> int:
    """Serve the user interface on 127.0.0.1:5000 unless told otherwise, until Ctrl-C."""
    words.refuse_names()
    host = words.options.get("host", "127.0.0.1")
    port = words.options.get("port", "5000")
    if not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ConfigError("--port", "a whole number from 1 to 65535", port, "type --port 5000")
    if not host.strip():
        # As from --host $NAME without a NAME: servers take it for every address of the machine.
        raise ConfigError("--host", "a host name or an address", repr(host), "type --host 0.0.0.0")
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    tell_home(config)
    uri = tracking_uri(config)
    check_environment()
    store = Store.open(config, create=False)
    if uri.startswith("http"):
        address = _address(uri, store)
        print("The store is a server with a UI of its own: a row for each arm, best first")
        print(f"{address}\n{_HINT}")
        if "open" in words.options:
            _open(address)
        return 0
    _refuse_taken(host, int(port))
    base = f"http://{_reachable(host)}:{port}"
    address = _address(base, store)
    shown = _shown_store(store)
    print(f"MLflow UI of {shown} (Ctrl-C ends it): a row for each arm, best first", flush=True)
    command = [sys.executable, "-m", "mlflow", "ui", "--host", host, "--port", port]
    command += ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
    # A session of its own, which ends as a whole, whoever of us is told to end.
    server = subprocess.Popen(command, env=_environment(store), start_new_session=True)
    try:
        if _answers(base, server):
            print(f"{address}\n{_HINT}", flush=True)
            if "open" in words.options:
                _open(address)
        return server.wait()
    except KeyboardInterrupt:
        return 130
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _address(base: str, store: Store) -> str:
    """Return the address of the arms, with their saved view where it may be written."""
    try:
        store.save_view()
    except StoreError as error:
        print(f"without the view of the arms, which cannot be stored: {error}", file=sys.stderr)
        return view.address(base, store.experiment_id, saved=False)
    return view.address(base, store.experiment_id)


def _shown_store(store: Store) -> str:
    """Return the store's file from here, as its user calls it, or its address."""
    if sqlite_path(store.uri) != store.home.database:
        return shown_address(store.uri)
    return os.path.relpath(store.home.database)


def _reachable(host: str) -> str:
    """Return the host for an address: of all interfaces this machine's own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _answers(base: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers; return ``False`` where it has ended instead."""
    from urllib.request import ProxyHandler, build_opener

    here = build_opener(ProxyHandler({}))
    while server.poll() is None:
        with contextlib.suppress(OSError), here.open(f"{base}/health", timeout=5):
            return True
        time.sleep(0.2)
    return False


def _open(address: str) -> None:
    """Show an address in the user's browser, or say that there is none."""
    if not webbrowser.open(address):
        print("no browser was found: open the address by hand", file=sys.stderr)


def _environment(store: Store) -> dict[str, str]:
    """Return the server's environment, which nobody else can read, as they can its arguments."""
    return os.environ | {
        "MLFLOW_BACKEND_STORE_URI": store.uri,
        "MLFLOW_REGISTRY_STORE_URI": store.uri,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": store.home.artifacts.as_uri(),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # What MLflow says of its own start would push the address off the screen.
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
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
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                received, action = f"{host} ({error.strerror})", "type --host 127.0.0.1"
                raise ConfigError(
                    "--host", "an address of this machine", received, action
                ) from None
            received = f"{host}:{port} ({error.strerror})"
            action = "choose another, as in --port 5001"
            raise ConfigError("--port", "a port that is free", received, action) from None
