"""What was found of a unit, with or without a dispatch: read, appealed, reviewed through pages."""

from __future__ import annotations

import pytest

from pingyi.casework.actions import decide_case, note_check, open_case_by_hand, sort_case
from pingyi.people.roles import Role
from tests.casework.world import AT, COMMENT, PHONE, World, after
from tests.staff import signed_in
from tests.web.reading import form_values, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(world: World):
    """Verified by a check alone: the unit never had the case."""
    from django.utils import timezone

    at = timezone.now()
    case = world.case("to_place", rating=world.rate(at=at), pace=at - at)
    note_check(case=case, note="暗访见窗口无人", by=world.manager, at=at)
    decide_case(
        case=case,
        finding="verified",
        kind="conduct",
        reason="当班无人值守",
        by=world.manager,
        at=at,
    )
    return case


def test_the_unit_reads_why_and_appeals(world: World, judged):
    unit = signed_in(world.unit_admin)
    listed = unit.get("/unit/verdicts/")
    assert judged.number in words(listed)
    page = unit.get(f"/unit/cases/{judged.number}/")
    assert "当班无人值守" in words(page)
    assert "本案未转办贵单位" in words(page)
    assert "申诉截止" in words(page)
    for hidden in (COMMENT, "暗访见窗口无人", PHONE, "不满意", world.manager.name):
        assert hidden not in words(page), hidden
    empty = unit.post(f"/unit/cases/{judged.number}/appeal/", {"grounds": ""})
    assert empty.status_code == 422
    sent = unit.post(f"/unit/cases/{judged.number}/appeal/", {"grounds": "有人在岗，见录像"})
    assert sent.status_code == 302
    assert "申诉待复核" in words(unit.get("/unit/verdicts/"))
    again = unit.post(f"/unit/cases/{judged.number}/appeal/", {"grounds": "再申诉一次"})
    assert again.status_code == 409
    assert form_values(again, "appeal")["grounds"] == "再申诉一次"


def test_the_unit_and_the_office_read_alike_whether_it_costs(world: World, judged):
    def read(number: str) -> list[str]:
        pages = [
            words(signed_in(person).get(f"/{desk}/cases/{number}/"))
            for person, desk in ((world.unit_admin, "unit"), (world.manager, "office"))
        ]
        return ["按方案扣分" if "按方案扣分" in page else "不扣分" for page in pages]

    assert read(judged.number) == ["按方案扣分"] * 2
    found = open_case_by_hand(
        unit=world.brigade,
        origin="check",
        dated=AT.date(),
        summary="环境脏乱",
        reply_owed=False,
        by=world.sorter,
        at=AT,
    )
    sort_case(case=found, kind="conduct", by=world.sorter, at=after(hours=1))
    note_check(case=found, note="看了", stands=True, by=world.manager, at=after(hours=2))
    decide_case(
        case=found,
        finding="verified",
        kind="conduct",
        reason="属实",
        by=world.manager,
        at=after(hours=3),
    )
    assert read(found.number) == ["不扣分"] * 2, "only a case from a rating costs points"


def test_the_office_reviews_by_somebody_new(world: World, judged):
    unit = signed_in(world.unit_admin)
    unit.post(f"/unit/cases/{judged.number}/appeal/", {"grounds": "有人在岗，见录像"})
    manager = signed_in(world.manager)
    assert "您办理过本案" in words(manager.get(f"/office/cases/{judged.number}/"))
    second = signed_in(world.newcomer(Role.CASE_MANAGER))
    assert "待复核的申诉" in words(second.get("/desk/"))
    listed = second.get("/office/appeals/?state=waiting")
    assert judged.number in words(listed)
    assert "有人在岗" in words(listed)
    sent = {"outcome": "upheld", "reason": "录像可见有人在岗"}
    missing = second.post(f"/office/cases/{judged.number}/review/", sent)
    assert missing.status_code == 422
    done = second.post(
        f"/office/cases/{judged.number}/review/",
        sent | {"finding": "unfounded", "kind": "conduct"},
    )
    assert done.status_code == 302
    assert "已采纳" in words(second.get("/office/appeals/"))
    page = words(unit.get(f"/unit/cases/{judged.number}/"))
    assert "录像可见有人在岗" in page
    assert "申诉已采纳，不再计入" in words(unit.get("/unit/verdicts/"))


def test_another_unit_finds_nothing(world: World, judged):
    other = signed_in(world.person(Role.UNIT_ADMIN, unit=world.other_unit))
    assert judged.number not in words(other.get("/unit/verdicts/"))
    assert other.get(f"/unit/cases/{judged.number}/").status_code == 404
    sent = other.post(f"/unit/cases/{judged.number}/appeal/", {"grounds": "x"})
    assert sent.status_code == 404
    assert "没有涉及本单位的认定" in words(other.get("/unit/verdicts/"))


def test_lists_as_files(world: World, judged):
    file = b"".join(signed_in(world.unit_admin).get("/unit/verdicts/?export=csv"))
    assert judged.number in file.decode("utf-8-sig")
    office = signed_in(world.manager).get("/office/appeals/?export=csv")
    assert "申诉理由" in b"".join(office).decode("utf-8-sig")
