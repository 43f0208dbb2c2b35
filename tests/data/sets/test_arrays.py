"""The user's own arrays: brought to one length, refused where training would go wrong."""

from __future__ import annotations

import tracemalloc
import zipfile

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.data.files import npz
from rnnbench.data.sets import arrays as user_arrays
from rnnbench.errors import ConfigError, DataError


def test_tokens_are_cut_and_padded_in_columns(configure, tmp_path, members, write_npz):
    content = members["tokens"]()
    path = str(write_npz(content))
    config = configure("arrays", path=path, num_words=50, maxlen=10)
    arrays = prepare(config, tmp_path).arrays()
    expected = np.where(content["x_train"] < 50, content["x_train"], 2)
    np.testing.assert_array_equal(arrays.x_train, expected[:, -10:])
    np.testing.assert_array_equal(arrays.x_test[:, 0], 0)
    np.testing.assert_array_equal(
        arrays.x_test[:, 1:], np.where(content["x_test"] < 50, content["x_test"], 2)
    )


def test_features_are_cut_and_padded_in_time(configure, tmp_path, members, write_npz):
    content = members["features"]()
    path = str(write_npz(content))
    longer = prepare(configure("arrays", path=path, maxlen=14, padding="post"), tmp_path)
    x = longer.arrays().x_train
    np.testing.assert_array_equal(x[:, :12], content["x_train"].astype(np.float32))
    assert not x[:, 12:].any()
    shorter = prepare(configure("arrays", path=path, maxlen=5, truncating="post"), tmp_path)
    np.testing.assert_array_equal(
        shorter.arrays().x_train, content["x_train"][:, :5].astype(np.float32)
    )


def test_features_keep_their_own_length_unless_another_is_asked_for(
    configure, tmp_path, members, write_npz
):
    path = str(write_npz(members["features"]()))
    own = prepare(configure("arrays", path=path), tmp_path)
    assert own.spec.timesteps == own.arrays().x_train.shape[1] == 12
    assert prepare(configure("arrays", path=path, maxlen=12), tmp_path) == own
    other = prepare(configure("arrays", path=path, maxlen=100), tmp_path)
    assert other.digest != own.digest


def test_tokens_get_the_length_of_texts_and_that_is_told(configure, tmp_path, members, write_npz):
    path = str(write_npz(members["tokens"]()))
    told: list[str] = []
    config = configure("arrays", path=path, num_words=50)
    usual = prepare(config, tmp_path, on_progress=told.append)
    assert usual.spec.timesteps == usual.arrays().x_train.shape[1] == 100
    assert [line for line in told if "data.maxlen=12 keeps them as they are" in line]
    typed = configure("arrays", path=path, num_words=50, maxlen=100)
    told.clear()
    assert prepare(typed, tmp_path, on_progress=told.append) == usual
    assert told == []


def test_of_two_lengths_the_longer_is_their_own(configure, tmp_path, members, write_npz):
    content = members["features"]()
    content["x_test"] = np.repeat(content["x_test"], 2, axis=1)
    own = prepare(configure("arrays", path=str(write_npz(content))), tmp_path)
    assert own.spec.timesteps == 24
    np.testing.assert_array_equal(own.arrays().x_test, content["x_test"].astype(np.float32))


def test_a_length_beyond_the_longest_has_to_be_typed(configure, write_npz):
    long = {"x": np.zeros((2, 100_001, 1), np.float32), "y": np.arange(2)}
    path = write_npz(
        {f"{name}_{part}": a for part in ("train", "test") for name, a in long.items()}
    )
    with pytest.raises(ConfigError, match=r"^data\.maxlen: .*at most 100000.*100001"):
        input_spec(configure("arrays", path=str(path)))


@pytest.mark.parametrize("name", ["imdb", "reviews", "digits", "temporal_order", "text_dir", "csv"])
def test_other_data_sets_have_no_length_of_their_own(configure, write_texts, tmp_path, name):
    (tmp_path / "mine.csv").write_text("text,label\n" + "a,b\nc,d\n" * 3)
    given = {
        "text_dir": {"path": str(write_texts())},
        "csv": {"path": str(tmp_path / "mine.csv"), "test_fraction": 0.4},
    }
    with pytest.raises(ConfigError, match=r"^data\.maxlen: .*received (null|None)"):
        input_spec(configure(name, maxlen=None, **given.get(name, {})))


def test_whole_numbers_with_a_feature_axis_are_features(configure, members, write_npz):
    content = members["features"]()
    for name in ("x_train", "x_test"):
        content[name] = (content[name] * 50).astype(np.uint8)
    spec = input_spec(configure("arrays", path=str(write_npz(content)), maxlen=12))
    assert (spec.features, spec.vocabulary, spec.classes) == (4, None, 3)


def test_indices_beyond_32_bits_are_rare_words(configure, tmp_path, members, write_npz):
    content = members["tokens"]()
    content["x_train"][0, -1] = 2**40
    config = configure("arrays", path=str(write_npz(content)), num_words=50, maxlen=10)
    assert prepare(config, tmp_path).arrays().x_train[0, -1] == 2


def test_tokens_need_num_words_and_features_refuse_it(configure, members, write_npz):
    tokens = str(write_npz(members["tokens"](), "tokens.npz"))
    features = str(write_npz(members["features"](), "features.npz"))
    for path, num_words in ((tokens, None), (features, 50)):
        with pytest.raises(ConfigError, match=r"^data\.num_words"):
            input_spec(configure("arrays", path=path, num_words=num_words))


