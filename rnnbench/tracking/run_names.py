"""What runs are called in MLflow: the data set first, then what varies, then a piece of the key.

Columns of its interface cut long names, and sweeps that differ in one fixed option use the same
labels: the piece of the content key makes a name the only one of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.config.arm_names import label_axes
from rnnbench.data import Prepared
from rnnbench.formatting.printable import printable
from rnnbench.formatting.redact import redacted
from rnnbench.training.spec import RunSpec

_LONGEST = 250  # the width of MLflow's column in a database
_PIECE = 6  # letters of a content key
_SHOWN = 4  # data sets, cells or keys that a name lists
_DATA_WORD = re.compile(r"data(?:\.maxlen)?=")


@dataclass(frozen=True)
class Subject:
    """What a sweep or an arm is about.

    Attributes:
        labels: the arms as the sweep calls them, as in ``gru model.depth=2``.
        data: their data sets with the number of time steps, as in ``imdb 500``.
    """

    labels: tuple[str, ...]
    data: tuple[str, ...]

    @classmethod
    def of(cls, arms: Sequence[tuple[str, Prepared]]) -> Subject:
        """Return the subject of some arms, each a label and its data set."""
        labels = dict.fromkeys(shown(label) for label, _ in arms)
        return cls(tuple(labels), tuple(dict.fromkeys(data_name(data) for _, data in arms)))

    @property
    def data_sets(self) -> str:
        """``imdb 500, digits 8``."""
        return listed(self.data)

    @property
    def arms(self) -> str:
        """``simple_rnn, gru by model.depth``: the cells, then what else varies."""
        keys = dict.fromkeys(key for label in self.labels for key in label_axes(label))
        varied = [key for key in keys if not _DATA_WORD.match(f"{key}=")]
        by = f" by {listed(varied)}" if varied else ""
        return listed(list(dict.fromkeys(label.split(" ")[0] for label in self.labels))) + by

    def name(self, kind: str, key: str) -> str:
        """Return ``imdb 500: lstm, gru, sweep of 20 runs (3fa9c1)``, of this kind and key."""
        return _name(self.data_sets, self.arms, kind, key)


def run_name(spec: RunSpec) -> str:
    """Return ``imdb 500: gru model.depth=2, seed 0 (3fa9c1)``, and of a trial its number.

    A baseline is ``imdb 500: bag of words, baseline (3fa9c1)``, with a seed where it depends on it.
    """
    if spec.baseline is not None:
        kind = f"baseline seed {spec.config.seed}" if spec.baseline.has_seed else "baseline"
        return _name(data_name(spec.data), spec.label, kind, spec.key)
    number = f"seed {spec.config.seed}" if spec.trial is None else f"trial {spec.trial.number}"
    return _name(data_name(spec.data), _label(spec.label), number, spec.key)


def arm_name(spec: RunSpec, count: int) -> str:
    """Return ``imdb 500: gru, mean of 10 seeds (3fa9c1)``."""
    kind = f"mean of {count} seed{'s' if count > 1 else ''}"
    return _name(data_name(spec.data), _label(spec.label), kind, spec.arm_key)


def attempt_name(name: str, attempt: int) -> str:
    """Return the name of a run's later attempt, after the earlier ones failed or were killed."""
    return name if attempt == 1 else f"{name} attempt {attempt}"


def data_name(data: Prepared) -> str:
    """Return ``imdb 500``: the data set and its number of time steps."""
    return f"{data.name} {data.spec.timesteps}"


def listed(words: Sequence[str]) -> str:
    """Return ``a, b and 3 more``."""
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more


def shown(text: str) -> str:
    """Return a user's text without secrets and control characters, in one line."""
    return " ".join(printable(redacted(text)).split())


def _label(label: str) -> str:
    """Return an arm's label without the data set, which stands before it."""
    words = shown(label).split(" ")
    return " ".join([words[0], *(word for word in words[1:] if not _DATA_WORD.match(word))])


def _name(data: str, what: str, kind: str, key: str) -> str:
    end = f", {kind} ({key[:_PIECE]})"
    head = f"{data}: {what}"
    room = _LONGEST - len(end)
    return (head if len(head) <= room else f"{head[: room - 3]}...") + end
