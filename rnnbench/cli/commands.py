"""The commands: the one table that says what each does, how it is typed and which keys it reads.

A command is an entry here and a function of its name in a module under ``rnnbench.cli``. Its own
words and flags are taken as they stand: no configuration, and no grammar of Hydra's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Own:
    """A word or flag of a command's own.

    Attributes:
        form: as it is typed: ``run=ID``, ``--open``, ``--port NUMBER``, or ``NAME`` for a word that
            is neither.
        does: what it does, in a sentence.
    """

    form: str
    does: str

    @property
    def name(self) -> str:
        """What comes before a value: ``run``, ``--port``; empty for a word without one."""
        if self.form.startswith("-"):
            return self.form.split()[0]
        return self.form.partition("=")[0] if "=" in self.form else ""

    @property
    def takes_value(self) -> bool:
        """Whether a flag has a value after it."""
        return " " in self.form


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        module: the module under ``rnnbench.cli`` that holds it.
        does: one line for the overview.
        examples: what can be typed after ``python -m rnnbench``.
        keys: the keys and sections of the configuration that it reads, as in ``data.path``.
        usage: what comes after the command.
        more: what else one has to know, in sentences.
        own: its own words and flags.
        also: the command whose words say which runs it is about.
    """

    module: str
    does: str
    examples: tuple[str, ...]
    keys: tuple[str, ...]
    usage: str = "[KEY=VALUE ...]"
    more: str = ""
    own: tuple[Own, ...] = ()
    also: str = ""

    def own_words(self) -> tuple[str, ...]:
        """Return the names of its words of the form ``NAME=VALUE``."""
        return tuple(one.name for one in self.own if one.name and not one.name.startswith("-"))

    def flag(self, name: str) -> Own | None:
        """Return its own flag of that name, if it has one."""
        return next(
            (one for one in self.own if one.form.startswith("-") and one.name == name), None
        )

    def reads(self, key: str) -> bool:
        """Return whether it reads a key."""
        return any(f"{key}.".startswith(f"{known}.") for known in self.keys)

    def takes(self, key: str) -> bool:
        """Return whether a key can be typed after it, to be read or to choose its runs."""
        return self.reads(key) or (bool(self.also) and COMMANDS[self.also].reads(key))


_STORE = ("home", "tracking.uri", "tracking.experiment")
_MODEL = ("match", "cell", "data", "model")
_RUN = ("home", "seed", *_MODEL, "optimizer", "training", "diagnostics", "executor", "tracking")
_SWEEP = (*_RUN, "seeds", "until", "most_seeds", "search", "sweep")
_ID = "run=ID"

