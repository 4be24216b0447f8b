"""A case that comes under embargo: its unit goes on reading what it knew, and learns of nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pingyi.casework import queries
from pingyi.casework.actions import (
    appeal_verdict,
    conclude_case,
    decide_case,
    dispatch_case,
    note_investigation,
    refer_case,
    release_embargo,
    review_appeal,
)
from pingyi.casework.models import Case
from pingyi.casework.reasons import EMBARGO, NotNow
from pingyi.demo.cases import walk
from pingyi.directory.actions import enrol
from pingyi.files.actions import Upload
from pingyi.people.roles import Role
from tests.casework.world import FOUNDER, World, after, build
from tests.files.uploads import pdf, upload
from tests.staff import signed_in
from tests.web.reading import form_ids, words

pytestmark = pytest.mark.django_db
PAGES = ("/unit/", "/unit/verdicts/", "/unit/?state=to_place", "/unit/?state=referred")


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def unit(world: World):
    return signed_in(world.unit_admin)


def reopened(world: World) -> Case:
    """Verified, answered, and the rater was not satisfied."""
    return world.case("reopened")


def seal(world: World, case: Case) -> Case:
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=after(days=3))
    assert case.embargoed
    return case


def conclude(world: World, case: Case) -> None:
    note_investigation(case=case, note="两年流水", by=world.inspector, at=after(days=4))
    given = {"account": "属实", "finding": "partly", "kind": "conduct"}
    conclude_case(case=case, by=world.inspector, at=after(days=5), **given)


def read(unit, case: Case) -> list[str]:
    """All the unit reads of the case, and of its lists."""
    page = unit.get(f"/unit/cases/{case.number}/")
    assert page.status_code == 200
    return [words(page), str(form_ids(page)), *(words(unit.get(there)) for there in PAGES)]


@pytest.mark.parametrize("end", ["reopened", "to_decide", "verified", "replied", "closed"])
def test_nothing_the_unit_reads_changes_until_the_release(world: World, unit, end: str):
    case = world.case(end)
    before = read(unit, case)
    seal(world, case)
    assert read(unit, case) == before
    conclude(world, case)
    assert read(unit, case) == before
    release_embargo(case=case, reason="已核", by=world.inspector, at=after(days=6))
    after_it = read(unit, case)
    assert after_it != before
    assert "部分属实" in after_it[0]


def test_in_files_too(world: World, unit):
    case = seal(world, reopened(world))
    sheet = b"".join(unit.get("/unit/?export=csv")).decode("utf-8-sig")
    assert case.number in sheet
    assert "待处置" in sheet
    assert "纪检" not in sheet


def test_what_was_never_the_units_stays_unknown(world: World, unit):
    case = world.case("sealed")
    conclude(world, case)
    assert unit.get(f"/unit/cases/{case.number}/").status_code == 404
    assert unit.get(reverse("case", args=[case.number])).status_code == 404
    for there in PAGES:
        assert case.number not in words(unit.get(there))


def test_its_score_line_leads_to_a_page_that_opens(world: World, unit):
    enrol(season=world.season, unit=world.brigade, by=FOUNDER, at=after(days=-60))
    case = reopened(world)
    seal(world, case)
    page = unit.get(reverse("observatory:unit", args=["2026", world.brigade.code]))
    there = reverse("case", args=[case.number])
    assert there in page.content.decode()
    assert unit.get(there, follow=True).status_code == 200
    assert case.number not in signed_in(world.manager).get("/office/cases/").content.decode()
    assert signed_in(world.manager).get(there).status_code == 404
    inspector = signed_in(world.inspector)
    assert inspector.get(there).headers["Location"] == f"/inspectors/{case.number}/"


def test_an_appeal_is_taken_and_waits_for_the_release(world: World, unit):
    case = reopened(world)
    earlier = case.verdicts.get()
    seal(world, case)
    conclude(world, case)
    manager = world.newcomer(Role.CASE_MANAGER)
    page = unit.get(f"/unit/cases/{case.number}/")
    assert "保密" not in words(page)
    appeal = appeal_verdict(case=case, grounds="停机", by=world.unit_admin, at=after(days=5))
    assert appeal.verdict == earlier, "of the other it knows nothing"
    assert not manager.inbox.exists()
    page = unit.get(f"/unit/cases/{case.number}/")
    assert "停机" in words(page)
    assert not queries.appealed(manager).exists()
    with pytest.raises(NotNow) as refused:
        review_appeal(case=case, outcome="dismissed", reason="x", by=manager, at=after(days=6))
    assert refused.value.reason == EMBARGO
    release_embargo(case=case, reason="已核", by=world.inspector, at=after(days=6))
    assert "被单位申诉" in manager.inbox.first().text
    assert list(queries.appealed(manager)) == [case]


def test_what_the_unit_sent_stays_and_what_the_inspectors_got_is_theirs(world: World, unit):
    case = world.case("with_unit")
    sent: list[Upload] = [upload("回复.pdf", pdf())]
    from pingyi.casework.actions import answer_case

    answer_case(
        case=case, account="已核", measures="已改", uploads=sent, by=world.unit_admin,
        at=after(days=1),
    )  # fmt: skip
    seal(world, case)
    note = [upload("流水.pdf", pdf())]
    note_investigation(case=case, note="n", uploads=note, by=world.inspector, at=after(days=4))
    page = unit.get(f"/unit/cases/{case.number}/")
    assert "回复.pdf" in words(page)
    assert "流水.pdf" not in words(page)
    stored = {file.file.name: file.pk for file in case.files.all()}
    there = f"/unit/cases/{case.number}/files/"
    assert unit.get(f"{there}{stored['回复.pdf']}/").status_code == 200
    assert unit.get(f"{there}{stored['流水.pdf']}/").status_code == 404


def test_sealed_twice_it_reads_what_it_knew_before_the_second_time(world: World, unit):
    case = reopened(world)
    seal(world, case)
    release_embargo(case=case, reason="已核", by=world.inspector, at=after(days=4))
    walk(case, ["report"], hands=world.hands, at=after(days=5))
    assert "待认定" in read(unit, case)[0]
    before = read(unit, case)
    refer_case(case=case, reason="又收钱", lead=True, by=world.manager, at=after(days=6))
    assert read(unit, case) == before
    with pytest.raises(NotNow):
        dispatch_case(case=case, words="请核实", by=world.manager, at=after(days=6))
    with pytest.raises(NotNow):
        decide_case(
            case=case, finding="verified", kind="conduct", reason="x", by=world.manager,
            at=after(days=6),
        )  # fmt: skip
