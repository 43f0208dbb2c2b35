"""What arms are told apart by is the same in reports, in lists of runs and in MLflow."""

from __future__ import annotations

from rnnbench.config.arm_names import label_axes, short_label, told_apart


def told(*arms: tuple[str, dict[str, str]]) -> list[dict[str, str]]:
    return told_apart(arms)


def test_arms_are_told_apart_by_what_varies_within_a_cell() -> None:
    arms = [("lstm", {"model.units": "64"}), ("gru", {"model.units": "74"})]
    assert told(*arms) == [{}, {}]
    assert told(*arms, ("gru", {"model.units": "9"})) == [
        {"model.units": "64"},
        {"model.units": "74"},
        {"model.units": "9"},
    ]


def test_a_parameter_that_some_arms_lack_tells_them_apart() -> None:
    arms = ("gru", {"training.buckets": "16"}), ("gru", {})
    assert told(*arms) == [{"training.buckets": "16"}, {"training.buckets": "none"}]


def test_an_option_that_a_cell_does_not_mention_has_its_default() -> None:
    assert told(("gru", {"cell.activation": "tanh"}), ("gru", {})) == [{}, {}]


def test_what_changes_no_result_tells_no_arms_apart() -> None:
    first = {"seed": "0", "executor.threads": "1", "data.path": "a.csv", "match": "null"}
    other = {"seed": "1", "executor.threads": "2", "data.path": "b.csv", "match": "lstm:8"}
    assert told(("gru", first), ("gru", other)) == [{}, {}]


def test_a_key_that_is_idle_names_no_arm() -> None:
    kind, floor = "training.schedule.kind", "training.schedule.floor"
    cosine = ("gru", {kind: "cosine", floor: "0.0"})
    assert told(("gru", {}), cosine) == [{kind: "constant"}, {kind: "cosine"}]
    other = ("gru", {kind: "cosine", floor: "0.1"})
    assert told(("gru", {}), cosine, other) == [
        {kind: "constant"},
        {kind: "cosine", floor: "0"},
        {kind: "cosine", floor: "0.1"},
    ]


def test_drawn_numbers_have_four_digits() -> None:
    key = "optimizer.learning_rate"
    first, _ = told(("gru", {key: "0.0012345678"}), ("gru", {key: "0.1"}))
    assert first == {key: "0.001235"}


def test_a_label_holds_the_axes_of_its_sweep() -> None:
    label = "gru model.depth=2 data=imdb"
    assert label_axes(label) == {"model.depth": "2", "data": "imdb"}
    assert short_label(label) == "gru depth=2 data=imdb"


def test_a_parameter_that_was_not_logged_has_the_value_at_which_its_key_is_idle() -> None:
    told = {
        "training.loss": ("mae", "mse"),
        "training.schedule.kind": ("cosine", "constant"),
        "model.l2": ("0.001", "0"),
        "model.layer_norm": ("True", "False"),
        "training.class_weight": ("balanced", "none"),
        "training.buckets": ("16", "none"),
    }
    for key, (typed, meant) in told.items():
        found = told_apart([("lstm", {key: typed}), ("lstm", {})])
        assert found == [{key: typed}, {key: meant}]
