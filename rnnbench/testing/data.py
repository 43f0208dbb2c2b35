"""What every data set must satisfy for runs on it to be repeatable and comparable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from rnnbench.config.data_section import DataConfig
from rnnbench.config.own_section import own_defaults
from rnnbench.data import Prepared, input_spec, prepare
from rnnbench.data.prepared import ARRAY_NAMES
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import EXTENSION, given
from rnnbench.testing.modules import must_have_a_name, must_have_a_version, must_not_import_keras


class DataSetConformance:
    """Tests of a data set; a class of yours inherits them and has a fixture ``dataset``.

    Attributes:
        keys: keys of ``data`` that the tests are run with, to make it small.
        other: keys that change its contents.
        balanced: whether its classes are about equally frequent.

    Examples:
        In a file of your tests, beside the module ``my_data``:

        .. code-block:: python

            import pytest
            from rnnbench.testing import DataSetConformance

            from my_data import WAVES

            class TestWaves(DataSetConformance):
                keys = {"limit": 100, "test_limit": 40}

                @pytest.fixture
                def dataset(self):
                    return WAVES
    """

    keys: ClassVar[Mapping[str, Any]] = {}
    other: ClassVar[Mapping[str, Any]] = {"limit": 20}
    balanced: ClassVar[bool] = True

    @pytest.fixture
    def dataset(self) -> Any:
        """Return the data set that is tested."""
        raise NotImplementedError("a class that inherits DataSetConformance has `dataset`")

    @pytest.fixture
    def config(self, dataset: Any) -> Iterator[DataConfig]:
        """Yield the section ``data`` of a configuration with the data set."""
        with given("data", dataset) as extension:
            told = {"name": dataset.name, EXTENSION: extension.identity}
            yield DataConfig(**{**told, **own_defaults("data", dataset), **self.keys})

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        """Return the folder below which the data are prepared."""
        return tmp_path / "home"

    @pytest.fixture
    def prepared(self, config: DataConfig, home: Path) -> Prepared:
        """Return the data set as it is prepared."""
        return prepare(config, home)

    def test_has_a_name_a_version_and_a_module_that_imports_no_tensorflow(
        self, dataset: Any
    ) -> None:
        module = type(dataset).__module__
        if module.startswith("rnnbench."):  # one of its own is named by a table
            return
        must_have_a_name(dataset.name)
        must_have_a_version(dataset.version, module)
        must_not_import_keras(module)

    def test_a_key_that_it_does_not_have_is_refused(self, config: DataConfig) -> None:
        if config.extension is None:  # the schema has the keys of rnnbench's own
            return
        wrong = DataConfig(**{**config.model_dump(), "no_such_key": 1})
        with pytest.raises(ConfigError, match=r"data\.no_such_key"):
            input_spec(wrong)

    def test_arrays_have_the_shapes_and_types_that_the_spec_states(
        self, config: DataConfig, prepared: Prepared
    ) -> None:
        spec = input_spec(config)
        assert prepared.spec == spec
        arrays = prepared.arrays()
        tail = () if spec.features is None else (spec.features,)
        is_regression = spec.task == "regression"
        for x, y in ((arrays.x_train, arrays.y_train), (arrays.x_test, arrays.y_test)):
            assert x.shape == (len(y), spec.timesteps, *tail)
            assert x.dtype == (np.int32 if spec.features is None else np.float32)
            if is_regression:
                assert y.shape == (len(x), spec.targets)
                assert y.dtype == np.float32
                assert np.isfinite(y).all()
            else:
                assert y.shape == (len(x),)
                assert y.dtype == np.int32
                assert y.min() >= 0
                assert y.max() < spec.classes
            if spec.vocabulary is not None:
                assert x.min() >= 0
                assert x.max() < spec.vocabulary
        if not is_regression:
            assert set(np.unique(arrays.y_train)) == set(range(spec.classes))

    def test_exactly_one_of_features_and_vocabulary_is_stated(self, config: DataConfig) -> None:
        spec = input_spec(config)
        assert (spec.features is None) != (spec.vocabulary is None)

    def test_exactly_one_of_classes_and_targets_is_stated(self, config: DataConfig) -> None:
        spec = input_spec(config)
        assert (spec.classes == 0) != (spec.targets == 0)

    def test_arrays_are_mapped_read_only(self, prepared: Prepared) -> None:
        for array in prepared.arrays()[: len(ARRAY_NAMES)]:
            assert isinstance(array, np.memmap)
            assert not array.flags.writeable

    def test_the_same_configuration_gives_the_same_digest_here_and_elsewhere(
        self, config: DataConfig, prepared: Prepared, home: Path, tmp_path: Path
    ) -> None:
        again = prepare(config, home)
        assert again == prepared
        elsewhere = prepare(config, tmp_path / "elsewhere")
        assert elsewhere.digest == prepared.digest
        assert elsewhere.facts == prepared.facts

    def test_other_contents_give_another_digest(
        self, config: DataConfig, prepared: Prepared, home: Path
    ) -> None:
        changed = prepare(DataConfig(**{**config.model_dump(), **self.other}), home)
        assert changed.digest != prepared.digest
        assert changed.folder != prepared.folder

    def test_limits_take_the_first_samples(
        self, config: DataConfig, prepared: Prepared, home: Path
    ) -> None:
        few = prepare(config.model_copy(update={"limit": 15, "test_limit": 7}), home)
        assert few.spec == prepared.spec
        whole, part = prepared.arrays(), few.arrays()
        np.testing.assert_array_equal(part.x_train, whole.x_train[:15])
        np.testing.assert_array_equal(part.y_train, whole.y_train[:15])
        np.testing.assert_array_equal(part.x_test, whole.x_test[:7])
        np.testing.assert_array_equal(part.y_test, whole.y_test[:7])
        assert (few.facts["n_train"], few.facts["n_test"]) == (15, 7)

    def test_mask_changes_nothing_on_disk(
        self, config: DataConfig, prepared: Prepared, home: Path
    ) -> None:
        other = prepare(config.model_copy(update={"mask": not config.mask}), home)
        assert other == prepared

    def test_facts_fit_into_json_and_name_every_class(self, prepared: Prepared) -> None:
        assert json.loads(json.dumps(prepared.facts)) == prepared.facts
        if prepared.spec.task == "classification":
            assert len(prepared.facts["class_names"]) == prepared.spec.classes

    def test_classes_are_about_equally_frequent(self, prepared: Prepared) -> None:
        if not self.balanced or prepared.spec.task == "regression":
            pytest.skip("this data set promises no balance")
        counts = np.bincount(prepared.arrays().y_train)
        share = counts / counts.sum() * len(counts)
        assert np.abs(share - 1).max() < 5 * np.sqrt(len(counts) / counts.sum())
