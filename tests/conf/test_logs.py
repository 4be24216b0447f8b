"""A failure is told with its kind and place, and with none of the words it came with."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from pingyi.conf.logs import WITHHELD, Impersonal, told_of

PHONE = "13812341234"
RECEIPT = "k7m2-pq9d-3xwe-r4"


def breaks(request, text=""):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere WHERE phone = %s", [PHONE])
    except Exception as error:
        raise IntegrityError(f"Key (phone)=({PHONE}) already exists") from error


breaks.login_required = False
urlpatterns = [path("t/<str:text>", breaks), path("office/cases/", breaks)]


@pytest.fixture
def lines(capfd):
    def read() -> list[dict]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines() if line]

    handler = logging.getLogger().handlers
    formatter = [one for one in handler if isinstance(one.formatter, Impersonal)]
    before = [one.formatter for one in formatter]
    for one in formatter:
        one.setFormatter(Impersonal(form="json"))
    yield read
    for one, kept in zip(formatter, before, strict=True):
        one.setFormatter(kept)


def failed(address: str) -> int:
    browser = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__), transaction.atomic():
        status = browser.get(address).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.django_db
@pytest.mark.parametrize("address", [f"/t/{RECEIPT}", f"/office/cases/?q={PHONE}"])
def test_an_error_in_a_view_reaches_the_log_and_names_nobody(lines, address):
    assert failed(address) == 500
    found = [line for line in lines() if line["logger"] == "django.request"]
    assert len(found) == 1
    (line,) = found
    assert (line["level"], line["status"], line["method"]) == ("error", 500, "GET")
    assert line["path"] in ("/t/…", "/office/cases/")
    kinds = [error["kind"] for error in line["errors"]]
    assert kinds[0] == "django.db.utils.IntegrityError"
    assert kinds[1] == "django.db.utils.OperationalError" or "ProgrammingError" in kinds[1]
    assert any("test_logs.py" in place and "breaks" in place for place in line["errors"][0]["at"])
    for secret in (PHONE, RECEIPT):
        assert secret not in json.dumps(line)


@pytest.mark.django_db
def test_what_is_the_askers_own_fault_is_in_the_request_log_alone(lines):
    assert Client().get(f"/nowhere/{PHONE}").status_code in (302, 404)
    assert not lines()


def record(name: str, text: str, *args: object, failure: bool = False) -> logging.LogRecord:
    info = None
    if failure:
        try:
            raise ValueError(PHONE)
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, args, info)


@pytest.mark.parametrize(
    ("name", "text", "args", "event"),
    [
        ("axes.handlers", "AXES: locked %s", (PHONE,), "AXES: locked %s"),
        ("django.security", f"Invalid host {PHONE}", (), WITHHELD),
        ("pingyi.jobs.worker", "job %s failed", ("seal",), "job seal failed"),
    ],
)
def test_of_others_messages_the_template_alone(name, text, args, event):
    assert told_of(record(name, text, *args))["event"] == event


@pytest.mark.parametrize("form", ["json", "console"])
def test_in_either_form(form):
    line = Impersonal(form=form).format(record("x", "failed %s", PHONE, failure=True))
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert PHONE not in line


def test_settings_have_one_handler_for_everything():
    from django.conf import settings

    config = settings.LOGGING
    assert list(config["handlers"]) == ["errors"]
    assert config["root"]["handlers"] == ["errors"]
    assert all(not logger["handlers"] for logger in config["loggers"].values())
