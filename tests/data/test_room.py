"""Arrays that cannot fit are refused before they are written, whatever asks for them."""

from __future__ import annotations

import shutil
import struct
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare, room
from rnnbench.data.room import available_memory, check_size, memory_limit
from rnnbench.errors import ConfigError, DataError
from tests.data.conftest import imdb_members

LINUX = pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="needs /proc")


def arrays_in(home: Path) -> list[Path]:
    return list(home.rglob("*.npy"))


@pytest.mark.parametrize(("name", "limit"), [("reviews", 3000), ("temporal_order", None)])
def test_an_enormous_length_is_refused_at_once(
    configure: Any, tmp_path: Path, name: str, limit: int | None
) -> None:
    config = configure(name, maxlen=100_000, limit=limit)
    start = time.process_time()
    with pytest.raises(ConfigError, match=r"^data\.maxlen: .*received 100000"):
        prepare(config, tmp_path)
    assert time.process_time() - start < 5
    assert arrays_in(tmp_path) == []


def test_padding_is_refused_where_it_is_most_of_large_arrays(tmp_path: Path) -> None:
    check_size(25_000, 4, 2 * 2494, 2494, tmp_path)
    check_size(100, 4, 100_000, 10, tmp_path)
    with pytest.raises(ConfigError, match="about 2494 time steps, which the longest sample has"):
        check_size(50_000, 4, 6000, 2494, tmp_path)


def test_a_disk_without_room_is_told_before_it_is_full(
    configure: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    with pytest.raises(ConfigError, match=r"^data\.maxlen: .*0\.0 GiB free.*home="):
        prepare(configure("reviews", limit=3000, test_limit=10), tmp_path)
    assert arrays_in(tmp_path) == []


def test_what_a_reader_makes_of_reviews_does_not_depend_on_their_padding(
    configure: Any, tmp_path: Path
) -> None:
    facts = [
        prepare(configure("reviews", limit=20, test_limit=200, maxlen=n, padding=end), tmp_path)
        for n, end in ((500, "pre"), (900, "pre"), (900, "post"))
    ]
    shares = {made.facts["oracle_right_share"] for made in facts}
    assert len(shares) == 1


def test_long_sequences_of_temporal_order_have_their_number_limited(configure: Any) -> None:
    few = {"limit": 100, "test_limit": 100}
    assert input_spec(configure("temporal_order", maxlen=100_000, **few)).timesteps == 100_000
    with pytest.raises(ConfigError, match=r"^data\.maxlen: expected at most 8333 for 12,000"):
        input_spec(configure("temporal_order", maxlen=8334))


@LINUX
def test_the_free_memory_is_that_of_the_machine_or_of_the_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "_CGROUP", tmp_path)
    machine = available_memory()
    assert machine is not None
    assert machine > 2**20
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("3000\n")
    assert available_memory() == 2000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory() > 2**20


@LINUX
def test_memory_beyond_the_limit_is_refused_and_the_limit_taken_back() -> None:
    with pytest.raises(MemoryError), memory_limit(2**28):
        bytearray(2**30)
    assert len(bytearray(2**29)) == 2**29


@LINUX
def test_a_pickle_that_asks_for_gigabytes_is_refused(
    configure: Any, tmp_path: Path, write_npz: Any
) -> None:
    path = write_npz(imdb_members())
    # Remember an object under the number 2**29: a table of 8 GiB in C, of nothing.
    hostile = b"\x80\x02]r" + struct.pack("<I", 2**29) + b"."
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (40,), }"
    header += b" " * (117 - len(header)) + b"\n"
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    magic = np.lib.format.magic(1, 0) + len(header).to_bytes(2, "little")
    contents["x_train.npy"] = magic + header + hostile
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with pytest.raises(DataError, match=r"^data\.path: .*MemoryError"):
        prepare(configure("imdb", path=str(path), maxlen=5, num_words=20), tmp_path / "home")
