"""Where Keras's files of IMDB are: a path, an environment variable, Keras's cache or download."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from rnnbench.data.contract import Progress
from rnnbench.errors import DataError
from rnnbench.system.user_paths import user_path

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
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


class KerasFile(NamedTuple):
    """A file that Keras distributes, with its hash; a key or a variable may name a local one."""

    name: str
    digest: str
    key: str
    variable: str

    @property
    def origin(self) -> str:
        """Where Keras has it from."""
        return _ORIGIN + self.name

    @property
    def help(self) -> str:
        """How to give a local one."""
        return f"give a local file with {self.key}=/path/to/{self.name} or {self.variable}"

    def find(self, path: str | None) -> tuple[str, Path | None]:
        """The key to name in errors and the local file, or None where it has to be downloaded.

        A path or variable that is given and leads nowhere raises DataError; nothing else is tried.
        """
        if path is not None:
            return self.key, self._existing(self.key, path)
        variable = os.environ.get(self.variable)
        if variable:
            return self.variable, self._existing(self.variable, variable)
        cached = self._cached
        return self.key, cached if cached.is_file() else None

    def download(self, report: Progress) -> Path:
        """Let Keras download it into its cache, with its hash check and progress bar.

        Raises DataError; a partial file is Keras's to remove.
        """
        file = self._cached
        report(f"downloading {self.origin} with Keras into {file.parent}")
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
        arguments = [self.name, self.origin, self.digest, str(file.parent.parent)]
        sys.stderr.flush()
        child = subprocess.run(
            [sys.executable, "-P", "-c", CHILD, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environment,
            check=False,
        )
        if child.returncode != 0 or not file.is_file():
            reason = " ".join(child.stdout.decode("utf-8", "replace").split())[:300]
            raise DataError(
                self.key,
                f"a local {self.name}, or a download of {self.origin}",
                reason or f"a download that ended with status {child.returncode}",
                self.help,
            )
        return file

    @property
    def _cached(self) -> Path:
        """Its place in Keras's folder, which is ``KERAS_HOME`` or ``~/.keras``."""
        home = os.environ.get("KERAS_HOME")
        cache = Path(home) if home else user_path("KERAS_HOME", "~/.keras")
        return cache / "datasets" / self.name

    def _existing(self, key: str, text: str) -> Path:
        path = user_path(key, text)
        if path.is_dir():
            path = path / self.name
        if not path.is_file():
            expected = f"{self.name} as Keras distributes it"
            raise DataError(key, expected, f"{path}: no such file", self.help)
        return path.absolute()


REVIEWS = KerasFile(
    "imdb.npz",
    "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    "data.path",
    "RNNBENCH_IMDB",
)
WORD_INDEX = KerasFile(
    "imdb_word_index.json",
    "bfafd718b763782e994055a2d397834f",
    "data.word_index",
    "RNNBENCH_WORD_INDEX",
)