@pytest.mark.parametrize(
    "change",
    [
        {"x_train": np.full((50, 12), -1)},
        {"x_train": np.zeros((50, 12))},
        {"x_train": np.zeros(50, int)},
        {"x_train": np.zeros((50, 0), int)},
        {"x_train": np.zeros((50, 12), bool)},
        {"x_train": np.zeros((50, 12, 2, 2))},
        {"x_train": np.zeros((50, 12, 2))},
        {"x_train": np.full((50, 12), "word")},
        {"x_train": np.full((50, 12), None)},
        {"y_train": np.arange(49) % 3},
        {"y_train": np.arange(50) % 3 * 2},
        {"y_train": np.arange(50) % 3 - 1},
        {"y_train": np.zeros(50, int)},
        {"y_train": np.full(50, 10**12)},
        {"y_train": (np.arange(50) % 3).astype(float)},
        {"y_train": (np.arange(50) % 3)[:, None]},
        {"y_test": np.arange(20) % 4},
        {"y_test": np.arange(19) % 3},
    ],
)
def test_arrays_that_cannot_be_trained_on(configure, tmp_path, members, write_npz, change):
    path = write_npz({**members["tokens"](), **change})
    refused(configure("arrays", path=str(path), num_words=50), tmp_path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_features_must_be_finite(configure, tmp_path, members, write_npz, value):
    content = members["features"]()
    content["x_test"][3, 2, 1] = value
    error = refused(configure("arrays", path=str(write_npz(content)), maxlen=12), tmp_path)
    assert "x_test" in error.expected


def test_missing_arrays_are_named(configure, tmp_path, members, write_npz):
    content = members["tokens"]()
    del content["y_test"]
    path = write_npz(content)
    error = refused(configure("arrays", path=str(path), num_words=50), tmp_path)
    assert "no y_test" in error.received
    assert "x_train" in error.received


def test_missing_truncated_and_foreign_files(configure, tmp_path, members, write_npz):
    whole = write_npz(members["tokens"]())
    for name, content in (("half.npz", whole.read_bytes()[:900]), ("text.npz", b"x_train,1")):
        path = tmp_path / name
        path.write_bytes(content)
        refused(configure("arrays", path=str(path), num_words=50), tmp_path)
    refused(configure("arrays", path=str(tmp_path / "none.npz"), num_words=50), tmp_path)
    refused(configure("arrays", path=str(tmp_path), num_words=50), tmp_path)


def test_a_file_larger_than_the_cap(configure, tmp_path, members, write_npz, monkeypatch):
    monkeypatch.setattr(user_arrays, "LARGEST_BYTES", 1000)
    path = write_npz(members["tokens"]())
    assert "MiB" in refused(configure("arrays", path=str(path), num_words=9), tmp_path).expected


def test_a_header_that_claims_more_than_the_file_holds(configure, tmp_path, members, write_npz):
    path = write_npz(members["tokens"]())
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["x_train.npy"] = contents["x_train.npy"].replace(
        b"(50, 12), }          ", b"(50, 1200000000), }  ", 1
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    error = refused(configure("arrays", path=str(path), num_words=50), tmp_path)
    assert "1200000000" in error.expected


def rewrite(path, **changes: bytes) -> None:
    """Change members of an archive."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, changes.get(name.removesuffix(".npy"), content))


def npy(header: bytes) -> bytes:
    return np.lib.format.magic(2, 0) + len(header).to_bytes(4, "little") + header


def peak_of(action) -> int:
    """Bytes that Python had allocated at most."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_header_of_enormous_length_is_not_read(configure, tmp_path, members, write_npz):
    path = write_npz(members["tokens"]())
    rewrite(path, x_train=npy(b" " * 2**26))
    assert path.stat().st_size < 2**18
    config = configure("arrays", path=str(path), num_words=50)
    assert peak_of(lambda: refused(config, tmp_path)) < 2**23


def test_arrays_that_memory_does_not_hold_are_not_unpacked(
    configure, tmp_path, members, write_npz, monkeypatch
):
    content = members["tokens"]() | {"x_train": np.zeros((50, 200_000), np.int64)}
    path = write_npz(content)
    assert path.stat().st_size < 2**18
    config = configure("arrays", path=str(path), num_words=50, maxlen=9)
    monkeypatch.setattr(npz, "available_memory", lambda: 2**27)
    error = None

    def unpack() -> None:
        nonlocal error
        error = refused(config, tmp_path)

    assert peak_of(unpack) < 2**23
    assert "at most 43 MiB of arrays, for which 3 times the memory is free" in error.expected
    monkeypatch.setattr(npz, "available_memory", lambda: None)
    prepare(config, tmp_path / "enough")


@pytest.mark.parametrize(
    "shape", ["(50, 10**9)", "(50, 9" + "0" * 30 + ")", "(50, -12)", "(1" + ", 1" * 4000 + ")"]
)
def test_headers_with_shapes_that_cannot_be(configure, tmp_path, members, write_npz, shape):
    path = write_npz(members["tokens"]())
    text = f"{{'descr': '<i8', 'fortran_order': False, 'shape': {shape}, }}"
    rewrite(path, x_train=npy(text.encode()) + b"\0" * 4800)
    refused(configure("arrays", path=str(path), num_words=50), tmp_path)


def refused(config, tmp_path) -> DataError:
    with pytest.raises(DataError) as caught:
        prepare(config, tmp_path / "home")
    assert caught.value.key == "data.path"
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "home" / "data").is_dir() or not [
        p for p in (tmp_path / "home" / "data").iterdir() if not p.name.endswith(".lock")
    ]
    return caught.value
