"""More time for a rectification item, on the pages of its unit and of the office."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from pingyi.people.roles import Role
from pingyi.supervision.actions import rectification
from pingyi.supervision.models import RectificationItem
from tests.casework.world import World, build
from tests.staff import signed_in
from tests.web.reading import form_ids, words

pytestmark = pytest.mark.django_db
WHY = "等待财政评审"
ASKED = {"what": "pause", "days": "", "reason": WHY}


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def item(world: World) -> RectificationItem:
    at = timezone.now()
    of = rectification.open_list(title="大队整改", unit=world.brigade, by=world.manager, at=at)
    return rectification.add_item(
        of=of, problem="无人", measure="排班", owner="队长", days=5, by=world.manager, at=at
    )


def at_office(item, key: str = "") -> str:
    return f"/office/rectification/items/{item.pk}/" + (f"time/{key}/" if key else "")


def at_unit(item, key: str = "") -> str:
    return f"/unit/rectification/{item.pk}/{key}"


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "holiday"},
        {"what": "extension"},
        {"what": "extension", "days": "0"},
        {"what": "extension", "days": "6"},
        {"what": "extension", "days": "x"},
        {"what": "extension", "days": "99999999999"},
        {"reason": ""},
    ],
)
def test_what_does_not_fit_comes_back_filled_in(world: World, item, fields):
    given = {**ASKED, **fields}
    for user, there in ((world.unit_admin, at_unit(item, "time/")),
                        (world.manager, at_office(item, "ask-time"))):  # fmt: skip
        page = signed_in(user).post(there, given)
        assert page.status_code == 422
        assert 'class="error"' in page.content.decode()
        assert given["reason"] in page.content.decode()
        assert not item.clocks.get().requests.exists()


def test_the_unit_asks_the_office_pauses_and_lets_it_run_on(world: World, item):
    unit, manager = signed_in(world.unit_admin), signed_in(world.manager)
    page = unit.post(at_unit(item, "time/"), ASKED, follow=True)
    assert "待另一人决定" in page.content.decode()
    assert "ask-time" not in form_ids(page)
    found = f"/office/rectification/{item.of_id}/"
    assert "待批延期或暂停" in words(manager.get(f"{found}?waits=yes"))
    page = manager.get(at_office(item))
    assert {"grant-time", "refuse-time"} <= form_ids(page)
    assert WHY in page.content.decode()
    assert manager.post(at_office(item, "grant-time")).status_code == 302
    for client, there in ((manager, found), (manager, at_office(item)),
                          (unit, "/unit/rectification/"), (unit, at_unit(item))):  # fmt: skip
        assert "已暂停" in words(client.get(there)), there
    story = words(unit.get(at_unit(item)))
    assert story.index("申请暂停计时") < story.index("同意暂停计时")
    assert "resume" in form_ids(manager.get(at_office(item)))
    manager.post(at_office(item, "resume"))
    assert item.clocks.get().paused_at is None
    assert "恢复计时" in words(unit.get(at_unit(item)))


def test_who_asked_is_told_that_another_decides(world: World, item):
    manager = signed_in(world.manager)
    given = {"what": "extension", "days": "3", "reason": WHY}
    assert manager.post(at_office(item, "ask-time"), given).status_code == 302
    page = manager.get(at_office(item))
    assert "您是申请人" in page.content.decode()
    assert "grant-time" not in form_ids(page)
    assert manager.post(at_office(item, "grant-time")).status_code == 409
    other = signed_in(world.newcomer(Role.CASE_MANAGER))
    assert other.post(at_office(item, "refuse-time"), {"reason": ""}).status_code == 422
    assert other.post(at_office(item, "grant-time")).status_code == 302
    assert item.clocks.get().amount == 8
    assert other.post(at_office(item, "nothing")).status_code == 404


def test_in_english(world: World, item):
    unit = signed_in(world.unit_admin)
    unit.post(at_unit(item, "time/"), ASKED)
    with translation.override("en"):
        said = words(unit.get(at_unit(item), headers={"accept-language": "en"}))
    assert "Asked for: Pause" in said
    assert "Another person decides" in said
