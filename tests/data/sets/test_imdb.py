"""IMDB: the same numbers as Keras, found where the documentation says, read without trust."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.data.sets import imdb
from rnnbench.errors import DataError


def keras_reference(members, num_words):
    """keras.datasets.imdb.load_data, restated for plain lists."""
    rng = np.random.RandomState(113)
    out = []
    for part in ("train", "test"):
        x, y = members[f"x_{part}"], members[f"y_{part}"]
        order = np.arange(len(x))
        rng.shuffle(order)
        rows = [[1] + [w + 3 for w in x[i]] for i in order]
        out.append(([[w if w < num_words else 2 for w in row] for row in rows], y[order]))
    return out


def rows_of(x):
    return [row[row != 0].tolist() for row in x]


def write(members, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **members)
    return path


def test_a_small_file_gives_what_keras_gives(configure, tmp_path, members, write_npz):
    content = members["imdb"]()
    config = configure("imdb", path=str(write_npz(content)), num_words=100, maxlen=40)
    arrays = prepare(config, tmp_path).arrays()
    (x_train, y_train), (x_test, y_test) = keras_reference(content, 100)
    assert rows_of(arrays.x_train) == x_train
    assert rows_of(arrays.x_test) == x_test
    np.testing.assert_array_equal(arrays.y_train, y_train)
    np.testing.assert_array_equal(arrays.y_test, y_test)


def test_the_spec_needs_no_file(configure):
    assert input_spec(configure("imdb", path="/nowhere/imdb.npz")).vocabulary == 10000


@pytest.mark.imdb
def test_the_real_file_has_the_published_facts(configure, tmp_path, real_imdb):
    config = configure("imdb", path=str(real_imdb), maxlen=600, padding="post", limit=100)
    prepared = prepare(config.model_copy(update={"test_limit": 50}), tmp_path)
    arrays = prepared.arrays()
    rows = rows_of(arrays.x_train)
    assert [len(row) for row in rows[:10]] == [218, 189, 141, 550, 147, 43, 123, 562, 233, 130]
    assert arrays.y_train[:10].tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 1, 0]
    assert len(rows[99]) == 171
    assert rows[99][:6] == [1, 1230, 3765, 566, 97, 189]
    assert arrays.x_train.max() < 10000


class TestLookUp:
    def prepare(self, configure, tmp_path, path=None):
        return prepare(configure("imdb", path=path, maxlen=10), tmp_path / "home")

    def test_order_is_path_variable_cache(self, configure, tmp_path, members, monkeypatch):
        cached = write(members["imdb"](22), tmp_path / "keras" / "datasets" / "imdb.npz")
        assert self.prepare(configure, tmp_path).source == str(cached)
        named = write(members["imdb"](24), tmp_path / "named.npz")
        monkeypatch.setenv("RNNBENCH_IMDB", str(named))
        assert self.prepare(configure, tmp_path).source == str(named)
        given = write(members["imdb"](26), tmp_path / "folder" / "imdb.npz")
        prepared = self.prepare(configure, tmp_path, str(given.parent))
        assert prepared.source == str(given)
        assert prepared.facts["n_train"] == 26

    def test_a_path_that_leads_nowhere_is_not_passed_over(self, configure, tmp_path, members):
        write(members["imdb"](), tmp_path / "keras" / "datasets" / "imdb.npz")
        with pytest.raises(DataError, match=r"^data\.path: .*no such file"):
            self.prepare(configure, tmp_path, str(tmp_path / "absent.npz"))

    def test_so_is_the_variable(self, configure, tmp_path, members, monkeypatch):
        write(members["imdb"](), tmp_path / "keras" / "datasets" / "imdb.npz")
        monkeypatch.setenv("RNNBENCH_IMDB", str(tmp_path / "absent.npz"))
        with pytest.raises(DataError, match=r"^RNNBENCH_IMDB: .*no such file"):
            self.prepare(configure, tmp_path)

    def test_otherwise_keras_downloads_it_in_another_process(
        self, configure, tmp_path, members, monkeypatch, capfd
    ):
        ready = write(members["imdb"](), tmp_path / "ready.npz")
        digest = hashlib.sha256(ready.read_bytes()).hexdigest()
        monkeypatch.setattr(imdb, "REVIEWS", imdb.REVIEWS._replace(digest=digest))
        copy = f"print('progress'); shutil.copy({str(ready)!r}, pathlib.Path(cache_dir, *target))"
        fake_keras(tmp_path, monkeypatch, copy)
        loaded = set(sys.modules)
        prepared = self.prepare(configure, tmp_path)
        assert prepared.facts["n_train"] == 40
        assert "keras" not in set(sys.modules) - loaded
        shown = capfd.readouterr()
        assert (shown.out, shown.err) == ("", "progress\n")
        (tmp_path / "keras" / "datasets" / "imdb.npz").unlink()
        fake_keras(tmp_path, monkeypatch, "raise OSError('never called')")
        assert self.prepare(configure, tmp_path) == prepared

    def test_a_failed_download_says_how_to_give_a_file(self, configure, tmp_path, monkeypatch):
        fake_keras(tmp_path, monkeypatch, "raise OSError('no\\nnetwork')")
        with pytest.raises(DataError) as caught:
            self.prepare(configure, tmp_path)
        assert caught.value.key == "data.path"
        assert "OSError: no network" in caught.value.received
        assert "RNNBENCH_IMDB" in caught.value.action
        assert [p.name for p in (tmp_path / "home" / "data").glob("imdb*")] == []


def fake_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A package that takes Keras's place in the process that downloads."""
    package = tmp_path / "fake" / "keras"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(
        "import pathlib, shutil\n"
        "class utils:\n"
        "    def get_file(fname, origin, *, file_hash, cache_dir):\n"
        f"        assert origin == {imdb.REVIEWS.origin!r}\n"
        f"        assert file_hash == {imdb.REVIEWS.digest!r}\n"
        "        target = ('datasets', fname)\n"
        "        pathlib.Path(cache_dir, 'datasets').mkdir(parents=True, exist_ok=True)\n"
        f"        {body}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(package.parent))


class Calls:
    """Pickles as a call of ``os.system``."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def rows(*items):
    out = np.empty(len(items), object)
    out[:] = items
    return out


class TestHostileFiles:
    def refused(self, configure, tmp_path, path) -> DataError:
        with pytest.raises(DataError) as caught:
            prepare(configure("imdb", path=str(path)), tmp_path / "home")
        assert caught.value.key == "data.path"
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert not [p for p in (tmp_path / "home/data").glob("*") if p.name.startswith("imdb")]
        return caught.value

    @pytest.mark.parametrize("where", ["array", "row", "word"])
    def test_a_pickle_that_calls_something_calls_nothing(
        self, configure, tmp_path, members, write_npz, where
    ):
        marker = tmp_path / "marker"
        call = Calls(f"touch {marker}")
        bad = {
            "array": np.array(call, dtype=object),
            "row": rows(call, [1]),
            "word": rows([1, call], [1]),
        }[where]
        content = {**members["imdb"](2, 2), "x_train": bad}
        path = write_npz(content)
        if where == "array":
            rename_shape(path)
        error = self.refused(configure, tmp_path, path)
        assert "system" in error.received
        assert not marker.exists()

    @pytest.mark.parametrize("keep", [0, 1, 100, 700, -30])
    def test_truncated_files(self, configure, tmp_path, members, write_npz, keep):
        path = write_npz(members["imdb"]())
        path.write_bytes(path.read_bytes()[:keep])
        self.refused(configure, tmp_path, path)

    def test_flipped_bytes(self, configure, tmp_path, members, write_npz):
        whole = write_npz(members["imdb"]()).read_bytes()
        rng = np.random.RandomState(3)
        path = tmp_path / "file.npz"
        refused = 0
        for position in rng.randint(0, len(whole), 60):
            path.write_bytes(whole[:position] + b"\xa5" + whole[position + 1 :])
            try:
                prepare(configure("imdb", path=str(path)), tmp_path / "home")
            except DataError:
                refused += 1
        assert refused > 30

    def test_not_a_zip_file(self, configure, tmp_path):
        path = tmp_path / "imdb.npz"
        path.write_text("<html>404</html>")
        self.refused(configure, tmp_path, path)

    def test_a_zip_bomb(self, configure, tmp_path, members, write_npz, monkeypatch):
        monkeypatch.setattr(imdb, "LARGEST_BYTES", 2**20)
        bomb = rows([0] * 10**6, [0] * 10**6)
        path = write_npz({**members["imdb"](2, 2), "x_train": bomb})
        assert path.stat().st_size < 2**16
        assert "MiB" in self.refused(configure, tmp_path, path).expected

    def test_one_list_named_very_often(self, configure, tmp_path, members, write_npz, monkeypatch):
        monkeypatch.setattr(imdb, "LARGEST_WORDS", 10**6)
        row = [1] * 1000
        path = write_npz({**members["imdb"](2, 2), "x_train": rows(*[row] * 2000)})
        assert "at most" in self.refused(configure, tmp_path, path).expected

    @pytest.mark.parametrize("name", ["x_train", "y_train", "x_test", "y_test"])
    def test_a_missing_array(self, configure, tmp_path, members, write_npz, name):
        content = members["imdb"]()
        del content[name]
        assert name in self.refused(configure, tmp_path, write_npz(content)).received

    @pytest.mark.parametrize(
        "change",
        [
            {"x_train": np.zeros((2, 5), np.int64)},
            {"x_train": np.zeros(2)},
            {"x_train": rows([1, -1], [2])},
            {"x_train": rows([1, 10**9], [2])},
            {"x_train": rows([1, 10**30], [2])},
            {"x_train": rows([1, 1.5], [2])},
            {"x_train": rows([1, [2]], [2])},
            {"x_train": rows([1, None], [2])},
            {"x_train": rows("ab", [2])},
            {"x_train": rows((1, 2), [2])},
            {"x_train": rows(np.arange(3), [2])},
            {"x_train": rows([1])},
            {"x_train": np.empty((2, 2), object)},
            {"x_train": np.empty(0, object), "y_train": np.empty(0, np.int64)},
            {"y_train": np.array([0, 2])},
            {"y_train": np.array([0, -1])},
            {"y_train": np.array([0.0, 1.0])},
            {"y_train": rows(0, 1)},
            {"y_train": np.array([[0], [1]])},
            {"y_test": np.array([0, 1, 1])},
        ],
    )
    def test_wrong_contents(self, configure, tmp_path, members, write_npz, change):
        content = {**members["imdb"](2, 2), **change}
        self.refused(configure, tmp_path, write_npz(content))


def rename_shape(path: Path) -> None:
    """Make the header of a pickled scalar claim one dimension, so that the pickle is reached."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["x_train.npy"] = (
        contents["x_train.npy"].replace(b"()", b"(2,)", 1).replace(b"  \n", b"\n", 1)
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
