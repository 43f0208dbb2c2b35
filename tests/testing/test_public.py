"""The tests that rnnbench.testing offers fail for what is wrong, and say what they need."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from rnnbench.models.cells import CELLS, Cell
from rnnbench.testing import CellConformance

RNN = CELLS["simple_rnn"]


def without_dropout(*arguments: Any, **named: Any) -> Any:
    import keras

    return keras.layers.SimpleRNN(*arguments, **{**named, "dropout": 0.0})


def with_a_start_of_its_own(*arguments: Any, **named: Any) -> Any:
    import keras

    named["kernel_initializer"] = named["recurrent_initializer"] = "ones"
    return keras.layers.SimpleRNN(*arguments, **named)


TESTS = CellConformance()
WRONG = {
    "a formula that counts too much": (
        replace(RNN, biases=2),
        lambda cell: TESTS.test_parameter_formula_is_what_keras_counts(cell, 3, 5),
    ),
    "dropout that is ignored": (
        replace(RNN, keras_class=without_dropout),
        lambda cell: TESTS.test_dropout_is_drawn_from_its_seed_and_only_in_training(
            cell, TESTS.features(), "dropout"
        ),
    ),
    "a start that no seed decides": (
        replace(RNN, keras_class=with_a_start_of_its_own),
        lambda cell: TESTS.test_another_seed_gives_other_weights(cell, (9, 2, 3)),
    ),
    "no version": (
        replace(RNN, keras_class=without_dropout),
        TESTS.test_has_a_version_if_its_layer_is_a_function,
    ),
    "a name that no command can say": (
        replace(RNN, name="My cell"),
        TESTS.test_has_a_name_a_title_gates_and_a_year_of_its_paper,
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_cell_fails(what: str) -> None:
    cell, test = WRONG[what]
    assert isinstance(cell, Cell)
    with pytest.raises(AssertionError):
        test(cell)


def test_a_module_that_imports_keras_for_everybody_fails(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hasty_cell.py").write_text("import keras\n\ndef build(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    from hasty_cell import build

    with pytest.raises(AssertionError, match="inside the function"):
        TESTS.test_its_module_imports_no_tensorflow(replace(RNN, keras_class=build))


def test_without_pytest_the_extra_is_named() -> None:
    code = "import sys; sys.modules['pytest'] = None; import rnnbench.testing"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.returncode == 1
    assert "rnnbench.testing needs pytest" in child.stderr
    assert "rnnbench[test]" in child.stderr
