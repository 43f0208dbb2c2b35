"""A cell from a module of the user's own, named by a file of --config-dir and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.config.schema import CellConfig
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import resolve_units
from rnnbench.models.parameters import count
from tests.conftest import Run

SPEC = InputSpec(timesteps=8, features=8, vocabulary=None, classes=10)
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "minimal_gated_unit"
MODULE = (EXAMPLE / "minimal_gated_unit.py").read_text("utf-8")


@pytest.fixture
def conf(work_dir: Path) -> Path:
    """A folder of --config-dir that names a cell of a module beside it."""
    folder = work_dir / "my_conf"
    (folder / "cell").mkdir(parents=True)
    (folder / "cell" / "mgu.yaml").write_text("_target_: my_cells.MGU\nactivation: tanh\n")
    (work_dir / "my_cells.py").write_text(MODULE)
    return folder


def test_a_cell_is_counted_matched_and_built(conf: Path) -> None:
    words = ["+cell=mgu", "match=lstm:8", "data=digits"]
    config = resolve_units(load(words, config_dirs=[conf]), SPEC)
    counted = count(check_cell(config.cell), config.model, SPEC)
    assert counted.recurrent == 2 * config.model.units * (8 + config.model.units + 1)
    assert build(config, SPEC, 0).count_params() == counted.total()


def test_a_changed_module_is_another_source(conf: Path) -> None:
    def source() -> str | None:
        cell = load(["+cell=mgu", "data=digits"], config_dirs=[conf]).cell
        return cell.extension if cell else None

    first = source()
    assert first is not None
    assert first.startswith("1 sha256:")
    assert source() == first
    (conf.parent / "my_cells.py").write_text(MODULE + "# changed\n")
    assert source() != first


def test_a_command_trains_it_and_another_must_be_given_it_again(conf: Path, run: Run) -> None:
    words = ["data=digits", "data.limit=60", "training.epochs=1", "training.validation=none"]
    words += ["tracking.save_model=last", "training.jit_compile=false", "home=runs"]
    trained = run("train", "+cell=mgu", *words, f"--config-dir={conf}")
    assert trained.status == 0, trained.err
    run_id = trained.out.split("run ")[1].split()[0]
    without = run("reproduce", f"run={run_id}", "home=runs")
    assert without.status == 2
    assert "mgu from your own module" in without.err
    assert "--config-dir" in without.err
    again = run("reproduce", f"run={run_id}", "home=runs", f"--config-dir={conf}")
    assert again.status == 0, again.err


@pytest.mark.parametrize(
    "word",
    ["+cell._target_=os.system", "+cell={_target_: os.system}", "+published.x._target_=os.a"],
)
def test_no_module_is_named_on_the_command_line(word: str, conf: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load([word, "data=digits"], config_dirs=[conf], cell=False)
    assert caught.value.key.endswith("_target_") or "_target_" in str(caught.value)
    assert "--config-dir" in caught.value.action


def test_a_module_that_only_a_record_names_is_not_imported(work_dir: Path) -> None:
    (work_dir / "evil.py").write_text("raise SystemExit('imported')")
    for extra in ({"_target_": "evil.Cell"}, {"extension": "1 sha256:0"}):
        with pytest.raises(ConfigError):
            check_cell(CellConfig(name="evil", **extra))


def test_an_attribute_that_a_module_misses_itself_is_told_as_such(conf: Path) -> None:
    (conf.parent / "no_good.py").write_text("import math\nCELL = math.no_such_function()\n")
    (conf / "cell" / "mgu.yaml").write_text("_target_: no_good.CELL\n")
    with pytest.raises(ConfigError, match="no_such_function") as caught:
        load(["+cell=mgu", "data=digits"], config_dirs=[conf])
    assert caught.value.expected == "a module that can be imported"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("my_cells.LSTM", "a name in the module my_cells"),
        ("my_cells.build", "a cell with a name and a version"),
        ("no_such.MGU", "a module that can be imported"),
        ("my_cells", "a module and a name in it"),
        ("my cells.MGU", "a module and a name in it"),
    ],
)
def test_a_wrong_target_is_told(conf: Path, target: str, expected: str) -> None:
    (conf / "cell" / "mgu.yaml").write_text(f"_target_: {target}\n")
    with pytest.raises(ConfigError) as caught:
        load(["+cell=mgu", "data=digits"], config_dirs=[conf])
    assert caught.value.expected == expected or expected in caught.value.expected
    assert "mgu.yaml" in caught.value.action
