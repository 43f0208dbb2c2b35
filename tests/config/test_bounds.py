"""Whole numbers have an upper bound: beyond it they are typing errors, not wishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError
from rnnbench.sweep.declaration import check_arms

# The ranges of a search are those of the keys that it draws; published values are anyone's.
_FREE = ("search.space", "published", "claims", "sweep.grid", "sweep.per_data")


def unbounded(
    node: dict[str, Any], definitions: dict[str, dict[str, Any]], key: str = ""
) -> Iterator[str]:
    """Yield the keys whose whole numbers have no upper bound."""
    if "$ref" in node:
        node = definitions[node["$ref"].rsplit("/", 1)[-1]]
    if key in _FREE:
        return
    if node.get("type") == "integer" and not {"maximum", "exclusiveMaximum"} & set(node):
        yield key
    for branch in (*node.get("anyOf", ()), *([node["items"]] if "items" in node else ())):
        yield from unbounded(branch, definitions, key)
    for name, part in node.get("properties", {}).items():
        yield from unbounded(part, definitions, f"{key}.{name}".lstrip("."))


def test_every_whole_number_has_an_upper_bound() -> None:
    schema = Config.model_json_schema()
    assert list(unbounded(schema, schema["$defs"])) == []


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("data.num_words=99999999999", "at most 10000000"),
        ("training.batch_size=100000000000000000000", "at most 65536"),
        ("training.epochs=100000000000", "at most 1000000"),
        ("data.limit=100000000000", "at most 1000000000"),
        ("data.maxlen=100001", "at most 100000"),
    ],
)
def test_a_number_out_of_all_proportion_is_refused(word: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        expand(["+cell=gru", word])
    assert caught.value.key == word.split("=")[0]
    assert told in caught.value.expected


def test_an_epoch_that_is_never_reached_cannot_be_measured() -> None:
    words = ["+cell=gru", "training.epochs=2"]
    for epochs in ("[]", "[0]", "[2]", "[1,5,10]"):
        check_arms(expand([*words, f"diagnostics.gradient_flow={epochs}"]))
    with pytest.raises(ConfigError, match=r"^diagnostics\.gradient_flow: .*epochs=2.*\[5, 3\]"):
        check_arms(expand([*words, "diagnostics.gradient_flow=[5,3]"]))
