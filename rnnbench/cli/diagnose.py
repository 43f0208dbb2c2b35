"""``diagnose``: what finished runs lose without the order of the tokens, from stored weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rnnbench.cli.console import show, tell
from rnnbench.cli.endings import tell_home
from rnnbench.cli.named_run import named_run, refuse_others
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import expand
from rnnbench.config.metrics import METRICS
from rnnbench.errors import ConfigError
from rnnbench.formatting.sentences import capital
from rnnbench.formatting.tables import Table
from rnnbench.stored.diagnose import CLASSES, NUMBERS, DiagnosedRun, Diagnosis
from rnnbench.stored.diagnose import diagnose as measure
from rnnbench.stored.run import run_config
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.tracking import names
from rnnbench.tracking.store import Store

_OPTIONAL = ("order_changed", "test_accuracy_shuffled", "test_rmse_shuffled")
_REMARK = "remark"


def diagnose(words: Words) -> int:
    """Measure one run, or every finished run of a sweep, and print a row for each."""
    words.refuse_names()
    store, subjects = (_one if words.options.get("run") is not None else _several)(words)
    found = list(measure(store, subjects, tell))
    show(_table(found))
    return 0 if all(one.metrics for one in found) else 1


def _one(words: Words) -> tuple[Store, Iterator[DiagnosedRun]]:
    refuse_others(words, "the rest is as the run was trained")
    store, record, config = named_run(words)
    own = run_config(store, record, config)
    own, data = DataCache(store.home.path).ready(own)
    data.must_be(record.tags.get(names.DATA_DIGEST, ""))
    name = f"{record.tags.get(names.ARM, '')} seed={record.seed}"
    return store, iter([DiagnosedRun(name, own, data, record)])


def _several(words: Words) -> tuple[Store, Iterator[DiagnosedRun]]:
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)
    check_arms(arms)
    config = arms[0].config
    if config.search.sampler != "none":
        raise ConfigError(
            "search", "none", config.search.sampler, "name one run with run=ID instead"
        )
    tell_home(config)
    store = Store.open(config, create=False)
    specs = declare(arms, DataCache(store.home.path))
    found = store.by_key(spec.key for spec in specs)
    return store, (DiagnosedRun.of(spec, found.get(spec.key)) for spec in specs)


def _table(found: Sequence[Diagnosis]) -> Table:
    shown = NUMBERS if any(NUMBERS[0] in one.metrics for one in found) else CLASSES
    remark = (_REMARK,) if any(one.remark for one in found) else ()
    columns = ("run", *(METRICS[name].head for name in shown), *remark)
    rows = tuple(
        (
            one.name,
            *(METRICS[key].shown(one.metrics.get(key, math.nan)) for key in shown),
            *((one.remark,) if remark else ()),
        )
        for one in found
    )
    optional = tuple(METRICS[name].head for name in _OPTIONAL if name in shown)
    title = f"{capital(METRICS[shown[0]].words.removeprefix('test '))} without order"
    return Table(title, columns, rows, optional=optional, words=(_REMARK,))
