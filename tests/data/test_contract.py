"""What every data set keeps, whatever its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.data import Prepared, input_spec, prepare
from rnnbench.data.contract import ARRAY_NAMES


class Conformance:
    name: str
    keys: dict[str, Any] = {}  # noqa: RUF012
    other: dict[str, Any] = {"limit": 20}  # noqa: RUF012  keys that change the contents
    balanced = True

    @pytest.fixture
    def config(self, configure, tmp_path):
        return configure(self.name, **self.keys)

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        return tmp_path / "home"

    @pytest.fixture
    def prepared(self, config, home) -> Prepared:
        return prepare(config, home)

    def test_arrays_have_the_shapes_and_types_that_the_spec_states(self, config, prepared):
        spec = input_spec(config)
        assert prepared.spec == spec
        arrays = prepared.arrays()
        tail = () if spec.features is None else (spec.features,)
        for x, y in ((arrays.x_train, arrays.y_train), (arrays.x_test, arrays.y_test)):
            assert x.shape == (len(y), spec.timesteps, *tail)
            assert x.dtype == (np.int32 if spec.features is None else np.float32)
            assert y.dtype == np.int32
            assert y.min() >= 0
            assert y.max() < spec.classes
            if spec.vocabulary is not None:
                assert x.min() >= 0
                assert x.max() < spec.vocabulary
        assert set(np.unique(arrays.y_train)) == set(range(spec.classes))

    def test_exactly_one_of_features_and_vocabulary_is_stated(self, config):
        spec = input_spec(config)
        assert (spec.features is None) != (spec.vocabulary is None)

    def test_arrays_are_mapped_read_only(self, prepared):
        for array in prepared.arrays()[: len(ARRAY_NAMES)]:
            assert isinstance(array, np.memmap)
            assert not array.flags.writeable

    def test_the_same_configuration_gives_the_same_digest_here_and_elsewhere(
        self, config, prepared, home, tmp_path
    ):
        again = prepare(config, home)
        assert again == prepared
        elsewhere = prepare(config, tmp_path / "elsewhere")
        assert elsewhere.digest == prepared.digest
        assert elsewhere.facts == prepared.facts

    def test_other_contents_give_another_digest(self, config, prepared, home):
        changed = prepare(config.model_copy(update=self.other), home)
        assert changed.digest != prepared.digest
        assert changed.folder != prepared.folder

    def test_limits_take_the_first_samples(self, config, prepared, home):
        few = prepare(config.model_copy(update={"limit": 15, "test_limit": 7}), home)
        assert few.spec == prepared.spec
        whole, part = prepared.arrays(), few.arrays()
        np.testing.assert_array_equal(part.x_train, whole.x_train[:15])
        np.testing.assert_array_equal(part.y_train, whole.y_train[:15])
        np.testing.assert_array_equal(part.x_test, whole.x_test[:7])
        np.testing.assert_array_equal(part.y_test, whole.y_test[:7])
        assert (few.facts["n_train"], few.facts["n_test"]) == (15, 7)

    def test_mask_changes_nothing_on_disk(self, config, prepared, home):
        other = prepare(config.model_copy(update={"mask": not config.mask}), home)
        assert other == prepared

    def test_facts_fit_into_json_and_name_every_class(self, prepared):
        assert json.loads(json.dumps(prepared.facts)) == prepared.facts
        assert len(prepared.facts["class_names"]) == prepared.spec.classes

    def test_classes_are_about_equally_frequent(self, prepared):
        if not self.balanced:
            pytest.skip("this data set promises no balance")
        counts = np.bincount(prepared.arrays().y_train)
        share = counts / counts.sum() * len(counts)
        assert np.abs(share - 1).max() < 5 * np.sqrt(len(counts) / counts.sum())


class TestReviews(Conformance):
    name = "reviews"
    keys = {"limit": 400, "test_limit": 150}  # noqa: RUF012


class TestDigits(Conformance):
    name = "digits"


class TestTemporalOrder(Conformance):
    name = "temporal_order"
    keys = {"limit": 400, "test_limit": 150, "maxlen": 44}  # noqa: RUF012


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
