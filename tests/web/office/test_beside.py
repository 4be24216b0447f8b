"""What is seen beside the cases: repeats of a person or point, and the basically satisfied."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pingyi.casework import actions
from pingyi.casework.basically import basically_satisfied, by_reason
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.models import Case
from pingyi.casework.repeats import repeated_persons, repeats_of
from pingyi.people.roles import Role
from tests.casework.test_messages_import import GOOD, load, read
from tests.casework.world import PHONE
from tests.staff import signed_in
from tests.web.reading import words

OTHER = "13900000002"


@pytest.fixture
def manager(world):
    return signed_in(world.manager)


def now():
    return timezone.now()


def case_of(world, **given):
    return actions.open_case(rating=world.rate(at=now(), **given), by=world.manager, at=now())


def test_one_persons_cases_and_one_points_stand_side_by_side(world, manager):
    first = case_of(world, comment="甲", phone=PHONE)
    second = case_of(world, comment="乙", phone=PHONE)
    third = case_of(world, comment="丙", phone=OTHER)
    found = repeats_of(first, world.manager)
    assert (found.persons, found.points, found.origins) == (2, 2, 1)  # one device, one day
    actions.open_case_by_hand(
        unit=world.brigade,
        point=world.point,
        origin="petition",
        dated=timezone.localdate(),
        summary="来访",
        phone=PHONE,
        by=world.sorter,
        at=now(),
    )
    found = repeats_of(second, world.manager)
    assert (found.persons, found.points, found.origins) == (3, 3, 2)
    page = manager.get(f"/office/cases/{third.number}/")
    assert "同一服务点近 90 天另有 3 件" in words(page)
    assert "来自 2 种渠道" in words(page)
    assert first.number in words(page)
    for phone in (PHONE, OTHER):
        assert phone not in page.content.decode()


def test_another_device_and_no_phone_is_another_person(world):
    first = case_of(world, phone=None)
    second = case_of(world, phone=OTHER)
    assert repeats_of(first, world.manager).persons == 1  # the same device on the same day
    second.rating.device_mark = b"12345678"
    second.rating.save(update_fields=["device_mark"])
    assert repeats_of(first, world.manager).persons == 0


def test_a_case_under_embargo_is_no_repeat(world):
    first, sealed = case_of(world), case_of(world)
    actions.sort_case(
        case=sealed, kind="conduct", lead=True, note="线索", by=world.sorter, at=now()
    )
    assert not repeats_of(first, world.manager)
    assert repeats_of(first, world.manager).persons == 0


def test_the_list_of_points_and_of_persons(world, manager):
    assert "近 90 天没有服务点被投诉两次以上。" in words(manager.get("/office/repeats/"))
    first, second = case_of(world), case_of(world)
    page = words(manager.get("/office/repeats/"))
    assert world.point.name in page
    persons = words(manager.get("/office/repeats/?of=persons"))
    assert second.number in persons
    assert first.number not in persons
    (row,) = repeated_persons(world.manager)
    assert (row.times, row.units) == (2, 1)
    assert PHONE not in manager.get("/office/repeats/?of=persons&export=csv").getvalue().decode()
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    assert not repeated_persons(stranger).exists()


def by_hand(world, unit, origin: str = "hotline", phone: str = PHONE):
    return actions.open_case_by_hand(
        unit=unit, origin=origin, dated=timezone.localdate(), summary="来电", phone=phone,
        by=world.person(Role.CASE_MANAGER, area=world.city), at=now(),
    )  # fmt: skip


def test_one_phone_through_several_channels_is_one_person(world):
    city = world.person(Role.CASE_MANAGER, area=world.city)
    rated = case_of(world)
    assert not repeated_persons(city).exists()
    by_hand(world, world.brigade)
    (row,) = repeated_persons(city)
    assert (row.times, row.units, row.first) == (2, 1, rated.opened_at)
    last = by_hand(world, world.bureau, "petition")
    by_hand(world, world.brigade, phone=OTHER)
    (row,) = repeated_persons(city)
    assert (row.pk, row.times, row.units) == (last.pk, 3, 2)
    by_hand(world, world.bureau, phone=OTHER)
    two = repeated_persons(city).order_by("times")
    assert [(row.times, row.units) for row in two] == [(2, 2), (3, 2)]
    page = words(signed_in(city).get("/office/repeats/?of=persons"))
    assert "多次反映的人" in page
    assert last.number in page


def test_a_phone_that_came_with_a_message_tells_its_sender(world):
    rated = case_of(world)
    load(world, read(world, GOOD.replace("A0001", f"李秋鸿 {PHONE}")))
    opened = Case.objects.get(origin="message")
    assert repeats_of(opened, world.manager).person == [rated]
    (row,) = repeated_persons(world.manager)
    assert (row.pk, row.times) == (opened.pk, 2)


def test_a_message_stands_beside_its_points_other_cases(world):
    load(world, read(world))
    message = CitizenMessage.objects.get(number="3")
    rated = case_of(world)
    there = f"/office/messages/{message.pk}/"
    manager = signed_in(world.person(Role.CASE_MANAGER, area=world.city))
    wrong = manager.post(there, {"unit": "B1-1", "point": "别的窗口", "summary": "停车难"})
    assert wrong.status_code == 422
    assert "别的窗口" in wrong.content.decode()
    manager.post(there, {"unit": "B1-1", "point": "投诉", "summary": "停车难"})
    found = repeats_of(rated, world.manager)
    assert [(case.origin, found.origins) for case in found.point] == [("message", 2)]


def test_like_open_cases_are_offered_to_be_joined(world, manager):
    first = case_of(world, comment="接种疫苗排队三个小时，疫苗不够")
    second = case_of(world, comment="疫苗不够，接种疫苗排队三个小时")
    page = manager.get(f"/office/cases/{first.number}/")
    assert "相似的未结案件" in words(page)
    assert f"case={first.number}&amp;case={second.number}" in page.content.decode()
    reader = signed_in(world.person(Role.LEADER))
    assert "相似的未结案件" not in words(reader.get(f"/office/cases/{first.number}/"))


def _basically(world, *, days: int = 0, **given):
    at = now() - timedelta(days=days)
    return world.rate(at=at, level="basically_satisfied", phone=None, matter=None, **given)


def test_basically_satisfied_by_cause_now_and_before(world, manager):
    for days, comment in ((0, "叫号太慢"), (10, ""), (100, "叫号慢"), (200, "太久以前")):
        _basically(world, days=days, comment=comment)
    world.rate(at=now(), level="satisfied")
    day = timezone.localdate()
    found = by_reason(basically_satisfied(world.manager, day=day), day=day)
    assert [(cause.now, cause.before) for cause in found] == [(2, 1)]
    page = words(manager.get("/office/basically/"))
    assert f"{world.point.name} 单位 {world.brigade.name} 近 90 天 2 前 90 天 1" in page
    assert "▲ 1" in page
    said = words(manager.get(f"/office/basically/?point={world.point.pk}"))
    assert "叫号太慢" in said
    assert "太久以前" not in said


def test_whoever_serves_the_unit_and_other_districts_read_none_of_it(world):
    _basically(world, comment="叫号太慢")
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    assert "没有“基本满意”的评价" in words(stranger.get("/office/basically/"))
    assert stranger.get(f"/office/basically/?point={world.point.pk}").status_code == 404
    both = world.manager
    from pingyi.people.actions import appoint
    from tests.casework.world import FOUNDER

    appoint(user=both, role=Role.UNIT_ADMIN, unit=world.brigade, by=FOUNDER, at=now())
    assert not basically_satisfied(both, day=timezone.localdate()).exists()
