"""The words after a command, read with Hydra's own grammar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType, Quote, QuotedString
from hydra.errors import HydraException

from rnnbench.config.optimizer_options import OPTION_MEANINGS
from rnnbench.errors import ConfigError
from rnnbench.extensions.origin import TARGET
from rnnbench.extensions.registry import refused

CELL = "cell"
_OPTIMIZER = "optimizer."
MOST_COMBINATIONS = 10_000


def parse(words: Sequence[str], loader: ConfigLoader | None = None) -> list[Override]:
    """Parse overrides; a bare ``cell=gru`` becomes ``+cell=gru``.

    So does an optimizer's option, which its file leaves out: ``++optimizer.beta_1=0.8``.

    Raises:
        ConfigError: for a word that is no override, a key given twice, or a list of cells.
    """
    overrides: list[Override] = []
    parser = OverridesParser.create(config_loader=loader)
    for word in words:
        if TARGET in word:
            raise refused(word.split("=", 1)[0].lstrip("+~"), word)
        if word.startswith("cell="):
            word = "+" + word
        elif word.split("=", 1)[0].removeprefix(_OPTIMIZER) in OPTION_MEANINGS:
            word = "++" + word
        try:
            (override,) = parser.parse_overrides([word])
        except HydraException as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigError(
                word.split("=", 1)[0] or "override",
                "key=value in Hydra's grammar",
                word,
                f"quote special characters ({reason})",
            ) from None
        if not override.key_or_group:
            raise ConfigError("override", "key=value", word, "name the key before the equals sign")
        override.input_line = word
        overrides.append(override)
    _refuse_repeats(overrides)
    _refuse_cell_list(overrides)
    return overrides


def axis_values(override: Override) -> list[Any]:
    """Return the values of a multi-valued override, as plain Python objects.

    Raises:
        ConfigError: for ``interval()``, which cannot be enumerated, and for a sweep of no values or
            of too many.
    """
    key, word = override.key_or_group, str(override.input_line)
    if not override.is_discrete_sweep():
        expected = "values that can be enumerated, as in a,b or range(1,5)"
        raise ConfigError(key, expected, word, "replace interval(...) by range(...)")
    try:
        elements = list(islice(override.sweep_iterator(), MOST_COMBINATIONS + 1))
    except (ValueError, ArithmeticError, HydraException):
        expected = "a range of numbers with a step that is not 0, as in range(1,5)"
        raise ConfigError(key, expected, word, "correct the range") from None
    if len(elements) > MOST_COMBINATIONS:
        action = "take larger steps, or several sweeps: finished runs are shared"
        raise ConfigError(key, f"at most {MOST_COMBINATIONS:,} values", word, action)
    if not elements:
        raise ConfigError(key, "at least one value", word, "widen the pattern")
    return [Override._convert_value(value) for value in elements]


def with_value(override: Override, value: Any) -> str:
    """Return the override's text for one of its values."""
    text = Override._get_value_element_as_str(_quoted(value))
    return f"{override.get_key_element()}={text}"


def _quoted(value: Any) -> Any:
    plain = isinstance(value, str) and all(c.isalnum() or c in "_-/.:" for c in value)
    if not isinstance(value, str) or plain:
        return value
    return QuotedString(text=value, quote=Quote.single)


def _refuse_repeats(overrides: list[Override]) -> None:
    seen: dict[str, str] = {}
    for override in overrides:
        key = override.key_or_group
        if key in seen:
            raise ConfigError(
                key, "one value", f"{seen[key]} and {override.input_line}", "keep one of the two"
            )
        seen[key] = str(override.input_line)


def _refuse_cell_list(overrides: list[Override]) -> None:
    for override in overrides:
        is_cell = override.key_or_group == CELL and override.type != OverrideType.DEL
        if is_cell and isinstance(value := override.value(), list):
            names = ",".join(str(name) for name in value)
            raise ConfigError(
                CELL,
                "one cell, or several separated by commas",
                str(override.input_line),
                f"type +cell={names} (Hydra would merge the files of a list into one cell)",
            )
