"""Letters begun from cases and problems: linked, told in the story, fit for the unit to read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework import actions, reasons
from pingyi.casework.letter_models import CaseLetter
from pingyi.casework.letter_queries import (
    Turn,
    cases_behind,
    entries_of,
    letters_of_case,
    linkable,
    turns_of,
)
from pingyi.casework.problem_queries import problems_behind, story_of
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow, Refusal
from pingyi.files.actions import checked
from pingyi.letters import actions as letters
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter
from pingyi.letters.policies import Refused
from pingyi.people.actions import appoint
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.casework.world import COMMENT, FOUNDER, PHONE, after
from tests.files.uploads import pdf, upload
from tests.letters.world import Office, open_office

LATER = after(days=1)
OTHER = "停车场的升降杆坏了三个礼拜没有人修理"


@pytest.fixture
def office(db) -> Office:
    return open_office()


def wording(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "organ": office.district,
        "kind": "supervision",
        "title": "关于窗口值守的督办函",
        "body": "请查明值守情况并报送。",
        "addressees": [Addressee(office.world.brigade)],
        "by": office.world.manager,
        "at": LATER,
        **changes,
    }


def issued(letter: Letter, office: Office, *, by: Any = None) -> Letter:
    letters.submit_letter(letter=letter, by=by or office.world.manager, at=after(days=1, hours=1))
    leader = office.world.person(Role.LEADER)
    return letters.issue_letter(letter=letter, by=leader, at=after(days=1, hours=2))


def test_what_becomes_of_its_letter_is_told_in_the_cases_story(office):
    world = office.world
    case = world.case("to_place")
    letter = issued(actions.draft_case_letter(case=case, **wording(office)), office)
    recipient = letter.recipients.get()
    letters.acknowledge(recipient=recipient, by=world.unit_admin, at=after(days=2))
    at = recipient.clocks.get(rule="letter_reply").due_at + timedelta(hours=1)
    seen = letters_of_case(case, world.manager)
    assert [turned.turn for turned in turns_of(seen, at)] == [
        Turn.DRAFTED, Turn.ISSUED, Turn.ACKNOWLEDGED, Turn.OVERDUE,
    ]  # fmt: skip
    letters.reply_to_letter(recipient=recipient, text="已改", by=world.unit_admin, at=at)
    letters.accept_reply(recipient=recipient, by=world.manager, at=at + timedelta(hours=1))
    told = entries_of(case, list(letters_of_case(case, world.manager)), at)
    assert [entry.text for entry in told] == [
        "起草函件", "函件印发", "函件已签收", "函件超期未答复", "函件已答复", "答复已采纳",
    ]  # fmt: skip
    assert told[1].detail == "洪治庸函〔2026〕1号 关于窗口值守的督办函"
    assert told[3].detail.endswith(world.brigade.name)
    assert "已改" not in str(told), "what the unit replied is read in the letter"


def test_letter_and_case_know_each_other_only_as_far_as_one_may_see(office):
    world = office.world
    case = world.case("to_place")
    letter = actions.draft_case_letter(case=case, **wording(office))
    assert cases_behind(letter, world.manager).get() == case
    assert letters_of_case(case, world.manager).get() == letter
    assert not letters_of_case(case, world.unit_admin).exists()
    assert not cases_behind(letter, world.unit_admin).exists()
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    assert not letters_of_case(case, stranger).exists()
    actions.refer_case(case=case, reason="线索", lead=True, by=world.manager, at=LATER)
    assert not cases_behind(letter, world.manager).exists()
    assert cases_behind(letter, world.inspector).get() == case


@pytest.mark.parametrize("field", ["title", "body", "salutation", "annexes"])
def test_no_letter_of_a_case_quotes_the_rater(office, field):
    case = office.world.case("to_place")
    for text in (f"群众反映：{COMMENT}", f"请联系{PHONE}"):
        with pytest.raises(Incomplete) as refused:
            actions.draft_case_letter(case=case, **wording(office, **{field: text}))
        assert refused.value.reason.field == field
    assert not Letter.objects.exists()
    letter = actions.draft_case_letter(case=case, **wording(office))
    changed = {**wording(office, **{field: COMMENT}), "letter": letter}
    del changed["organ"], changed["kind"]
    with pytest.raises(Incomplete):
        actions.edit_letter(**changed)
    letter.refresh_from_db()
    assert letter.revision == 1


def test_under_embargo_only_the_inspectors_write_because_of_it(office):
    world = office.world
    case = world.case("sealed")
    with pytest.raises(NotAllowed):
        actions.draft_case_letter(case=case, **wording(office))
    given = {"by": world.inspector, "organ": office.inspectors, "kind": "recommendation"}
    both = world.person(Role.INSPECTOR)
    with pytest.raises(NotNow) as refused:
        actions.draft_case_letter(case=case, **wording(office, by=both))
    assert refused.value.reason == reasons.EMBARGO
    letter = actions.draft_case_letter(case=case, **wording(office, **given))
    assert letters_of_case(case, world.inspector).get() == letter
    assert not cases_behind(letter, world.manager).exists()


def test_who_may_not_see_the_case_begins_no_letter_from_it(office):
    world = office.world
    case = world.case("to_place")
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    with pytest.raises(NotAllowed):
        actions.draft_case_letter(case=case, **wording(office, by=stranger))
    with pytest.raises(Refused):
        actions.draft_case_letter(case=case, **wording(office, by=world.sorter))
    assert not CaseLetter.objects.exists()
    assert not Letter.objects.exists()


def test_a_problems_letter_is_begun_from_it_and_told_in_its_story(office):
    world = office.world
    problem = actions.open_problem(title="排队", area=world.district, by=world.manager, at=LATER)
    case = world.case("to_place")
    actions.join_problem(problem=problem, case=case, by=world.manager, at=LATER)
    with pytest.raises(Incomplete):
        actions.draft_problem_letter(problem=problem, **wording(office, body=COMMENT))
    letter = actions.draft_problem_letter(problem=problem, **wording(office))
    issued(letter, office)
    assert problems_behind(letter, world.manager).get() == problem
    told = story_of(problem, world.manager, at=after(days=3))
    assert [line.what for line in told] == ["opened", "joined", Turn.DRAFTED, Turn.ISSUED]
    squad = world.person(Role.SQUAD_MEMBER)
    with pytest.raises(NotAllowed):
        actions.draft_problem_letter(problem=problem, **wording(office, by=squad))
    assert Letter.objects.count() == 1, "the draft went with the link that was refused"


def test_a_letter_written_before_is_told_when_it_was_linked(office):
    world = office.world
    problem = actions.open_problem(title="排队", area=world.district, by=world.manager, at=LATER)
    letter = letters.draft_letter(**wording(office))
    actions.link_letter(problem=problem, letter=letter, by=world.manager, at=after(days=2))
    told = story_of(problem, world.manager, at=after(days=3))
    assert [line.what for line in told] == ["opened", Turn.DRAFTED, "linked"]


def test_a_letter_written_before_is_linked_to_a_case_and_told_there(office):
    world = office.world
    case = world.case("to_place")
    letter = issued(letters.draft_letter(**wording(office)), office)
    linked = {"case": case, "letter": letter, "by": world.manager}
    actions.link_case_letter(**linked, at=after(days=2))
    actions.link_case_letter(**linked, at=after(days=3))
    assert CaseLetter.objects.get().at == after(days=2), "linking it again changes nothing"
    seen = letters_of_case(case, world.manager)
    assert seen.get() == letter
    assert cases_behind(letter, world.manager).get() == case
    told = entries_of(case, list(seen), after(days=4))
    assert [entry.text for entry in told] == ["起草函件", "函件印发", "关联函件"]
    assert told[2].at == after(days=2)
    assert events_about(CaseLetter.objects.get()).first().data["case"] == case.number
    assert not linkable(case, world.manager).exists()


def test_who_could_not_begin_the_letter_does_not_link_it(office):
    world = office.world
    case = world.case("to_place")
    letter = letters.draft_letter(**wording(office))
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    for nobody in (stranger, world.caller, world.unit_admin, world.inspector):
        with pytest.raises(NotAllowed):
            actions.link_case_letter(case=case, letter=letter, by=nobody, at=LATER)
        assert not linkable(case, nobody).exists()
    letters.drop_letter(letter=letter, by=world.manager, at=LATER)
    letter.refresh_from_db()
    assert not linkable(case, world.manager).exists()
    with pytest.raises(Refusal) as refused:
        actions.link_case_letter(case=case, letter=letter, by=world.manager, at=LATER)
    assert refused.value.reason == reasons.LETTER_DROPPED
    assert not CaseLetter.objects.exists()


def test_a_case_under_embargo_takes_letters_of_the_inspectors_alone(office):
    world = office.world
    case = world.case("sealed")
    letter = letters.draft_letter(**wording(office))
    both = world.person(Role.INSPECTOR)
    theirs = letters.draft_letter(
        **wording(office, by=both, organ=office.inspectors, kind="recommendation")
    )
    with pytest.raises(NotAllowed):
        actions.link_case_letter(case=case, letter=letter, by=world.manager, at=LATER)
    appoint(user=both, role=Role.CASE_MANAGER, area=world.district, unit=None, by=FOUNDER, at=LATER)
    both = User.objects.get(pk=both.pk)
    with pytest.raises(NotNow) as refused:
        actions.link_case_letter(case=case, letter=letter, by=both, at=LATER)
    assert refused.value.reason == reasons.EMBARGO
    assert linkable(case, both).get() == theirs
    actions.link_case_letter(case=case, letter=theirs, by=both, at=LATER)
    assert not cases_behind(theirs, world.manager).exists()


def test_a_draft_that_quotes_the_rater_is_not_linked_what_went_out_is(office):
    world = office.world
    case = world.case("to_place")
    letter = letters.draft_letter(**wording(office, body=f"群众反映：{COMMENT}"))
    with pytest.raises(Incomplete) as refused:
        actions.link_case_letter(case=case, letter=letter, by=world.manager, at=LATER)
    assert refused.value.reason.field == "body"
    assert not CaseLetter.objects.exists()
    letter = issued(letter, office)
    actions.link_case_letter(case=case, letter=letter, by=world.manager, at=after(days=3))
    assert letters_of_case(case, world.manager).get() == letter


def test_no_file_sent_with_a_letter_is_called_after_the_rater(office):
    world = office.world
    case = world.case("to_place")
    named = checked(upload(f"{PHONE} 投诉.pdf", pdf()))
    with pytest.raises(Incomplete) as refused:
        actions.draft_case_letter(case=case, **wording(office, uploads=[named]))
    assert refused.value.reason.field == "uploads"
    drafted = letters.draft_letter(**wording(office, uploads=[named]))
    with pytest.raises(Incomplete):
        actions.link_case_letter(case=case, letter=drafted, by=world.manager, at=LATER)
    letter = actions.draft_case_letter(
        case=case, **wording(office, uploads=[checked(upload("值守表.pdf", pdf()))])
    )
    assert letter.files.get().file.name == "值守表.pdf"


def test_no_reason_given_to_a_recipient_names_the_rater(office):
    world = office.world
    letter = issued(
        actions.draft_case_letter(case=world.case("to_place"), **wording(office)), office
    )
    recipient = letter.recipients.get()
    at = after(days=2)
    asking = {"recipient": recipient, "days": 2, "by": world.manager, "at": at}
    with pytest.raises(Incomplete):
        actions.ask_for_days(reason=COMMENT, **asking)
    actions.ask_for_days(reason="等鉴定", **asking)
    leader = world.person(Role.LEADER)
    with pytest.raises(Incomplete):
        actions.refuse_days(recipient=recipient, reason=f"{PHONE}催问", by=leader, at=at)
    letters.reply_to_letter(recipient=recipient, text="已改", by=world.unit_admin, at=at)
    with pytest.raises(Incomplete):
        actions.return_reply(recipient=recipient, reason=COMMENT, by=world.manager, at=at)
    with pytest.raises(Incomplete) as refused:
        actions.withdraw_letter(letter=letter, reason=f"{PHONE}撤诉", by=leader, at=at)
    assert refused.value.reason.field == "reason"
    letter.refresh_from_db()
    assert letter.withdrawn_at is None
    assert letter.recipients.get().replies.get().returned_at is None


def test_a_draft_is_not_issued_that_names_a_rater_whose_case_joined_since(office):
    world = office.world
    first, later = world.case("to_place"), world.case("to_place", rating=world.rate(comment=OTHER))
    problem = actions.open_problem(
        title="窗口无人", area=world.district, by=world.manager, at=LATER
    )
    actions.join_problem(problem=problem, case=first, by=world.manager, at=LATER)
    letter = actions.draft_problem_letter(problem=problem, **wording(office, body=OTHER))
    letters.submit_letter(letter=letter, by=world.manager, at=LATER)
    actions.join_problem(problem=problem, case=later, by=world.manager, at=LATER)
    with pytest.raises(Incomplete):
        actions.issue_letter(letter=letter, by=world.person(Role.LEADER), at=after(days=2))
    letter.refresh_from_db()
    assert letter.issued_at is None
