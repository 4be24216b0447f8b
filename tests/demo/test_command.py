"""`pingyi demo`: what it prints and keeps, and when it refuses."""

from __future__ import annotations

import re
import stat

import pytest
from click.testing import CliRunner
from django.conf import settings

from pingyi.demo import plan
from pingyi.directory.models import Area, PointCode
from pingyi.people.models import User
from pingyi.shell.main import main
from tests.demo.conftest import QUICK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(plan.SCALES, "small", plan.SCALES["tiny"])
    kept = settings.PINGYI.data / "demo-logins.txt"
    with QUICK:
        yield
    kept.unlink(missing_ok=True)


def run(*arguments: str):
    return CliRunner().invoke(main, ["demo", *arguments])


def test_it_prints_logins_and_a_link_and_keeps_them_for_its_owner():
    result = run("--seed", "5")
    assert result.exit_code == 0, result.output
    code = re.search(r"/r/(\S+)", result.stdout)[1]
    assert PointCode.objects.filter(code=code, replaced_at=None).exists()
    login, password = re.search(r"(sorter) +(\S+)", result.stdout).groups()
    assert User.objects.get(username=login).check_password(password)
    kept = settings.PINGYI.data / "demo-logins.txt"
    assert kept.read_text() in result.stdout
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    again = run()
    assert again.exit_code == 1
    assert "not empty" in again.stderr
    assert again.stderr.count("\n") == 1
    served = run("--if-empty")
    assert served.exit_code == 0
    assert code in served.stdout


def test_it_leaves_a_city_alone_that_is_there_already():
    Area.objects.create(code="420100", name="武汉市", level="city")
    result = run()
    assert result.exit_code == 1
    assert not PointCode.objects.exists()
    served = run("--if-empty")
    assert (served.exit_code, served.stdout) == (0, "")


@pytest.mark.parametrize("arguments", [("--scale", "village"), ("--seed", "x")])
def test_what_it_cannot_mean_is_a_usage_error(arguments):
    assert run(*arguments).exit_code == 2
