"""What a sweep says of its comparisons at its end is what its report says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.recorded import fill
from rnnbench.config.expand import expand
from rnnbench.report.build import dataset_sections
from rnnbench.report.compared import compared
from rnnbench.report.failures import failed, without_success
from rnnbench.report.tables import read_tables
from rnnbench.report.terminal import verdict_lines
from rnnbench.results.arms import finished
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.store import Store

SWEEPS = (
    ["+cell=simple_rnn,gru", "data=digits", "model.units=8,16", "seeds=3"],
    ["+cell=lstm,gru", "data=digits,reviews", "data.test_limit=50,null", "seeds=1"],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("terminal")
    for words in SWEEPS:
        fill(found, words)
    return found


@pytest.mark.parametrize("words", SWEEPS, ids=[" ".join(words[:3]) for words in SWEEPS])
def test_a_sweep_ends_with_the_sentences_of_its_report(folder: Path, words: list[str]) -> None:
    arms = expand([*words, f"home={folder / 'runs'}"])
    config = arms[0].config
    store = Store.open(config, create=False)
    specs = declare(arms, DataCache(store.home.path))
    told = verdict_lines(store, specs, store.by_key(spec.key for spec in specs), config.report)
    tables = read_tables(store, arms)
    datasets = dataset_sections(finished(tables.runs), tables, config.report)
    sentences = [
        str(one)
        for dataset in datasets
        for one in (*failed(dataset), *without_success(dataset), *compared(dataset))
    ]
    assert len(told) == len(sentences) > 0
    assert all(line.endswith(one) for line, one in zip(told, sentences, strict=True))
    assert all(dataset.place in "\n".join(told) for dataset in datasets if len(datasets) > 1)
