"""Whoever spoke up in another way than by a rating judges the handling, too: through a receipt of
her own, or, where no phone was left to which one could go, by what the office records of her."""

from __future__ import annotations

import pytest
from django.conf import settings

from pingyi.audit.actions import CITIZEN
from pingyi.audit.keys import keyring
from pingyi.audit.queries import events_about
from pingyi.casework import actions, reasons, receipts
from pingyi.casework.intake_models import CaseSource
from pingyi.casework.models import Case, Rejudgement
from pingyi.casework.problem_models import ProblemDeed
from pingyi.casework.queries import timeline, to_hear
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.demo.cases import walk
from pingyi.notices.actions import TEXT
from pingyi.notices.models import Outgoing
from pingyi.people.roles import Role
from tests.casework.test_messages_import import HEAD, load, read
from tests.casework.world import World, a_petition, after

LATER = after(days=2)
PHONE = "13900000001"
ANSWERED = ("sort", "check", "verify", "reply")


def answered(world: World, **changes) -> Case:
    case = a_petition(world, **changes)
    return walk(case, ANSWERED, hands=world.hands, at=after(hours=2))


def hear(case: Case, world: World, *, satisfied: bool, **changes):
    given = {"words": "", "by": world.caller, "at": LATER} | changes
    return actions.rejudge(case=case, satisfied=satisfied, **given)


def sms() -> list[str]:
    found = Outgoing.objects.filter(purpose="case.reply").order_by("pk")
    return [keyring().decrypt(bytes(one.text_cipher), context=TEXT) for one in found]


def test_the_answer_brings_a_receipt_of_its_own_and_says_nothing_else(world: World):
    case, other = answered(world, phone=PHONE), answered(world, phone=PHONE)
    texts = sms()
    assert texts[0].endswith(f"/t/{case.source.receipt}")
    assert texts[1].endswith(f"/t/{other.source.receipt}")
    assert case.source.receipt != other.source.receipt
    for hidden in (case.number, "社保", world.brigade.name, PHONE):
        assert hidden not in texts[0]
    assert receipts.find(case.source.receipt) == case.source
    assert receipts.case_of(case.source) == case
    rating = world.case("replied").rating
    assert receipts.find(rating.receipt) == rating
    assert receipts.case_of(rating) == rating.case
    assert receipts.find("2222-2222-2222-22") is None


def test_who_sent_her_phone_with_a_message_has_one_too(world: World):
    text = f"{HEAD}1,李梅 {PHONE},社保,2026/5/24 15:40:04,窗口推诿,已答复,,B1-1,不满意\n"
    load(world, read(world, text))
    case = walk(Case.objects.get(), ANSWERED, hands=world.hands, at=after(days=3))
    address = f"{settings.PINGYI.public_url}/t/{case.source.receipt}"
    assert sms() == [f"【评议】您反映的事项已有答复，请查看并评价：{address}"]
    actions.rejudge(case=case, satisfied=False, words="还是推", by=CITIZEN, at=after(days=4))
    assert Case.objects.get().state == "to_place"


def test_through_her_receipt_she_reopens_it_once(world: World):
    case = answered(world, phone=PHONE)
    actions.rejudge(case=case, satisfied=False, words="没变", by=CITIZEN, at=LATER)
    assert Case.objects.get().state == "to_place"
    walk(case, ["verify", "reply"], hands=world.hands, at=after(days=3))
    actions.rejudge(case=case, satisfied=False, by=CITIZEN, at=after(days=4))
    assert Case.objects.get().state == "closed"
    assert len(sms()) == 2


@pytest.mark.parametrize("role", ["sorter", "caller", "manager"])
def test_without_a_phone_the_office_records_what_she_says(world: World, role: str):
    case = answered(world)
    assert not sms()
    who = getattr(world, role)
    made = hear(case, world, satisfied=True, words=" 谢谢 ", by=who)
    assert (made.satisfied, made.words, made.by) == (True, "谢谢", who.audit_name)
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("closed", LATER)
    assert not case.clocks.running().exists()
    last = timeline(case, "office")[-1]
    assert (last.who, last.text, last.detail) == (str(who), "代记：反映人满意，办结", "谢谢")
    assert "谢谢" not in str(events_about(case).last().data)


