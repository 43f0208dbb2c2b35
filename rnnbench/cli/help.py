"""``--help`` and ``help``: the overview, and which page explains what is asked for."""

from __future__ import annotations

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.layout import listed, paragraph
from rnnbench.cli.words import HELP, Words
from rnnbench.formatting.printable import printable
from rnnbench.formatting.redact import redacted

_FIRST_STEPS = (
    ("sweep +cell=gru", "trains a GRU with three seeds"),
    ("report", "writes the answer as a page"),
    ("ui", "shows the runs in the browser"),
)
_HELP = (
    ("COMMAND --help", "a command: its usage, options and keys, with examples"),
    ("help KEY", "a key, as in help model.units"),
    ("help GROUP", "the options and keys of a group, as in help data"),
    ("help METRIC", "what a run logs, as in help gap_best"),
    ("COMMAND --hydra-help", "Hydra's flags"),
)


def show(words: Words) -> int:
    """Print the page that is asked for; raises ConfigError for what there is no page about."""
    print(printable(redacted(_page(words))))
    return 0


def _page(words: Words) -> str:
    if words.command is None:
        return overview()
    # Only what follows reads configuration files: the overview comes at once.
    from rnnbench.cli import help_pages

    if words.command == HELP:
        return help_pages.page_about(" ".join(words.names), words.config_dirs)
    return help_pages.command_page(words.command, words.overrides, words.config_dirs)


def overview() -> str:
    """Return the help of the program."""
    commands = {name: command.does for name, command in COMMANDS.items()}
    commands[HELP] = "explain a command, a key, a group or a metric"
    return "\n".join(
        (
            *paragraph(
                "rnnbench trains recurrent networks under equal conditions and compares them."
            ),
            "",
            "usage: python -m rnnbench COMMAND [KEY=VALUE ...] [options]",
            "",
            "first steps:",
            *listed({f"python -m rnnbench {words}": does for words, does in _FIRST_STEPS}),
            "",
            "commands:",
            *listed(commands),
            "",
            "help:",
            *listed({f"python -m rnnbench {words}": about for words, about in _HELP}),
            "",
            *paragraph(
                "Words after a command choose options and set keys: data=imdb, model.units=64, "
                "+cell=lstm,gru. They follow Hydra's grammar."
            ),
            *paragraph(
                "Runs are kept in runs/, here or in a folder above, or where RNNBENCH_HOME or "
                "home=... says."
            ),
            *paragraph(
                'Tab completes words after eval "$(rnnbench -sc install=bash)" (zsh, fish).'
            ),
        )
    )
