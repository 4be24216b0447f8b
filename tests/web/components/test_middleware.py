"""What no page is asked with."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def _sent(charset: str):
    parts = [("login", b"a+2AA-"), ("password", b"a+2AA-")]
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts
    )
    browser = Client(raise_request_exception=False)
    kind = f"multipart/form-data; boundary=x{charset}"
    return browser.generic("POST", "/accounts/login/", body + b"--x--\r\n", content_type=kind)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "gbk", "no-such"])
def test_a_form_in_another_encoding_is_not_read(charset):
    assert _sent(f"; charset={charset}").status_code == 415


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8"])
def test_one_in_utf_8_is(charset):
    assert _sent(charset).status_code == 200
