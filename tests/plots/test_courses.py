"""The best so far against what was spent: which epochs a line needs."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rnnbench.config.metrics import entry
from rnnbench.plots.courses import ArmCourse, Panel, save_courses
from rnnbench.plots.svg import SVG


def test_epochs_in_the_middle_of_a_level_stretch_are_left_out(tmp_path: Path) -> None:
    mean = np.array([0.5, 0.7, 0.7, 0.7, 0.7, 0.8, 0.8])
    course = ArmCourse("LSTM", "lstm", np.arange(1.0, 8.0), mean, np.zeros(7))
    panel = Panel("seconds", "seconds", "s", 7.0, (course,))
    path = tmp_path / "courses.svg"
    save_courses([panel], entry("val_accuracy"), "Title", [path])
    (mark,) = (
        element
        for element in ElementTree.parse(path).getroot().iter(f"{{{SVG}}}g")
        if "data-told" in element.attrib
    )
    told = mark.attrib["data-told"].split("|")
    assert [one.partition(",")[0] for one in told] == [f"epoch {n}" for n in (1, 2, 5, 6, 7)]


@pytest.mark.parametrize("epochs", [1, 2])
def test_few_epochs_are_a_course(epochs: int, tmp_path: Path) -> None:
    spent, mean = np.arange(1.0, 1.0 + epochs), np.full(epochs, 0.5)
    course = ArmCourse("LSTM", "lstm", spent, mean, np.zeros(epochs))
    panel = Panel("seconds", "seconds", "s", 2.0, (course,))
    save_courses([panel], entry("val_accuracy"), "Title", [tmp_path / "courses.svg"])
    assert (tmp_path / "courses.svg").exists()
