"""A sweep: what its strategy declares of some arms, of which only what is missing is trained.

A plan makes the same checks in the same order, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.formatting.redact import redacted, shown_address
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.executors.choice import expected_workers, make_executor
from rnnbench.sweep.plan import Known, Plan
from rnnbench.sweep.strategy import Strategy
from rnnbench.system.scratch import scratch_folder
from rnnbench.tracking.address import patient, tracking_uri
from rnnbench.tracking.experiment import check_files
from rnnbench.tracking.home import Home
from rnnbench.tracking.object_stores import check_artifacts
from rnnbench.tracking.store import Store

if TYPE_CHECKING:
    from rich.console import Console

    from rnnbench.sweep.executors.protocol import Executor
    from rnnbench.sweep.result import Swept


def run_arms(
    arms: Sequence[Arm],
    console: Console,
    command: str,
    strategy: Strategy,
    *,
    parent: bool = True,
    tell_store: bool = True,
    preload: bool = True,
    executor: Executor | None = None,
) -> Swept:
    """Check and declare the runs of some arms, and train those that are not finished.

    Args:
        arms: what to train; the first one's options count for all.
        console: where progress is shown.
        command: what the user typed.
        strategy: what is declared of the arms, and in which order it is trained.
        parent: whether the runs are grouped under a parent run.
        tell_store: whether to say that a new store is started.
        preload: whether processes that train have TensorFlow loaded when they start.
        executor: trains the runs, and is closed; ``None`` for the configured one.

    Raises:
        ConfigError, DataError, StoreError: before anything is trained.
    """
    _check(arms, strategy)
    config = arms[0].config
    new = news(config)  # one that does not answer is told before, too
    home = Home.of(config.home)
    report = partial(console.print, markup=False)
    trains = executor or make_executor(config.executor, preload=preload)
    with closing(trains), home.made():
        declared = strategy.declare(arms, DataCache(home.path, report))
        if new and tell_store:
            report(new)
        if config.tracking.uri is None and not home.database.exists():
            trains.start()  # nothing can be finished yet, and making a store takes seconds
        # Neither a plan nor a sweep that is refused needs bars and figures.
        from rnnbench.sweep.progress import SweepProgress
        from rnnbench.sweep.steps import Sweep

        store = Store.open(config)
        with (
            SweepProgress(console) as progress,
            patient(progress.say),
            store.kept_open(),
            store.marker.kept(),
        ):
            if config.tracking.artifacts is not None or config.tracking.uri is not None:
                check_files(store)
            return declared.train(
                Sweep(store, progress, config, redacted(command), trains, has_parent=parent)
            )


def news(config: Config) -> str:
    """Return what a command that trains is about to start, empty where all of it is there.

    Raises:
        StoreError: where a server or a database does not answer.
    """
    if config.tracking.uri is None:
        home = Home.of(config.home)
        return "" if home.database.exists() else f"starting a new store in {home.path}"
    if Store.find(config) is not None:
        return ""
    address = shown_address(config.tracking.uri)
    return f"starting the experiment {config.tracking.experiment} in {address}"


def make_plan(arms: Sequence[Arm], strategy: Strategy) -> Plan:
    """Return what a sweep over these arms would do; nothing is written.

    Runs are told apart by the contents of their data: what is not prepared yet is prepared in a
    temporary folder.

    Raises:
        ConfigError, DataError, StoreError: as the sweep would.
    """
    _check(arms, strategy)
    config = arms[0].config
    home = Home.of(config.home)
    home.check()
    with scratch_folder() as scratch:
        declared = strategy.declare(arms, DataCache(home.path, scratch=scratch))
        return declared.plan(Known.read(config, expected_workers(config.executor)))


def _check(arms: Sequence[Arm], strategy: Strategy) -> None:
    strategy.check(arms)
    tracking_uri(arms[0].config)  # wrong addresses are told before any data is prepared
    check_artifacts(arms[0].config.tracking.artifacts)
