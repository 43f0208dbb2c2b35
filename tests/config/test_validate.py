"""What the schema refuses, and the key and words with which it says so."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from rnnbench.config.compose import composer
from rnnbench.config.keys import keys as schema_keys
from rnnbench.config.paths import resource_dir
from rnnbench.config.validate import suggestion, validate
from rnnbench.data.sources import OWN_KEYS, SOURCES
from rnnbench.errors import ConfigError


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    with composer() as hydra:
        plain = hydra.compose(["+cell=gru"])
    del plain["references"]  # no key
    return plain


def changed(mapping: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with ``section__key=value`` set; a value of ``...`` deletes the key."""
    mapping = copy.deepcopy(mapping)
    for name, value in values.items():
        node = mapping
        *parents, last = name.split("__")
        for parent in parents:
            node = node[parent]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return mapping


@pytest.mark.parametrize(
    ("values", "key", "expected", "received"),
    [
        ({"model__units": 1.5}, "model.units", "a whole number at least 1 and", "1.5"),
        ({"model__units": True}, "model.units", "a whole number", "True"),
        ({"model__units": "64"}, "model.units", "a whole number", "'64'"),
        ({"model__units": ""}, "model.units", "a whole number", "''"),
        ({"model__units": None}, "model.units", "a whole number", "null"),
        ({"model__units": 65537}, "model.units", "at most 65536", "65537"),
        ({"model__dropout": 1.0}, "model.dropout", "at least 0 and below 1", "1.0"),
        ({"model__head": "top"}, "model.head", "one of last, flatten, mean, max", "'top'"),
        ({"model": 4}, "model", "a section of keys", "4"),
        ({"data__limit": 0}, "data.limit", "at least 1 and at most 1000000000 or null", "0"),
        ({"optimizer__learning_rate": float("inf")}, "optimizer.learning_rate", "finite", "inf"),
        ({"optimizer__learning_rate": 0}, "optimizer.learning_rate", "above 0", "0"),
        ({"training__jit_compile": "maybe"}, "training.jit_compile", "true or false", "'maybe'"),
        ({"executor__workers": "x"}, "executor.workers", "auto", "'x'"),
        ({"home": None}, "home", "text that is not empty", "null"),
        ({"home": ""}, "home", "text that is not empty", "''"),
        ({"seed": -1}, "seed", "at least 0", "-1"),
        ({"seed": 2**31}, "seed", "below", str(2**31)),
        ({"seeds": 0}, "seeds", "at least 1", "0"),
        ({"report__name": "a/b"}, "report.name", "letters", "'a/b'"),
        ({"report__name": ".."}, "report.name", "letters", "'..'"),
        ({"tracking__experiment": ""}, "tracking.experiment", "not empty", "''"),
        ({"claims": [1]}, "claims.0", "a section of keys", "1"),
        ({"claims": [{"text": "a"}]}, "claims.0.source", "text", "nothing"),
        ({"model__embedding__dim": ...}, "model.embedding.dim", "a whole number", "nothing"),
        ({"data": ...}, "data", "a section of keys", "nothing"),
        ({"model__unitz": 4}, "model.unitz", "a key that exists", "model.unitz=4"),
        ({"foo": 1}, "foo", "a key that exists", "foo=1"),
    ],
)
def test_value_is_refused(
    composed: dict[str, Any], values: dict[str, Any], key: str, expected: str, received: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        validate(changed(composed, **values))
    assert caught.value.key == key
    assert expected in caught.value.expected
    assert caught.value.received == received
    assert caught.value.action


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (
            {"training__validation": "none", "training__early_stopping__patience": 2},
            "training.early_stopping.patience",
        ),
        ({"training__validation": "none", "training__test": "best"}, "training.test"),
        (
            {"training__validation": "none", "tracking__save_model": "best"},
            "tracking.save_model",
        ),
        (
            {"training__deterministic": True, "training__jit_compile": True},
            "training.deterministic",
        ),
        ({"data__mask": True, "model__head": "flatten"}, "data.mask"),
        ({"data__mask": True, "model__head": "max"}, "data.mask"),
    ],
)
def test_keys_that_exclude_each_other_are_each_right_alone(
    composed: dict[str, Any], values: dict[str, Any], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        validate(changed(composed, **values))
    assert caught.value.key == key
    for name, value in values.items():
        validate(changed(composed, **{name: value}))


def test_edges_of_ranges_are_valid(composed: dict[str, Any]) -> None:
    config = validate(
        changed(composed, model__units=65536, model__depth=8, model__dropout=0, seed=0, seeds=1)
    )
    assert (config.model.units, config.seed) == (65536, 0)
    assert isinstance(config.model.dropout, float)


def test_configuration_cannot_be_changed(composed: dict[str, Any]) -> None:
    config = validate(composed)
    with pytest.raises(ValueError, match="frozen"):
        config.model.units = 4


def test_composed_configuration_holds_every_known_key(composed: dict[str, Any]) -> None:
    def keys(mapping: dict[str, Any], prefix: str = "") -> set[str]:
        found = set()
        for key, value in mapping.items():
            found.add(prefix + key)
            if isinstance(value, dict):
                found |= keys(value, f"{prefix}{key}.")
        return found

    cells_own = {"cell.activation", "cell.recurrent_activation"}
    # What `conf/` leaves out would have no default; what it adds would be refused.
    known = {key for key in schema_keys() if not key.startswith("claims.")}
    # Keys of some data sets only are in the files of those.
    data_sets_own = {f"data.{key}" for own in OWN_KEYS.values() for key in own}
    assert keys(composed) - cells_own == known - data_sets_own


@pytest.mark.parametrize("name", SOURCES)
def test_file_of_a_data_set_holds_its_own_keys(composed: dict[str, Any], name: str) -> None:
    plain = yaml.safe_load((resource_dir("conf") / "data" / f"{name}.yaml").read_text("utf-8"))
    assert set(plain) - set(composed["data"]) == OWN_KEYS.get(name, set())


def test_idle_keys_are_no_part_of_a_configuration(composed: dict[str, Any]) -> None:
    config = validate(composed)
    assert set(config.model_dump()["data"]) == set(composed["data"])
    assert validate(config.model_dump()) == config


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("model.unitz", "model.units"),
        ("units", "model.units"),
        ("epochs", "training.epochs"),
        ("epoch", "training.epochs"),
        ("text_column", "data.text_column"),
        ("model.maxlen", "data.maxlen"),
        ("MAXLEN", "data.maxlen"),
        ("uri", "tracking.uri"),
        ("path", "data.path or model.embedding.path"),
        ("zzz", ""),
        ("lr", ""),
    ],
)
def test_suggestion_is_the_nearest_key_or_nothing(typed: str, meant: str) -> None:
    assert suggestion(typed, schema_keys()) == (f"did you mean {meant}?" if meant else "")
