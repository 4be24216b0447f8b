"""What a production configuration makes of sessions, cookies and transport."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conf.test_environment import SAFE

ASK = """
import json, sys
import django
from django.conf import settings
django.setup()
from django.core import checks
found = checks.run_checks(include_deployment_checks=True)
names = sys.argv[1:]
values = {name: getattr(settings, name) for name in names}
print(json.dumps([values, [one.id for one in found if not one.is_silenced()]]))
"""
WANTED = {
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "X_FRAME_OPTIONS": "DENY",
    "DEBUG": False,
    "USE_X_FORWARDED_HOST": False,
    "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
}
ACCEPTED = {
    "security.W005",  # HSTS for subdomains and
    "security.W021",  # the preload list are the domain's owner's decision
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    given = SAFE | {
        "DATABASE_URL": "",
        "PINGYI_MODE": "production",
        "PINGYI_DATA": str(tmp_path_factory.mktemp("data")),
        "PINGYI_PUBLIC_URL": "https://pingyi.example.gov.cn",
        "PINGYI_TRUSTED_PROXIES": "10.0.0.1",
        "PINGYI_SECRET_KEY": "a9_Zt" * 12,
        "DJANGO_SETTINGS_MODULE": "pingyi.conf.settings",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, *WANTED], env=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_cookies_and_transport_are_guarded(answer):
    assert answer[0] == WANTED


def test_the_frameworks_own_checks_find_nothing_else(answer):
    assert set(answer[1]) <= ACCEPTED
