"""Targets that are numbers: their files, and what belongs to the other task."""

from __future__ import annotations

import numpy as np

from tests.wrong_inputs.data import CSV, TABLE, arrays, typed
from tests.wrong_inputs.row import Content, Row, row

ARRAYS = "data=arrays data.path=mine.npz data.num_words=40 data.task=regression"
X = np.arange(120).reshape(40, 3)
Y = np.arange(40) / 7
SCORES = "text,label\n" + "".join(f"text {n},{n / 7:.3f}\n" for n in range(40))


def refused(words: str, key: str, *parts: str, **changes: object) -> Row:
    """A plan on arrays that is refused; changes are of the arrays."""
    made = arrays(**({"x_train": X, "y_train": Y, "x_test": X, "y_test": Y} | changes))
    return row(f"plan +cell=gru {ARRAYS} {words}".strip(), key, *parts, files={"mine.npz": made})


def scored(words: str, key: str, *parts: str, content: Content = SCORES) -> Row:
    """The data command on a table of numbers."""
    return typed(f"{CSV} data.task=regression {words}", key, *parts, files={"mine.csv": content})


ROWS = [
    refused("", "data.path", "NaN", "row 3", y_train=np.where(np.arange(40) == 3, np.nan, Y)),
    refused("", "data.path", "infinite", y_test=np.where(np.arange(40) == 3, np.inf, Y)),
    refused("", "data.path", "y_train as numbers", y_train=np.array(["3.5"] * 40)),
    refused("", "data.path", "y_train as numbers", y_train=Y[:5]),
    refused("", "data.path", "y_train as numbers", y_train=Y.reshape(40, 1, 1)),
    refused("", "data.path", "as many targets", y_test=np.stack([Y, Y], axis=1)),
    refused("", "data.path", "targets that differ", y_train=np.ones(40)),
    refused("", "data", "below 1e150", y_train=1e200 * Y),
    refused("data.limit=1 training.validation=none", "data.limit", "raise data.limit"),
    refused("training.loss=cross", "training.loss", "mse, mae, huber"),
    refused(
        "training.early_stopping.patience=2 training.early_stopping.monitor=val_accuracy",
        "training.early_stopping.monitor",
        "val_rmse",
    ),
    refused(
        "search.sampler=tpe 'search.space={model.units: {type: int, low: 2, high: 4}}'",
        "search.metric",
        "best_val_rmse",
    ),
    row("plan +cell=gru training.loss=mae", "training.loss", "cross-entropy"),
    row(
        "plan +cell=gru training.early_stopping.patience=2 "
        "training.early_stopping.monitor=val_rmse",
        "training.early_stopping.monitor",
        "val_accuracy",
    ),
    row("plan +cell=gru data.task=regression", "data.task", "a key that the chosen data has"),
    typed(f"{ARRAYS.replace('regression', 'ranking')}", "data.task", "regression"),
    typed(
        "data=arrays data.path=mine.npz data.num_words=40",
        "data.path",
        "data.task=regression",
        files={"mine.npz": arrays(x_train=X, y_train=Y, x_test=X, y_test=Y)},
    ),
    row(
        f"baseline bag_of_words {ARRAYS}",
        "baseline",
        "mean_embedding",
        "numbers",
        files={"mine.npz": arrays(x_train=X, y_train=Y, x_test=X, y_test=Y)},
    ),
    scored("", "data.path", "'pos'", "finite numbers", content=TABLE),
    scored("", "data.path", "line 42", "'1,5'", content=SCORES + 'odd,"1,5"\n'),
    scored("", "data.path", "'inf'", content=SCORES + "odd,inf\n"),
    scored("", "data.path", "label 'NaN'", content=SCORES + "odd,NaN\n"),
    typed(
        "data=csv data.path=mine.csv data.test_fraction=0.001 data.task=regression",
        "data.test_fraction",
        "raise it",
        files={"mine.csv": SCORES},
    ),
]