def test_recorded_too_it_reopens_once(world: World):
    case = answered(world)
    hear(case, world, satisfied=False, words="没变")
    assert Case.objects.get().state == "to_place"
    assert [clock.rule for clock in case.clocks.running()] == ["verify"]
    walk(case, ["verify", "reply"], hands=world.hands, at=after(days=3))
    hear(case, world, satisfied=False, words="还没变", at=after(days=4))
    assert Case.objects.get().state == "closed"
    assert Rejudgement.objects.filter(satisfied=False).count() == 2


def test_sent_again_it_counts_once(world: World):
    case = answered(world)
    again = Case.objects.get(pk=case.pk)
    hear(case, world, satisfied=False)
    with pytest.raises(NotNow):
        hear(again, world, satisfied=False)
    with pytest.raises(NotNow):
        hear(Case.objects.get(pk=case.pk), world, satisfied=True)
    assert Rejudgement.objects.count() == 1


def test_nobody_speaks_for_who_can_speak_herself(world: World):
    rated = world.case("replied")
    nameless = world.case("replied", rating=world.rate(phone=None, matter=None))
    for case in (answered(world, phone=PHONE), rated, nameless):
        with pytest.raises(NotAllowed) as refused:
            hear(case, world, satisfied=True)
        assert refused.value.reason == reasons.NOT_TO_BE_HEARD
    for role in (Role.INSPECTOR, Role.LEADER, Role.UNIT_ADMIN, Role.SCHEME_KEEPER):
        with pytest.raises(NotAllowed):
            hear(answered(world), world, satisfied=True, by=world.person(role))
    assert not Rejudgement.objects.exists()


def test_what_she_says_has_an_end(world: World):
    with pytest.raises(Incomplete) as refused:
        hear(answered(world), world, satisfied=False, words="长" * 501)
    assert refused.value.reason.field == "words"


@pytest.mark.parametrize("phone", ["", PHONE])
def test_her_time_is_kept_for_her(world: World, phone: str):
    case = answered(world, phone=phone)
    with pytest.raises(NotNow) as refused:
        actions.close_case(case=case, by=world.manager, at=LATER)
    assert refused.value.reason == reasons.STILL_OPEN_TO_HER
    assert actions.close_unjudged_cases(at=after(days=60)) == [case]


def test_the_desk_lists_whom_to_ask(world: World):
    case = answered(world)
    answered(world, phone=PHONE)
    answered(world, reply_owed=False)
    world.case("replied")
    a_petition(world)
    for user in (world.sorter, world.caller, world.manager):
        assert list(to_hear(user)) == [case]
    assert not to_hear(world.person(Role.CALLER, area=world.elsewhere)).exists()
    hear(case, world, satisfied=True)
    assert not to_hear(world.caller).exists()


def test_of_a_problem_everybody_is_answered_and_judges(world: World):
    rated = world.case("verified")
    with_phone, without = (
        walk(a_petition(world, phone=phone), ANSWERED[:-1], hands=world.hands, at=after(hours=2))
        for phone in (PHONE, "")
    )
    cases = [rated, with_phone, without]
    problem = actions.open_problem(title="推诿", area=world.district, by=world.manager, at=LATER)
    for case in cases:
        actions.join_problem(problem=problem, case=case, by=world.manager, at=LATER)
    done = actions.work_problem(
        problem=problem, deed=ProblemDeed.REPLY, text="已增开窗口", by=world.manager, at=LATER
    )
    assert (len(done.done), done.failed) == (3, [])
    assert {text.rpartition("/")[2] for text in sms()} == {
        rated.rating.receipt,
        with_phone.source.receipt,
    }
    for case, by in zip(cases, (CITIZEN, CITIZEN, world.caller), strict=True):
        case.refresh_from_db()
        actions.rejudge(case=case, satisfied=False, by=by, at=LATER)
        case.refresh_from_db()
        assert case.state == "to_place"
    assert Rejudgement.objects.count() == 3


def test_every_source_has_one_that_is_no_others(world: World):
    found = {a_petition(world).source.receipt for _ in range(20)}
    assert len(found) == 20
    assert CaseSource.objects.filter(receipt__in=found).count() == 20
