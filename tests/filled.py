"""A store of made-up runs, filled once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.recorded import fill
from rnnbench.config.expand import expand, load
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.system.machine import this_machine
from rnnbench.tracking import names
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.recorder import Recorder, run_tags
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec

WORDS = ("+cell=simple_rnn,gru", "data=digits", "model.units=4,8", "seeds=2")
FAILED = ("+cell=gru", "data=digits", "model.units=4", "optimizer.learning_rate=3", "seeds=1")


def begin(store: Store, spec: RunSpec) -> Recorder:
    """Begin a run as a driver does."""
    tags = run_tags(spec, "sweep", "python -m rnnbench sweep tracking.uri=http://anna:pw@h")
    recorder = Recorder(store, spec, store.begin(tags, spec.name), None)
    recorder.placed(this_machine())
    return recorder


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with eight finished runs of four arms, their means, and one that failed."""
    folder = tmp_path_factory.mktemp("filled")
    assert fill(folder, WORDS, epochs=2) == 8
    home = f"home={folder / 'runs'}"
    store = Store.open(load([home], cell=False))
    with store.marker.kept():
        specs = {s.arm_key: s for s in declare(expand([*WORDS, home]), DataCache(store.home.path))}
        for spec in specs.values():
            update_arm_summary(store, spec, "sweep")
        (spec,) = declare(expand([*FAILED, home]), DataCache(store.home.path))
        begin(store, spec).fail("the loss of http://anna:pw@h became \x1b[31mNaN", killed=False)
        id_ = store.begin({names.KIND: "trial", names.KEY: "t", names.TRIAL: "0"}, "trial 0")
        store.client.set_terminated(id_, "FINISHED")
        tags = {names.KIND: "baseline", names.KEY: "b", names.ARM: "bag of words"}
        store.client.set_terminated(store.begin(tags, "bag of words"), "FINISHED")
    return folder


@pytest.fixture
def store(filled: Path, work_dir: Path) -> Store:
    """That store in a folder of the test's own."""
    shutil.copytree(filled / "runs", work_dir / "runs")
    return Store.open(load([], cell=False))
