"""GPUs are found by what nvidia-smi lists; a stand-in for it speaks here, as no GPU is at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import forkserver
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import ConfigError
from rnnbench.sweep.executors.events import Finished, Placed
from rnnbench.sweep.executors.local import LocalExecutor
from rnnbench.sweep.executors.workers import local_workers
from rnnbench.system import gpus, machine
from rnnbench.testing.executors import events_of, pretended

TWO = """echo '0, GPU-aa, NVIDIA A100-SXM4-40GB'
echo '1, GPU-bb, NVIDIA A100-SXM4-40GB'"""


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The program that lists two GPUs."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{TWO}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv(gpus.VISIBLE, raising=False)
    for cached in (gpus._installed, machine.this_machine):
        cached.cache_clear()
    yield program
    for cached in (gpus._installed, machine.this_machine):
        cached.cache_clear()


@pytest.fixture
def no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "_installed", lambda: ())
    monkeypatch.delenv(gpus.VISIBLE, raising=False)


def executor(*words: str) -> LocalExecutor:
    return LocalExecutor(load(words, cell=False).executor, preload=False)


def workers(*words: str) -> int:
    return local_workers(load(words, cell=False).executor)


def test_gpus_are_named_by_their_uuids(nvidia_smi: Path) -> None:
    assert [gpu.device for gpu in gpus.gpus()] == ["GPU-aa", "GPU-bb"]
    assert gpus.gpu_names() == "2 NVIDIA A100-SXM4-40GB"


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", "NVIDIA A100-SXM4-40GB"),
        ("GPU-aa", "NVIDIA A100-SXM4-40GB"),
        ("MIG-cc", "GPU"),
        ("", ""),
        ("-1", ""),
        ("0,-1,1", "NVIDIA A100-SXM4-40GB"),
    ],
)
def test_only_those_that_cuda_may_use_count(
    nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch, visible: str, names: str
) -> None:
    monkeypatch.setenv(gpus.VISIBLE, visible)
    assert gpus.gpu_names() == names


@pytest.mark.parametrize("text", ["exit 9", "echo 'no devices were found'"])
def test_a_driver_that_answers_nothing_of_use_means_no_gpu(nvidia_smi: Path, text: str) -> None:
    nvidia_smi.write_text(f"#!/bin/sh\n{text}\n")
    assert gpus.gpus() == ()


def test_a_gpu_is_part_of_what_a_run_was_trained_on(nvidia_smi: Path) -> None:
    assert machine.this_machine().hardware.endswith(" cores, 2 NVIDIA A100-SXM4-40GB")


def test_there_is_a_process_a_gpu_unless_asked_otherwise(nvidia_smi: Path) -> None:
    assert workers() == 2
    assert workers("executor.gpus=0.25") == 8
    assert workers("executor.gpus=0.1") == 20
    assert workers("executor.workers=3") == 3
    assert workers("executor.gpus=0", "executor.threads=1024") == 1


def test_a_gpu_is_given_to_the_process_that_trains(nvidia_smi: Path) -> None:
    """Its worker sees the first GPU alone, and says so in what a run was trained on."""
    forkserver._forkserver._stop()  # one that runs already has the path of another test
    with closing(executor("executor.workers=1")) as trains:
        told = events_of(trains, pretended("run"))
    (placed,) = (event for event in told if isinstance(event, Placed))
    assert any(isinstance(event, Finished) for event in told)
    assert placed.machine.hardware.endswith(" cores, NVIDIA A100-SXM4-40GB")
    forkserver._forkserver._stop()  # nor has another test this one's


def test_processes_take_the_gpu_that_fewest_use() -> None:
    assert gpus.least_used(["a", "b"], []) == "a"
    assert gpus.least_used(["a", "b"], ["a"]) == "b"
    assert gpus.least_used(["a", "b"], ["a", "b", "b"]) == "a"
    assert gpus.least_used([], []) is None


def test_gpus_are_hidden_where_none_is_asked_for(nvidia_smi: Path) -> None:
    assert executor("executor.gpus=0")._devices == [""]
    assert executor()._devices == ["GPU-aa", "GPU-bb"]


def test_a_share_of_a_gpu_that_is_not_there_is_refused(no_gpus: None) -> None:
    assert executor("executor.gpus=0")._devices == []
    with pytest.raises(ConfigError, match=r"executor\.gpus: expected auto or 0 .* received 0\.5"):
        executor("executor.gpus=0.5")
