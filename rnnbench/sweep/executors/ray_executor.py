"""The slots of a Ray cluster, on one machine or many: what trains on them is as on one's own.

An actor for each slot holds a fork server and a worker (:mod:`rnnbench.sweep.executors.ray_slot`).
The driver alone writes into stores: nothing but Ray has to be reachable from a node. A slot that is
gone, with its node, costs the run that it was training.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rnnbench.config.schema import ExecutorConfig
from rnnbench.errors import ConfigError, RunFailure, first_line
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.events import EpochEnded, Event, Idle, Lost, Placed, Started
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.executors.ray_cluster import Cluster
from rnnbench.sweep.executors.ray_files import Packer, unpack
from rnnbench.sweep.executors.ray_slot import LONGEST_CALL, Node, Slot, SlotEvent

if TYPE_CHECKING:
    from rnnbench.training.spec import Task

_POLL_SECONDS = 0.2  # between two looks at whether an interruption was asked for
_LOOK_SECONDS = 2.0  # between two looks at what the cluster has free
_IDLE_SECONDS = 30.0  # after which a slot without work is given back
_CLOSE_SECONDS = 5.0
_MOST_FAILED_STARTS = 3  # in a row


class _Slot:
    """A slot as the driver sees it: an actor, what it was last asked, its task."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.call: Any = actor.node.remote()
        self.node: Node | None = None
        self.group: str | None = None
        self.task: Task | None = None
        self.waited = 0.0  # seconds that the driver has listened for the answer
        self.since = time.monotonic()  # idle

    def ask(self, call: Any) -> None:
        self.call, self.waited = call, 0.0


