"""The last security administrator is let in again from the server; nobody else is."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.utils import timezone

from pingyi.audit import queries as audit
from pingyi.people import links
from pingyi.people.actions import deactivate_user
from pingyi.people.factors import has_second_factor
from pingyi.people.roles import Role
from pingyi.shell.main import main
from tests.staff import staff

pytestmark = pytest.mark.django_db


def run(login: str):
    return CliRunner().invoke(main, ["rescue", login])


def test_the_last_one_gets_a_link_and_sets_the_factor_anew():
    user = staff("security", Role.SECURITY_ADMIN)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    done = run("Security")
    assert done.exit_code == 0, done.output
    token = done.output.splitlines()[0].rstrip("/").rpartition("/")[2]
    found = links.find(token, at=timezone.now())
    assert found is not None
    assert found.user == user
    assert not has_second_factor(user)
    (event,) = audit.events(actions=["user.rescue"])
    assert (event.actor, event.subject_id) == ("shell", str(user.pk))
    assert token not in str([one.data for one in audit.events()])


def test_not_while_another_can_help():
    staff("security", Role.SECURITY_ADMIN)
    other = staff("other", Role.SECURITY_ADMIN)
    refused = run("security")
    assert refused.exit_code == 1
    assert "other" in refused.output
    deactivate_user(user=other, by=other, at=timezone.now())
    assert run("security").exit_code == 0


def test_one_who_never_signed_in_cannot_help():
    staff("security", Role.SECURITY_ADMIN)
    other = staff("other", Role.SECURITY_ADMIN)
    other.set_unusable_password()
    other.save(update_fields=["password"])
    assert run("security").exit_code == 0


@pytest.mark.parametrize("login", ["manager", "nobody"])
def test_nobody_else(login):
    staff("manager", Role.SYSTEM_ADMIN)
    staff("security", Role.SECURITY_ADMIN)
    assert run(login).exit_code == 1
    assert not audit.events(actions=["user.rescue", "link.issue"]).exists()
