"""The generated data sets say what they promise: known noise, known order, known limits."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.data.sets import grammar
from rnnbench.data.sets.grammar import oracle
from rnnbench.data.sets.reviews import decode, texts, vocabulary, word_index
from rnnbench.errors import ConfigError

SENTENCES = {
    "the plot was good .": 1,
    "the plot was not good .": 0,
    "the plot was hardly very good .": 0,
    "the plot was never dull .": 1,
    "the plot was dull but the acting was brilliant .": 1,
    "the plot was brilliant but the acting was not brilliant .": 0,
    "i do not like the plot .": 0,
    "it was not filmed in the village . the plot was good .": 1,
    "the plot was dull . i hate the cast . the plot was good .": 0,
}


@pytest.fixture(scope="module")
def reviews():
    return list(grammar.stream("test", 3000))


@pytest.mark.parametrize(("text", "label"), SENTENCES.items())
def test_the_oracle_reads_negation_contrast_and_majority(text, label):
    assert oracle(text.split()) == label


def test_the_oracle_is_always_right_about_the_whole_text(reviews):
    assert [oracle(review.words) for review in reviews] == [review.truth for review in reviews]


def test_five_percent_of_the_labels_are_noise(reviews):
    agreement = np.mean([oracle(review.words) == review.label for review in reviews])
    assert agreement == pytest.approx(1 - grammar.LABEL_NOISE, abs=0.015)


def test_labels_are_balanced_and_lengths_are_log_normal(reviews):
    lengths = np.array([len(review.words) for review in reviews])
    assert np.mean([review.truth for review in reviews]) == pytest.approx(0.5, abs=0.04)
    assert 44 <= np.median(lengths) <= 56
    assert np.log(lengths).std() == pytest.approx(grammar.LENGTH_SIGMA, abs=0.12)


def test_training_and_test_reviews_are_different_streams():
    train, test = texts("train", 200), texts("test", 200)
    assert not {text for text, _ in train if len(text) > 300} & {text for text, _ in test}


def test_a_longer_stream_starts_with_the_shorter_one():
    assert texts("train", 260)[:7] == texts("train", 7)


def test_words_are_ranked_by_frequency_from_index_four():
    index = word_index()
    assert sorted(index.values()) == list(range(4, len(index) + 4))
    assert index["the"] <= 5
    assert index["the"] < index["but"] < index["memorable"]


def test_texts_encode_to_what_the_data_set_holds(configure, tmp_path):
    prepared = prepare(configure("reviews", limit=20, test_limit=20, padding="post"), tmp_path)
    arrays = prepared.arrays()
    for row, label, (text, expected) in zip(
        arrays.x_train, arrays.y_train, texts("train", 20), strict=True
    ):
        tokens = vocabulary().encode(text)[-100:]
        np.testing.assert_array_equal(row[: len(tokens)], tokens)
        assert label == expected
    assert decode(vocabulary().encode("The plot, zzz!"))[1:] == ["the", "plot", "?"]


def test_best_possible_accuracy_counts_what_truncation_hides(configure, tmp_path):
    best = {
        maxlen: prepare(
            configure("reviews", maxlen=maxlen, limit=20, test_limit=500), tmp_path
        ).facts["best_possible_accuracy"]
        for maxlen in (10, 50, 500)
    }
    assert best[10] < best[50] < best[500]
    assert best[500] == pytest.approx(0.95)


def test_a_bag_of_words_stays_clearly_below_the_best(configure, tmp_path):
    from sklearn.linear_model import LogisticRegression

    prepared = prepare(configure("reviews"), tmp_path)
    arrays = prepared.arrays()

    def counts(x):
        return np.stack([np.bincount(row, minlength=200)[1:] for row in x])

    model = LogisticRegression(C=0.1, max_iter=2000).fit(counts(arrays.x_train), arrays.y_train)
    accuracy = model.score(counts(arrays.x_test), arrays.y_test)
    assert 0.68 < accuracy < 0.80
    assert prepared.facts["best_possible_accuracy"] > accuracy + 0.12


@pytest.mark.parametrize("maxlen", [11, 30, 110, 220])
def test_temporal_order_puts_its_symbols_where_the_paper_says(configure, tmp_path, maxlen):
    config = configure("temporal_order", maxlen=maxlen, limit=300, test_limit=300)
    arrays = prepare(config, tmp_path).arrays()
    letters = np.array(list("abcdXYBE"))
    scale = maxlen / 110
    for x, label in zip(arrays.x_train, arrays.y_train, strict=True):
        steps = x.sum(axis=1)
        length = int(steps.sum())
        assert set(np.unique(x)) <= {0.0, 1.0}
        assert not steps[: maxlen - length].any()
        text = "".join(letters[x[maxlen - length :].argmax(axis=1)])
        assert text[0] == "E"
        assert text[-1] == "B"
        places = [i for i, letter in enumerate(text) if letter in "XY"]
        assert set(text[1:-1]) <= set("abcdXY")
        first, second = places
        assert round(10 * scale) <= first <= round(20 * scale)
        assert round(50 * scale) <= second <= round(60 * scale)
        assert round(100 * scale) <= length <= maxlen
        assert ["XX", "XY", "YX", "YY"][label] == text[first] + text[second]


def test_temporal_order_pads_behind_when_asked(configure, tmp_path):
    config = configure("temporal_order", padding="post", limit=50, test_limit=5)
    x = prepare(config, tmp_path).arrays().x_train
    assert (x[:, 0].argmax(axis=1) == 7).all()


def test_digits_are_the_images_row_by_row(configure, tmp_path):
    from sklearn.datasets import load_digits

    arrays = prepare(configure("digits"), tmp_path).arrays()
    images, labels = load_digits(return_X_y=True)
    ours = np.concatenate([arrays.x_train, arrays.x_test]).reshape(-1, 64) * 16
    our_labels = np.concatenate([arrays.y_train, arrays.y_test])
    order = np.lexsort(images.T)
    our_order = np.lexsort(ours.T)
    np.testing.assert_array_equal(ours[our_order], images[order])
    np.testing.assert_array_equal(our_labels[our_order], labels[order])


@pytest.mark.parametrize(
    ("name", "keys", "key"),
    [
        ("reviews", {"num_words": None}, "data.num_words"),
        ("reviews", {"path": "somewhere"}, "data.path"),
        ("digits", {"maxlen": 9}, "data.maxlen"),
        ("digits", {"num_words": 100}, "data.num_words"),
        ("digits", {"path": "somewhere"}, "data.path"),
        ("temporal_order", {"num_words": 100}, "data.num_words"),
        ("temporal_order", {"maxlen": 5}, "data.maxlen"),
        ("temporal_order", {"limit": 100_001}, "data.limit"),
        ("imdb", {"num_words": None}, "data.num_words"),
        ("arrays", {"path": None}, "data.path"),
        ("digits", {"name": "numbers"}, "data.name"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(configure, tmp_path, name, keys, key):
    config = configure(name, **({"path": "x.npz"} if name == "arrays" else {})).model_copy(
        update=keys
    )
    for call in (input_spec, lambda c: prepare(c, tmp_path)):
        with pytest.raises(ConfigError) as caught:
            call(config)
        assert caught.value.key == key
        assert caught.value.action
    assert not list(tmp_path.iterdir())


def test_importing_the_package_imports_nothing_heavy():
    import os
    import subprocess
    import sys
    from pathlib import Path

    import rnnbench

    code = (
        "import sys, rnnbench.data; print([m for m in "
        "('tensorflow', 'keras', 'mlflow', 'sklearn', 'scipy', 'pandas') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(rnnbench.__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
