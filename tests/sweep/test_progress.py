"""What a sweep shows on a terminal of 80 columns and 24 lines."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import sys
import termios
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from rnnbench.sweep.progress import SweepProgress, TimeLeft
from rnnbench.training.history import Epoch

WIDTH, HEIGHT = 80, 24
NAMES = ("simple_rnn model.depth=2 data.maxlen=500 seed=0", "gru_reset_before model.depth=2 seed=1")


def spec(name: str) -> Any:
    """As much of a declared run as progress needs."""
    training = SimpleNamespace(epochs=10)
    return SimpleNamespace(
        key=name, name=name, work=10.0, config=SimpleNamespace(training=training)
    )


def show(progress: SweepProgress, epochs: int = 7) -> None:
    """Have two workers train."""
    progress.begin(total=100, done=0, work=1000.0)
    for name in NAMES:
        progress.started(spec(name))
    for epoch in range(1, epochs + 1):
        for name in NAMES:
            result = Epoch(epoch, 0.5, 0.9123, 0.6, 0.8765, 1.0)
            progress.epoch(spec(name), result)


def screen(output: str) -> list[str]:
    """The lines that a terminal shows, those that scrolled away included."""
    lines, row, column = [""], 0, 0
    for found in re.finditer(r"\x1b\[([?\d;]*)([A-Za-z])|([\r\n])|([^\x1b])", output):
        count, command, end, letter = found.groups()
        if command == "A":
            row -= int(count or 1)
        elif command == "K":
            lines[row] = ""
        elif end == "\r":
            column = 0
        elif end == "\n":
            row, column = row + 1, 0
        elif letter:
            if column == WIDTH:
                row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
            lines[row] = f"{lines[row]:<{column}}"[:column] + letter + lines[row][column + 1 :]
            column += 1
        lines += [""] * (row + 1 - len(lines))
    return [line.rstrip() for line in lines]


def assert_shows_three_lines(lines: list[str]) -> None:
    overall, *runs = lines
    assert re.match(r"runs .*0/100 (about|under) \d+ s left, running +0:00:\d\d$", overall), overall
    for line, below, name in zip(runs[::2], runs[1::2], NAMES, strict=True):
        assert f"{re.split(' +7/10', line)[0].strip()} {below.strip()}" == name
        assert re.search(r" 7/10 +accuracy 0.912, val 0.876 0:00:\d\d$", line), line
    assert all(len(line) <= WIDTH for line in lines)


@pytest.fixture
def console() -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=WIDTH, height=HEIGHT, legacy_windows=False
    )


def output(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_line_has_its_counts_its_accuracies_and_its_time(console: Console) -> None:
    with SweepProgress(console) as progress:
        show(progress)
        progress._bars.refresh()
        lines = screen(output(console))
    assert_shows_three_lines([line for line in lines if line])


def test_time_left_is_unknown_until_epochs_give_a_rate() -> None:
    left = TimeLeft(work=100.0)
    assert left.seconds(clock=50.0) is None
    left.add(10.0, clock=60.0)  # after a minute of starting and compiling
    assert left.seconds(clock=60.0) is None
    left.add(10.0)
    assert left.seconds(clock=62.0) == pytest.approx(80 * 2 / 10)


def test_of_a_real_terminal_is_the_same() -> None:
    child, terminal = pty.fork()
    if child == 0:
        try:
            fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.environ["TERM"] = "xterm"
            for name in ("COLUMNS", "LINES"):
                os.environ.pop(name, None)
            with SweepProgress(Console(file=os.fdopen(2, "w"))) as progress:
                show(progress)
                progress._bars.refresh()
                os._exit(0)
        finally:
            os._exit(1)
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # as Linux tells the end
            break
        if not part:
            break
        written += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert_shows_three_lines([line for line in screen(written.decode()) if line])


def test_a_line_above_the_bars_is_never_lost_or_followed_by_stale_bars(console: Console) -> None:
    told = 150
    over = threading.Event()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with SweepProgress(console) as progress:
            progress.begin(total=told, done=0, work=1000.0)

            def draw() -> None:
                while not over.is_set():
                    progress._bars.refresh()

            thread = threading.Thread(target=draw)
            thread.start()
            for number in range(told):
                run = spec(f"gru seed={number}")
                progress.started(run)
                progress.ended(run, "ended")
            over.set()
            thread.join()
    finally:
        over.set()
        sys.setswitchinterval(interval)
    lines = [line for line in screen(output(console)) if line]
    assert lines == [f"[{n + 1}/{told}] gru seed={n}: ended" for n in range(told)]


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100])
def test_shows_which_look_is_trained_for(width: int) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=HEIGHT)
    with SweepProgress(console) as progress:
        progress.begin(0, 0)
        progress.extend("look 1 of 11, 4 seeds, 3 open", 12, 90.0, 9)
        progress.extend("look 2 of 11, 5 seeds, 2 open", 3, 30.0)
        progress.started(spec("gru seed=4"))
        for epoch in (1, 2):
            result = Epoch(epoch, 0.5, 0.9123, 0.6, 0.8765, 1.0)
            progress.epoch(spec("gru seed=4"), result)
        progress._bars.refresh()
        overall = next(line for line in screen(output(console)) if line)
    told = "look 2 of 11" if width in (40, 100) else "look 2 of 11, 5 seeds, 2 open"
    assert re.match(rf"{told}[ ━╸╺]+3/15 (under )?\d+ (s|min).* left", overall), overall
    assert len(overall) <= width


@pytest.mark.parametrize("width", [40, 60, 72, 80])
def test_a_long_name_goes_on_below_and_nothing_of_a_line_is_lost(width: int) -> None:
    name = "gru_reset_before optimizer.learning_rate=0.001 model.depth=2 seed=0"
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=HEIGHT)
    with SweepProgress(console) as progress:
        progress.begin(total=2, done=0, work=20.0)
        progress.started(spec(name))
        result = Epoch(7, 0.5, 0.9123, 0.6, 0.8765, 1.0)
        progress.epoch(spec(name), result)
        progress._bars.refresh()
        lines = [line for line in screen(output(console)) if line]
    assert all(len(line) <= width for line in lines), lines
    shown = "".join(re.split(r" +7/10| {6}", line)[0].strip() for line in lines[1:])
    assert shown.replace(" ", "") == name.replace(" ", "")
    assert re.search(r" 7/10 .*val 0\.876", lines[1])