COMMANDS: dict[str, Command] = {
    "sweep": Command(
        "sweep",
        "train every combination that is not finished yet, in parallel",
        (
            "sweep +cell=gru",
            "sweep +cell=lstm,gru model.depth=1,2 seeds=5",
            "sweep experiments=cells_at_500",
            "sweep +cell=lstm,gru until=decided most_seeds=30",
            "sweep +cell=gru search=tpe search.n_trials=30",
        ),
        _SWEEP,
        more="Several values make one arm each, as in +cell=lstm,gru; without a cell, SimpleRNN, "
        "LSTM and GRU are compared. Typed again, it resumes: finished runs are never repeated.",
    ),
    "report": Command(
        "drawn_report",
        "write the comparison of the runs as a page with figures and tables",
        ("report", "report mine +cell=lstm,gru data=imdb", "report mine experiments=depth --open"),
        (*_STORE, "report", "claims", "published"),
        usage="[NAME] [KEY=VALUE ...]",
        more="Without further words it is about all runs of the store. The words of a sweep, such "
        "as +cell=lstm,gru data=imdb or experiments=depth, restrict it to the runs of that sweep.",
        also="sweep",
        own=(
            Own("NAME", "Folder under reports/, as report.name=NAME."),
            Own(
                "formats=LIST",
                "Files beside the page: csv (if not given), tex, svg, png, pdf, several with "
                "commas, all, or none. Figures of report.md are svg; with none, it has those of "
                "the answer and links the others.",
            ),
            Own("--open", "Opens the page in the browser."),
        ),
    ),
    "ui": Command(
        "ui",
        "browse the runs in MLflow's user interface",
        ("ui --open", "ui --port 5001"),
        _STORE,
        usage="[--open] [--host HOST] [--port NUMBER] [KEY=VALUE ...]",
        own=(
            Own("--open", "Opens the runs in the browser."),
            Own("--host HOST", "Address to serve on; 127.0.0.1 if not given."),
            Own("--port NUMBER", "Port to serve on, 1 to 65535; 5000 if not given."),
        ),
    ),
    "runs": Command(
        "runs",
        "list the runs in the store, newest first, or delete some",
        ("runs", "runs cell=gru data=imdb status=failed", "runs --format csv", "runs delete 3f2a"),
        _STORE,
        usage="[KEY=VALUE ...] | delete ID ... [--yes]",
        more="Words such as cell=gru or model.units=32,64 restrict the list to runs that were "
        "trained with one of these values; those of a sweep, to the runs that it declares. "
        "Deleted runs can be restored with mlflow, and are trained again by the next sweep.",
        own=(
            Own("delete ID ...", "Deletes these runs after a question; first digits are enough."),
            Own("status=STATUS", "finished, failed, running or killed; several with commas."),
            Own(
                "kind=KIND",
                "run, baseline or trial; several with commas. Runs and baselines if not given.",
            ),
            Own("arm=NAME", "Arms of these names."),
            Own("--format FORMAT", "How runs are listed: table, csv or json."),
            Own("format=FORMAT", "As --format."),
            Own("--yes", "Deletes without a question."),
        ),
        also="sweep",
    ),
    "plan": Command(
        "plan",
        "show what sweep would do, and how long it takes; starts nothing",
        ("plan +cell=lstm,gru seeds=5", "plan experiments=depth"),
        _SWEEP,
        more="It takes the words of sweep.",
    ),
    "train": Command(
        "train",
        "train one run",
        ("train +cell=lstm training.epochs=3", "train +cell=gru data=digits seed=7"),
        (*_RUN, "sweep.accept_stale"),
        usage="+cell=CELL [KEY=VALUE ...]",
    ),
    "baseline": Command(
        "baseline",
        "train models without recurrence on the same data",
        ("baseline", "baseline data=imdb data.maxlen=500", "baseline bag_of_words data=imdb"),
        (
            "home",
            "seed",
            "seeds",
            "data",
            "model.embedding",
            "optimizer",
            "training",
            "executor",
            "sweep",
            "tracking",
        ),
        usage="[NAME ...] [KEY=VALUE ...]",
        more="Reports show them beside the cells: a cell that does not beat a bag of words has "
        "learnt nothing from the order of the words.",
        own=(
            Own(
                "NAME",
                "Such as bag_of_words or ridge, several with blanks; all that suit the data if "
                "not given.",
            ),
        ),
    ),
    "predict": Command(
        "predict",
        "apply a stored model to new text",
        (
            'predict run=3f2a text="i love the cast"',
            "predict run=3f2a file=new.txt output=answers.csv",
        ),
        ("home", "tracking", "executor", "data.path"),
        usage='run=ID text="..." | file=PATH [KEY=VALUE ...]',
        more="The run must have kept its model: train it with tracking.save_model=best or last.",
        own=(
            Own(_ID, "Id of the run, or its first characters."),
            Own("text=TEXT", "The text to classify."),
            Own("file=PATH", "A file with a text in each line, or a folder of .txt files."),
            Own("output=PATH", "Writes the answers to a file instead of printing a table."),
            Own("format=FORMAT", "How answers are written: table, csv or json."),
            Own("data.word_index=PATH", "Keras's imdb_word_index.json, for models of data=imdb."),
            Own("data.encoding=NAME", "Encoding of the file, as in cp1252."),
        ),
    ),
    "diagnose": Command(
        "diagnose",
        "measure what finished runs lose without the order of the tokens",
        ("diagnose experiments=cells_at_500", "diagnose run=3f2a"),
        ("home", "tracking", "executor", "data.path"),
        usage="run=ID | [KEY=VALUE ...]",
        more="Without run=ID it takes the words of a sweep, and measures all its runs. They must "
        "have kept their models: train them with tracking.save_model=best or last.",
        own=(Own(_ID, "Id of the run, or its first characters."),),
        also="sweep",
    ),
    "reproduce": Command(
        "reproduce",
        "train a finished run again and tell whether it gives the same",
        ("reproduce run=3f2a",),
        ("home", "tracking", "data.path"),
        usage="run=ID [KEY=VALUE ...]",
        own=(Own(_ID, "Id of the run, or its first characters."),),
    ),
    "match": Command(
        "match",
        "show the units that give each cell the parameters of a reference",
        ("match match=lstm:128", "match +cell=gru match=lstm:128 model.depth=2"),
        _MODEL,
        usage="match=CELL:UNITS [KEY=VALUE ...]",
    ),
    "explain": Command(
        "explain",
        "show where a model's parameters come from, gate by gate",
        ("explain +cell=gru", "explain +cell=lstm,gru model.units=64"),
        _MODEL,
        usage="+cell=CELL [KEY=VALUE ...]",
    ),
    "data": Command(
        "data",
        "prepare the data set; show its shapes, lengths and classes",
        ("data data=digits", "data data=csv data.path=mine.csv data.test_fraction=0.2"),
        ("home", "data", "model.embedding"),
    ),
}
