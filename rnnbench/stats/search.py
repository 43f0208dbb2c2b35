"""Expected best result of a search against its budget."""

from __future__ import annotations

import math
from collections.abc import Sequence


def expected_best(values: Sequence[float], budgets: Sequence[int]) -> list[float]:
    """Return the expected maximum of ``k`` trials for each budget ``k``, from ``n`` random ones.

    The unbiased estimator of Tang et al. 2020 ("Showing your work doesn't always work"): the mean
    of the maximum over all subsets of ``k`` of the ``n`` trials, drawn without replacement. Valid
    for random search only, whose trials are independent; NaN for ``k > n``.

    Args:
        values: one number a trial, larger is better.
        budgets: numbers of trials, at least 1.
    """
    ordered = sorted(values)
    n = len(ordered)
    found = []
    for k in budgets:
        if k > n:
            found.append(math.nan)
            continue
        # The i-th smallest (from 1) is the maximum of comb(i - 1, k - 1) of comb(n, k) subsets.
        weights = [math.comb(i - 1, k - 1) / math.comb(n, k) for i in range(1, n + 1)]
        found.append(math.fsum(w * v for w, v in zip(weights, ordered, strict=True)))
    return found
