"""Each cell can be told from every other one: by marker, by colour, and without all colours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from rnnbench.models.cells import CELLS
from rnnbench.plots.style import UNKNOWN_COLOUR, colour, marker, shades, tones

# Machado et al. 2009, severity 1, on linear RGB.
BLINDNESS = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3).tolist(),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
TOLD_APART = 15  # CIELAB units; 2.3 is just noticeable side by side


def lab(name: str, kind: str) -> np.ndarray:
    """A colour in CIELAB as such eyes see it."""
    rgb = np.array(to_rgb(name))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(BLINDNESS[kind]) @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_every_cell_has_a_colour_and_a_marker_of_its_own() -> None:
    assert len({to_hex(colour(cell)) for cell in CELLS} | {to_hex(UNKNOWN_COLOUR)}) > len(CELLS)
    assert len({marker(cell) for cell in CELLS} | {marker("")}) > len(CELLS)


def test_cells_of_users_are_drawn_by_their_names_and_as_no_other_cell() -> None:
    names = [f"cell_{number}" for number in range(200)]
    drawn = {(colour(name), marker(name)) for name in names}
    assert len(drawn) == 20
    assert not {one for one, _ in drawn} & {colour(cell) for cell in [*CELLS, ""]}
    assert not {one for _, one in drawn} & {marker(cell) for cell in [*CELLS, ""]}
    assert (colour("mgu"), marker("mgu")) == (colour("mgu"), marker("mgu"))
    assert len({(colour(name), marker(name)) for name in ("mgu", "ugrnn", "unknown")}) == 3


@pytest.mark.parametrize("kind", BLINDNESS)
def test_cells_are_told_apart_by_all_eyes(kind: str) -> None:
    theirs = {colour(f"cell_{number}"): f"cell_{number}" for number in range(50)}
    for one, other in itertools.combinations([*CELLS, *theirs.values(), ""], 2):
        distance = np.linalg.norm(lab(colour(one), kind) - lab(colour(other), kind))
        assert distance > TOLD_APART, (one, other)


@pytest.mark.parametrize("cell", CELLS)
def test_shades_begin_with_the_cells_own_and_stay_off_white(cell: str) -> None:
    found = [to_hex(tone) for tone in shades(cell, 4)]
    assert found[0] == to_hex(colour(cell))
    assert len(set(found)) == 4
    lightness = [lab(tone, "none")[0] for tone in found]
    assert lightness == sorted(lightness)
    assert lightness[-1] < 95


def test_arms_of_a_cell_are_its_shades_in_the_order_given() -> None:
    found = [to_hex(tone) for tone in tones(["gru", "lstm", "gru", "other"])]
    assert found[0] == to_hex(colour("gru"))
    assert found[1] == to_hex(colour("lstm"))
    assert found[2] == to_hex(shades("gru", 2)[1])
    assert found[3] == to_hex(colour("other"))
