"""Configurations as ``conf/data`` states them, and small files in the formats that are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rnnbench.config.data_section import DataConfig

REPOSITORY = Path(__file__).parents[2]
Configure = Callable[..., DataConfig]


@pytest.fixture(scope="session")
def configure() -> Configure:
    def configure(name: str, **keys: Any) -> DataConfig:
        text = (REPOSITORY / "conf" / "data" / f"{name}.yaml").read_text("utf-8")
        return DataConfig(**{**yaml.safe_load(text), **keys})

    return configure


@pytest.fixture(autouse=True)
def _no_imdb_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RNNBENCH_IMDB", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture(scope="session")
def real_imdb() -> Path:
    given = os.environ.get("RNNBENCH_IMDB")
    path = Path(given) if given else REPOSITORY.parent / "shared" / "data" / "imdb.npz"
    path = path / "imdb.npz" if path.is_dir() else path
    if not path.is_file():
        pytest.skip(f"needs the real IMDB file: set RNNBENCH_IMDB or put it at {path}")
    return path


@pytest.fixture(scope="session")
def real_word_index() -> Path:
    given = os.environ.get("RNNBENCH_WORD_INDEX")
    shared = REPOSITORY.parent / "shared" / "data" / "imdb_word_index.json"
    path = Path(given) if given else shared
    if not path.is_file():
        pytest.skip(f"needs Keras's word index: set RNNBENCH_WORD_INDEX or put it at {path}")
    return path


def object_rows(rows: list[Any]) -> np.ndarray:
    out = np.empty(len(rows), object)
    out[:] = rows
    return out


def imdb_members(n_train: int = 40, n_test: int = 30) -> dict[str, Any]:
    rng = np.random.RandomState(5)

    def rows(n: int) -> np.ndarray:
        lengths = rng.randint(1, 30, n)
        return object_rows([rng.randint(1, 300, length).tolist() for length in lengths])

    return {
        "x_train": rows(n_train),
        "y_train": np.arange(n_train) % 2,
        "x_test": rows(n_test),
        "y_test": np.arange(n_test) % 2,
    }


REVIEWS = {
    "neg": [
        "A dull film, dull and long.",
        "Bad; I left.",
        "Not good!",
        "The plot? Absent, Bob's too.",
    ],
    "pos": [
        "A fine film.",
        "I liked it, and Bob did.",
        "Good good good",
        "The plot is fine, isn't it?",
    ],
}


@pytest.fixture
def write_texts(tmp_path: Path) -> Callable[..., Path]:
    """Write folders of texts, a class each: {"train": {"neg": [...]}, "test": ...}."""

    def write(parts: dict[str, dict[str, list[str]]] | None = None, name: str = "texts") -> Path:
        root = tmp_path / name
        for part, classes in (parts or {"train": REVIEWS, "test": REVIEWS}).items():
            for label, texts in classes.items():
                folder = root / part / label
                folder.mkdir(parents=True, exist_ok=True)
                for number, text in enumerate(texts):
                    (folder / f"{number}_7.txt").write_bytes(text.encode())
        return root

    return write


def token_members() -> dict[str, Any]:
    rng = np.random.RandomState(6)
    return {
        "x_train": rng.randint(0, 60, (50, 12)),
        "y_train": np.arange(50) % 3,
        "x_test": rng.randint(0, 60, (20, 9)),
        "y_test": np.arange(20) % 3,
    }


def feature_members() -> dict[str, Any]:
    rng = np.random.RandomState(7)
    return {
        "x_train": rng.standard_normal((50, 12, 4)),
        "y_train": np.arange(50) % 3,
        "x_test": rng.standard_normal((20, 12, 4)),
        "y_test": np.arange(20) % 2,
    }


@pytest.fixture(scope="session")
def members() -> dict[str, Callable[..., dict[str, Any]]]:
    return {"imdb": imdb_members, "tokens": token_members, "features": feature_members}


@pytest.fixture
def write_npz(tmp_path: Path) -> Callable[..., Path]:
    def write(members: dict[str, Any], name: str = "file.npz") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **members)
        return path

    return write
