"""Keys, their values, and values that contradict each other."""

from __future__ import annotations

from tests.wrong_inputs.row import Row, row

CELLS = [
    row("train +cell=lstmm", "cell", "lstmm", "did you mean lstm?"),
    row("train +cell=LSTM", "cell", "LSTM", "did you mean lstm?"),
    row("train +cell=rnn", "cell", "did you mean simple_rnn?"),
    row("train", "cell", "received nothing", "+cell="),
    row("train +cell=", "cell", "received nothing"),
    row("train ++cell=gru", "cell", "type +cell="),
    row("train '+cell=???'", "cell", "received ???", "type +cell="),
    row("train +cell=null", "cell", "received null"),
    row("train +cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    row("train cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    row("sweep +cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    row("train +cell=gru,lstm", "cell", "2 combinations", "sweep"),
    row("train +cell=gru +cell=gru", "cell", "+cell=gru and +cell=gru"),
    row("train +cell=gru +cell=lstm", "cell", "+cell=gru and +cell=lstm"),
    row("train +cell=gru ~cell", "cell", "~cell"),
    row("train +cell=gru cell.activation=swish", "cell.activation", "tanh", "swish"),
    row("train +cell=gru +cell.foo=1", "cell.foo", "foo=1"),
    row("explain +cell=gru +cell.foo=1", "cell.foo", "foo=1"),
    row("train +cell=gru +cell._target_=os.system", "cell._target_", "--config-dir"),
    row("train '+cell={_target_: os.system}'", "cell", "_target_", "--config-dir"),
    row("train +cell=gru +published.x._target_=os.abort", "published.x._target_", "--config-dir"),
    row("train +cell=gru '+cell.extension=1 sha256:0'", "cell.name", "another name"),
    row("train +cell=gru '+data.extension=1 sha256:0'", "data.name", "another name"),
    row("train +cell=gru '+optimizer.extension=1'", "optimizer.name", "another name"),
    row("train +cell=gru +data._target_=os.system", "data._target_", "--config-dir"),
    row("train +cell=gru +optimizer._target_=os.system", "optimizer._target_", "--config-dir"),
    row("train +cell=gru data.name=mine", "data.name", "one of reviews", "choose one"),
    row("train +cell=gru +data.noise=1", "data.noise", "a key that exists"),
    row("baseline mine", "baseline", "one of bag_of_words", "known: "),
    row("reproduce run=3f2a +cell=gru", "cell", "from an installed package", "leave it out"),
    row("reproduce run=3f2a cell.activation=relu", "cell.activation", "as the run was trained"),
    row("sweep 'cell=glob(x*)'", "cell", "at least one value"),
]


def typed(words: str, key: str, *parts: str) -> Row:
    """A row of words for the cheapest command that trains."""
    return row(f"train +cell=gru {words}", key, *parts)


VALUES = [
    typed("model.units=abc", "model.units", "whole number", "'abc'"),
    typed("model.units=0", "model.units", "at least 1", "received 0"),
    typed("model.units=1.5", "model.units", "whole number", "1.5"),
    typed("model.units=1e1", "model.units", "whole number", "10.0"),
    typed("model.units=true", "model.units", "whole number", "True"),
    typed("model.units=[4]", "model.units", "whole number", "[4]"),
    typed("model.units=null", "model.units", "whole number", "null"),
    typed("'model.units=\"8\"'", "model.units", "whole number", "'8'"),
    typed("model.depth=99", "model.depth", "at most 8", "99"),
    typed("model.dropout=1", "model.dropout", "below 1"),
    typed("model.bidirectional=maybe", "model.bidirectional", "true or false"),
    typed("data.maxlen=-1", "data.maxlen", "at least 1", "-1"),
    typed("optimizer.learning_rate=nan", "optimizer.learning_rate", "finite number", "nan"),
    typed("optimizer.learning_rate=0", "optimizer.learning_rate", "above 0"),
    typed("optimizer.clipnorm=-1", "optimizer.clipnorm", "above 0"),
    typed("optimizer.beta_1=1", "optimizer.beta_1", "below 1", "help optimizer.beta_1"),
    typed("optimizer.momentum=0.9", "optimizer.momentum", "a key of adam", "beta_1"),
    typed("optimizer.name=adm", "optimizer.name", "one of adam", "did you mean adam?"),
    typed("executor.workers=0", "executor.workers", "at least 1", "auto"),
    typed("executor.threads=auto", "executor.threads", "whole number"),
    typed("executor=in_process executor.workers=2", "executor.workers", "1 with executor=in_pr"),
    typed("executor=in_process executor.timeout=9", "executor.timeout", "null with executor=in_"),
    typed("executor.gpus=2", "executor.gpus", "at most 1", "auto"),
    typed("executor.gpus=-1", "executor.gpus", "at least 0"),
    typed("executor=in_process executor.gpus=1", "executor.gpus", "auto with executor=in_process"),
    typed("executor.address=auto", "executor.address", "null with executor=local", "executor=ray"),
    typed("executor=ray executor.address=127.0.0.1:1", "executor.address", "answers", "ray start"),
    typed("executor=ray executor.address=ray://nowhere", "executor.address", "ray://HOST:10001"),
    typed("executor=ray executor.address=", "executor.address", "not empty"),
    typed("executor=in_process training.deterministic=true", "training.deterministic", "false"),
    typed("executor.timeout=0", "executor.timeout", "at least 1"),
    typed("executor.timeout=never", "executor.timeout", "finite number"),
    typed("training.batch_size=100000000000000000000", "training.batch_size", "at most 65536"),
    typed("diagnostics.gradient_flow=[99]", "diagnostics.gradient_flow", "training.epochs="),
    typed("training.epochs=0", "training.epochs", "at least 1"),
    typed("training.restore_best=true", "training.restore_best", "training.test=best"),
    typed("training.schedule=cosine", "training.schedule", "cosine"),
    typed("training.schedule.kind=linear", "training.schedule.kind", "plateau", "linear"),
    typed("training.schedule.factor=1.5", "training.schedule.factor", "below 1"),
    typed("training.schedule.every=0", "training.schedule.every", "at least 1"),
    typed(
        "training.schedule.kind=plateau training.validation=none training.test=last",
        "training.schedule.kind",
        "val_loss",
    ),
    typed("training.class_weight=even", "training.class_weight", "balanced", "even"),
    typed("training.class_weight=null", "training.class_weight", "balanced"),
    typed("training.class_weight=[1,2]", "training.class_weight", "balanced"),
    typed("training.class_weight={negative:1}", "training.class_weight", "balanced"),
    typed("training.class_weight={negative:1,positive:0}", "training.class_weight"),
    typed("training.class_weight={negative:1,positive:inf}", "training.class_weight"),
    typed("training.class_weight={negative:1,positive:true}", "training.class_weight"),
    typed("training.class_weight={a:1,b:2}", "training.class_weight", "negative, positive"),
    typed("model.l2=-1", "model.l2", "at least 0"),
    typed("model.recurrent_l2=inf", "model.recurrent_l2"),
    typed("model.layer_norm=true", "model.layer_norm", "model.depth=1"),
    typed("training.validation_fraction=1.5", "training.validation_fraction", "below 1"),
    typed("training.validation=half", "training.validation", "split"),
    typed("training.jit_compile=maybe", "training.jit_compile", "auto"),
    typed("tracking.save_model=yes", "tracking.save_model", "best", "yes"),
    typed("tracking.experiment=", "tracking.experiment", "not empty"),
    typed("report.confidence=95", "report.confidence", "below 1", "95"),
    typed("match=foo:3", "match", "lstm", "foo"),
    typed("match=lstm", "match", "lstm:128"),
    typed("match=lstm:0", "match", "units from 1", "lstm:0"),
    typed("match=lstm:1.5", "match", "lstm:128"),
    typed("match=5", "match", "text", "5"),
    typed("'home=???'", "home", "a value", "nothing"),
    typed("home=", "home", "not empty"),
    typed("data.name=foo", "data.name", "reviews", "foo"),
    typed("seed=-1", "seed", "at least 0"),
    typed("sweep.grid=3", "sweep.grid", "received 3"),
    typed("sweep.per_data=3", "sweep.per_data", "received 3"),
    typed("+sweep.per_data.digitz={training.epochs:4}", "sweep.per_data.digitz", "did you mean"),
    typed("+sweep.per_data.reviews=4", "sweep.per_data.reviews", "keys with their values", "4"),
    typed("+sweep.per_data.reviews={training.epochz:4}", "training.epochz", "did you mean"),
    typed("+sweep.per_data.reviews={training.epochs:0}", "training.epochs", "at least 1"),
    typed("sweep.optional_data=imdb", "sweep.optional_data", "a list", "imdb"),
    typed("sweep.optional_data=[imbd]", "sweep.optional_data", "imbd", "did you mean imdb?"),
    typed("diagnostics.gradient_flow=5", "diagnostics.gradient_flow", "a list"),
    typed("diagnostics.gradient_flow=[-1]", "diagnostics.gradient_flow.0", "at least 0"),
]
REFERENCES = [
    typed("'seed=${nothing}'", "seed", "nothing"),
    typed("'home=${home}'", "home", "Recursive"),
    typed("'seed=${seeds}' 'seeds=${seed}'", "seed", "Recursive"),
    typed("'+published.a=${published}'", "published.a", "references"),
    typed("'+published.a=[${published.b}]' '+published.b=[${published.a}]'", "published.a[0]"),
    typed("'model.units=${oc.env:NO_SUCH_VARIABLE}'", "model.units", "NO_SUCH_VARIABLE"),
    typed("'model.units=${nobody:1}'", "model.units", "nobody"),
    typed("'model.units=${model.dropout}'", "model.units", "whole number"),
    typed(
        "+published.a=1 "
        + " ".join(
            f"'+published.{name}=[{','.join(['${published.' + before + '}'] * 20)}]'"
            for before, name in zip("abcdef", "bcdefg", strict=True)
        ),
        "published.b[11]",
        "1,000 references",
    ),
    typed(
        "'+published.z=x' "
        + " ".join(
            f"'+published.{name}=" + f"${{published.{after}}}" * 2 + "'"
            for name, after in zip(
                "abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True
            )
        ),
        "published.a",
        "references in a row",
    ),
]
KEYS = [
    typed("model.unitz=4", "model.unitz", "did you mean model.units?"),
    typed("+model.unitz=4", "model.unitz", "did you mean model.units?"),
    typed("model.unitz=4,8", "model.unitz", "did you mean model.units?"),
    typed("text_column=0", "text_column", "did you mean data.text_column?"),
    typed("epochs=3", "epochs", "did you mean training.epochs?"),
    typed("uri=x", "uri", "did you mean tracking.uri?"),
    typed("path=x", "path", "did you mean data.path or model.embedding.path?"),
    typed("+maxlen=5", "maxlen", "did you mean data.maxlen?"),
    typed("model.maxlen=5", "model.maxlen", "did you mean data.maxlen?"),
    typed("training.learning_rate=1", "training.learning_rate", "optimizer.learning_rate?"),
    typed("lr=0.1", "lr", "sweep --help"),
    typed("+data=imdb", "data", "one choice", "without the plus sign"),
    typed("data=imbd", "data", "reviews", "did you mean imdb?"),
    typed("data=IMDB", "data", "did you mean imdb?"),
    typed("dta=imdb", "dta", "did you mean data?"),
    typed("data=null", "data", "reviews", "received null"),
    typed("data=4", "data", "reviews", "received 4"),
    typed("data=digits,4 model.units=4", "data", "received 4"),
    typed("data=digits data=imdb", "data", "data=digits and data=imdb"),
    typed("model.units=4 model.units=8", "model.units", "model.units=4 and model.units=8"),
    typed("experiments=nope", "experiments", "gru_vs_lstm", "nope"),
    typed("experiments=cells", "experiments", "did you mean cells_at_500?"),
    typed("experiments=gru_vs_lsmt", "experiments", "did you mean gru_vs_lstm?"),
    typed("sweep.grid={model.units:[4]}", "sweep.grid", "type +sweep.grid="),
    typed("~data", "data", "nothing"),
    typed("~seed", "seed", "nothing"),
    typed("~model.units", "model.units", "nothing"),
]
COMBINATIONS = [
    typed(
        "training.early_stopping.patience=2 training.validation=none",
        "training.early_stopping.patience",
        "training.validation=split",
    ),
    typed("training.test=best training.validation=none", "training.test", "last or none"),
    typed(
        "training.split_seed=seed training.validation=test", "training.split_seed", "splits nothing"
    ),
    typed("training.split_seed=7", "training.split_seed"),
    typed("tracking.save_model=best training.validation=none", "tracking.save_model", "last"),
    typed("training.deterministic=true training.jit_compile=true", "training.deterministic"),
    typed("diagnostics.order=true training.test=none", "diagnostics.order", "training.test=last"),
    typed("model.stateful=true model.bidirectional=true", "model.stateful", "leave one"),
    typed("model.head=none", "model.head", "flatten", "explain"),
    typed("data.mask=true model.head=flatten", "data.mask", "model.head=last"),
    typed("match=lstm:8 model.units=4", "match", "model.units=4", "leave one"),
    typed("model.embedding.path=x", "model.embedding.path", "set model.embedding.kind=vectors"),
    row("sweep experiments=gru_vs_lstm match=lstm:8 model.units=4", "match", "leave one"),
]
SWEEPS = [
    row("sweep +cell=gru model.units=4,8,abc", "model.units", "'abc'"),
    row("sweep +cell=gru 'model.units=interval(0,1)'", "model.units", "range"),
    row("sweep 'model.units=range(0)'", "model.units", "at least one value"),
    row("sweep 'model.units=range(0,1,0)'", "model.units", "a step that is not 0"),
    row("sweep 'model.dropout=range(0,0.5,0)'", "model.dropout", "a step that is not 0"),
    row("sweep 'model.dropout=range(0,0.5,nan)'", "model.dropout", "correct the range"),
    row("sweep 'model.units=range(1,1000000)'", "model.units", "at most 10,000 values"),
    row("sweep 'model.units=range(1,inf)'", "model.units", "at most 10,000 values"),
    row("train +cell=gru 'seed=range(0,1000000)'", "seed", "at most 10,000 values"),
    row("sweep 'model.units=range(1,1001)' 'data.maxlen=range(1,101)'", "model.units", "300,000"),
    row("sweep 'model.units=range(1,1001)' 'data.maxlen=${model.units}'", "model.units", "500"),
    row("plan +cell=lstm,gru model.units=4,5,6 seeds=10000 data.limit=9,8", "seeds", "120,000"),
    row("sweep seeds=0,1,2", "seeds", "did you mean seeds=3?"),
    row("sweep seed=3,4,5", "seed", "did you mean seed=3 seeds=3?"),
    row("sweep seed=0,1", "seed", "did you mean seeds=2?"),
    row("sweep executor.workers=1,2", "executor.workers", "one value for the whole sweep"),
    row("sweep home=a,b", "home", "one value for the whole sweep"),
    row("sweep experiments=gru_vs_lstm,other", "experiments", "one preset"),
    row("sweep '+sweep.grid={seeds:[1,2]}'", "seeds", "one value"),
    row("sweep '+sweep.grid={model.units:4}'", "sweep.grid.model.units", "a list"),
    row("sweep '+sweep.grid={model.units:[]}'", "sweep.grid.model.units", "a list"),
    row("sweep '+sweep.grid={model.unitz:[4,8]}'", "model.unitz", "did you mean"),
    row("sweep '+sweep.grid={cell:[gru,lstmm]}'", "cell", "did you mean lstm?"),
]

BOMB = (
    "a: &a ["
    + ",".join("x" * 9)
    + "]\n"
    + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
)


def own(option: str, content: str | bytes, *parts: str, key: str = "--config-dir") -> Row:
    """A row about a file of the user's, ``my/GROUP/NAME.yaml`` for ``GROUP=NAME``."""
    path = f"my/{option.lstrip('+').replace('=', '/')}.yaml"
    cell = "" if option.startswith("+cell") else "+cell=gru "
    return row(f"train {cell}{option} --config-dir my", key, *parts, files={path: content})


FILES = [
    own("+cell=mine", "42", "cell/mine.yaml"),
    own("+cell=mine", "name: lstm\nactivatoin: relu\n", "a key of lstm", key="cell.activatoin"),
    own("+cell=mine", "name: lsmt\n", "did you mean lstm?", key="cell"),
    own("data=mine", "42", "data/mine.yaml"),
    own("data=mine", "[1, 2]", "data/mine.yaml"),
    own("data=mine", "", "nothing", key="data.name"),
    own("model=mine", "just words", "model/mine.yaml"),
    own("model=mine", "true", "model/mine.yaml"),
    own("model=mine", "defaults: [nowhere]\n", "single", key="model"),
    own("model=mine", "a: 1\n\tb: 2\n", "valid YAML", "model/mine.yaml, line 2"),
    own("model=mine", "a: 1\n---\nb: 2\n", "valid YAML", "model/mine.yaml"),
    own("model=mine", "a: !!python/object/apply:os.getcwd []\n", "YAML", "model/mine.yaml"),
    own("model=mine", "units: 4\nunits: 5\n", "valid YAML", "model/mine.yaml, line 2"),
    own("model=mine", b"units: 4  # caf\xe9\n", "UTF-8", "model/mine.yaml"),
    own("model=mine", b"units: \x00\n", "valid YAML", "model/mine.yaml"),
    own("model=mine", BOMB, "aliases counted", "model/mine.yaml"),
    own("model=mine", "a: &a [*a]\n", "endless nesting", "model/mine.yaml"),
    own("model=mine", "a: " + "[" * 5000 + "]" * 5000, "endless nesting", "model/mine.yaml"),
    own("model=mine", "# " + "x" * 1_000_001, "1,000,000 bytes", "model/mine.yaml"),
    own("model=mine", "units: 4\nnull: 5\n", "key null", "model/mine.yaml, line 2"),
    own("experiments=mine", "42", "experiments/mine.yaml"),
    own("experiments=mine", "sweep:\n  per_data:\n    digits: {null: 3}\n", "line 3"),
    own("experiments=mine", "sweep: {grid: {~: [3]}}\n", "key null"),
    own("experiments=mine", BOMB, "aliases counted"),
    own("experiments=mine", "modle: {units: 5}\n", "did you mean model", key="modle"),
    own("experiments=mine", "model: {units: 0}\n", "at least 1", key="model.units"),
    own("experiments=mine", "model: {units: '${nothing}'}\n", "nothing", key="model.units"),
    own("experiments=mine", "sweep: {grid: {model.units: 4}}\n", key="sweep.grid.model.units"),
    own("experiments=mine", "defaults: [override /data: imbd]\n", "imdb?", key="data"),
]


def per_data(content: str, *parts: str, key: str) -> Row:
    """A row about what a preset sets on single data sets."""
    preset = f"sweep: {{grid: {{data: [digits, reviews]}}, per_data: {content}}}\n"
    return own("experiments=mine", preset, *parts, key=key)


PER_DATA = [
    per_data("{digitz: {training.epochs: 3}}", "mean digits?", key="sweep.per_data.digitz"),
    per_data("{digits: {training.epocs: 3}}", "did you mean", key="training.epocs"),
    per_data("{digits: {model.units: abc}}", "whole number", key="model.units"),
    per_data("{digits: 3}", "keys with their values", key="sweep.per_data.digits"),
    per_data("3", "keys", key="sweep.per_data"),
    *(
        per_data(f"{{digits: {{{name}: {value}}}}}", *parts, key=f"sweep.per_data.digits.{name}")
        for name, value, *parts in (
            ("training", "{epochs: 3}", "name single keys"),
            ("cell", "gru", "name single keys"),
            ("data.name", "imdb", "for the whole sweep"),
            ("until", "decided", "for the whole sweep"),
            ("seeds", "2", "for the whole sweep"),
            ("home", "elsewhere", "for the whole sweep"),
            ("report.margin", "0.3", "for the whole sweep"),
            ("sweep.grid", "3", "for the whole sweep"),
        )
    ),
    own("experiments=mine", "sweep: {optional_data: [imbd]}\n", "imdb?", key="sweep.optional_data"),
    own("experiments=mine", "sweep: {optional_data: imdb}\n", "list", key="sweep.optional_data"),
]
MISPLACED = [
    row(
        "train +cell=gru experiments=mine --config-dir my",
        "experiments",
        f"move {path} to my/experiments/mine.yaml",
        files={path: "seeds: 2\n"},
    )
    for path in ("my/experiments/mine.yml", "my/mine.yaml")
]
ROWS = [*CELLS, *VALUES, *REFERENCES, *KEYS, *COMBINATIONS, *SWEEPS, *FILES, *PER_DATA, *MISPLACED]
