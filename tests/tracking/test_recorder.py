"""What is logged when a run starts."""

from __future__ import annotations

import json

from rnnbench.config.expand import expand
from rnnbench.seeds import streams
from rnnbench.stored.run import run_input
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking import names
from rnnbench.tracking.recorder import source_tags
from rnnbench.tracking.store import Store
from tests.conftest import Configure
from tests.sweep.conftest import SMALL, begin


def test_a_stored_run_tells_the_seeds_that_it_draws_from(
    store: Store, configure: Configure
) -> None:
    for data in ("digits", "reviews"):
        words = ["+cell=lstm,gru", f"data={data}", *SMALL[1:], "model.depth=2", "seed=6", "seeds=1"]
        for spec in declare(expand(words), DataCache(store.home.path)):
            begin(store, spec)
    found = {
        (record.params["data.name"], record.tags[names.CELL]): json.loads(record.tags[names.SEEDS])
        for record in store.records()
    }
    model = configure("+cell=gru", depth=2).model
    assert found == {
        (data, cell): streams(model, 6, tokens=data == "reviews")
        for data in ("digits", "reviews")
        for cell in ("lstm", "gru")
    }


def test_a_stored_run_has_its_data_set_with_fields_and_samples(store: Store) -> None:
    fields = {}
    for data in ("digits", "reviews"):
        words = ["+cell=gru", f"data={data}", *SMALL[1:], "seeds=1"]
        (spec,) = declare(expand(words), DataCache(store.home.path))
        recorder = begin(store, spec)
        (record,) = (r for r in store.records() if r.run_id == recorder.run_id)
        (found,) = store.client.get_run(recorder.run_id).inputs.dataset_inputs
        assert (found.tags[0].key, found.tags[0].value) == ("mlflow.data.context", "training")
        dataset = found.dataset
        assert (dataset.name, dataset.digest) == (data, spec.data.digest[:36])
        assert json.loads(dataset.source) == {"uri": spec.data.source}
        profile = json.loads(dataset.profile)
        assert profile["num_rows"] == profile["n_train"] + profile["n_test"]
        columns = json.loads(dataset.schema)["mlflow_colspec"]
        assert run_input(store, record) == spec.data.spec
        fields[data] = [(column["name"], column["type"]) for column in columns]
    assert fields["digits"] == [
        ("features (8 steps of 8)", "float"),
        ("class (one of 10)", "integer"),
    ]
    assert fields["reviews"][0][0].startswith("tokens (")


def test_a_source_is_the_command_without_secrets_and_without_what_its_interface_cuts() -> None:
    command = "python -m rnnbench sweep +cell=gru"
    assert source_tags(command)["mlflow.source.name"] == command
    told = source_tags(f"{command} data.path=/data/x.csv seeds=2")["mlflow.source.name"]
    assert told == f"{command} seeds=2 ..."
    told = source_tags("rnnbench sweep x=postgresql:anna password=Xword1")["mlflow.source.name"]
    assert "Xword1" not in told
