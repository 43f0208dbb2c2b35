"""The learning rate from epoch to epoch."""

from __future__ import annotations

import types
from typing import Any

import pytest

from rnnbench.config.roles import Compiled
from rnnbench.training.history import Epoch
from rnnbench.training.schedule import Schedule


def rates(config: Any, losses: list[float]) -> list[float]:
    """Return the rate of each epoch, where they end with these validation losses."""
    schedule, found = Schedule(config), []
    for number, loss in enumerate(losses, 1):
        found.append(schedule.rate(number))
        schedule.heard(Epoch(number, 1.0, 0.5, loss, 0.5, 1.0))
    return found


def scheduled(configure: Any, *words: str, epochs: int = 8) -> Any:
    rate = "optimizer.learning_rate=0.1"
    names = (f"training.schedule.{word}" for word in words)
    return configure("+cell=gru", f"training.epochs={epochs}", rate, *names)


def test_is_constant_where_nothing_is_said(configure: Any) -> None:
    assert rates(scheduled(configure), [1.0] * 8) == [0.1] * 8


def test_cosine_is_that_of_keras(configure: Any) -> None:
    import keras

    config = scheduled(configure, "kind=cosine", "floor=0.2")
    decay = keras.optimizers.schedules.CosineDecay(0.1, 8, alpha=0.2)
    expected = [float(decay(step)) for step in range(8)]
    assert rates(config, [1.0] * 8) == pytest.approx(expected, rel=1e-6)


def test_steps_fall_after_so_many_epochs_and_not_below_the_floor(configure: Any) -> None:
    config = scheduled(configure, "kind=step", "every=2", "factor=0.5", "floor=0.2")
    expected = [0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02]
    assert rates(config, [1.0] * 8) == pytest.approx(expected)


@pytest.mark.parametrize(
    "losses",
    [
        [1.0, 0.9, 0.9, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
        [1.0, 0.99995, 0.9999, 0.9998, 0.5, 0.6, 0.4, 0.41, 0.42, 0.3, 0.2, 0.1],
        [1.0] * 12,
    ],
)
def test_plateaus_are_those_of_keras(configure: Any, losses: list[float]) -> None:
    import keras

    config = scheduled(
        configure, "kind=plateau", "patience=2", "factor=0.5", "floor=0.1", epochs=12
    )
    model = types.SimpleNamespace(optimizer=keras.optimizers.SGD(0.1))
    callback = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=2, min_lr=0.01)
    callback.set_model(model)
    callback.on_train_begin()
    expected = []
    for epoch, loss in enumerate(losses):
        expected.append(float(model.optimizer.learning_rate.numpy()))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    assert rates(config, losses) == pytest.approx(expected, rel=1e-6)


def test_arms_with_other_schedules_share_a_program_and_have_keys_of_their_own(
    configure: Any,
) -> None:
    from rnnbench.config import keys

    plain, cosine = scheduled(configure), scheduled(configure, "kind=cosine")
    idle = scheduled(configure, "every=3", "factor=0.5", "patience=2", "floor=0.5")
    other = scheduled(configure, "kind=cosine", "every=3", "factor=0.5")
    assert keys.content(idle, ()) == keys.content(plain, ())
    assert keys.content(other, ()) == keys.content(cosine, ()) != keys.content(plain, ())
    assert "schedule" not in keys.content(plain, ())["training"]
    programs = [keys.content(one, (), compiled=True) for one in (plain, cosine)]
    assert programs[0] == programs[1]
    assert keys.role("training.schedule.kind", Compiled) is None


def test_penalties_and_normalisation_change_no_key_where_they_are_off(configure: Any) -> None:
    from rnnbench.config import keys

    plain = configure("+cell=gru")
    off = configure("+cell=gru", "model.l2=0", "model.recurrent_l2=0.0", "model.layer_norm=false")
    assert keys.content(off, ()) == keys.content(plain, ())
    assert not {"l2", "recurrent_l2", "layer_norm"} & set(keys.content(plain, ())["model"])
