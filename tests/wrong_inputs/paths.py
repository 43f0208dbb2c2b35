"""Paths that lead nowhere: of unknown users, through links to themselves, with null characters."""

from __future__ import annotations

from pathlib import Path

from tests.wrong_inputs.data import CSV, TABLE
from tests.wrong_inputs.row import Content, Row, row

UNKNOWN = "~nobody-of-this-name"
QUOTED = f"\"'{UNKNOWN}/x'\""


def unknown(words: str, key: str, files: dict[str, Content] | None = None) -> Row:
    return row(words, key, f"{UNKNOWN} has no home folder", "./~nobody", files=files)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


FOLDER: dict[str, Content] = {
    f"mine/{part}/{label}/1.txt": "fine" for part in ("train", "test") for label in ("pos", "neg")
}
FILE: dict[str, Content] = {"mine.csv": TABLE}
ROWS = [
    unknown(f"data home={QUOTED}", "home"),
    unknown(f"plan +cell=gru home={QUOTED}", "home"),
    unknown(f"data data=arrays data.path={QUOTED}", "data.path"),
    unknown(f"data data=csv data.path={QUOTED} data.test_fraction=0.5", "data.path"),
    unknown(f"data data=imdb data.path={QUOTED}", "data.path"),
    unknown(f"data data=text_dir data.path={QUOTED}", "data.path"),
    unknown(f"data data=csv data.path=mine.csv data.test_path={QUOTED}", "data.test_path", FILE),
    unknown(f"data {CSV} data.word_index={QUOTED}", "data.word_index", FILE),
    unknown(
        f"train +cell=gru {CSV} model.embedding.kind=vectors model.embedding.path={QUOTED}",
        "model.embedding.path",
        FILE,
    ),
    unknown(f"predict run=1 file={UNKNOWN}/x", "file"),
    unknown(f"predict run=1 text=a output={UNKNOWN}/x.csv", "output"),
    unknown(f"report x report.source={QUOTED}", "report.source"),
    unknown(f"data --config-dir={UNKNOWN}/x", "--config-dir"),
    row("data data=imdb", "RNNBENCH_IMDB", UNKNOWN, env={"RNNBENCH_IMDB": f"{UNKNOWN}/x"}),
    # Links to themselves.
    row(
        "data data=text_dir data.path=mine",
        "data.path",
        "symbolic links",
        files={**FOLDER, "mine/train/pos/2.txt": link_to_itself},
    ),
    row("data data=arrays data.path=x", "data.path", files={"x": link_to_itself}),
    row("data data=digits home=x", "home", files={"x": link_to_itself}),
    row("data --config-dir x", "--config-dir", files={"x": link_to_itself}),
    row("predict run=1 file=x", "file", "symbolic links", files={"x": link_to_itself}),
    row("predict run=1 text=a output=x.csv", "output", files={"x.csv": link_to_itself}),
    # Null characters, which a shell cannot type.
    row(
        "data experiments=mine --config-dir my",
        "home",
        "a null character",
        files={"my/experiments/mine.yaml": 'home: "a\\0b"\n'},
    ),
    row(
        "data experiments=mine --config-dir my",
        "data.path",
        "a null character",
        files={
            "my/experiments/mine.yaml": "defaults: [override /data: arrays]\n"
            'data: {path: "a\\0b"}\n'
        },
    ),
]
