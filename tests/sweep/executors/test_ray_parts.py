"""What executor=ray is made of, without a cluster: files on their way, versions, addresses."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.expand import expand, load
from rnnbench.data.prepared import Vectors
from rnnbench.errors import ConfigError
from rnnbench.extensions import registry
from rnnbench.extensions.origin import Origin
from rnnbench.interrupt import Interruption
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.sweep.executors.choice import expected_workers, make_executor
from rnnbench.sweep.executors.events import Lost
from rnnbench.sweep.executors.ray_cluster import Cluster
from rnnbench.sweep.executors.ray_executor import RayExecutor, _Slot
from rnnbench.sweep.executors.ray_files import NodeFiles, Packer, packed, unpack
from rnnbench.sweep.executors.ray_slot import Node
from rnnbench.system.machine import code_digest, this_machine
from rnnbench.training.spec import Task

DIGITS = ("+cell=gru", "data=digits", "data.limit=60", "data.test_limit=20", "seeds=1")


class Objects:
    """An object store in a list."""

    def __init__(self) -> None:
        self.stored: list[Any] = []

    def put(self, value: Any) -> int:
        self.stored.append(value)
        return len(self.stored) - 1

    def get(self, reference: int) -> Any:
        return self.stored[reference]


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def task(tmp_path: Path) -> Task:
    stores = (f"{key}='sqlite:///with:secret@x.db'" for key in ("tracking.uri", "search.storage"))
    (spec,) = declare(expand([*DIGITS, *stores]), DataCache(tmp_path / "home"))
    return spec.task(tmp_path / "run")


@pytest.fixture
def node_files(objects: Objects, tmp_path: Path) -> Iterator[NodeFiles]:
    with closing(NodeFiles(objects, tmp_path / "node")) as node_files:
        yield node_files


def test_a_data_set_arrives_as_it_was(task: Task, objects: Objects, node_files: NodeFiles) -> None:
    there = node_files.local(Packer(objects).pack(task))
    assert there.data.folder.parent != task.data.folder.parent
    for name in ("x_train", "y_train", "x_test", "y_test"):
        ours, theirs = (getattr(data.arrays(), name) for data in (task.data, there.data))
        assert ours.tobytes() == theirs.tobytes()
    assert there.data.digest == task.data.digest


def test_a_data_set_is_stored_once_and_written_once_a_node(
    task: Task, objects: Objects, node_files: NodeFiles, tmp_path: Path
) -> None:
    packer = Packer(objects)
    first = packer.pack(task)
    stored = len(objects.stored)
    second = packer.pack(replace(task, key="another"))
    assert len(objects.stored) == stored
    written = node_files.local(first).data.folder
    before = written.stat().st_ino
    with closing(NodeFiles(objects, tmp_path / "node")) as beside:
        assert beside.local(second).data.folder == written
    assert written.stat().st_ino == before


def test_a_link_in_place_of_the_folder_is_refused_and_leads_to_no_removal(
    objects: Objects, tmp_path: Path
) -> None:
    kept = tmp_path / "home" / "work"
    kept.mkdir(parents=True)
    (tmp_path / "node").symlink_to(kept.parent)
    with pytest.raises(PermissionError, match="a link"):
        NodeFiles(objects, tmp_path / "node")
    assert kept.is_dir()


def test_large_files_travel_in_pieces(
    task: Task, objects: Objects, node_files: NodeFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnbench.sweep.executors.ray_files._PIECE", 1000)
    there = node_files.local(Packer(objects).pack(task))
    assert max(len(piece) for piece in objects.stored) == 1000
    assert there.data.arrays().x_train.tobytes() == task.data.arrays().x_train.tobytes()


def test_word_vectors_travel_too(
    task: Task, objects: Objects, node_files: NodeFiles, tmp_path: Path
) -> None:
    path = tmp_path / "vectors" / "vectors.npy"
    path.parent.mkdir()
    path.write_bytes(b"some numbers")
    task = replace(task, data=replace(task.data, vectors=Vectors(path, "digest", "", {})))
    there = node_files.local(Packer(objects).pack(task))
    assert there.data.vectors is not None
    assert there.data.vectors.path != path
    assert there.data.vectors.path.read_bytes() == b"some numbers"


def test_no_address_of_a_store_leaves_the_driver(task: Task, objects: Objects) -> None:
    import pickle

    assert b"secret" in pickle.dumps(task)
    assert b"secret" not in pickle.dumps(Packer(objects).pack(task))


def test_a_cell_of_the_users_own_travels_with_what_it_imports_and_is_the_same_there(
    task: Task, objects: Objects, node_files: NodeFiles, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    (folder / "cell").mkdir(parents=True)
    (folder / "beside.py").write_text("units = 4\n")
    (folder / "not_imported.py").write_text("raise ImportError\n")
    (folder / "my_ray_cells.py").write_text(
        "import beside\nclass Cell:\n    name = 'mine'\n    version = '1'\nCELL = Cell()\n"
    )
    origin = Origin("cell", "my_ray_cells.CELL", folder, str(folder / "cell" / "mine.yaml"))
    try:
        _, here = registry.load(origin)
        there = node_files.local(Packer(objects).pack(replace(task, extensions=(origin,))))
        (moved,) = there.extensions
        assert moved.folder is not None
        assert sorted(path.name for path in moved.folder.iterdir()) == [
            "beside.py",
            "my_ray_cells.py",
        ]
        registry.reset()
        for name in ("my_ray_cells", "beside"):
            sys.modules.pop(name, None)
        _, found = registry.load(moved)
        assert found.identity == here.identity
    finally:
        registry.reset()
        for name in ("my_ray_cells", "beside"):
            sys.modules.pop(name, None)


def test_a_node_is_left_as_it_was_found(task: Task, objects: Objects, tmp_path: Path) -> None:
    place = tmp_path / "node"
    packed_task = Packer(objects).pack(task)
    first, second = NodeFiles(objects, place), NodeFiles(objects, place)
    folder = first.local(packed_task).data.folder
    second.local(packed_task)
    first.close()
    assert folder.is_dir()  # the other one uses it
    second.close()
    assert not place.exists()


def test_what_killed_workers_left_is_removed_by_the_next(
    task: Task, objects: Objects, tmp_path: Path
) -> None:
    place = tmp_path / "node"
    killed = NodeFiles(objects, place)
    folder = killed.local(Packer(objects).pack(task)).data.folder
    for held in killed._held.values():
        os.close(held)
    half = place / ".half.tmp"  # one that was killed while it wrote
    half.mkdir()
    with closing(NodeFiles(objects, place)):
        assert not folder.exists()
        assert not half.exists()


def test_files_of_a_run_come_back_as_they_were(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "model").mkdir(parents=True)
    (there / "model" / "weights").write_bytes(b"\x00\x01")
    (there / "history.csv").write_text("epoch\n")
    unpack(packed(there), here)
    assert (here / "model" / "weights").read_bytes() == b"\x00\x01"
    assert packed(here) == packed(there)
    assert packed(tmp_path / "nothing") == ()


@pytest.fixture
def cluster(work_dir: Path) -> Cluster:
    return Cluster(load(["executor=ray"], cell=False).executor)


def test_a_node_with_the_same_code_is_welcome(cluster: Cluster) -> None:
    cluster.check(Node(replace(this_machine(), host="node-7", hardware="another"), code_digest()))


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"version": "0.0.1"}, None, "node-7 with rnnbench 0.0.1"),
        ({}, "0123456789abcdef", "0123456789abcdef"),
        ({"packages": "tensorflow=2.0.0 keras=3.0.0 numpy=1.0.0"}, None, "tensorflow=2.0.0"),
        ({"packages": ""}, None, "none of them"),
    ],
)
def test_a_node_with_other_versions_is_refused(
    cluster: Cluster, change: dict[str, str], code: str | None, told: str
) -> None:
    node = Node(replace(this_machine(), host="node-7", **change), code or code_digest())
    with pytest.raises(ConfigError, match=r"executor\.address: .*install the same") as refused:
        cluster.check(node)
    assert told in str(refused.value)
    assert "node-7" in str(refused.value)


def test_other_packages_may_differ(cluster: Cluster) -> None:
    packages = this_machine().packages.replace("mlflow=", "mlflow=0.")
    cluster.check(Node(replace(this_machine(), packages=packages), code_digest()))


def test_a_missing_ray_says_how_it_is_installed(
    work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'rnnbench\[ray\]'"):
        make_executor(load(["executor=ray"], cell=False).executor)


def test_a_plan_asks_no_cluster_where_the_number_of_workers_is_given(work_dir: Path) -> None:
    words = ["executor=ray", "executor.address=127.0.0.1:1", "executor.workers=200"]
    assert expected_workers(load(words, cell=False).executor) == 200


class FailingSlot:
    """Ray, as a driver has it whose only slot answers with an error; also the slot's actor."""

    def __init__(self, ray: Any, error: Exception) -> None:
        self.exceptions, self.error = ray.exceptions, error
        self.node = self.close = self
        self.wait = lambda calls, **_: (calls, [])
        self.kill = self.remote = lambda *_: object()

    def get(self, _call: object) -> None:
        raise self.error


def lost(
    task: Task, kind: str, words: tuple[Any, ...], waited: float, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """Return the events of a driver whose only slot answers with one of Ray's errors."""
    with closing(RayExecutor(load(["executor=ray"], cell=False).executor)) as executor:
        error = getattr(executor._ray.exceptions, kind)(*words)
        ray = FailingSlot(executor._ray, error)
        monkeypatch.setattr(executor, "_ray", ray)
        slot = _Slot(ray)
        slot.node, slot.task, slot.waited = Node(this_machine(), code_digest()), task, waited
        executor._slots, executor._has_more = [slot], False
        return list(executor._next_events(Interruption()))


def test_a_node_that_is_found_dead_after_its_time_limit_loses_its_run_once(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = lost(task, "RayActorError", (), 1e9, monkeypatch)
    assert events == [Lost(task.key, "node", this_machine().host)]


def test_what_a_slot_cannot_do_on_its_node_is_told(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(28, "No space left on device")
    told = f"  memory = order.data\nOSError: {full}"
    (event,) = lost(task, "RayTaskError", ("train", told, full), 0.0, monkeypatch)
    assert event == Lost(task.key, "node", f"{this_machine().host} (OSError: {full})")
