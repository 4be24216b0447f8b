"""More time for a duty, on the pages of its unit and of the office."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from pingyi.accountability import actions, ladders
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.people.roles import Role
from tests.staff import signed_in, staff
from tests.supervision.city import City, city
from tests.web.reading import form_ids, words

pytestmark = pytest.mark.django_db
WHY = "等待上级会议安排"
ASKED = {"what": "pause", "days": "", "reason": WHY}


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing")


@pytest.fixture
def duty(town: City) -> Duty:
    at = timezone.now()
    town.find(town.units[0], "monitoring.violation")
    ladders.propose_from_facts(by=SYSTEM, at=at)
    found = Duty.objects.get()
    return actions.decide_duty(duty=found, outcome="accepted", by=town.person(Role.LEADER), at=at)


@pytest.fixture
def admin(town: City):
    return staff("admin", Role.UNIT_ADMIN, unit=town.units[0])


def at_office(duty: Duty, key: str = "") -> str:
    return f"/office/duties/{duty.pk}/" + (f"{key}/" if key else "")


def at_unit(duty: Duty, key: str = "") -> str:
    return f"/unit/duties/{duty.pk}/{key}"


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "holiday"},
        {"what": "extension"},
        {"what": "extension", "days": "0"},
        {"what": "extension", "days": "6"},
        {"what": "extension", "days": "99999999999"},
        {"reason": ""},
    ],
)
def test_what_does_not_fit_comes_back_filled_in(town, duty, admin, fields):
    given = {**ASKED, **fields}
    for user, there in ((admin, at_unit(duty, "time/")),
                        (town.person(Role.LEADER), at_office(duty, "ask-time"))):  # fmt: skip
        page = signed_in(user).post(there, given)
        assert page.status_code == 422
        assert 'class="error"' in page.content.decode()
        assert given["reason"] in page.content.decode()
        assert not duty.clocks.get().requests.exists()


def test_the_unit_asks_the_office_pauses_and_lets_it_run_on(town, duty, admin):
    unit, manager = signed_in(admin), signed_in(town.person(Role.CASE_MANAGER))
    assert at_unit(duty) in unit.get("/unit/duties/").content.decode()
    page = unit.post(at_unit(duty, "time/"), ASKED, follow=True)
    assert "待另一人决定" in words(page)
    assert "ask-time" not in form_ids(page)
    assert "待批延期或暂停" in words(manager.get("/office/duties/?waits=yes"))
    page = manager.get(at_office(duty))
    assert {"grant-time", "refuse-time"} <= form_ids(page)
    assert WHY in words(page)
    assert manager.post(at_office(duty, "grant-time")).status_code == 302
    for client, there in ((manager, "/office/duties/"), (manager, at_office(duty)),
                          (unit, "/unit/duties/"), (unit, at_unit(duty))):  # fmt: skip
        assert "已暂停" in words(client.get(there)), there
    assert duty.ref not in words(manager.get("/office/duties/?waits=yes"))
    page = manager.get(at_office(duty))
    assert "resume" in form_ids(page)
    assert manager.post(at_office(duty, "resume")).status_code == 302
    told = words(unit.get(at_unit(duty)))
    assert "申请暂停计时" in told
    assert "恢复计时" in told
    assert "已暂停" not in words(manager.get("/office/duties/"))


def test_who_asked_is_told_that_another_decides(town, duty, admin):
    manager = signed_in(town.person(Role.CASE_MANAGER))
    assert manager.post(at_office(duty, "ask-time"), ASKED).status_code == 302
    page = manager.get(at_office(duty))
    assert "您是申请人" in words(page)
    assert manager.post(at_office(duty, "grant-time")).status_code == 409
    second = signed_in(town.person(Role.LEADER))
    refused = second.post(at_office(duty, "refuse-time"), {"reason": ""})
    assert refused.status_code == 422
    assert second.post(at_office(duty, "refuse-time"), {"reason": "先办"}).status_code == 302
    assert "先办" in words(signed_in(admin).get(at_unit(duty)))
    assert second.post(at_office(duty, "refuse-time"), {"reason": "再说"}).status_code == 409


def test_another_unit_finds_nothing(town, duty):
    other = signed_in(staff("other", Role.UNIT_ADMIN, unit=town.units[1]))
    assert other.get(at_unit(duty)).status_code == 404
    assert other.post(at_unit(duty, "time/"), ASKED).status_code == 404


def test_in_english_too(town, duty, admin):
    signed_in(admin).post(at_unit(duty, "time/"), ASKED)
    client = signed_in(town.person(Role.LEADER))
    with translation.override("en"):
        said = words(client.get(at_office(duty), headers={"accept-language": "en"}))
    assert "Pauses and extensions" in said
    assert "Asked for: Pause" in said
