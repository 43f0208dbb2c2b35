"""What is refused of a sweep with ``until=decided``."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.expand import Arm
from rnnbench.config.metrics import METRICS
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError
from rnnbench.results.compare import relate
from rnnbench.results.measure import AUTO
from rnnbench.stats.design import FIRST_LOOK
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import arms_by_data, arms_of, families

_SHUFFLED = "test_accuracy_shuffled"


def check_until(arms: Sequence[Arm]) -> None:
    """Refuse what can never be decided, before any data is read.

    Raises:
        ConfigError: for a limit with a single look, a margin of nothing, runs that do not measure
            what they are compared by, or nothing to compare.
    """
    config = arms[0].config
    if config.until is None:
        return
    if config.seeds <= FIRST_LOOK:
        raise ConfigError(
            "most_seeds",
            f"at least {FIRST_LOOK + 1}, of which a look after {FIRST_LOOK} can save some",
            config.seeds,
            f"type seeds={config.seeds} for as many in any case",
        )
    if config.report.margin == 0:
        raise ConfigError(
            "report.margin",
            "a difference above 0 with until=decided: equal arms are never decided otherwise",
            config.report.margin,
            "set report.margin=0.01, or as much as matters to you",
        )
    for arm in arms:
        _check_measured(arm.config)
    if len(arms) < 2:
        raise ConfigError(
            "until",
            "two arms or more to compare",
            f"decided, with the one arm {arms[0].label}",
            "name several cells, as in +cell=lstm,gru, or type seeds=... instead",
        )


def _check_measured(config: Config) -> None:
    """Refuse runs that never measure what they are compared by: they are never decided."""
    metric, training = config.report.metric, config.training
    if training.test == "none" and (metric == AUTO or METRICS[metric].on == "test"):
        raise _unmeasured("training.test", "last or best", "none", "on the test set")
    if training.validation == "none" and metric != AUTO and METRICS[metric].needs_validation:
        raise _unmeasured("training.validation", "split or test", "none", f"by {metric}")
    if metric == _SHUFFLED and not config.diagnostics.order:
        raise _unmeasured("diagnostics.order", "true", "false", f"by {metric}")


def _unmeasured(key: str, values: str, value: object, by: str) -> ConfigError:
    return ConfigError(
        key,
        f"{values} with until=decided, which compares arms {by}",
        value,
        "set it so, choose another report.metric, or type seeds=... instead of until",
    )


def check_compared(specs: Sequence[RunSpec]) -> None:
    """Refuse arms of which a report would compare no two.

    Raises:
        ConfigError: with what differs between the first two.
    """
    if families(specs):
        return
    first, second = arms_of(specs)[:2]
    relation = relate(first, second, first.judged_by)
    differing = "; ".join(relation.confounds) or "nothing that is compared"
    if len(arms_by_data([first, second])) > 1:
        differing = "their data sets, on each of which a report compares arms"
    raise ConfigError(
        "until",
        "two arms that differ in one thing and nothing else, as a report compares them",
        f"{first.name} and {second.name}, which differ in {differing}",
        "vary one thing at a time, or type seeds=... instead",
    )
