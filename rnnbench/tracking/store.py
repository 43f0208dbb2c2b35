"""The MLflow store: opened with an explicit address, read into records, written by recorders."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rnnbench.config.schema import Config
from rnnbench.errors import StoreError
from rnnbench.formatting.redact import shown_address
from rnnbench.interrupt import Interruption
from rnnbench.tracking import names, view
from rnnbench.tracking.address import connect, is_store, sqlite_path, tracking_uri, translated
from rnnbench.tracking.client_reader import ClientReader
from rnnbench.tracking.direct import direct_reader, direct_writer, kept_open
from rnnbench.tracking.experiment import check_root, ensure_experiment
from rnnbench.tracking.home import Home
from rnnbench.tracking.locking.choice import locks_of
from rnnbench.tracking.marker import Marker
from rnnbench.tracking.reader import History, Reader
from rnnbench.tracking.record import Record, counting
from rnnbench.tracking.tables import make_database, make_shared

if TYPE_CHECKING:
    from rnnbench.tracking.writer import RunEntry, Writer


class Store:
    """One experiment in one MLflow store; get one from :meth:`open`."""

    def __init__(
        self,
        experiment_id: str,
        home: Home,
        uri: str,
        client: Any = None,
        reader: Reader | None = None,
    ) -> None:
        self.experiment_id = experiment_id
        self.home = home
        self.uri = uri
        self.locks, kind = locks_of(uri, home)
        is_in_home = sqlite_path(uri) == home.database
        # Locks beside the database are the same for all paths that lead there.
        address = "" if is_in_home else uri
        self._scope = hashlib.sha256(f"{address} {experiment_id}".encode()).hexdigest()[:8]
        self.marker = Marker(home, self._scope, moved=is_in_home, locks=kind)
        self._client = client
        self._reader = reader or ClientReader(
            lambda: self.client, experiment_id, uri if uri.startswith("http") else None
        )

    @classmethod
    def open(cls, config: Config, *, create: bool = True) -> Store:
        """Open the store of a configuration, initialising its database before any worker starts.

        Args:
            config: ``home`` and ``tracking``.
            create: make what is missing; otherwise a missing store is an error.

        Raises:
            StoreError: where the folder, the database or the server cannot be used.
        """
        home = Home.of(config.home)
        uri = tracking_uri(config)
        local = config.tracking.uri is None
        if not create and local and not home.database.is_file():
            raise home.missing()
        if create or local:
            home.make()
        found = cls._known(config, uri, home)
        if found is not None:
            if create:
                with translated(uri, home.path):
                    check_root(found, config.tracking.artifacts)
            return found
        if not create and not local:
            with translated(uri, home.path):
                if not is_store(uri):
                    received = f"{shown_address(uri)}, where none is"
                    action = "train something first, or correct the address"
                    raise StoreError("tracking.uri", "the address of a store", received, action)
        # The first client creates the tables; two at once would fail half-way.
        with (
            Interruption(),
            translated(uri, home.path),
            locks_of(uri, home)[0].acquire("store") if create else nullcontext(),
        ):
            if create and local:
                make_database(home)
            elif create:
                make_shared(uri)
            client = connect(uri)
            root, name = config.tracking.artifacts, config.tracking.experiment
            experiment_id = ensure_experiment(client, name, home, create=create, uri=uri, root=root)
            store = cls._known(config, uri, home) or cls(experiment_id, home, uri, client)
            store._client = client
            if create:
                check_root(store, root)
        return store

    @classmethod
    def find(cls, config: Config) -> Store | None:
        """Return the store of a configuration, or ``None`` where there is none yet.

        Raises:
            StoreError: where a server or a database does not answer.
        """
        home = Home.of(config.home)
        if config.tracking.uri is None and not home.database.is_file():
            return None
        uri = tracking_uri(config)
        found = cls._known(config, uri, home)
        if found is not None:
            return found
        with translated(uri, home.path):
            if not is_store(uri):
                return None
            client = connect(uri)
            known = client.get_experiment_by_name(config.tracking.experiment)
        if known is None or known.lifecycle_stage != "active":
            return None
        return cls(str(known.experiment_id), home, uri, client)

    @classmethod
    def _known(cls, config: Config, uri: str, home: Home) -> Store | None:
        """Return the store where it can be read without MLflow, which is imported late then."""
        with translated(uri, home.path):
            found = direct_reader(uri, home, config.tracking.experiment)
        return None if found is None else cls(found[0], home, uri, reader=found[1])

    @property
    def client(self) -> Any:
        """MLflow's client, imported when it is first needed."""
        if self._client is None:
            self._client = connect(self.uri)
        return self._client

    @cached_property
    def writer(self) -> Writer:
        """What writes into the store."""
        return direct_writer(self._reader, self.experiment_id, lambda: self.client)

    def get_ready(self) -> None:
        """Import what it takes to write; where that is MLflow's client, it takes seconds."""
        from rnnbench.tracking.writer import ClientWriter

        _ = self.client if isinstance(self.writer, ClientWriter) else None

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep a file open for this thread, which reads and writes it faster then."""
        return kept_open(self._reader)

    def translated(self) -> AbstractContextManager[None]:
        """Turn what goes wrong with the store into one message."""
        return translated(self.uri, self.home.path)

    def records(
        self,
        tags: Mapping[str, str] | None = None,
        *,
        kind: names.Kind | None = "run",
        status: names.Status | None = None,
        only: Collection[str] | None = None,
    ) -> list[Record]:
        """Return the runs of one kind, or with ``None`` of all, oldest first.

        Args:
            tags: further tags that they must have.
            kind: training runs, unless told otherwise.
            status: MLflow's status, where only that is wanted.
            only: names of the tags, parameters and metrics that are wanted, for speed.
        """
        wanted = ({} if kind is None else {names.KIND: kind}) | dict(tags or {})
        with self.translated():
            return list(self._reader.search(wanted, status=status, only=only))

    def by_key(
        self,
        keys: Iterable[str],
        *,
        kind: names.Kind = "run",
        only: Collection[str] | None = None,
    ) -> dict[str, Record]:
        """Return for each key the record that counts: a finished one, else the latest."""
        found: dict[str, list[Record]] = {}
        with self.translated():
            for record in self._reader.search({names.KIND: kind}, keys=set(keys), only=only):
                found.setdefault(record.key, []).append(record)
        return {key: counting(records) for key, records in found.items()}

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """Return by run the values of metrics by epoch; see :class:`.reader.Reader`."""
        with self.translated():
            return self._reader.histories(run_ids, metrics)

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """Return by run the address of its files."""
        with self.translated():
            return self._reader.artifact_folders(run_ids)

    def save_view(self) -> None:
        """Write the saved view of the arms where there is none, or one of another version."""
        measured = {name for record in self.records(kind="arm") for name in record.metrics}
        state = view.state(view.tasks_of(measured))
        with self.translated():
            if self._reader.experiment_tag(view.TAG) != state:
                self.client.set_experiment_tag(self.experiment_id, view.TAG, state)

    def is_ours(self, record: Record) -> bool:
        """Return whether our locks tell if a running run's owner is alive."""
        return self.marker.is_ours(record.tags)

    def sweep_lock(self, sweep_key: str) -> str:
        """Return the name of the lock of a sweep's parent run: one in each experiment.

        It is the same for all homes that share locks, whatever address they know the store by.
        """
        return f"sweep-{self._shared_scope or self._scope}-{sweep_key}"

    @cached_property
    def _shared_scope(self) -> str:
        """Return digits that stand for the experiment of a store with locks of its own."""
        if not self.marker.is_shared(self.marker.tags()):
            return ""
        with self.translated():
            created = self.client.get_experiment(self.experiment_id).creation_time
        return hashlib.sha256(f"{created} {self.experiment_id}".encode()).hexdigest()[:8]

    def begin(self, tags: Mapping[str, str], name: str) -> str:
        """Create a run that is shown as running and belongs to this process; return its id."""
        return self.writer.create(dict(tags) | self.marker.tags(), name)

    def add(self, *entries: RunEntry) -> set[str]:
        """Write entries; return those runs of them that were deleted, maybe for good."""
        return self.writer.write(entries)

    def delete(self, run_id: str) -> None:
        """Delete a run, which another process may have deleted already."""
        self.writer.delete(run_id)

    def kill(self, run_id: str, reason: str) -> bool:
        """End a run that nobody trains; return ``False`` where it was ended or deleted before."""
        if self.writer.status(run_id) != "RUNNING":
            return False
        from rnnbench.tracking.writer import RunEntry

        return not self.add(RunEntry(run_id, tags={names.REASON: reason}, status="KILLED"))


def arm_lock(arm_key: str) -> str:
    """Return the name of the lock of an arm's summary run."""
    return f"arm-{arm_key}"
