"""Runs divided into protocols: arms that can be compared with each other, directly or by steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnbench.config.arm_names import OPTION, key_words, unset
from rnnbench.config.keys import is_about
from rnnbench.config.roles import Purpose
from rnnbench.formatting.natural import natural_key
from rnnbench.results.arm_names import shown_value
from rnnbench.results.arm_runs import ArmRuns, group_arms
from rnnbench.results.candidates import candidates
from rnnbench.results.compare import relate
from rnnbench.results.rows import Rows
from rnnbench.stats.chains import Chains

_MOST_WORDS = 5


def divide(
    runs: Rows,
    trials: Mapping[str, int],
    failed: Mapping[str, frozenset[int]] | None = None,
) -> list[tuple[str, list[ArmRuns]]]:
    """Return the protocols of the runs on one data set, each with what tells it from the others.

    Two arms are of one protocol where they differ in one factor and nothing else, or are joined
    by a chain of such arms. Arms that are alike to no other stay together: a reader will want to
    know why they are not compared. Arms are named by what varies within their protocol.

    Args:
        runs: finished runs on one data set.
        trials: number of ended trials by study.
        failed: seeds that failed, by the content key of their arm.
    """
    arms = group_arms(runs, trials, failed)
    parts = _chains(arms)
    alone = [part[0] for part in parts if len(part) == 1]
    together = [part for part in parts if len(part) > 1]
    if alone:
        together.append(alone)
    if len(together) == 1:
        return [("", arms)]

    def renamed(part: list[ArmRuns]) -> list[ArmRuns]:
        ids = {row["run_id"] for arm in part for row in arm.rows}
        places = [place for place, row in enumerate(runs.rows) if row["run_id"] in ids]
        return group_arms(runs.take(places), trials, failed)

    named = [(_words(part, arms), renamed(part)) for part in together]
    return sorted(_distinct(named), key=lambda item: natural_key(item[0]))


def _chains(arms: Sequence[ArmRuns]) -> list[list[ArmRuns]]:
    """Return arms joined by steps of one parameter, in the order of the last of each chain.

    Conditions such as seeds may differ.
    """
    chains = Chains(len(arms))
    for a, b in candidates(arms):
        if not chains.are_joined(a, b) and relate(arms[a], arms[b]).has_one_factor:
            chains.join(a, b)
    return [[arms[place] for place in part] for part in chains.parts()]


def _words(part: list[ArmRuns], arms: list[ArmRuns]) -> str:
    """Return the parameters that are one in the protocol and vary between protocols."""
    keys = sorted({key for arm in arms for key in arm.params})
    told = []
    for key in keys:
        own = {arm.params.get(key, unset(key)) for arm in part}
        all_ = {arm.params.get(key, unset(key)) for arm in arms}
        if key.startswith(OPTION):
            all_ -= {"none"}  # a cell that has no such option
        if is_about(key, Purpose.RESULT) and key != "cell.name" and len(own) == 1 and own < all_:
            told.append(f"{key_words(key)} {shown_value(next(iter(own)))}")
    return ", ".join(told[:_MOST_WORDS])


def _distinct(
    named: list[tuple[str, list[ArmRuns]]],
) -> list[tuple[str, list[ArmRuns]]]:
    """Number protocols whose words are the same."""
    seen = {""}
    distinct = []
    for number, (words, arms) in enumerate(named, 1):
        told = f"{words} (protocol {number})".strip() if words in seen else words
        distinct.append((told, arms))
        seen.add(words)
    return distinct
