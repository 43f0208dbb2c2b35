"""The code blocks of README, CONTRIBUTING and docs/, taken apart.

``python -m tests.docs.examples`` writes the outputs in them anew: a block of ``text`` whose first
line is ``$ python -m rnnbench ...`` holds what that command prints at 80 columns, a block of
``pycon`` what Python prints.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, groupby, takewhile
from pathlib import Path
from typing import Any

from rnnbench.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "benchmarks" / "README.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
]
SHELLS = ("bash", "fish")
COLUMNS = "80"
_PROMPT = "$ python -m rnnbench "
_INLINE = re.compile(rf"`((?:{'|'.join(COMMANDS)})\s[^`]*)`")
_ASSIGNED = re.compile(r"[A-Z_]+=")
_ROW = re.compile(r"^\| `(python -m rnnbench .*?)`", re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, its language and its text."""

    page: str
    language: str
    text: str


def blocks(language: str) -> list[Block]:
    """Return the blocks of a language, page by page."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.M | re.S)
    return [
        Block(str(page.relative_to(ROOT)), language, text)
        for page in PAGES
        for text in fence.findall(page.read_text(encoding="utf-8"))
    ]


def shell_commands() -> list[tuple[str, ...]]:
    """Return every command of the pages once: of blocks, rows of tables, and sentences."""
    found: dict[tuple[str, ...], None] = {}
    texts = [block.text for language in SHELLS for block in blocks(language)]
    texts += [block.text.splitlines()[0][2:] for block in outputs()]
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        texts += _ROW.findall(text)
        texts += [f"python -m rnnbench {' '.join(w.split())}" for w in _INLINE.findall(text)]
    for text in texts:
        found |= dict.fromkeys(_split(text))
    return list(found)


def outputs() -> list[Block]:
    """Return the blocks that show what a command prints."""
    return [block for block in blocks("text") if block.text.startswith(_PROMPT)]


def overrides(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a command that choose options and set keys."""
    return tuple(word for word in argv[1:] if "=" in word or word.startswith("~"))


def _split(text: str) -> Iterator[tuple[str, ...]]:
    """Return the commands of a shell text, without what is set before them and reads after them.

    Loops are unrolled.
    """
    text = re.sub(r"(^|\s)# .*$", "", text, flags=re.M)
    text = text.replace("\\\n", " ").replace(".venv/bin/python", "python")
    loop = re.compile(r"for (\w+) in ([^;]*); do (.*?); done", re.S)
    text = loop.sub(
        lambda f: "\n".join(f[3].replace(f"${f[1]}", value) for value in f[2].split()), text
    )
    # A new line, && or ; outside single quotes ends a command.
    for line in re.split(r"(?:\n|&&|;)(?=(?:[^']*'[^']*')*[^']*$)", text):
        words = tuple(shlex.split(line, comments=True))
        words = tuple(takewhile(lambda word: word != "|", dropwhile(_ASSIGNED.match, words)))
        if words:
            yield words


def printed(first_line: str, folder: Path) -> str:
    """Return what the command after the prompt prints in a folder of its own."""
    words = shlex.split(first_line.removeprefix("$ "))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RNNBENCH_")}
    environment |= {"PYTHONPATH": str(ROOT), "COLUMNS": COLUMNS, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return as_shown(done.stdout)


def as_shown(out: str) -> str:
    """Return an output without blanks at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in out.rstrip().splitlines())


def python_blocks() -> dict[str, list[Block]]:
    """Return by page the blocks of Python, then those of its sessions, which see their names."""
    found = sorted([*blocks("python"), *blocks("pycon")], key=lambda block: block.page)
    return {
        page: sorted(own, key=lambda block: block.language != "python")
        for page, own in groupby(found, key=lambda block: block.page)
    }


class Session(doctest.DocTestRunner):
    """Runs sessions, and keeps what Python printed where a page says something else."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        self.names: dict[str, Any] = {}
        self.printed: dict[int, str] = {}

    def run_block(self, block: Block) -> str:
        """Return the text of a block as it should be; raises what a block of Python raises."""
        if block.language == "python":
            exec(compile(block.text, block.page, "exec"), self.names)
            return block.text
        self.printed.clear()
        parser = doctest.DocTestParser()
        test = parser.get_doctest(block.text, self.names, block.page, block.page, 0)
        self.run(test, out=lambda _: None, clear_globs=False)
        self.names |= test.globs
        lines = block.text.splitlines(keepends=True)
        for example in reversed(test.examples):
            if example.lineno in self.printed:
                start = example.lineno + example.source.count("\n")
                end = start + example.want.count("\n")
                lines[start:end] = self.printed[example.lineno]
        return "".join(lines)

    def report_failure(
        self, out: object, test: doctest.DocTest, example: doctest.Example, got: str
    ) -> None:
        """Keep what was printed."""
        self.printed[example.lineno] = got


def main() -> None:
    """Write the outputs of all pages anew."""
    for block in outputs():
        first = block.text.splitlines()[0]
        with tempfile.TemporaryDirectory() as folder:
            fresh = f"{first}\n{printed(first, Path(folder))}"
        _write(block, fresh)
    for own in python_blocks().values():
        session = Session()
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path("reports").symlink_to(ROOT / "reports")
            for block in own:
                _write(block, session.run_block(block))


def _write(block: Block, fresh: str) -> None:
    page = ROOT / block.page
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(block.text, fresh), encoding="utf-8")
    print(f"{block.page}: {block.text.splitlines()[0]}")


if __name__ == "__main__":
    main()
