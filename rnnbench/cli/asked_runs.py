"""Which runs of a store the words after ``runs`` ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rnnbench.cli.endings import command_line, tell_home
from rnnbench.cli.presets import preset_names
from rnnbench.cli.words import DEFAULT_CELLS, Words, key_of
from rnnbench.config.expand import Arm, expand, load
from rnnbench.config.keys import about
from rnnbench.config.overrides import parse
from rnnbench.config.roles import Purpose
from rnnbench.errors import ConfigError
from rnnbench.stored.listing import KINDS, STATUSES, Run, has_words, named, read_filters, read_runs
from rnnbench.tracking import names
from rnnbench.tracking.store import Store

FILES = ("csv", "json")
_PLACES = about(Purpose.STORE)


@dataclass(frozen=True)
class AskedRuns:
    """What the words ask for: where the store is, and which of its runs.

    Attributes:
        store: where the runs are.
        everything: all of them, newest first.
        filters: which of them count.
        kinds: of which kinds.
        places: the words that say where the store is.
        only: which parameters were read beside what a table shows; ``None`` for all of them, and
            runs whose arms have their names.
    """

    store: Store
    everything: list[Run]
    filters: list[Callable[[Run], bool]]
    kinds: tuple[names.Kind, ...]
    places: tuple[str, ...]
    only: list[str] | None

    @classmethod
    def of(cls, words: Words) -> AskedRuns:
        """Read the store that the words name.

        Raises:
            ConfigError, StoreError: for wrong words, and where there is no such store.
        """

        def is_of(word: str, *keys: str) -> bool:
            return key_of(word).split(".")[0] in keys

        places = tuple(word for word in words.overrides if is_of(word, *_PLACES))
        presets = [word for word in words.overrides if is_of(word, "experiments")]
        seeds = [word for word in words.overrides if is_of(word, "seeds")]
        rest = [w for w in words.overrides if w not in (*places, *presets, *seeds)]
        if seeds and not presets:
            raise ConfigError(
                "seeds", "experiments=NAME beside it", seeds[0], "type seed=0,1,2 for seeds"
            )
        kinds = cast("tuple[names.Kind, ...]", _chosen(words, "kind", KINDS)) or KINDS[:2]
        statuses = _chosen(words, "status", STATUSES)
        arms = _declared(presets, seeds, words.config_dirs)
        config = load(places, config_dirs=words.config_dirs, cell=False)
        # Unlike opening it, finding it leaves alone what dead drivers have left, and NumPy.
        tell_home(config)
        store = Store.find(config) or Store.open(config, create=False)
        arm = words.options.get("arm")
        if arm is not None and not arm.strip():
            # As from arm=$NAME without a NAME, which would mean all runs.
            raise ConfigError("arm", "words of an arm's name", repr(arm), "type arm=gru")
        is_whole = arm is not None or bool(arms) or words.options.get("format") in FILES
        only = None if is_whole else [override.key_or_group for override in parse(rest)]
        everything = read_runs(store, KINDS, only)
        if is_whole:
            everything = named(store, everything)
        recorded = {key for run in everything for key in run.record.params}
        filters: list[Callable[[Run], bool]] = [f.matches for f in read_filters(rest, recorded)]
        if statuses:
            filters.append(lambda run: run.status in statuses)
        if arm is not None:
            filters.append(lambda run: has_words(run, arm))
        if arms:
            ids = _ids_of(everything, arms, with_seeds=bool(seeds))
            filters.append(lambda run: run.run_id in ids)
        return cls(store, everything, filters, kinds, places, only)

    def find(self) -> list[Run]:
        """Return the runs that count, newest first."""
        return [r for r in self.everything if r.kind in self.kinds and self.passes(r)]

    def named(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Return runs whose arms are told apart."""
        return runs if self.only is None else named(self.store, runs, self.only)

    def passes(self, run: Run) -> bool:
        """Return whether a run of any kind is what the other words ask for."""
        return all(is_wanted(run) for is_wanted in self.filters)

    def command(self, *words: str) -> str:
        """Return another command about the same store."""
        return command_line(*words, *self.places)


def _chosen(words: Words, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a word such as ``status=failed,killed`` as they are spelled here."""
    given = words.options.get(name)
    if given is None:
        return ()
    spelled = {value.casefold(): value for value in known}
    for value in given.split(","):
        if value.casefold() not in spelled:
            expected = f"one or more of {', '.join(spelled)}"
            raise ConfigError(name, expected, value or "nothing", f"type {name}={min(spelled)}")
    return tuple(spelled[value.casefold()] for value in given.split(","))


def _declared(
    presets: Sequence[str], seeds: Sequence[str], config_dirs: Sequence[Path]
) -> list[Arm]:
    """Return the arms of ``experiments=NAME`` or ``experiments=A,B``, none without such a word."""
    return [
        arm
        for name in (preset_names(presets) if presets else ())
        for arm in expand(
            [f"experiments={name or 'null'}", *seeds],
            config_dirs=config_dirs,
            default_cells=DEFAULT_CELLS,
        )
    ]


def _ids_of(everything: Sequence[Run], arms: Sequence[Arm], *, with_seeds: bool) -> set[str]:
    """Return the ids of the runs that arms declare, as a report is restricted; imports pandas."""
    from rnnbench.report.declared import left_out, restrict
    from rnnbench.results.frame import frame

    runs, trials = (
        frame(run.record for run in reversed(everything) if run.kind == kind)
        for kind in ("run", "trial")
    )
    ids = set(restrict(runs, arms, trials)["run_id"])
    return ids if with_seeds else ids | set(left_out(runs, arms, trials)["run_id"])
