"""The answer, her judgement of it, and the end."""

from datetime import timedelta

import pytest

from pingyi.audit.actions import CITIZEN, SYSTEM
from pingyi.audit.keys import keyring
from pingyi.audit.queries import events_about
from pingyi.casework.actions import (
    close_case,
    close_unjudged_cases,
    rejudge,
    reply_to_citizen,
)
from pingyi.casework.models import Case, Rejudgement
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.demo.cases import walk
from pingyi.notices.actions import TEXT, TO
from pingyi.notices.models import Outgoing
from tests.casework.world import PHONE, World, after

LATER = after(days=2)


def test_the_answer_is_kept_and_an_sms_says_only_that_it_is_there(world: World):
    case = world.case("verified")
    reply = reply_to_citizen(case=case, text=" 已增设窗口 ", by=world.caller, at=LATER)
    assert (reply.text, reply.by_phone) == ("已增设窗口", False)
    assert [clock.rule for clock in case.clocks.running()] == ["re_judge"]
    assert events_about(case).last().data["sms"] is True
    sms = Outgoing.objects.get()
    assert sms.purpose == "case.reply"
    ring = keyring()
    assert ring.decrypt(bytes(sms.to_cipher), context=TO) == PHONE
    text = ring.decrypt(bytes(sms.text_cipher), context=TEXT)
    assert text.endswith(f"/t/{case.rating.receipt}")
    for hidden in ("已增设窗口", "不满意", world.point.name, world.brigade.name):
        assert hidden not in text
    assert PHONE not in str(events_about(case).last().data)


def test_without_a_phone_there_is_no_sms(world: World):
    case = world.case("verified", rating=world.rate(phone=None))
    reply_to_citizen(case=case, text="已增设窗口", by=world.manager, at=LATER)
    assert not Outgoing.objects.exists()
    assert events_about(case).last().data["sms"] is False


def test_an_answer_has_words(world: World):
    with pytest.raises(Incomplete) as refused:
        reply_to_citizen(case=world.case("verified"), text="", by=world.caller, at=LATER)
    assert refused.value.reason.field == "text"


def test_satisfied_she_closes_it(world: World):
    case = world.case("replied")
    made = rejudge(case=case, satisfied=True, words=" 谢谢 ", by=CITIZEN, at=LATER)
    assert (made.satisfied, made.words, made.by) == (True, "谢谢", "citizen")
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("closed", LATER)
    assert not case.clocks.running().exists()
    assert "谢谢" not in str(events_about(case).last().data)


def test_not_satisfied_reopens_once(world: World):
    case = world.case("replied")
    rejudge(case=case, satisfied=False, words="没变", by=CITIZEN, at=LATER)
    assert Case.objects.get().state == "to_place"
    assert [clock.rule for clock in case.clocks.running()] == ["verify"]
    walk(case, ["dispatch", "answer", "verify", "reply"], hands=world.hands, at=after(days=3))
    rejudge(case=case, satisfied=False, by=CITIZEN, at=after(days=4))
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("closed", after(days=4))
    assert Rejudgement.objects.filter(satisfied=False).count() == 2


def test_a_voided_rating_is_not_reopened(world: World):
    case = world.case("void")
    walk(case, ["reply"], hands=world.hands, at=LATER)
    rejudge(case=case, satisfied=False, by=CITIZEN, at=LATER)
    assert Case.objects.get().state == "closed"


def test_the_staff_do_not_judge_for_her(world: World):
    case = world.case("replied")
    with pytest.raises(NotAllowed):
        rejudge(case=case, satisfied=True, by=world.manager, at=LATER)
    with pytest.raises(NotNow):
        rejudge(case=world.case("verified"), satisfied=True, by=CITIZEN, at=LATER)


def test_not_closed_before_her_time_is_up(world: World):
    case = world.case("replied")
    due = case.clocks.get(rule="re_judge").due_at
    with pytest.raises(NotNow) as refused:
        close_case(case=case, by=world.manager, at=due)
    assert refused.value.reason.code == "still_open_to_her"
    assert close_unjudged_cases(at=due) == []
    assert close_unjudged_cases(at=due + timedelta(seconds=1)) == [case]
    case = Case.objects.get()
    assert (case.state, case.clocks.get(rule="re_judge").stopped_at) == ("closed", case.closed_at)
    assert events_about(case).last().actor == "system"
    assert close_unjudged_cases(at=due + timedelta(days=1)) == [], "twice does nothing twice"


@pytest.mark.parametrize("left", [{"word": "桂花"}, {"phone": None, "word": "桂花"}])
def test_a_private_word_lets_her_judge(world: World, left):
    case = world.case("replied", rating=world.rate(**left))
    with pytest.raises(NotNow):
        close_case(case=case, by=world.manager, at=LATER)


def test_who_cannot_open_her_receipt_waits_for_nothing(world: World):
    case = world.case("replied", rating=world.rate(phone=None, matter=None))
    close_case(case=case, by=world.manager, at=LATER)
    assert Case.objects.get().state == "closed"


def test_one_worked_meanwhile_is_passed_over(world: World, monkeypatch):
    from pingyi.casework.actions import replying

    first, second = world.case("replied"), world.case("replied")
    real = replying.close_case

    def beaten(*, case, by, at):
        if case == first:
            rejudge(case=Case.objects.get(pk=first.pk), satisfied=True, by=CITIZEN, at=at)
        return real(case=case, by=by, at=at)

    monkeypatch.setattr(replying, "close_case", beaten)
    assert close_unjudged_cases(by=SYSTEM, at=after(days=60)) == [second]
    assert events_about(first).last().actor == "citizen"


def test_her_words_are_as_long_as_a_ratings_at_most(world: World):
    case = world.case("replied")
    with pytest.raises(Incomplete) as refused:
        rejudge(case=case, satisfied=False, words="长" * 501, by=CITIZEN, at=LATER)
    assert (refused.value.reason.code, refused.value.reason.field) == ("too_long", "words")
    rejudge(case=case, satisfied=False, words="长" * 500, by=CITIZEN, at=LATER)


def test_a_text_has_an_end(world: World):
    with pytest.raises(Incomplete) as refused:
        reply_to_citizen(case=world.case("verified"), text="长" * 5001, by=world.caller, at=LATER)
    assert str(refused.value) == "最多 5000 个字"
