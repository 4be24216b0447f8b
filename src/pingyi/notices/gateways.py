"""Where messages go, one interface for all: the city's SMS gateway, or nowhere in trial mode.

E-mail stands in `smtp`, behind the same interface.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

TIMEOUT = 10.0
"""Seconds a gateway may take."""


class Refused(Exception):
    """The gateway will not send this message, now or later."""


class Unreachable(Exception):
    """Nothing was handed over: it may be tried again."""


class Unclear(Exception):
    """It may or may not have been taken: ask for its fate, do not send it again."""


class Delivery(StrEnum):
    """What a gateway says of a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    NEVER_SEEN = "never_seen"


class Gateway(Protocol):
    """Sends the messages of one channel; `reference` names one message for good."""

    @property
    def tells(self) -> bool:
        """Whether it can be asked for a message's fate; else what is unclear stays so."""

    def send(self, *, reference: str, to: str, text: str) -> None:
        """Returns once the gateway has taken it. Raises Refused, Unreachable, Unclear."""

    def fate(self, reference: str) -> Delivery:
        """Raises Unreachable or Unclear when it cannot be told."""


class TrialGateway:
    """Takes everything and sends nothing: the outbox's page shows what would have gone out."""

    tells = True

    def send(self, *, reference: str, to: str, text: str) -> None:
        return None

    def fate(self, reference: str) -> Delivery:
        # Nothing is ever in between: what was not taken was not handed over.
        return Delivery.NEVER_SEEN


class HttpGateway:
    """A gateway spoken to by JSON over HTTP, as a city's adapter offers it.

    `POST <url>` with `{"reference", "phone", "text"}` and a bearer token: 2xx taken (also when the
    reference is known already), 4xx refused. `GET <url>/<reference>`: `{"state": "taken|refused"}`,
    404 never seen. Everything else is unclear.
    """

    tells = True

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the SMS gateway's address must begin with https:// or http://")
        self._connect = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout = timeout

    def send(self, *, reference: str, to: str, text: str) -> None:
        content = {"reference": reference, "phone": to, "text": text}
        status, _ = self._asked("POST", self._path or "/", content)
        if 400 <= status < 500:
            raise Refused(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise Unclear(f"the gateway answered {status}")

    def fate(self, reference: str) -> Delivery:
        status, answer = self._asked("GET", f"{self._path}/{reference}", None)
        if status == 404:
            return Delivery.NEVER_SEEN
        try:
            state = json.loads(answer)["state"]
            return {"taken": Delivery.TAKEN, "refused": Delivery.REFUSED}[state]
        except (ValueError, KeyError, TypeError):
            raise Unclear(f"the gateway answered {status}") from None

    def _asked(
        self, method: str, path: str, content: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        connection = self._connect(self._host, self._port, timeout=self._timeout)
        try:
            try:
                connection.connect()
            except OSError:
                raise Unreachable("no connection to the gateway") from None
            body = json.dumps(content).encode() if content is not None else None
            try:
                connection.request(method, path, body, self._headers)
                response = connection.getresponse()
                return response.status, response.read(65536)
            except (OSError, http.client.HTTPException):
                # The message may lie in no log, so neither does the exception that held it.
                raise Unclear("the gateway's answer did not arrive") from None
        finally:
            connection.close()
