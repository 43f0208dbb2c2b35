"""What of a search's space made its trials good, from what the store holds of them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from rnnbench.config.metrics import is_smaller_better
from rnnbench.config.schema import CategoricalSpace, IntSpace, Space

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_TRIALS = 10
_MOST_TRIALS = 2_000


def importance_of(
    space: Mapping[str, Mapping[str, object]], trials: pd.DataFrame, metric: str
) -> dict[str, float]:
    """Return the share of each key in what makes a trial good; empty where too few tell.

    PED-ANOVA (Watanabe et al. 2023) over complete trials.

    Args:
        space: dotted key -> range, as the runs' tags hold it.
        trials: one row a trial, with a column of text for each key.
        metric: the column that was optimised.
    """
    import optuna
    import pandas as pd

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        ranges = {key: TypeAdapter(Space).validate_python(dict(r)) for key, r in space.items()}
    except ValidationError:
        return {}
    always = {key: r for key, r in ranges.items() if not r.when or "match" in r.when}
    complete = trials[trials["trial_state"] == "COMPLETE"].dropna(subset=[metric])
    study = optuna.create_study(direction="minimize" if is_smaller_better(metric) else "maximize")
    for _, row in complete.head(_MOST_TRIALS).iterrows():
        told = {key: row.get(key) for key in always}
        drawn = {key: _value(shown, always[key]) for key, shown in told.items() if pd.notna(shown)}
        known = {key: value for key, value in drawn.items() if value is not None}
        try:
            study.add_trial(
                optuna.trial.create_trial(
                    params=known,
                    distributions={key: _distribution(always[key]) for key in known},
                    value=float(row[metric]),
                )
            )
        except ValueError:  # a value outside the range, as with match
            continue
    return shares(study)


def shares(study: Any) -> dict[str, float]:
    """Return the share of each key in what makes the complete trials of a study good.

    PED-ANOVA (Watanabe et al. 2023), which compares the best tenth of the trials with all of them:
    empty for fewer than ten trials, and where they tell nothing.
    """
    import optuna

    complete = study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.COMPLETE])
    if len(complete) < _FEWEST_TRIALS:
        return {}
    try:
        with warnings.catch_warnings():
            # Of trials that tell nothing Optuna warns that all shares would be equal.
            warnings.simplefilter("error", category=UserWarning)
            found = optuna.importance.get_param_importances(study)
    except (ValueError, RuntimeError, UserWarning):
        return {}
    return {str(key): float(share) for key, share in found.items()}


def _distribution(space: Any) -> Any:
    from optuna import distributions

    if isinstance(space, CategoricalSpace):
        return distributions.CategoricalDistribution(space.choices)
    if isinstance(space, IntSpace):
        return distributions.IntDistribution(space.low, space.high, space.log, space.step)
    return distributions.FloatDistribution(space.low, space.high, space.log, space.step)


def _value(shown: Any, space: Any) -> Any:
    """Return a parameter's value from the text that MLflow keeps."""
    if isinstance(space, CategoricalSpace):
        return next((c for c in space.choices if _text(c) == shown), None)
    try:
        return int(str(shown)) if isinstance(space, IntSpace) else float(str(shown))
    except ValueError:
        return None


def _text(value: object) -> str:
    return "null" if value is None else str(value)
