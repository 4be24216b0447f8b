"""While one commit is under way the next batch gathers: batches grow with load, idle adds no delay.

The gatherer lives on the server's event loop; one thread with a connection of its own writes.
An outcome reaches its waiter after the commit and never before.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pingyi.ratings import store
from pingyi.ratings.entry import Entry
from pingyi.ratings.store import Outcome

log = logging.getLogger(__name__)

WAITING_LIMIT = 4_000
"""Entries that may wait for a commit; more are told to come back."""
BATCH_LIMIT = 500
LOCK_WAIT = 20.0
"""Seconds that SQLite's lock is waited for."""

Result = Outcome | Exception
AfterCommit = Callable[[Sequence[Entry], Sequence[Result], float], None]
"""Told on the loop of each batch, what became of it, and the seconds that took."""


class Unavailable(RuntimeError):
    """Nothing is known to be stored: the queue is full, or the database cannot be written."""


class Gatherer:
    """Gathers entries of one event loop into batches for its writer."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        after_commit: AfterCommit = lambda entries, results, seconds: None,
        waiting_limit: int = WAITING_LIMIT,
    ):
        self._loop = loop
        self._after_commit = after_commit
        self._limit = waiting_limit
        self._waiting: list[tuple[Entry, asyncio.Future[Outcome]]] = []
        self._busy = False
        self._open = True
        self._writer = Writer(self._report)

    def __len__(self) -> int:
        """Entries waiting for the batch after the one under way."""
        return len(self._waiting)

    def submit(self, entry: Entry) -> asyncio.Future[Outcome]:
        """A future of the entry's outcome, set once it is committed. Raises Unavailable."""
        if not self._open or len(self._waiting) >= self._limit:
            raise Unavailable
        future = self._loop.create_future()
        self._waiting.append((entry, future))
        if not self._busy:
            self._busy = True
            # What else this turn of the loop brings goes into the same batch.
            self._loop.call_soon(self._send)
        return future

    def _send(self) -> None:
        batch, self._waiting = self._waiting[:BATCH_LIMIT], self._waiting[BATCH_LIMIT:]
        self._busy = bool(batch)
        if batch:
            self._writer.put(batch)

    def _report(self, batch: list[Any], results: list[Result], seconds: float) -> None:
        """Called by the writer's thread."""
        self._loop.call_soon_threadsafe(self._deliver, batch, results, seconds)

    def _deliver(self, batch: list[Any], results: list[Result], seconds: float) -> None:
        self._send()
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its client has gone; the rating stands
                continue
            if isinstance(result, Outcome):
                future.set_result(result)
            else:
                future.set_exception(result)
        self._after_commit([entry for entry, _ in batch], results, seconds)

    async def drain(self) -> None:
        """Take nothing more, wait until all that was taken is committed, end the writer."""
        self._open = False
        while self._busy:
            await asyncio.sleep(0.005)
        self._writer.stop()


class Writer(threading.Thread):
    """The thread that commits batches, one after the other."""

    def __init__(self, report: Callable[[list[Any], list[Result], float], None]):
        super().__init__(name="ratings-writer", daemon=True)
        self._report = report
        self._inbox: queue.SimpleQueue[list[Any] | None] = queue.SimpleQueue()
        self._connection = own_connection()
        self.start()

    def put(self, batch: list[Any]) -> None:
        self._inbox.put(batch)

    def stop(self) -> None:
        self._inbox.put(None)
        self.join(timeout=10)

    def run(self) -> None:
        while (batch := self._inbox.get()) is not None:
            started = time.perf_counter()
            results = self._commit([entry for entry, _ in batch])
            self._report(batch, results, time.perf_counter() - started)
        self._connection.close()

    def _commit(self, entries: list[Entry]) -> list[Result]:
        try:
            return list(self._written(entries))
        except (OperationalError, InterfaceError):
            log.exception("a batch of %d ratings could not be written", len(entries))
            return [Unavailable()] * len(entries)
        except Exception as error:
            if len(entries) == 1:
                log.error("a rating could not be written: %s", _without_words(error))
                return [Unavailable()]
            # One entry spoils the batch: the others shall not suffer.
            return [result for entry in entries for result in self._commit([entry])]

    def _written(self, entries: list[Entry]) -> list[Outcome]:
        """Tried twice, the second time on a fresh connection: keys make that harmless."""
        try:
            return write_alone(self._connection, entries)
        except (OperationalError, InterfaceError) as error:
            self._connection.close()
            if "locked" in str(error):
                raise
            return write_alone(self._connection, entries)


def _without_words(error: Exception) -> str:
    """What went wrong and where: a database's own message may quote the row, her words too."""
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{where}"


def write_alone(connection: BaseDatabaseWrapper, entries: Sequence[Entry]) -> list[Outcome]:
    """Write and commit on a connection that no transaction is open on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return store.write(cursor, connection.vendor, entries)  # one statement: atomic
        _when_free(cursor, "BEGIN IMMEDIATE")
        try:
            outcomes = store.write(cursor, connection.vendor, entries)
            _when_free(cursor, "COMMIT")
        except BaseException:
            if connection.connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        return outcomes


def _when_free(cursor: Any, statement: str) -> None:
    """Execute it once SQLite's lock is free; its own waiting sleeps up to 100 ms at a time."""
    until = time.monotonic() + LOCK_WAIT
    while True:
        try:
            cursor.execute(statement)
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.001)
        else:
            return


def own_connection() -> BaseDatabaseWrapper:
    """A connection like the default one, for a thread of its own; statements stay prepared."""
    default = connections["default"]
    settings = copy.deepcopy(default.settings_dict)
    if default.vendor == "postgresql":
        settings["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 0}
    else:
        settings["OPTIONS"]["init_command"] += " PRAGMA busy_timeout=0;"
    own = type(default)(settings, "ratings")
    # Made in one thread and used in another, and there alone.
    own.inc_thread_sharing()
    return own
