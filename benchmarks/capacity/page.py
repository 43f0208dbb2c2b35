"""Table and figure of what a store holds, and of what that means for large sweeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.capacity.queueing import Scenario, most_workers, simulate
from rnnbench.plots.style import new_figure, write

COMMAND = "python -m benchmarks.capacity"
SCENARIOS = (
    Scenario(10_000, 200, 30.0),
    Scenario(10_000, 200, 300.0),
    Scenario(1_000_000, 2_000, 30.0),
    Scenario(1_000_000, 2_000, 300.0),
)
WORDS = {
    "sqlite": "SQLite, in the home",
    "postgresql": "PostgreSQL",
    "mlflow": "MLflow server on PostgreSQL",
}
_DRIVERS = (1, 2, 4, 8, 16)
_SIMULATED = 20_000  # runs of a scenario at most: it has settled by then
_DRAWN = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
_ENOUGH = 0.95  # of the workers' time


def markdown(found: Mapping[str, Any]) -> str:
    """Return the page."""
    stores: Mapping[str, Any] = found["stores"]
    lines = ["# What a store holds", "", f"`{COMMAND}`", "", "<!-- cost -->", ""]
    lines += [
        "| store | round trips a run | KiB to it | KiB from it | KiB of files |",
        "| :-- | --: | --: | --: | --: |",
        *(_cost(name, one["one"]) for name, one in stores.items()),
        "",
        "<!-- rate -->",
        "",
        "| store | drivers at once | runs a second, together | s a run, of a driver "
        "| of these its own processor |",
        "| :-- | --: | --: | --: | --: |",
        *(row for name, one in stores.items() for row in _rates(name, one["timed"])),
        "",
        "<!-- load -->",
        "",
        "| sweep | store | runs a second | round trips a second | KiB a second to it "
        "| files, KiB a second | files in all, GiB |",
        "| :-- | :-- | --: | --: | --: | --: | --: |",
        *(row for one in SCENARIOS for row in _loads(one, stores)),
        "",
        "<!-- simulated -->",
        "",
        "| sweep | store | drivers | hours | of the workers' time in training "
        "| driver busy | store busy |",
        "| :-- | :-- | --: | --: | --: | --: | --: |",
        *(row for one in SCENARIOS for row in _waits(one, stores)),
        "",
        "<!-- limit -->",
        "",
        *(f"- {_limit(name, one)}" for name, one in stores.items()),
        "",
        "<!-- end -->",
        "",
        f"Machine: {found['machine']}",
        "",
    ]
    return "\n".join(lines)


def services(store: Mapping[str, Any]) -> tuple[float, float]:
    """Return the seconds of a run that a driver takes for itself, and those of the store.

    The store's are those of the highest rate of all drivers together, which is a lower bound of
    what it holds, for drivers and servers share the machine here.
    """
    best = max(one["rate"] for one in store["timed"])
    alone = next(one["run"] for one in store["timed"] if one["drivers"] == 1)
    of_store = min(1 / best, alone)
    return max(alone - of_store, 0.0), of_store


def drivers_for(one: Scenario, store: Mapping[str, Any]) -> int | None:
    """Return how many drivers keep the workers busy; ``None`` where the store doesn't."""
    own, shared = services(store)
    for drivers in _DRIVERS:
        if most_workers(one.seconds, own, shared, drivers) * _ENOUGH >= one.workers:
            return drivers
    return None


def _cost(name: str, one: Mapping[str, float]) -> str:
    trips = f"{one['trips']:.1f}" if one["trips"] else "none"
    sizes = " | ".join(f"{one[key] / 1024:,.1f}" for key in ("sent", "received", "files"))
    return f"| {WORDS[name]} | {trips} | {sizes} |"


def _rates(name: str, timed: Sequence[Mapping[str, float]]) -> Iterator[str]:
    for one in timed:
        share = f"{one['user'] / one['run']:.0%}"
        yield (
            f"| {WORDS[name]} | {one['drivers']} | {one['rate']:.1f} | {one['run']:.3f} | {share} |"
        )


def _told(one: Scenario) -> str:
    return f"{one.runs:,} runs of {one.seconds:g} s, {one.workers:,} workers"


def _loads(one: Scenario, stores: Mapping[str, Any]) -> Iterator[str]:
    rate = one.workers / one.seconds
    for name, store in stores.items():
        cost = store["one"]
        yield (
            f"| {_told(one)} | {WORDS[name]} | {rate:.1f} | {rate * cost['trips']:,.0f} "
            f"| {rate * cost['sent'] / 1024:,.0f} | {rate * cost['files'] / 1024:,.0f} "
            f"| {one.runs * cost['files'] / 1024**3:.1f} |"
        )


def _waits(one: Scenario, stores: Mapping[str, Any]) -> Iterator[str]:
    for name, store in stores.items():
        enough = drivers_for(one, store)
        counts = [1] if name == "sqlite" else sorted({1, enough or _DRIVERS[-1]})
        for drivers in counts:
            runs = min(one.runs, max(_SIMULATED, 10 * one.workers))
            found = simulate(replace(one, runs=runs, drivers=drivers), *services(store))
            hours = found.hours * one.runs / runs
            yield (
                f"| {_told(one)} | {WORDS[name]} | {drivers} | {hours:,.1f} "
                f"| {found.busy:.0%} | {found.driver:.0%} | {found.store:.0%} |"
            )


def _limit(name: str, store: Mapping[str, Any]) -> str:
    own, shared = services(store)
    alone, most = most_workers(30.0, own, shared), most_workers(30.0, own, shared, 10**6)
    words = f"{WORDS[name]}: with runs of 30 s one driver keeps {alone:,.0f} workers busy"
    if name == "sqlite":
        return f"{words}; it has one."
    return (
        f"{words}; any number of drivers together {most:,.0f}, for the store takes "
        f"{1 / shared:.1f} runs a second."
    )


def draw(found: Mapping[str, Any], paths: Sequence[Path]) -> None:
    """Draw how busy workers are against the seconds of a run."""
    stores = found["stores"]
    with new_figure(9.0, 3.6, "How much of their time workers train") as figure:
        panels = figure.subplots(1, 2, sharey=True)
        for panel, workers in zip(panels, (200, 2_000), strict=True):
            for colour, (name, store) in zip(
                ("#888888", "#0072B2", "#D55E00"), stores.items(), strict=False
            ):
                for style, drivers in (("-", 1), ("--", 8)):
                    if name == "sqlite" and drivers > 1:
                        continue
                    busy = [
                        simulate(
                            Scenario(10 * workers, workers, seconds, drivers), *services(store)
                        ).busy
                        for seconds in _DRAWN
                    ]
                    several = f"{drivers} driver{'s' if drivers > 1 else ''}"
                    label = f"{WORDS[name]}, {several}"
                    panel.plot(_DRAWN, busy, style, color=colour, marker="o", ms=3, label=label)
            panel.set_xscale("log")
            panel.set_xticks(_DRAWN[::2], [f"{seconds:g}" for seconds in _DRAWN[::2]])
            panel.minorticks_off()
            panel.set_ylim(0, 1.05)
            panel.set_title(f"{workers:,} workers", fontsize=10)
            panel.set_xlabel("seconds of a run")
            panel.grid(alpha=0.25)
        panels[0].set_ylabel("share of the workers' time")
        panels[1].legend(frameon=False, fontsize=7, loc="lower right")
        write(figure, paths)
