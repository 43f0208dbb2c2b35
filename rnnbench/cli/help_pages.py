"""The pages of help: a command, a group of keys, one key, one option of a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rnnbench.cli.commands import COMMANDS, Command
from rnnbench.cli.described import key_descriptions
from rnnbench.cli.help_key import key_page
from rnnbench.cli.help_values import Choices, check_option, read_line
from rnnbench.cli.layout import listed, paragraph, together
from rnnbench.config.describe import KeyDescription, section_meanings
from rnnbench.config.metric import LOGGED, Metric
from rnnbench.config.metrics import METRICS
from rnnbench.config.option_files import PRESETS, OptionFiles
from rnnbench.config.suggestions import suggestion
from rnnbench.errors import ConfigError
from rnnbench.extensions.origin import Origin
from rnnbench.extensions.packages import installed
from rnnbench.extensions.registry import KINDS
from rnnbench.formatting.sentences import capital

_FLAGS = {
    "--config-dir DIR": "adds your own options and presets: DIR/cell/mine.yaml for +cell=mine, "
    "DIR/experiments/mine.yaml for experiments=mine",
    "--cfg job": "prints the configuration that the words give",
    "--info defaults": "shows which files it comes from",
    "--hydra-help": "lists Hydra's other flags (https://hydra.cc)",
}
_PRESETS_ARE = "Presets, which set many keys at once; what you type beats them."
_TOP = "general"


def command_page(name: str, overrides: Sequence[str], config_dirs: Sequence[Path]) -> str:
    """Return the help of a command: usage, its own words, examples, and every key that it reads.

    Args:
        name: the command.
        overrides: words of the same line, which the defaults shown take into account.
        config_dirs: the user's own folders of options.

    Raises:
        ConfigError: for words that name no option or key.
    """
    command, files = COMMANDS[name], OptionFiles(tuple(config_dirs))
    line = read_line(overrides, files)
    return "\n".join(
        (
            *paragraph(f"usage: python -m rnnbench {name} {command.usage} [options]", hanging=7),
            "",
            *paragraph(f"{command.does[0].upper()}{command.does[1:]}. {command.more}".strip()),
            "",
            *_titled("words and flags of its own", {one.form: one.does for one in command.own}),
            "examples:",
            *(f"  python -m rnnbench {example}" for example in command.examples),
            "",
            *_titled("options of every command", _FLAGS),
            *_sections(command, files, line),
            *paragraph(
                "More about a key or group: python -m rnnbench help KEY, as in help model.units."
            ),
        )
    )


def page_about(topic: str, config_dirs: Sequence[Path] = ()) -> str:
    """Return the page about a command, a key, a group, an option such as ``data=imdb``, a metric.

    Args:
        topic: its name.
        config_dirs: the user's own folders of options.

    Raises:
        ConfigError: where there is nothing of that name.
    """
    files = OptionFiles(tuple(config_dirs))
    name, _, option = topic.lstrip("+~").partition("=")
    if option and name in files.groups:
        check_option(name, option, files)
        if option not in files.groups[name]:
            return "\n".join([topic, "", *paragraph(_of_package(installed(name)[option]))])
        return _option_page(name, option, files)
    keys = {one.key: one for one in key_descriptions()}
    if name in keys:
        return "\n".join((key_page(keys[name]), *_command_of(name)))
    if topic in COMMANDS and topic not in files.groups:
        return command_page(topic, (), ())
    below = [key for key in keys if key.startswith(f"{name}.")]
    if below or name in files.groups:
        return _group_page(name, files)
    owners = [group for group, options in files.groups.items() if name in options]
    if len(owners) == 1:
        return _option_page(owners[0], name, files)
    if name in METRICS:
        return _metric_page(METRICS[name])
    options = (f"{group}={name}" for group in owners)
    known = [*COMMANDS, *files.groups, *section_meanings(), *keys, *options, *METRICS]
    action = suggestion(name, known) or "see python -m rnnbench --help for the commands"
    raise ConfigError("help", "a command, a key, a group, an option or a metric", topic, action)


def _group_page(name: str, files: OptionFiles) -> str:
    meaning = _PRESETS_ARE if name == PRESETS else section_meanings().get(name, "")
    lines = [*_heading(name, meaning), *_options(name, files, files.chosen.get(name))]
    if name in KINDS and (own := installed(name)):
        told = {one: _of_package(origin) for one, origin in own.items()}
        lines += [*paragraph("Those of installed packages:", 2), *listed(told), ""]
    for one in key_descriptions():
        if one.key.startswith(f"{name}."):
            lines += _entry(one, f"Default: {one.default}.")
    return "\n".join((*lines[:-1], *_command_of(name)))


def _of_package(origin: Origin) -> str:
    return f"{origin.target}, {origin.file}"


def _metric_page(metric: Metric) -> str:
    better = (
        "Neither direction is better"
        if metric.better == "neither"
        else f"{capital(metric.better)} is better"
    )
    unit = f" Unit: {metric.unit}." if metric.unit else ""
    meaning = f"{capital(metric.words)}: {metric.meaning}."
    return "\n".join(
        (
            *_heading(metric.name, meaning),
            *paragraph(f"Logged {LOGGED[metric.logged]}.{unit} {better}."),
        )
    )


def _command_of(name: str) -> list[str]:
    if name not in COMMANDS:
        return []
    return ["", f"The command of that name: python -m rnnbench {name} --help"]


def _option_page(group: str, name: str, files: OptionFiles) -> str:
    line = read_line([f"{group}={name}"], files)
    usual = read_line([], files)
    plus = "+" if group == "cell" else ""
    lines = [f"{plus}{group}={name}", "", *paragraph(files.line(group, name)), "", "It sets:"]
    for key, value in line.values.items():
        if usual.values.get(key) != value and key not in ("claims", "published"):
            lines += paragraph(f"{key}={value}", 2, 6)
    return "\n".join(lines)


def _sections(command: Command, files: OptionFiles, line: Choices) -> Iterator[str]:
    """Give the groups and keys that a command reads."""
    read = [one for one in key_descriptions() if command.reads(one.key) and one.is_typed]
    sections = dict.fromkeys(_section(one.key) for one in read)
    for section in sections:
        meaning = section_meanings().get(section, "Keys that belong to no group.")
        yield from _heading(section, meaning)
        if section in command.keys:
            yield from _options(section, files, line.options.get(section))
        others: dict[str, None] = {}
        for one in read:
            if _section(one.key) != section:
                continue
            if one.options and line.options.get(section, one.options[0]) not in one.options:
                others |= dict.fromkeys(f"{section}={option}" for option in one.options)
                continue
            yield from _entry(one, _value(one, line))
        if others:
            yield from paragraph(
                f"More keys come with {', '.join(others)}: add one to this line to see them.", 2
            )
            yield ""
    if command.reads("data.name"):
        yield from _heading(PRESETS, _PRESETS_ARE)
        yield from _options(PRESETS, files, None)
    if command.also:
        yield from paragraph(
            f"The keys of {command.also} say which runs it is about: "
            f"python -m rnnbench {command.also} --help lists them."
        )
        yield ""


def _section(key: str) -> str:
    first, dot, _ = key.partition(".")
    return first if dot or first in section_meanings() else _TOP


def _value(one: KeyDescription, line: Choices) -> str:
    told = f"Default: {line.values.get(one.key, one.default)}"
    return f"{told}; on this line: {line.typed[one.key]}." if one.key in line.typed else f"{told}."


def _entry(one: KeyDescription, value: str) -> list[str]:
    facts = [f"Allowed: {one.allowed}.", together(value)]
    if one.unit:
        facts.append(together(f"Unit: {one.unit}."))
    return [f"  {one.key}", *paragraph(one.meaning, 6), *paragraph(" ".join(facts), 6), ""]


def _options(group: str, files: OptionFiles, chosen: str | None) -> list[str]:
    """Return the options of a group, the chosen one marked, or nothing where it has one alone."""
    options = files.groups.get(group, {})
    if len(options) < 2:
        return []
    plus = "+" if group == "cell" else ""
    usual = chosen == files.chosen.get(group)
    star = " (* is the default)" if usual else " (* is the one on this line)"
    marked = star if chosen else ""
    told = {f"{'*' if name == chosen else ' '} {name}": files.line(group, name) for name in options}
    return [*paragraph(f"Choose with {plus}{group}=OPTION{marked}:", 2), *listed(told), ""]


def _heading(name: str, meaning: str) -> list[str]:
    return [*paragraph(f"{name}: {meaning}", hanging=2), ""]


def _titled(title: str, texts: dict[str, str]) -> list[str]:
    return [f"{title}:", *listed(texts), ""] if texts else []
