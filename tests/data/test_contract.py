"""What every data set keeps, whatever its source."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data import prepare
from rnnbench.data.soundness import META
from rnnbench.data.sources import SOURCES, shipped
from rnnbench.testing import DataSetConformance


class Conformance(DataSetConformance):
    name: str

    @pytest.fixture
    def config(self, configure, tmp_path):
        return configure(self.name, **self.keys)

    @pytest.fixture
    def dataset(self):
        return shipped(self.name)


class TestReviews(Conformance):
    name = "reviews"
    keys = {"limit": 400, "test_limit": 150}  # noqa: RUF012


class TestDigits(Conformance):
    name = "digits"


class TestTemporalOrder(Conformance):
    name = "temporal_order"
    keys = {"limit": 400, "test_limit": 150, "maxlen": 44}  # noqa: RUF012


class TestAdding(Conformance):
    name = "adding"
    keys = {"limit": 400, "test_limit": 150, "maxlen": 44}  # noqa: RUF012


class TestMackeyGlass(Conformance):
    name = "mackey_glass"
    keys = {"test": 200, "validation": 100, "stride": 5}  # noqa: RUF012

    def test_limits_take_the_first_samples(self, config, prepared, home):
        """Of a series, training takes the latest windows before the validation part."""
        few = prepare(config.model_copy(update={"limit": 15, "test_limit": 7}), home)
        held_out = prepared.facts["n_validation"]
        assert few.facts["n_validation"] == held_out
        assert (few.facts["n_train"], few.facts["n_test"]) == (15 + held_out, 7)
        part, scale = few.arrays(), prepared.arrays().scale_train
        own = part.scale_train.undo(part.y_train)
        np.testing.assert_allclose(
            own, scale.undo(prepared.arrays().y_train[-len(own) :]), atol=1e-6
        )


class FromFile(Conformance):
    kind: str

    @pytest.fixture
    def config(self, configure, tmp_path, members, write_npz):
        path = write_npz(members[self.kind]())
        return configure(self.name, path=str(path), **self.keys)

    def test_only_the_contents_of_the_file_matter(self, config, prepared, home, members, write_npz):
        moved = write_npz(members[self.kind](), "other/place.npz")
        Path(config.path).unlink()
        again = prepare(config.model_copy(update={"path": str(moved)}), home)
        assert again.folder == prepared.folder

    def test_another_file_is_prepared_anew(self, config, prepared, home, members, write_npz):
        changed = members[self.kind]()
        changed["y_test"] = changed["y_test"][::-1].copy()
        write_npz(changed)
        again = prepare(config, home)
        assert again.digest != prepared.digest


class TestImdbFile(FromFile):
    name, kind = "imdb", "imdb"
    keys = {"maxlen": 12, "num_words": 100}  # noqa: RUF012


class TestTokenArrays(FromFile):
    name, kind = "arrays", "tokens"
    keys = {"maxlen": 10, "num_words": 40}  # noqa: RUF012


class TestFeatureArrays(FromFile):
    name, kind = "arrays", "features"
    keys = {"maxlen": 12}  # noqa: RUF012


class TestTextDir(Conformance):
    name = "text_dir"
    keys = {"maxlen": 6, "num_words": 20}  # noqa: RUF012

    @pytest.fixture
    def config(self, configure, write_texts):
        texts = {
            name: [f"{name} word{i % 5} it's {i}" for i in range(12)] for name in ("a", "b", "c")
        }
        path = write_texts({"train": texts, "test": texts})
        return configure(self.name, path=str(path), **self.keys)

    def test_only_names_and_contents_matter(self, config, prepared, home, tmp_path):
        moved = (tmp_path / "texts").rename(tmp_path / "moved")
        again = prepare(config.model_copy(update={"path": str(moved)}), home)
        assert again.folder == prepared.folder

    def test_another_text_is_prepared_anew(self, config, prepared, home):
        (Path(config.path) / "test" / "b" / "3_7.txt").write_text("word1 word2 b")
        again = prepare(config, home)
        assert again.digest != prepared.digest


class TestCsv(Conformance):
    name = "csv"
    keys = {"maxlen": 6, "num_words": 20, "test_fraction": 0.4}  # noqa: RUF012

    @pytest.fixture
    def config(self, configure, tmp_path):
        rows = [f'"word{i % 7}, it is {i}",{"abc"[i % 3]}' for i in range(60)]
        path = tmp_path / "table.csv"
        path.write_text("\n".join(["text,label", *rows]))
        return configure(self.name, path=str(path), **self.keys)

    def test_another_row_is_prepared_anew(self, config, prepared, home):
        with Path(config.path).open("a") as file:
            file.write("\nword1 word2,a")
        assert prepare(config, home).digest != prepared.digest


def test_a_limit_beyond_what_there_is_takes_all(configure, tmp_path):
    everything = prepare(configure("digits"), tmp_path)
    more = prepare(configure("digits", limit=10**6, test_limit=10**6), tmp_path)
    assert (more.facts["n_train"], more.facts["n_test"]) == (1437, 360)
    assert more.digest == everything.digest


def test_every_data_set_has_its_conformance_tests() -> None:
    def below(kind: type) -> set[type]:
        return {one for sub in kind.__subclasses__() for one in (sub, *below(sub))}

    tested = {getattr(one, "name", "") for one in below(Conformance)}
    assert set(SOURCES) - tested == {"sunspots", "co2", "series"}  # tests/data/sets/series


def test_a_summary_has_no_field_that_only_other_tasks_need(configure, tmp_path):
    """An earlier version that shares the home has to read it."""
    made = prepare(configure("reviews", limit=20, test_limit=10, maxlen=5), tmp_path)
    meta = json.loads((made.folder / META).read_text("utf-8"))
    assert set(meta["spec"]) == {"timesteps", "features", "vocabulary", "classes"}
