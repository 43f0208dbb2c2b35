"""The difference of two arms, and how far seeds and test samples each leave it uncertain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.arm_values import FEWEST, ArmValues, has_only_pairs
from rnnbench.stats.critical import moderated

Values = NDArray[np.float64]
_AT_ONCE = 2**20  # scores of an arm in arrays of several pairs


@dataclass(frozen=True)
class Contrast:
    """Mean of A minus mean of B.

    Attributes:
        paired: differences over the seeds that both have, ``(n,)``.
        n_a, n_b: seeds of each.
        estimate: A minus B.
        variance: of the estimate over seeds; NaN where too few tell how it varies.
        df: degrees of freedom of ``variance``.
        factor: ``variance`` divided by that of one paired difference; ``None`` where the estimate
            is of more than these.
        sampling: variance of the estimate over test samples, beside that over seeds.
        samples: how many test samples; ``None`` where their scores are not known.
    """

    paired: Values
    n_a: int
    n_b: int
    estimate: float
    variance: float = math.nan
    df: float = math.nan
    factor: float | None = None
    sampling: float = 0.0
    samples: int | None = None


@dataclass(frozen=True)
class _Part:
    """One of two independent estimates: from seeds in common, or from all others.

    ``by_sample`` is the mean difference of every test sample, ``noise`` the variance of such a
    mean that comes from seeds and samples together (their interaction).
    """

    estimate: float
    variance: float
    df: float
    by_sample: Values | None = None
    noise: float = 0.0


def contrast(a: ArmValues, b: ArmValues, overlap: float = 0.0) -> Contrast:
    """Return the difference of two arms and its variances; see :func:`contrasts`."""
    return contrasts({"a": a, "b": b}, [("a", "b")], overlap)[0]


def contrasts(
    arms: Mapping[str, ArmValues], pairs: Sequence[tuple[str, str]], overlap: float = 0.0
) -> list[Contrast]:
    """Return the differences of pairs of arms and their variances.

    With at least three seeds in common (:data:`FEWEST`), the mean over these. Where both arms
    have three or more besides, these are a second, independent estimate, and both are weighted by
    their precision (Graybill and Deal 1959) with Meier's variance (1953) and the fewer degrees of
    freedom, for his own are too many with few seeds. With fewer in common, the means over all
    seeds and Welch's degrees of freedom (1947), after moderating the two variances: without it,
    three seeds against twenty are wrong too often. That some seeds may be in common is then
    ignored, which widens the interval.

    Seeds and test samples are crossed: all seeds answer the same samples. With ``d[s, k]`` the
    difference of seed ``s`` on sample ``k``, the variance of the mean is that over seeds by their
    number, which holds the interaction, plus that of the samples' means by their number, less the
    interaction's part in it: the two-way analysis of variance of random effects. (The
    Multi-Bootstrap of Sellam et al. 2022 resamples both to the same end.)

    Args:
        arms: name -> what was measured.
        pairs: names of first arm and second.
        overlap: held-out samples per training sample, where each seed draws its own split. The
            variance over ``n`` seeds is then multiplied by ``(1/n + overlap) / (1/n)`` (Nadeau
            and Bengio 2003, section 5).
    """
    seeds = {name: frozenset(arm.seeds()) for name, arm in arms.items()}
    sizes = {name: frozenset(_sizes(arm)) for name, arm in arms.items()}
    alike: dict[object, list[int]] = {}
    for place, (a, b) in enumerate(pairs):
        alike.setdefault((seeds[a], seeds[b], sizes[a], sizes[b]), []).append(place)
    found: dict[int, Contrast] = {}
    for places in alike.values():
        a, b = pairs[places[0]]
        common = sorted(seeds[a] & seeds[b])
        numbers = len(common) * max((size for _, size in sizes[a]), default=1)
        at_once = max(1, _AT_ONCE // max(1, numbers))
        for start in range(0, len(places), at_once):
            some = places[start : start + at_once]
            both = [(arms[pairs[place][0]], arms[pairs[place][1]]) for place in some]
            parts = _paired(both, common, overlap) if len(common) >= FEWEST else [None] * len(some)
            for place, (first, second), part in zip(some, both, parts, strict=True):
                found[place] = _contrast(first, second, seeds[a], seeds[b], part, overlap)
    return [found[place] for place in range(len(pairs))]


def _contrast(
    a: ArmValues,
    b: ArmValues,
    seeds_a: frozenset[int],
    seeds_b: frozenset[int],
    by_pairs: _Part | None,
    overlap: float,
) -> Contrast:
    """Return a contrast from the estimate by seeds in common, where there is one, and by others."""
    common = sorted(seeds_a & seeds_b)
    paired = _values(a, common) - _values(b, common)
    found = Contrast(paired, len(seeds_a), len(seeds_b), math.nan)
    if by_pairs is not None:
        parts = [by_pairs]
        if not has_only_pairs(len(common), len(seeds_a), len(seeds_b)):
            only_a, only_b = sorted(seeds_a - seeds_b), sorted(seeds_b - seeds_a)
            parts.append(_unpaired(a, b, only_a, only_b, overlap))
    elif min(len(seeds_a), len(seeds_b)) >= FEWEST:
        parts = [_unpaired(a, b, sorted(seeds_a), sorted(seeds_b), overlap)]
    else:
        if len(common):
            found = replace(found, estimate=float(paired.mean()))
        elif seeds_a and seeds_b:
            found = replace(found, estimate=_mean(a, seeds_a) - _mean(b, seeds_b))
        return found
    weights = _weights(parts)
    sampling, samples = _sampling(parts, weights)
    spread = sum(w * w * part.variance for w, part in zip(weights, parts, strict=True))
    loose = sum(w * (1 - w) / part.df for w, part in zip(weights, parts, strict=True))
    only_paired = by_pairs is not None and len(parts) == 1
    return replace(
        found,
        estimate=sum(w * part.estimate for w, part in zip(weights, parts, strict=True)),
        variance=spread * (1 + 4 * loose),
        df=min(part.df for part in parts),
        factor=1 / len(common) + overlap if only_paired else None,
        sampling=sampling,
        samples=samples,
    )


def _paired(
    pairs: Sequence[tuple[ArmValues, ArmValues]], seeds: Sequence[int], overlap: float
) -> list[_Part]:
    """Return the estimates by seeds in common, of pairs that have the same seeds and samples."""
    n = len(seeds)
    first, second = (np.stack([_values(pair[i], seeds) for pair in pairs]) for i in (0, 1))
    estimates = (first - second).mean(axis=-1)
    variances = paired_variance(first, second)
    both = _known(seeds, *pairs[0])
    if not both:
        found = zip(estimates.tolist(), variances.tolist(), strict=True)
        return [_Part(mean, variance * (1 / n + overlap), n - 1) for mean, variance in found]
    answers = (np.array([_scores(pair[i], both) for pair in pairs], np.float64) for i in (0, 1))
    by_sample, noise = _crossed(np.subtract(*answers))
    # Even if seeds alone made no difference, their answers would differ by so much.
    variances = np.maximum(variances, noise * len(both) / by_sample.shape[-1])
    return [
        _Part(mean, variance * (1 / n + overlap), n - 1, *of_samples)
        for mean, variance, *of_samples in zip(
            estimates.tolist(), variances.tolist(), by_sample, noise.tolist(), strict=True
        )
    ]


def _unpaired(
    a: ArmValues, b: ArmValues, seeds_a: Sequence[int], seeds_b: Sequence[int], overlap: float
) -> _Part:
    everything = np.concatenate([_values(a, seeds_a), _values(b, seeds_b)])
    least = float(least_variance(everything)) / 2
    variances = np.zeros(2)
    counts = np.array([len(seeds_a), len(seeds_b)])
    samples: list[tuple[Values, float]] = []
    for i, (arm, seeds) in enumerate(((a, seeds_a), (b, seeds_b))):
        variances[i] = max(float(_values(arm, seeds).var(ddof=1)), least)
        known = _known(seeds, arm)
        if known:
            by_sample, noise = _crossed(np.array(_scores(arm, known), np.float64))
            samples.append((by_sample, float(noise)))
    variances = moderated(variances, counts - 1.0) * (1 / counts + overlap)
    total = float(variances.sum())
    df = total**2 / float((variances**2 / (counts - 1)).sum()) if total else 1.0
    part = _Part(_mean(a, seeds_a) - _mean(b, seeds_b), total, df)
    if len(samples) < 2:
        return part
    (mean_a, noise_a), (mean_b, noise_b) = samples
    return replace(part, by_sample=mean_a - mean_b, noise=noise_a + noise_b)


def _weights(parts: Sequence[_Part]) -> list[float]:
    """Return the share of each part in the estimate, by its precision."""
    if len(parts) == 1 or not all(part.variance > 0 for part in parts):
        return [1.0, 0.0][: len(parts)]
    precisions = [1 / part.variance for part in parts]
    return [precision / sum(precisions) for precision in precisions]


def _sampling(parts: Sequence[_Part], weights: Sequence[float]) -> tuple[float, int | None]:
    """Return the variance over test samples beside that over seeds, and their number."""
    known = [(w, part) for w, part in zip(weights, parts, strict=True) if w]
    if any(part.by_sample is None for _, part in known):
        return 0.0, None
    means = sum(w * part.by_sample for w, part in known if part.by_sample is not None)
    noise = sum(w * w * part.noise for w, part in known)
    values = np.asarray(means)
    return max(float(values.var(ddof=1)) - noise, 0.0) / values.size, values.size


def _crossed(scores: Values) -> tuple[Values, Values]:
    """Return the mean of every sample over seeds, and its variance by the interaction.

    Args:
        scores: ``(..., seeds, samples)``, at least two of each.

    Returns:
        ``(..., samples)`` and ``(...)``.
    """
    n, m = scores.shape[-2:]
    by_sample = scores.mean(axis=-2)
    by_seed = scores.mean(axis=-1)
    within = np.square(scores).sum(axis=(-2, -1)) - n * np.square(by_sample).sum(axis=-1)
    between = m * np.square(by_seed - by_seed.mean(axis=-1, keepdims=True)).sum(axis=-1)
    return by_sample, np.maximum(within - between, 0.0) / ((n - 1) * (m - 1)) / n


def _sizes(arm: ArmValues) -> list[tuple[int, int]]:
    """Return the seeds whose test samples are known, each with how many there are."""
    return [(seed, len(scores)) for seed, scores in (arm.samples or {}).items()]


def _scores(arm: ArmValues, seeds: Sequence[int]) -> list[NDArray[Any]]:
    assert arm.samples is not None
    return [arm.samples[seed] for seed in seeds]


def _known(seeds: Sequence[int], *arms: ArmValues) -> list[int]:
    """Return the seeds whose test samples are known in all arms; none if fewer than two."""
    known = [s for s in seeds if all(arm.samples is not None and s in arm.samples for arm in arms)]
    sizes = {len(arm.samples[s]) for arm in arms if arm.samples is not None for s in known}
    if len(sizes) > 1:
        raise ValueError(f"expected scores of the same test samples, received {sorted(sizes)}")
    return known if len(known) >= 2 and min(sizes, default=0) >= 2 else []


def paired_variance(first: Values, second: Values) -> Values:
    """Return the variance of the differences of two arms over seeds, ``(..., n)`` to ``(...)``.

    At least what values that come in steps leave open (:func:`least_variance`).
    """
    differences = first - second
    values = np.concatenate([first, second], axis=-1)
    least = least_variance(values, differences)
    return np.asarray(np.maximum(differences.var(axis=-1, ddof=1), least), dtype=np.float64)


def least_variance(values: Values, differences: Values | None = None) -> Values:
    """Return a variance that differences have because values come in steps, ``(...)``.

    Values or differences that are equal to the last digit, as of accuracies on few samples, would
    otherwise claim a difference without any doubt. Where any are, a value lies anywhere within a
    step, the smallest distance between two (Popoviciu: a variance of a quarter of its square at
    most).

    Args:
        values: of both arms, ``(..., 2 n)``.
        differences: of the arms by seed, ``(..., n)``.
    """
    rounding = 1e-9 * np.abs(values).max(axis=-1)  # of the computer; no step
    steps = np.diff(np.sort(values, axis=-1), axis=-1)
    is_step = steps > rounding[..., None]
    tied = ~is_step.all(axis=-1)
    if differences is not None:
        gaps = np.diff(np.sort(differences, axis=-1), axis=-1)
        tied |= (gaps <= rounding[..., None]).any(axis=-1)
    least = np.where(is_step, steps, np.inf).min(axis=-1, initial=np.inf)
    open_ = tied & np.isfinite(least)
    return np.asarray(np.square(np.where(open_, least, 2 * rounding)) / 4)


def _values(arm: ArmValues, seeds: Iterable[int]) -> Values:
    return np.array([arm.values[s] for s in sorted(seeds)], dtype=np.float64)


def _mean(arm: ArmValues, seeds: Iterable[int]) -> float:
    return float(_values(arm, seeds).mean())