class RayExecutor:
    """Runs tasks on a Ray cluster (:class:`rnnbench.sweep.executors.protocol.Executor`)."""

    def __init__(self, config: ExecutorConfig, *, preload: bool = True) -> None:
        """Connect to nothing yet.

        Args:
            config: which cluster, how many slots of it, and how large they are.
            preload: whether the processes that train have TensorFlow loaded when they start.

        Raises:
            ConfigError: where Ray is not installed, or nobody answers at ``executor.address``.
        """
        self._config = config
        self._preload = preload
        self._cluster = Cluster(config)
        self._ray = self._cluster.ray
        self._packer = Packer(self._ray)
        self._slots: list[_Slot] = []
        self._ahead: Task | None = None  # claimed before there was a slot for it
        self._has_more = True
        self._failed_starts = 0
        self._looked = 0.0
        self._without_room = 0.0  # seconds that no node was large enough for a slot

    def start(self) -> None:
        """Connect, and ask for slots, which load TensorFlow in the background.

        Raises:
            ConfigError: where there is no cluster at ``executor.address``.
        """
        self._cluster.connect()
        self._adjust()

    def close(self) -> None:
        """End all slots at once, whatever they are doing, and disconnect."""
        try:
            self._end(self._slots)
        finally:
            self._packer = Packer(self._ray)
            self._cluster.close()

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`.

        Raises:
            ConfigError: where a node runs other code than the driver.
            RunFailure: where the cluster starts no slot, or the connection to it is lost.
        """
        self._has_more = True
        self.start()
        try:
            yield from self._train(source, interruption)
        except self._cluster.losses as error:
            told = f"the connection to the Ray cluster is lost ({first_line(error)})"
            raise RunFailure(f"{told}; the same command resumes") from None
        # Others may wait for them, and this driver for others.
        self._end(self._slots)

    def reply(self, key: str, *, stop: bool) -> None:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`."""
        for slot in self._slots:
            if slot.task is not None and slot.task.key == key and slot.call is None:
                slot.ask(slot.actor.go_on.remote(stop))

    @property
    def _busy(self) -> bool:
        return self._ahead is not None or any(slot.task for slot in self._slots)

    def _train(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        while True:
            yield from self._fill(source)
            yield Idle()
            if not self._busy:
                # The results stored meanwhile may have brought more.
                yield from self._fill(source)
            if not self._busy:
                return
            yield from self._next_events(interruption)
            interruption.check()

    def _fill(self, source: TaskSource) -> Iterator[Event]:
        """Give every idle slot a task; without any slot, claim one for the first to come."""
        while True:
            idle = [s for s in self._slots if s.node is not None and s.task is None]
            task, self._ahead = self._ahead, None
            if task is None:
                if not idle and self._busy:
                    return
                held = [slot.group for slot in idle if slot.group is not None]
                task = source.take(held, {s.group for s in self._slots if s.task and s.group})
                self._has_more = task is not None
                if task is None:
                    return
                yield Started(task.key)
            if not idle:
                self._ahead = task
                return
            slot = min(idle, key=lambda s: (s.group != task.group, s.group is not None))
            slot.task, slot.group = task, task.group
            slot.ask(slot.actor.train.remote(self._packer.pack(task)))

    def _adjust(self) -> None:
        """Ask for as many slots as there is work and room for, and give back what has no work."""
        now = time.monotonic()
        coming = [slot for slot in self._slots if slot.node is None]
        if not self._has_more and self._ahead is None:
            idle = [s for s in self._slots if s.node is not None and s.task is None]
            self._end([*coming, *(s for s in idle if now - s.since > _IDLE_SECONDS)])
            return
        if self._config.workers != "auto":
            wanted = self._config.workers - len(self._slots)
        elif now - self._looked >= _LOOK_SECONDS or not self._slots:
            self._looked = now
            # One more than there is room for: it comes with the next node, and asks for it where
            # the cluster grows by itself.
            wanted = max(1, self._cluster.free_slots()) - len(coming)
        else:
            return
        for _ in range(wanted):
            self._slots.append(_Slot(self._actor()))

    def _actor(self) -> Any:
        config, share = self._config, self._cluster.share
        options = {"num_cpus": config.threads, "num_gpus": share, "max_restarts": 0}
        # While a call waits for the worker, another one may close the slot.
        slots = self._ray.remote(Slot).options(**options, max_concurrency=2)
        return slots.remote(
            config.threads, config.timeout, preload=self._preload, has_gpu=share > 0
        )

    def _next_events(self, interruption: Interruption) -> Iterator[Event]:
        """Wait for the first answer of a slot and yield what has come in."""
        answers: list[_Slot] = []
        while not answers:
            self._adjust()
            calls = {slot.call: slot for slot in self._slots if slot.call is not None}
            begun = time.monotonic()
            ready, _ = self._ray.wait([*calls], timeout=_POLL_SECONDS)
            if ready:  # Ray tells of one; there may be more
                ready, _ = self._ray.wait([*calls], num_returns=len(calls), timeout=0)
            waited = time.monotonic() - begun
            answers = [calls[call] for call in ready]
            for slot in calls.values():
                slot.waited += waited
            for slot in answers:
                yield from self._answered(slot)
            for slot in calls.values():
                if slot.call is not None and slot.task and slot.waited > self._longest:
                    answers.append(slot)
                    yield from self._gone(slot, "silent", f"{slot.waited:.0f}")
            self._wait_for_room(waited)
            interruption.check()

    @property
    def _longest(self) -> float:
        """Seconds after which a call that has no answer gets none any more."""
        timeout = self._config.timeout
        # A first call loads TensorFlow, and fetches data.
        return float("inf") if timeout is None else 2 * timeout + LONGEST_CALL

    def _answered(self, slot: _Slot) -> Iterator[Event]:
        call, slot.call = slot.call, None
        try:
            answer = self._ray.get(call)
        except Exception as error:  # the slot's node, its process, or what it was asked
            if not isinstance(error, self._ray.exceptions.RayError):
                raise  # the driver's own connection
            if slot.node is None:
                self._failed(slot, error)
            elif isinstance(error, self._ray.exceptions.RayTaskError):  # as for lack of room there
                reason = f"{slot.node.machine.host} ({_last_line(error)})"
                yield from self._gone(slot, "node", reason)
            elif self._is_for_memory(error):
                yield from self._gone(slot, "killed", "SIGKILL")
            else:
                yield from self._gone(slot, "node", slot.node.machine.host)
            return
        if isinstance(answer, Node):
            self._cluster.check(answer)
            slot.node, slot.since, self._failed_starts = answer, time.monotonic(), 0
            return
        yield from self._told(slot, answer)

    def _is_for_memory(self, error: Exception) -> bool:
        """Return whether Ray has ended a process because its node ran low on memory."""
        kind = self._ray.exceptions.OutOfMemoryError
        return isinstance(error, kind) or "low on memory" in str(error)

    def _told(self, slot: _Slot, told: Sequence[SlotEvent]) -> Iterator[Event]:
        task = slot.task
        assert task is not None
        last = told[-1].event if told else None
        if last is None or isinstance(last, (Placed, EpochEnded)):
            if not (task.prunable and isinstance(last, EpochEnded)):  # else reply() goes on
                slot.ask(slot.actor.go_on.remote(None))
        else:
            slot.task, slot.since = None, time.monotonic()
        for one in told:
            unpack(one.files, task.folder)
            yield one.event

    def _gone(self, slot: _Slot, loss: Any, detail: str) -> Iterator[Event]:
        task = slot.task
        self._end([slot])
        if task is not None:
            yield Lost(task.key, loss, detail)

    def _failed(self, slot: _Slot, error: Exception) -> None:
        """Give a slot up that did not start; its node may be gone, or none can start."""
        self._end([slot])
        self._failed_starts += 1
        if self._failed_starts >= _MOST_FAILED_STARTS:
            raise RunFailure(
                f"executor.address: no worker starts on the cluster ({_last_line(error)}); the "
                "same command resumes"
            )

    def _wait_for_room(self, waited: float) -> None:
        """Give up where no node of the cluster is large enough for a slot, nor comes to be."""
        if any(slot.node for slot in self._slots) or self._config.timeout is None:
            self._without_room = 0.0
            return
        self._without_room += waited
        if self._without_room > self._config.timeout and not self._cluster.could_hold_a_slot():
            config, share = self._config, self._cluster.share
            raise ConfigError(
                "executor.threads",
                "slots for which a node of the cluster is large enough",
                f"{config.threads} CPUs" + (f" and {share:g} GPU" if share else ""),
                "lower executor.threads or executor.gpus, or add larger nodes",
            )

    def _end(self, slots: Sequence[_Slot]) -> None:
        """End slots, whatever they are doing: what is reachable leaves nothing on its node."""
        slots = list(slots)
        with suppress(Exception):  # a cluster that is gone needs no farewell
            calls = [slot.actor.close.remote() for slot in slots if slot.node is not None]
            if calls:
                self._ray.wait(calls, num_returns=len(calls), timeout=_CLOSE_SECONDS)
            for slot in slots:
                self._ray.kill(slot.actor)
        self._slots = [slot for slot in self._slots if slot not in slots]


def _last_line(error: Exception) -> str:
    """Return what an error says below the traceback that Ray puts first."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
