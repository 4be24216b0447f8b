"""Every page a test client fetches is looked over.

Inline script or style, a form without its CSRF token, a read page that writes, and a write outside
an action are failures. Undefined template variables fail by pytest-django's own option.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>"
    r"|<[a-z][^>]*\s(?:style|on[a-z]+)=[\"']",
    re.IGNORECASE,
)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
WRITE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+\"?(\w+)", re.I)

# Sessions, lockout and second factors belong to the framework's own libraries.
FRAMEWORK = ("django_session", "axes_", "account_", "mfa_", "auth_", "people_user")
# A rating is its own record; a citizen's missed guesses are counted, not recorded; so is a look.
OWN_RECORD = ("ratings_", "audit_readaccess")


class BadPage(AssertionError):
    """A page, or what it did, breaks a rule of the house."""


def look_over(html: str, where: str) -> None:
    """Raise BadPage for inline script or style, or a POST form without a CSRF token.

    Forms to /r/ and /t/ are citizens': they act for nobody signed in, and their pages are cached.
    """
    found = INLINE.search(html)
    if found:
        raise BadPage(f"{where}: inline script or style: {found[0][:120]}")
    for attributes, body in FORM.findall(html):
        if "post" not in attributes.lower() or re.search(r"action=\"/[rt]/", attributes):
            continue
        if "csrfmiddlewaretoken" not in body:
            raise BadPage(f"{where}: a form without CSRF token: <form{attributes}>")


def _guard(method: str, path: str):
    from pingyi.audit.actions import in_action

    def check(execute, sql, params, many, context):
        write = WRITE.match(sql)
        if write and not write[1].startswith(FRAMEWORK):
            # That a file was had is noted, though it is had by GET.
            if method in ("GET", "HEAD") and write[1] != "audit_readaccess":
                raise BadPage(f"{method} {path} writes: {sql[:120]}")
            if not in_action() and not write[1].startswith(OWN_RECORD):
                raise BadPage(f"{method} {path} writes outside an action: {sql[:120]}")
        return execute(sql, params, many, context)

    return check


@pytest.fixture(autouse=True)
def _pages_are_looked_over(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Client.request

    def request(self, **request):
        method, path = request["REQUEST_METHOD"], request["PATH_INFO"]
        with connection.execute_wrapper(_guard(method, path)):
            response = plain(self, **request)
            if response.streaming:
                return response
        if response.headers.get("Content-Type", "").startswith("text/html"):
            look_over(response.content.decode(), f"{method} {path}")
        return response

    monkeypatch.setattr(Client, "request", request)
