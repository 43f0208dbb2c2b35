"""Paths that no file can have are refused like other wrong values."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.errors import ConfigError, RnnbenchError
from rnnbench.formatting.redact import redacted
from rnnbench.stored.answers import check_output
from rnnbench.system.user_paths import user_path
from rnnbench.tracking.home import Home
from tests.conftest import Run

IMPOSSIBLE = ["x" * 300, "a\0b", "~nobody-of-this-name/x", "circle"]


@pytest.fixture(autouse=True)
def circle(work_dir: Path) -> None:
    (work_dir / "circle").symlink_to("circle")


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_path_that_cannot_exist_is_refused_by_its_key(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^data\.path: "):
        user_path("data.path", text)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_home_and_an_output_that_cannot_exist_are_refused(text: str) -> None:
    with pytest.raises(RnnbenchError, match="home"):
        Home.of(text)
    with pytest.raises(RnnbenchError, match="output"):
        check_output(text, "csv", None)


@pytest.mark.parametrize("name", IMPOSSIBLE)
@pytest.mark.parametrize(
    "words", ["data=csv data.test_fraction=0.5", "data=arrays", "data=text_dir", "data=imdb"]
)
def test_data_at_such_a_path_end_in_one_message(words: str, name: str, cli: Run) -> None:
    answer = cli("data", *words.split(), f"data.path='{name}'")
    assert (answer.status, answer.err.count("error: ")) == (2, 1)
    assert "data.path" in answer.err


@pytest.mark.parametrize("include", ["mine", "/experiments/mine"])
def test_a_preset_that_includes_itself_is_refused(include: str, work_dir: Path, cli: Run) -> None:
    file = work_dir / "my" / "experiments" / "mine.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"defaults: [{include}]\n")
    answer = cli("plan", "experiments=mine", "--config-dir", "my")
    assert answer.status == 2
    assert "--config-dir" in answer.err
    assert "circle" in answer.err


def test_the_value_of_a_key_that_is_called_password_is_left_out() -> None:
    assert "hunter" not in redacted("received tracking.password=hunter22; did you mean")


def test_an_address_that_is_given_as_a_folder_shows_no_password(work_dir: Path, cli: Run) -> None:
    answer = cli("plan", "+cell=gru", "--config-dir", "http://anna:hunter22@host/x")
    assert answer.status == 2
    assert "http://***@host/x" in answer.err
