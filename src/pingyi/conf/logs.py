"""What goes wrong, told without telling on anybody.

A failure's own words are not to be trusted: a database error quotes the row, a library's message
the request. So a line names the kinds of exceptions and the places in the code, never their words;
of other people's messages the template stands, never what was put into it; of an address no more
than the request log shows. Our own messages are written with that in mind and stand as they are.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from pingyi.gateway.journal import loggable

OURS = "pingyi"
FRAMES = 12
"""Places told of each exception, the innermost."""
WITHHELD = "(words withheld)"


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stderr` is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class Impersonal(logging.Formatter):
    """One line for each record, as JSON or (`form="console"`) for a person at a terminal."""

    def __init__(self, *, form: str = "json") -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        told = told_of(record)
        if self._form == "json":
            return json.dumps(told, ensure_ascii=False)
        clock = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        parts = [clock, record.levelname, record.name, told["event"], told.get("path", "")]
        lines = [" ".join(part for part in parts if part)]
        for error in told.get("errors", []):
            lines.append(f"  {error['kind']}")
            lines += [f"    {place}" for place in error["at"]]
        return "\n".join(lines)


def told_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a record says of itself without naming anybody."""
    told: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _event(record),
        "where": f"{record.module}:{record.lineno}",
    }
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if isinstance(path, str):
        told["path"] = loggable(path)
        told["method"] = str(getattr(request, "method", "") or "")
    status = getattr(record, "status_code", None)
    if isinstance(status, int):
        told["status"] = status
    if record.exc_info and record.exc_info[1] is not None:
        told["errors"] = list(_errors(record.exc_info[1]))
    return told


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] == OURS:
        return record.getMessage()
    # Without arguments it may have been put together beforehand, of anything.
    return record.msg if record.args and isinstance(record.msg, str) else WITHHELD


def _errors(error: BaseException | None) -> Any:
    """The kinds of an exception and of those it came of, each with its places."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        places = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        yield {
            "kind": f"{type(error).__module__}.{type(error).__qualname__}",
            "at": [f"{_short(place.filename)}:{place.lineno} {place.name}" for place in places],
        }
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _short(path: str) -> str:
    """Within our package, or the library's."""
    for mark in ("/pingyi/", "/site-packages/"):
        if mark in path:
            return path.rpartition(mark)[2]
    return path.rpartition("/")[2]


def config(form: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything by one handler, and nothing twice.

    Requests that fail for the asker's own reasons (404, 403) stand in the request log alone.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"impersonal": {"()": "pingyi.conf.logs.Impersonal", "form": form}},
        "handlers": {
            "errors": {"class": "pingyi.conf.logs.StandardError", "formatter": "impersonal"}
        },
        "root": {"handlers": ["errors"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        },
    }
