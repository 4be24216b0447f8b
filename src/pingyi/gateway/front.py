"""The thin callable before Django: ratings and the rating page, everything else passed on.

It is written to RSGI, the server's own interface: `scope` says what is asked, `protocol` gives the
body and takes the response. `asgi.py` offers the same two to any ASGI server. What Django's
middleware does for its pages is done here by hand: host check, proxy address, headers, journal.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, Protocol

from django.db import DatabaseError, close_old_connections

from pingyi.gateway import doors
from pingyi.gateway.bridge import Bridge
from pingyi.gateway.doors import Answer, TooLarge, TooSlow
from pingyi.gateway.incoming import Headers, Left, Reader
from pingyi.gateway.journal import BATCH, COMMIT, RATINGS, WAITING, Journal
from pingyi.gateway.peers import Hosts, Proxies, host_of
from pingyi.gateway.statics import StaticFile
from pingyi.kernel.randomness import random_uuid
from pingyi.ratings import submission
from pingyi.ratings.batching import Gatherer, Result, Unavailable
from pingyi.ratings.entry import Client, Entry, local_day
from pingyi.ratings.points import Memory, Point, PointGone, Rules, UnknownPoint
from pingyi.ratings.store import Fate, Outcome

log = logging.getLogger(__name__)

API = "/api/v1/ratings"
FORM = "/r/"
STALE = 5.0
"""Seconds after which the directory is looked at before an answer, not beside it."""


class Page(Protocol):
    """A rendered page with a slot for the key of the view."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...

    def body(self, key: str = "") -> bytes: ...
    def gzipped(self, key: str = "") -> bytes: ...


class Pages(Protocol):
    """What the front asks of the citizens' pages."""

    def rating_page(self, code: str, *, language: str, large: bool, at: datetime) -> Page: ...
    def busy_page(self, *, language: str, large: bool) -> Page: ...
    def too_large_page(self, *, language: str, large: bool) -> Page: ...


class Shown(Protocol):
    """How a page is to be shown."""

    @property
    def language(self) -> str: ...
    @property
    def large(self) -> bool: ...


Preferences = Callable[[str, str], Shown]
"""From the Cookie and Accept-Language headers to how a page is shown."""


