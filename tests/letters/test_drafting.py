"""Drafting: who may, what is refused, and that nobody issues what he had a hand in."""

from __future__ import annotations

import pytest

from pingyi.audit.queries import events_about
from pingyi.letters import actions
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter
from pingyi.letters.policies import Refused, Why, offers
from pingyi.letters.states import Desk, Kind, Part
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, after
from tests.letters.world import ALL


def refused(why: Why, field: str = ""):
    return pytest.raises(Refused, check=lambda error: (error.why, error.field) == (why, field))


def test_a_draft_has_no_number(office):
    letter = office.draft()
    assert (letter.number, letter.date, letter.state) == (None, None, "draft")
    assert [event.action for event in events_about(letter)] == ["letter.draft"]


@pytest.mark.parametrize(
    ("given", "why", "field"),
    [
        ({"title": " \n "}, Why.NEEDED, "title"),
        ({"body": ""}, Why.NEEDED, "body"),
        ({"title": "长" * 121}, Why.TOO_LONG, "title"),
        ({"body": "长" * 20_001}, Why.TOO_LONG, "body"),
        ({"kind": "poem"}, Why.NEEDED, "kind"),
        ({"kind": Kind.RECOMMENDATION}, Why.NOT_ISSUED_HERE, "kind"),
    ],
)
def test_what_cannot_be_drafted_names_its_field(office, given, why, field):
    with refused(why, field):
        office.draft(**given)
    assert not Letter.objects.exists()


def test_each_addressee_once_within_reach_and_alive(office):
    world = office.world
    bureau, elsewhere = world.bureau, world.other_unit
    with refused(Why.TWICE, "copies"):
        office.draft(addressees=[Addressee(bureau), Addressee(bureau, Part.COPY)])
    with refused(Why.DAYS_UNFIT, "main"):
        office.draft(addressees=[Addressee(bureau, days=0)])
    district = {"organ": office.district, "by": world.manager}
    with refused(Why.OUT_OF_REACH, "main"):
        office.draft(elsewhere, **district)
    office.draft(world.brigade, **district)  # of a street of the district
    bureau.retired_at = AT
    bureau.save()
    with refused(Why.UNIT_RETIRED, "main"):
        office.draft(bureau)


def test_the_title_keeps_its_lines_and_the_salutation_no_colon(office):
    letter = office.draft(title=" 关于疫苗接种\r\n\n 的建议函 ", salutation="各参评单位：")
    assert letter.title == "关于疫苗接种\n的建议函"
    assert letter.plain_title == "关于疫苗接种的建议函"
    assert letter.salutation == "各参评单位"


DRAFTERS = {Role.CASE_MANAGER, Role.SQUAD_MEMBER}


@pytest.mark.parametrize("role", list(Role))
def test_who_drafts_for_the_office_and_who_for_the_inspectors(office, role):
    person = office.world.person(role)
    for organ, kind, holders in (
        (office.district, Kind.SUGGESTION, DRAFTERS),
        (office.inspectors, Kind.RECOMMENDATION, {Role.INSPECTOR}),
    ):
        if role in holders:
            assert office.draft(organ=organ, kind=kind, by=person).drafted_by == person.username
        else:
            with refused(Why.NOT_YOURS):
                office.draft(organ=organ, kind=kind, by=person)


def test_a_district_does_not_write_in_the_citys_name(office):
    with refused(Why.NOT_YOURS):
        office.draft(by=office.world.manager)


def test_whoever_had_a_hand_in_it_does_not_issue_it(office):
    world = office.world
    second = world.person(Role.CASE_MANAGER)  # of the district
    third = world.person(Role.LEADER)
    letter = office.draft(organ=office.district, by=office.drafter)
    actions.edit_letter(
        letter=letter, title="改", body="改", addressees=[Addressee(world.bureau)], by=second, at=AT
    )
    actions.submit_letter(letter=letter, by=office.drafter, at=AT)
    for hand in (office.drafter, second):
        with refused(Why.OWN_HAND):
            actions.issue_letter(letter=letter, by=hand, at=AT)
        assert offers(letter, hand)["issue"] is Why.OWN_HAND
    assert offers(letter, third) == {"send_back": None, "issue": None}
    assert actions.issue_letter(letter=letter, by=third, at=AT).number == "洪治庸函〔2026〕1号"


def test_sent_back_with_the_reason_and_submitted_again(office):
    letter = office.submitted()
    with refused(Why.NEEDED, "reason"):
        actions.send_back_letter(letter=letter, reason="", by=office.issuer, at=AT)
    actions.send_back_letter(letter=letter, reason="依据不足", by=office.issuer, at=AT)
    assert (letter.state, letter.sent_back_reason) == ("draft", "依据不足")
    assert office.drafter.inbox.filter(text__contains="被退回修改").count() == 1
    actions.submit_letter(letter=letter, by=office.drafter, at=after(hours=1))
    assert Letter.objects.get().sent_back_reason == ""


def test_nothing_is_submitted_to_nobody(office):
    letter = office.draft(addressees=[Addressee(office.world.bureau, Part.COPY)])
    with refused(Why.NO_RECIPIENT, "main"):
        actions.submit_letter(letter=letter, by=office.drafter, at=AT)


def test_only_the_wording_one_has_read_is_issued(office):
    letter = office.submitted()
    read = Letter.objects.get()
    actions.send_back_letter(letter=letter, reason="改", by=office.issuer, at=AT)
    addressees = [Addressee(office.world.bureau)]
    actions.edit_letter(
        letter=letter, title="新", body="新", addressees=addressees, by=office.drafter, at=AT
    )
    actions.submit_letter(letter=letter, by=office.drafter, at=AT)
    with refused(Why.OVERTAKEN):
        actions.issue_letter(letter=read, by=office.issuer, at=AT)
    assert actions.issue_letter(letter=letter, by=office.issuer, at=AT).serial == 1


def test_two_at_the_same_draft(office):
    mine, theirs = office.draft(), Letter.objects.get()
    given = {"addressees": [Addressee(office.world.bureau)], "by": office.drafter, "at": AT}
    actions.edit_letter(letter=mine, title="甲", body="甲", **given)
    with refused(Why.OVERTAKEN):
        actions.edit_letter(letter=theirs, title="乙", body="乙", **given)
    assert Letter.objects.get().title == "甲"


def test_given_up_it_stays_so(office):
    letter = actions.drop_letter(letter=office.draft(), by=office.drafter, at=AT)
    with refused(Why.NOT_IN_STATE):
        actions.submit_letter(letter=letter, by=office.drafter, at=AT)


def test_organs_share_no_name_and_no_prefix(office):
    given = {"signature": "", "area": office.world.city, "desk": Desk.OFFICE, "by": FOUNDER}
    with refused(Why.NAME_TAKEN, "name"):
        actions.add_organ(name="洪山区治庸办", prefixes={}, at=AT, **given)
    with refused(Why.PREFIX_TAKEN, "circular"):
        actions.add_organ(name="新", prefixes={Kind.CIRCULAR: "武治庸通"}, at=AT, **given)
    edited = {"name": "武汉市治庸办", "signature": "", "prefixes": ALL, "by": FOUNDER, "at": AT}
    assert actions.edit_organ(organ=office.city, **edited).signature == "武汉市治庸办"
