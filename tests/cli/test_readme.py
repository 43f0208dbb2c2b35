"""Every command of the README is one that rnnbench understands, as it is written there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.words import DEFAULT_CELLS, Words, split_words
from rnnbench.config.expand import expand

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.M | re.S)
INLINE = [
    f"python -m rnnbench {' '.join(words.split())}"
    for words in re.findall(rf"`((?:{'|'.join(COMMANDS)})\s[^`]*)`", TEXT)
]
PRESET = re.search(r"^## Your own preset$.*?^```yaml\n(.*?)^```$", TEXT, re.M | re.S)
ROWS = re.findall(r"^\| `(python -m rnnbench .*?)`", TEXT, re.M)
WORDS = ("python", "-m", "rnnbench")


def commands() -> Iterator[tuple[str, ...]]:
    """The words after ``python -m rnnbench`` of every command: in blocks, table and sentences."""
    for block in [*BLOCKS, *ROWS, *INLINE]:
        joined = block.replace("\\\n", " ").replace(".venv/bin/python", "python")
        # A new line, && or ; outside single quotes ends a command.
        for text in re.split(r"(?:\n|&&|;)(?=(?:[^']*'[^']*')*[^']*$)", joined):
            line = shlex.split(text, comments=True)
            place = next((n for n in range(len(line)) if tuple(line[n : n + 3]) == WORDS), None)
            if place is not None:
                yield tuple(line[place + 3 :])


FOUND = list(commands())


def test_every_command_has_an_example() -> None:
    assert {words[0] for words in FOUND} == set(COMMANDS)


@pytest.mark.parametrize("argv", FOUND, ids=" ".join)
def test_is_understood(argv: tuple[str, ...], work_dir: Path) -> None:
    words: Words = split_words(argv)
    for folder in words.config_dirs:
        (folder / "cell").mkdir(parents=True)
        (folder / "cell" / "lstm_relu.yaml").write_text("name: lstm\nactivation: relu\n")
        assert PRESET is not None
        (folder / "experiments").mkdir()
        (folder / "experiments" / "mine.yaml").write_text(PRESET[1])
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)
    assert arms