class Front:
    """The server's application. `start` and `stop` are called on the server's event loop."""

    def __init__(
        self,
        *,
        django: Callable[..., Any],
        pages: Pages,
        preferences: Preferences,
        common: Sequence[tuple[str, str]],
        statics: Mapping[str, StaticFile],
        hosts: Hosts,
        proxies: Proxies,
        secure_only: bool,
        journal: Journal,
        bad_rating: Callable[[], None] = lambda: None,
        threads: int = 8,
    ):
        self._pages = pages
        self._preferences = preferences
        self._common = list(common)
        self._statics = statics
        self._hosts = hosts
        self._proxies = proxies
        self._secure_only = secure_only
        self._journal = journal
        self._bad_rating = bad_rating
        self._memory = Memory()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="django")
        self._bridge = Bridge(django, self._threads)
        self._kept: dict[tuple[str, str, bool], tuple[int, Page]] = {}
        self._refreshing: asyncio.Future[None] | None = None
        self._day: tuple[float, date] = (0.0, date.min)

    # ── the server's side ───────────────────────────────────────────

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reader = Reader(loop)
        self._gatherer = Gatherer(loop, after_commit=self._committed)
        self._journal.start()

    async def stop(self) -> None:
        """Commit what was taken, answer it, take no more."""
        await self._gatherer.drain()
        self._reader.stop()
        await self._loop.run_in_executor(
            None, lambda: self._threads.shutdown(wait=True, cancel_futures=True)
        )
        self._journal.stop()

    async def __call__(self, scope: Any, protocol: Any) -> None:
        started = time.perf_counter()
        peer = host_of(scope.client)
        headers = scope.headers
        address = self._proxies.client(peer, _forwarded_for(headers))
        try:
            route, status = await self._routed(scope, protocol, headers, peer, address)
        except Left:
            route, status = "left", 499  # nobody hears an answer; nginx's number for it
        except Exception:
            log.exception("a request failed")
            route, status = "failed", self._send(protocol, _FAILED)
        self._journal.note(route, scope.method, scope.path, address, status, started)

    async def _routed(
        self, scope: Any, protocol: Any, headers: Headers, peer: str, address: str
    ) -> tuple[str, int]:
        """Answers; which of the doors that was, and the status."""
        path, method = scope.path, scope.method
        host = scope.authority or headers.get("host") or ""
        if not self._hosts.serves(host):
            return "refused", self._send(protocol, _BAD_HOST)
        if self._secure_only and not self._is_secure(scope, headers, peer):
            # Django redirects.
            return "django", await self._pass_on(scope, protocol, peer, address)
        if path == API and method == "POST":
            answer = await self._rate(protocol, headers, _client(address, headers))
            return "api", self._send(protocol, answer)
        at_point = path.startswith(FORM) and "/" not in path[len(FORM) :]
        if at_point and method == "POST":
            return "form", await self._form(scope, protocol, headers, peer, address)
        if at_point and method == "GET" and not scope.query_string:
            return "page", await self._page(scope, protocol, headers, peer, address)
        if path == "/healthz" and method in ("GET", "HEAD"):
            return "health", self._send(protocol, _ALIVE)
        if path in self._statics and method == "GET":
            return "static", self._static(path, protocol, headers)
        return "django", await self._pass_on(scope, protocol, peer, address)

    # ── the doors ───────────────────────────────────────────────────

    async def _rate(self, protocol: Any, headers: Headers, client: Client) -> Answer:
        """`POST /api/v1/ratings`."""
        try:
            fields = submission.from_json(await self._reader.body(protocol, headers))
            outcome = await self._stored(fields, submission.point_of(fields), client)
            return doors.json_answer(outcome)
        except doors.REFUSALS as refusal:
            return doors.json_refusal(refusal)

    async def _form(
        self, scope: Any, protocol: Any, headers: Headers, peer: str, address: str
    ) -> int:
        """`POST /r/<point>`: what is right is taken here, what is not is shown by Django's page."""
        shown = self._shown(headers)
        look: dict[str, Any] = {"language": shown.language, "large": shown.large}
        try:
            body = await self._reader.body(protocol, headers)
            fields = submission.from_form(body)
            code = scope.path[len(FORM) :]
            outcome = await self._stored(fields, code, _client(address, headers))
        except TooLarge:
            page = await self._in_thread(lambda: self._pages.too_large_page(**look))
            return self._send_page(protocol, page, headers)
        except TooSlow:
            return self._send(protocol, _TOO_SLOW)
        except Unavailable:
            page = await self._in_thread(lambda: self._pages.busy_page(**look))
            return self._send_page(protocol, page, headers, (("Retry-After", doors.RETRY_AFTER),))
        except doors.REFUSALS:
            return await self._pass_on(scope, protocol, peer, address, body)
        if outcome.fate is Fate.CONFLICT:
            return await self._pass_on(scope, protocol, peer, address, body)
        return self._send(protocol, doors.form_answer(outcome))

    async def _page(
        self, scope: Any, protocol: Any, headers: Headers, peer: str, address: str
    ) -> int:
        """`GET /r/<point>`: from memory, with a key of its own."""
        code = scope.path[len(FORM) :]
        try:
            await self._placed(code, self._today())
        except (UnknownPoint, PointGone, Unavailable):
            return await self._pass_on(scope, protocol, peer, address)
        shown = self._shown(headers)
        wanted, minute = (code, shown.language, shown.large), int(time.time()) // 60
        kept = self._kept.get(wanted)
        if kept is None or kept[0] != minute:
            kept = (minute, await self._in_thread(lambda: self._rendered(*wanted)))
            if len(self._kept) > 2_000:
                self._kept.clear()
            self._kept[wanted] = kept
        return self._send_page(protocol, kept[1], headers)

    def _rendered(self, code: str, language: str, large: bool) -> Page:
        return self._pages.rating_page(code, language=language, large=large, at=datetime.now(UTC))

    async def _stored(self, fields: Mapping[str, Any], code: str, client: Client) -> Outcome:
        """The outcome, once committed. Raises any of REFUSALS."""
        at, day = datetime.now(UTC), self._today()
        point, rules = await self._placed(code, day)
        entry = doors.entry_of(fields, point=point, rules=rules, client=client, at=at, day=day)
        return await self._gatherer.submit(entry)

    async def _placed(self, code: str, day: date) -> tuple[Point, Rules]:
        """The point and the day's rules. Raises UnknownPoint, PointGone, Unavailable."""
        age = self._memory.age
        if age > 1.0 and self._refreshing is None:
            self._refreshing = self._in_thread(self._memory.refresh)
            self._refreshing.add_done_callback(self._refreshed)
        try:
            if age > STALE and self._refreshing is not None:
                await asyncio.shield(self._refreshing)
            return self._memory.point(code), self._memory.rules(day)
        except Memory.Miss:
            pass
        except DatabaseError as error:
            raise Unavailable from error
        try:
            return await self._in_thread(lambda: self._memory.learn(code, day))
        except DatabaseError as error:
            raise Unavailable from error

    def _refreshed(self, done: asyncio.Future[None]) -> None:
        self._refreshing = None
        if not done.cancelled() and done.exception() is not None:
            log.warning("the directory could not be looked at: %s", done.exception())

    def _committed(
        self, entries: Sequence[Entry], results: Sequence[Result], seconds: float
    ) -> None:
        for fate, count in Counter(getattr(result, "fate", None) for result in results).items():
            RATINGS.labels(fate.value if fate else "refused").inc(count)
        BATCH.observe(len(entries))
        COMMIT.observe(seconds)
        WAITING.set(len(self._gatherer))
        if any(entry.is_bad for entry in entries):
            self._bad_rating()

    # ── small things ────────────────────────────────────────────────

    def _today(self) -> date:
        """The day in the city's time zone, looked up once a second."""
        now = time.time()
        until, day = self._day
        if now >= until:
            day = local_day(datetime.fromtimestamp(now, UTC))
            self._day = (int(now) + 1.0, day)
        return day

    def _shown(self, headers: Headers) -> Shown:
        return self._preferences(headers.get("cookie") or "", headers.get("accept-language") or "")

    def _in_thread(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        return self._loop.run_in_executor(self._threads, _with_fresh_connection, function)

    async def _pass_on(
        self, scope: Any, protocol: Any, peer: str, address: str, body: bytes | None = None
    ) -> int:
        trusted = self._proxies.trusts(peer)
        try:
            return await self._bridge(scope, protocol, address=address, trusted=trusted, body=body)
        except TooLarge:
            return self._send(protocol, _TOO_LARGE)

    def _is_secure(self, scope: Any, headers: Headers, peer: str) -> bool:
        if self._proxies.trusts(peer):
            return headers.get("x-forwarded-proto") == "https"
        return scope.scheme == "https"

    def _static(self, path: str, protocol: Any, headers: Headers) -> int:
        file = self._statics[path]
        answer = file.answer(
            headers.get("accept-encoding") or "", headers.get("if-none-match") or ""
        )
        return self._send(protocol, Answer(*answer))

    def _send(self, protocol: Any, answer: Answer) -> int:
        protocol.response_bytes(answer.status, [*answer.headers, *self._common], answer.body)
        return answer.status

    def _send_page(
        self, protocol: Any, page: Page, headers: Headers, more: tuple[tuple[str, str], ...] = ()
    ) -> int:
        key = random_uuid()
        sent = [*page.headers, *more, *self._common]
        if "gzip" in (headers.get("accept-encoding") or ""):
            sent.append(("Content-Encoding", "gzip"))
            protocol.response_bytes(page.status, sent, page.gzipped(key))
        else:
            protocol.response_bytes(page.status, sent, page.body(key))
        return page.status


_TEXT = (("Content-Type", "text/plain; charset=utf-8"), doors.NO_STORE)
_BAD_HOST = Answer(400, _TEXT, b"this host is not served here\n")
_TOO_SLOW = Answer(408, _TEXT, b"the form did not arrive in time\n")
_TOO_LARGE = Answer(
    413,
    _TEXT,
    "上传的内容合计超过 64 MB，没有收下。请返回上一页，减少文件后重新提交。\n"
    "More than 64 MB was sent, and nothing was taken. Go back, choose fewer files, and send "
    "again.\n".encode(),
)
_FAILED = Answer(500, _TEXT, b"something went wrong here; it was noted\n")
_ALIVE = Answer(200, _TEXT, b"ok\n")


def _forwarded_for(headers: Any) -> str | None:
    """The whole chain: a proxy may add a line of its own below one that the client made up."""
    lines = getattr(headers, "get_all", None)
    if lines is None:
        found: str | None = headers.get("x-forwarded-for")
        return found
    return ", ".join(lines("x-forwarded-for"))


def _client(address: str, headers: Headers) -> Client:
    return Client(address, headers.get("user-agent") or "", headers.get("accept-language") or "")


def _with_fresh_connection(function: Callable[[], Any]) -> Any:
    close_old_connections()
    return function()
