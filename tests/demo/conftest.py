"""One tiny demo city for all tests of this folder, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import transaction
from django.test import override_settings

from pingyi.demo.build import City, build
from pingyi.demo.report import Silent
from pingyi.kernel.workdays import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=SHANGHAI)
"""A Friday afternoon."""

QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker) -> Iterator[City]:
    with django_db_blocker.unblock(), transaction.atomic(), QUICK:
        yield build(scale="tiny", seed=7, at=NOW, report=Silent())
        transaction.set_rollback(True)
