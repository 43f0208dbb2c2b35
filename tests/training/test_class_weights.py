"""Classes of unequal size: what a sample counts for, and scores in which every class counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as numbers

from rnnbench.config import keys
from rnnbench.config.metrics import METRICS
from rnnbench.data import Arrays, InputSpec, prepare
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.seeds import shuffle_order
from rnnbench.training.class_scores import class_scores
from rnnbench.training.class_weights import check_class_weights, class_weights
from rnnbench.training.division import check_division
from rnnbench.training.fit import fit
from rnnbench.training.program import Program
from rnnbench.training.tested import named_scores

LABELS = np.array([0] * 6 + [1] * 2 + [2], np.int32)
NAMES = ("a", "b", "c")


def weighed(configure: Any, value: str) -> Any:
    return configure("+cell=gru", f"training.class_weight={value}")


def test_balanced_classes_weigh_the_same_in_sum(configure: Any) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    found = class_weights(weighed(configure, "balanced"), LABELS, NAMES)
    assert found == pytest.approx(
        compute_class_weight("balanced", classes=np.arange(3), y=LABELS), rel=1e-6
    )
    assert np.bincount(LABELS, weights=found[LABELS]) == pytest.approx([3, 3, 3])


def test_weights_are_by_name_of_the_class(configure: Any) -> None:
    config = weighed(configure, "{c:4,a:1,b:2.5}")
    assert class_weights(config, LABELS, NAMES).tolist() == [1, 2.5, 4]
    check_class_weights(config, NAMES)
    digits = weighed(configure, "{0:1,1:6}")
    assert class_weights(digits, LABELS[6:] - 1, ("0", "1")).tolist() == [1, 6]
    with pytest.raises(ConfigError, match=r"a number for each class, a, b.*received a, b, c"):
        check_class_weights(config, ("a", "b"))


def test_classes_that_count_alike_change_no_key(configure: Any) -> None:
    plain, none = configure("+cell=gru"), weighed(configure, "none")
    assert keys.content(none, ()) == keys.content(plain, ())
    assert "class_weight" not in keys.content(plain, ())["training"]
    balanced = keys.content(weighed(configure, "balanced"), ())
    assert balanced["training"].pop("class_weight") == "balanced"
    assert balanced == keys.content(plain, ())


@pytest.mark.stress
def test_training_is_that_of_keras_with_class_weights(configure: Any) -> None:
    import keras

    config = configure(
        *("+cell=gru", "training.class_weight={0:1,1:5}", "training.validation=test", "seed=3"),
        *("training.batch_size=8", "training.epochs=2", "optimizer=sgd"),
        *("optimizer.learning_rate=0.1", "model.units=4"),
    )
    rng, spec = np.random.default_rng(0), InputSpec(3, 2, None, 2)
    x = rng.normal(size=(21, 3, 2)).astype(np.float32)
    y = (rng.random(21) < 0.2).astype(np.int32)
    data = Arrays(x, y, x, y)
    fitted = fit(program := Program(config, spec), data, config)
    model = build(config, spec, 3)
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", jit_compile=False)
    for epoch in (1, 2):
        order = shuffle_order(3, epoch, len(x))
        labels = y[order][:, None]
        weights = {0: 1.0, 1: 5.0}
        model.fit(x[order], labels, 8, 1, 0, shuffle=False, class_weight=weights)
    for ours, theirs in zip(program.weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    plain = configure("+cell=gru", "training.batch_size=8", "model.units=4", "optimizer=sgd")
    assert fitted.epochs[-1].loss != pytest.approx(
        fit(Program(plain, spec), data, plain).epochs[1].loss, abs=1e-4
    )


@given(st.data(), st.integers(2, 4))
def test_scores_are_those_of_definitions(data: st.DataObject, classes: int) -> None:
    labels = data.draw(numbers(np.int32, 30, elements=st.integers(0, classes - 1)))
    raw = data.draw(numbers(np.int32, (30, classes), elements=st.integers(1, 8)))
    outputs = (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)
    shown = outputs[:, 1:] if classes == 2 else outputs
    named = (shown[:, 0] > 0.5).astype(int) if classes == 2 else outputs.argmax(axis=1)
    present = np.unique(labels)
    recalls = [float((named[labels == one] == one).mean()) for one in present]
    f1 = []
    for one in np.union1d(labels, named):
        hits = float(((named == one) & (labels == one)).sum())
        f1.append(2 * hits / float((named == one).sum() + (labels == one).sum()))
    scores = class_scores(shown, labels)
    assert scores["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert scores["macro_f1"] == pytest.approx(np.mean(f1))
    if len(present) == 1:
        assert "auc" not in scores
        return
    areas = []
    for one in present:
        of, rest = outputs[labels == one, one], outputs[labels != one, one]
        pairs = np.sign(of[:, None].astype(float) - rest[None, :])
        areas.append(float((pairs / 2 + 0.5).mean()))
    assert scores["auc"] == pytest.approx(np.mean(areas))


@given(st.data(), st.integers(2, 4))
def test_scores_are_those_of_scikit_learn(data: st.DataObject, classes: int) -> None:
    from sklearn.metrics import f1_score, recall_score, roc_auc_score

    labels = data.draw(numbers(np.int32, 20, elements=st.integers(0, classes - 1)))
    raw = data.draw(numbers(np.int32, (20, classes), elements=st.integers(1, 5)))
    outputs = (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)
    shown = outputs[:, 1:] if classes == 2 else outputs
    named = (shown[:, 0] > 0.5).astype(int) if classes == 2 else outputs.argmax(axis=1)
    present, averaged = np.unique(labels), {"average": "macro", "zero_division": 0.0}
    expected = {
        "macro_f1": f1_score(labels, named, **averaged),
        "balanced_accuracy": recall_score(labels, named, labels=present, **averaged),
    }
    if len(present) > 1:
        areas = [roc_auc_score(labels == one, outputs[:, one]) for one in present]
        expected["auc"] = np.mean(areas)
    assert class_scores(shown, labels) == pytest.approx(expected)


def test_every_score_is_in_the_catalogue() -> None:
    scores = class_scores(np.array([[0.2], [0.9], [0.6]], np.float32), np.array([0, 1, 0]))
    named = named_scores({"last": scores, "best": scores}, "best")
    assert len(named) == 9
    assert all(METRICS[name].better == "higher" for name in named)


def prepared(configure: Any, tmp_path: Path, labels: list[str], **keys: Any) -> list[str]:
    rows = "".join(f"word {number},{label}\n" for number, label in enumerate(labels))
    path = tmp_path / "mine.csv"
    path.write_text(f"text,label\n{rows}", "utf-8")
    config = configure(
        *("+cell=gru", "data=csv", f"data.path={path}", "data.test_fraction=0.2"),
        *(f"training.{key}={value}" for key, value in keys.items()),
    )
    return check_division(prepare(config.data, tmp_path), config)


def test_a_class_that_has_most_samples_is_told(configure: Any, tmp_path: Path) -> None:
    (told,) = prepared(configure, tmp_path, ["pos"] * 90 + ["neg"] * 10)
    assert "91 % of the training samples are of class pos" in told
    assert "report.metric=test_macro_f1" in told
    assert "training.class_weight=balanced" in told
    (told,) = prepared(configure, tmp_path, ["1"] * 90 + ["0"] * 10, class_weight="balanced")
    assert "class_weight" not in told
    assert prepared(configure, tmp_path, ["pos"] * 80 + ["neg"] * 20) == []


def test_scores_cost_a_worker_no_import_of_scikit_learn() -> None:
    code = (
        "import sys, numpy as np; from rnnbench.training.class_scores import class_scores; "
        "class_scores(np.array([[0.2], [0.9]], np.float32), np.array([0, 1], np.int32)); "
        "print('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
