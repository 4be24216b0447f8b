"""After the answer she is called once more, and says on the phone what she thinks of it."""

from datetime import date

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework import actions, policies, queries, reasons
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case, Rejudgement
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.casework.states import SECOND_CALLS, TRANSITIONS
from pingyi.demo.cases import walk
from pingyi.people.roles import Role
from tests.casework.world import AT, PHONE, World, after

LATER = after(days=2)
TO_THE_ANSWER = ("sort", "stand", "dispatch", "acknowledge", "answer", "verify", "reply")
CHECKED = ("sort", "check", "verify", "reply")


def call(world: World, case: Case, outcome: str, words: str = "", **given):
    given = {"by": world.caller, "at": LATER, **given}
    return actions.log_second_call(case=case, outcome=outcome, words=words, **given)


def test_what_she_says_is_her_judgement(world: World):
    case = world.case("replied")
    assert queries.to_ask_again(world.caller).get() == case
    made = call(world, case, "satisfied", "挺好")
    assert (made.satisfied, made.words, made.by) == (True, "挺好", world.caller.username)
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("closed", LATER)
    assert case.clocks.get(rule="re_judge").met_at == LATER
    assert not queries.to_ask_again(world.caller).exists()
    told = queries.citizen_steps(case.rating)[-1]
    assert (told.text, told.step) == ("您对办理表示满意，办结", "hear_satisfied")
    seen = queries.timeline(case, "unit")[-1]
    assert (seen.text, seen.detail) == ("案件已办结", ""), "the unit hears nothing of the call"
    assert "挺好" not in str(events_about(case).last().data)


def test_not_satisfied_reopens_once_whichever_way_she_says_it(world: World):
    case = world.case("replied")
    with pytest.raises(Incomplete) as refused:
        call(world, case, "unsatisfied")
    assert refused.value.reason.field == "words"
    call(world, case, "unsatisfied", "窗口还是没人")
    assert case.state == "to_place"
    assert [clock.rule for clock in case.clocks.running()] == ["verify"]
    walk(case, ["dispatch", "answer", "verify", "reply"], hands=world.hands, at=after(days=3))
    call(world, case, "unsatisfied", "还是没人", at=after(days=4))
    assert case.state == "closed"
    assert Rejudgement.objects.filter(satisfied=False).count() == 2


def test_who_is_not_reached_keeps_her_time(world: World):
    case = world.case("replied")
    assert call(world, case, "missed") is None
    assert case.state == "replied"
    assert case.clocks.running().get().rule == "re_judge"
    assert queries.timeline(case, "office")[-1].text == "复访未接通"
    assert queries.citizen_steps(case.rating)[-1].text == "给您打过电话"
    assert not Rejudgement.objects.exists()
    call(world, case, "satisfied", at=after(days=3))
    assert case.state == "closed"


@pytest.mark.parametrize("left", [{"phone": None}, {"call_back": False}])
def test_who_did_not_ask_to_be_called_is_not(world: World, left: dict):
    case = world.case("replied", rating=world.rate(**left))
    assert not queries.to_ask_again(world.caller).exists()
    for name in SECOND_CALLS:
        why = policies.why_not(TRANSITIONS[name], case, world.caller, at=LATER)
        assert why == reasons.NOT_ASKED
    offered = {offer.step.name for offer in policies.offers(case, world.caller, at=LATER)}
    assert not offered & set(SECOND_CALLS), "and no greyed button asks for it"


def test_of_two_the_second_is_told(world: World):
    case = world.case("replied")
    other = Case.objects.get(pk=case.pk)
    call(world, case, "satisfied")
    with pytest.raises(NotNow):
        call(world, other, "unsatisfied", "没变")
    assert Rejudgement.objects.count() == 1


def test_the_sorter_and_the_unit_do_not_speak_for_her(world: World):
    case = world.case("replied")
    for person in (world.sorter, world.unit_admin, world.inspector, world.person(Role.LEADER)):
        with pytest.raises(NotAllowed):
            call(world, case, "satisfied", by=person)


def test_a_petitioner_judges_on_the_phone(world: World):
    case = actions.open_case_by_hand(
        unit=world.brigade,
        origin="petition",
        dated=date(2026, 6, 1),
        summary="来访反映推诿",
        phone=PHONE,
        call_back=True,
        by=world.sorter,
        at=AT,
    )
    walk(case, TO_THE_ANSWER, hands=world.hands, at=after(hours=2))
    assert queries.to_ask_again(world.caller).get() == case
    call(world, case, "unsatisfied", "没有改")
    assert case.state == "to_place"


@pytest.mark.parametrize(("sender", "asked"), [(f"李梅 {PHONE}", True), ("李梅", False)])
def test_who_wrote_to_a_hotline_with_a_phone_is_asked_too(world: World, sender: str, asked: bool):
    row = MessageRow(
        line=2,
        number="1",
        sender=sender,
        subject="窗口无人",
        sent_at=AT,
        text="见主题",
        unit=world.brigade.code,
    )
    actions.load_messages(
        rows=[row],
        channel=Channel.HOTLINE_12345,
        area=world.district,
        source="calls.csv",
        by=world.sorter,
        at=AT,
    )
    case = actions.open_case_of_message(
        message=CitizenMessage.objects.get(), by=world.sorter, at=AT
    )
    walk(case, CHECKED, hands=world.hands, at=after(hours=2))
    assert case.state == "replied"
    assert queries.to_ask_again(world.caller).exists() is asked
    if asked:
        call(world, case, "satisfied")
        assert case.state == "closed"
