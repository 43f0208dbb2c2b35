"""The Mackey-Glass equation, a delay differential equation that is chaotic for a delay of 17.

M. C. Mackey and L. Glass, "Oscillation and Chaos in Physiological Control Systems", Science
197(4300), 1977::

    dx/dt = beta x(t - tau) / (1 + x(t - tau)^n) - gamma x(t)

with beta = 0.2, gamma = 0.1, n = 10, tau = 17 and x = 1.2 up to t = 0, as benchmarks of forecasts
have it since J. D. Farmer, Physica D 4(3), 1982. Integrated by the classical Runge-Kutta method of
fourth order with steps of 0.1; the delayed value between two steps is the mean of both. One value
for each unit of time is kept, after the first 1,000 units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BETA, GAMMA, TAU, START = 0.2, 0.1, 17, 1.2
STEPS_PER_UNIT = 10
TRANSIENT = 1_000  # units of time


def mackey_glass(length: int) -> NDArray[np.float64]:
    """Return ``(length,)`` values, one for each unit of time.

    Only sums, products and quotients are computed, so that every machine has the same bits: of a
    chaotic series a last bit changes all.
    """
    h, delay = 1.0 / STEPS_PER_UNIT, TAU * STEPS_PER_UNIT
    past = [START] * (delay + 1)
    for _ in range((TRANSIENT + length) * STEPS_PER_UNIT - 1):
        x, before, after = past[-1], past[-delay - 1], past[-delay]
        first, second, third = _birth(before), _birth((before + after) / 2), _birth(after)
        k1 = first - GAMMA * x
        k2 = second - GAMMA * (x + h / 2 * k1)
        k3 = second - GAMMA * (x + h / 2 * k2)
        k4 = third - GAMMA * (x + h * k3)
        past.append(x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    kept = past[delay + TRANSIENT * STEPS_PER_UNIT :: STEPS_PER_UNIT]
    return np.array(kept[:length])


def _birth(x: float) -> float:
    square = x * x
    fourth = square * square
    return BETA * x / (1.0 + fourth * fourth * square)
