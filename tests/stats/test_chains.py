"""Things joined in pairs make chains."""

from __future__ import annotations

from rnnbench.stats.chains import Chains
from rnnbench.stats.simultaneous import blocks


def test_chains_stand_in_the_order_of_their_last_thing() -> None:
    chains = Chains(6)
    chains.join(4, 0)
    chains.join(2, 5)
    assert chains.parts() == [[1], [3], [0, 4], [2, 5]]
    assert chains.are_joined(0, 4)
    assert not chains.are_joined(0, 2)
    chains.join(5, 4)
    assert chains.parts() == [[1], [3], [0, 2, 4, 5]]


def test_pairs_that_share_no_arm_are_blocks() -> None:
    found = blocks([("a", "b"), ("c", "d"), ("b", "e"), ("c", "d")], [True] * 4)
    assert [(block.pairs, block.arms) for block in found] == [((0, 2), 3), ((1, 3), None)]
