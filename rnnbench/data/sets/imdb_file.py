"""Where ``imdb.npz`` is: a path, an environment variable, Keras's cache, or Keras's download."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rnnbench.data.contract import Progress
from rnnbench.errors import DataError
from rnnbench.system.user_paths import user_path

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz"
KERAS_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
VARIABLE = "RNNBENCH_IMDB"
FILE = "imdb.npz"
HELP = f"give a local file with data.path=/path/to/{FILE} or {VARIABLE}"
SET = f"set {VARIABLE}=/path/to/{FILE}"

# Runs in a process of its own: importing Keras starts TensorFlow, which must not happen here.
# Keras draws its progress bar on sys.stdout; the real one carries nothing but the outcome.
CHILD = """
import sys
outcome, sys.stdout = sys.stdout, sys.stderr
try:
    import keras
    file, origin, digest, cache = sys.argv[1:]
    keras.utils.get_file(file, origin, file_hash=digest, cache_dir=cache)
except Exception as error:
    outcome.write(f"{type(error).__name__}: {error}")
    sys.exit(1)
"""


def find_imdb(path: str | None) -> tuple[str, Path | None]:
    """The key to name in errors and the local file, or None where it has to be downloaded.

    A path or variable that is given and leads nowhere raises DataError; nothing else is tried.
    """
    if path is not None:
        return "data.path", _existing("data.path", path)
    variable = os.environ.get(VARIABLE)
    if variable:
        return VARIABLE, _existing(VARIABLE, variable)
    cached = keras_cache() / "datasets" / FILE
    return "data.path", cached if cached.is_file() else None


def keras_cache() -> Path:
    """Keras's folder: ``KERAS_HOME`` or ``~/.keras``."""
    home = os.environ.get("KERAS_HOME")
    return Path(home) if home else user_path("KERAS_HOME", "~/.keras")


def download_imdb(report: Progress) -> Path:
    """Let Keras download ``imdb.npz`` into its cache; raises DataError."""
    return download(FILE, ORIGIN, KERAS_SHA256, "data.path", HELP, report)


def download(name: str, origin: str, digest: str, key: str, action: str, report: Progress) -> Path:
    """Let Keras download a file into its cache, with its hash check and progress bar.

    Raises DataError that names ``key`` and says ``action``; a partial file is Keras's to remove.
    """
    cache = keras_cache()
    report(f"downloading {origin} with Keras into {cache / 'datasets'}")
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    sys.stderr.flush()
    child = subprocess.run(
        [sys.executable, "-P", "-c", CHILD, name, origin, digest, str(cache)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
    )
    file = cache / "datasets" / name
    if child.returncode != 0 or not file.is_file():
        reason = " ".join(child.stdout.decode("utf-8", "replace").split())[:300]
        raise DataError(
            key,
            f"a local {name}, or a download of {origin}",
            reason or f"a download that ended with status {child.returncode}",
            action,
        )
    return file


def _existing(key: str, text: str) -> Path:
    path = user_path(key, text)
    if path.is_dir():
        path = path / FILE
    if not path.is_file():
        raise DataError(key, f"{FILE} as Keras distributes it", f"{path}: no such file", HELP)
    return path.absolute()
