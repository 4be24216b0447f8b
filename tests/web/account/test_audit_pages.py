"""The audit administrator reads every change and every look; nobody else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone

import pingyi
from pingyi.audit.actions import SYSTEM, log_read
from pingyi.audit.sealing import seal
from pingyi.people.roles import Role
from pingyi.web.account.audit_words import ACTIONS, action_text, data_text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
SOURCE = Path(pingyi.__file__).parent
PAGES = ("/audit/", "/audit/reads/", "/audit/chain/")


@pytest.fixture
def auditor():
    return signed_in(staff("aud", Role.AUDIT_ADMIN))


def test_every_change_is_listed_and_found(auditor):
    staff("li")
    page = auditor.get("/audit/?action=user.").content.decode()
    assert "user.create" in page
    assert "user.create" not in auditor.get("/audit/?actor=nobody").content.decode()
    number = page.split("user ")[1].split("<")[0]
    assert "user.create" in auditor.get(f"/audit/?subject=user+{number}").content.decode()


def test_every_action_has_a_name():
    """But those on cases, which are called as their step is."""
    source = "".join(file.read_text() for file in SOURCE.rglob("*.py"))
    declared = set(re.findall(r'^@action\("([a-z._]+)"', source, re.MULTILINE))
    of_cases = {name for name in declared if name.startswith("case.")} - set(ACTIONS)
    assert declared - of_cases == set(ACTIONS)


def test_an_event_is_told_in_words_and_without_what_is_empty(auditor):
    assert "建立用户" in auditor.get("/audit/").content.decode()
    assert action_text("case.sort", {"step": "sort_to_call"}) == "分拣，转回访"
    assert action_text("x.unheard", {}) == "x.unheard"
    data = {"step": "close", "facts": {"reply": 12}, "about": {}, "kind": "", "sms": False}
    assert data_text(data) == "facts.reply: 12 · sms: False"


def test_every_look_is_listed_with_its_reason(auditor):
    log_read(staff("li"), what="phone", reason="核对号码", by=SYSTEM, at=timezone.now())
    page = auditor.get("/audit/reads/").content.decode()
    assert "核对号码" in page
    assert "核对号码" not in auditor.get("/audit/reads/?reader=nobody").content.decode()


def test_the_chain_is_verified_in_words(auditor):
    seal(at=timezone.now())
    assert "日志完整" in auditor.get("/audit/chain/").content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_others_are_kept_out(page, role):
    assert signed_in(staff("x", role)).get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_sign_in(page, client):
    assert client.get(page).status_code == 302


def test_both_leave_as_files(auditor):
    for page in PAGES[:2]:
        for kind in ("csv", "xlsx"):
            response = auditor.get(f"{page}?export={kind}")
            assert response.status_code == 200
            assert "attachment" in response["Content-Disposition"]
