"""A unit's appeal: in time, once, reviewed by somebody new; the score follows, the past stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingyi.casework import queries
from pingyi.casework.actions import appeal_verdict, decide_case, note_check, review_appeal
from pingyi.casework.models import Case
from pingyi.casework.queries import score_events, timeline, verdict_of
from pingyi.casework.reasons import (
    APPEAL_OVER,
    APPEALED,
    NOT_NEW,
    NOTHING_TO_APPEAL,
    Incomplete,
    NotAllowed,
    NotNow,
)
from pingyi.casework.rules import appeal_until
from pingyi.casework.second_looks import Appeal
from pingyi.casework.states import Review
from pingyi.demo.cases import walk
from pingyi.directory.models import Season
from pingyi.notices.queries import inbox_of
from pingyi.people.roles import Role
from pingyi.ratings.models import RatingVoid
from pingyi.scoring.queries import verified_bad
from tests.casework.world import COMMENT, World, after

SOON = after(days=3)
REVIEWED = after(days=6)


def appeal(world: World, case: Case, *, grounds: str = "停机有记录", at=SOON) -> Appeal:
    return appeal_verdict(case=case, grounds=grounds, by=world.unit_admin, at=at)


def review(world: World, case: Case, outcome: str, **given) -> Appeal:
    given = {"reason": "记录属实", "by": world.hands.second, "at": REVIEWED, **given}
    return review_appeal(case=case, outcome=outcome, **given)


def refs(at=REVIEWED) -> list[str]:
    return [event.ref for event in score_events(Season.objects.get(), at)]


def test_upheld_the_line_is_gone_and_the_past_stands(world: World):
    case = world.case("closed")
    season = world.season
    assert refs(SOON) == [case.number]
    appeal(world, case)
    assert refs(after(days=5)) == [case.number], "an appeal alone changes nothing"
    review(world, case, "upheld", finding="unfounded", kind="conduct")
    assert refs() == []
    assert refs(REVIEWED - timedelta(seconds=1)) == [case.number]
    assert verified_bad(season, REVIEWED) == {}
    assert verified_bad(season, SOON) == {(world.brigade.pk, "qr"): 1}
    assert case.verdicts.count() == 2, "both stay"
    assert case.verdicts.first().withdrawn_at is None
    told = [(entry.step, entry.detail) for entry in timeline(case, "office")]
    assert ("appeal", "停机有记录") in told
    assert any(step == "uphold" and "记录属实" in detail for step, detail in told)


def test_whoever_was_answered_is_answered_anew(world: World):
    case = world.case("closed")
    appeal(world, case)
    review(world, case, "upheld", finding="partly", kind="facility")
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.kind) == ("to_reply", None, "facility")
    assert {clock.rule for clock in case.clocks.running()} == {"reply"}
    walk(case, ["reply", "accept"], hands=world.hands, at=after(days=7))
    assert case.state == "closed"
    assert timeline(case, "citizen")[-3].text == "认定经复核改变，将再次答复您"


def test_dismissed_with_a_reason_nothing_moves(world: World):
    case = world.case("closed")
    closed = case.closed_at
    appeal(world, case)
    with pytest.raises(Incomplete):
        review(world, case, "dismissed", reason="")
    made = review(world, case, "dismissed", reason="停机在下午")
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("closed", closed)
    assert (made.upheld, made.review_reason) == (False, "停机在下午")
    assert refs() == [case.number]
    assert not case.clocks.running().exists()
    assert timeline(case, "unit")[-1].detail == "停机在下午"
    with pytest.raises(NotNow) as refused:
        appeal(world, case, at=REVIEWED)
    assert refused.value.reason == APPEALED


def test_only_in_time_counted_in_working_days(world: World):
    case = world.case("verified")
    until = appeal_until(case.verdicts.get())
    assert until.at.isoformat() == "2026-06-08T23:59:59+08:00" or until.at.day == 8
    with pytest.raises(NotNow) as refused:
        appeal(world, case, at=until.at + timedelta(seconds=1))
    assert refused.value.reason == APPEAL_OVER
    appeal(world, case, at=until.at)


def test_after_an_embargo_the_time_counts_from_the_release(world: World):
    case = world.case("concluded")
    walk(case, ["release"], hands=world.hands, at=after(days=30))
    appeal(world, case, at=after(days=33))


@pytest.mark.parametrize("end", ["to_decide", "unfounded", "settled", "void"])
def test_only_what_was_found_of_the_unit(world: World, end: str):
    case = world.case(end)
    with pytest.raises((NotNow, NotAllowed)) as refused:
        appeal(world, case)
    assert refused.value.reason.code in (NOTHING_TO_APPEAL.code, "not_in_state", "not_yours")


@pytest.mark.parametrize("who", ["manager", "caller"])
def test_reviewed_by_somebody_new(world: World, who: str):
    from pingyi.people.actions import appoint
    from tests.casework.world import AT, FOUNDER

    case = world.case("closed")
    person = getattr(world, who)
    appoint(user=person, role=Role.CASE_MANAGER, area=world.city, by=FOUNDER, at=AT)
    appeal(world, case)
    with pytest.raises(NotAllowed) as refused:
        review(world, case, "dismissed", by=person)
    assert refused.value.reason == NOT_NEW
    assert list(queries.appealed(person)) == []
    assert list(queries.appealed(world.newcomer(Role.CASE_MANAGER))) == [case]


def test_upheld_changes_something_and_copies_no_rater(world: World):
    case = world.case("closed")
    appeal(world, case)
    verdict = verdict_of(case)
    with pytest.raises(Incomplete) as refused:
        review(world, case, "upheld", finding=verdict.finding, kind=verdict.kind)
    assert refused.value.reason.code == "same_verdict"
    for reason in (COMMENT, "已电 13812341234"):
        with pytest.raises(Incomplete) as refused:
            review(world, case, "dismissed", reason=reason)
        assert refused.value.reason.field == "reason"
    with pytest.raises(Incomplete) as refused:
        review(world, case, Review.UPHELD)
    assert refused.value.reason.field == "finding"


def test_upheld_it_is_found_of_a_kind_that_goes_with_it(world: World):
    case = world.case("closed")
    appeal(world, case)
    for finding, kind in (("void", "conduct"), ("partly", "mistaken")):
        with pytest.raises(Incomplete) as refused:
            review(world, case, "upheld", finding=finding, kind=kind)
        assert (refused.value.reason.code, refused.value.reason.field) == ("unfit_kind", "kind")
    assert not RatingVoid.objects.exists()


def test_upheld_as_void_takes_the_rating_out(world: World):
    case = world.case("closed")
    appeal(world, case)
    review(world, case, "upheld", finding="void", kind="malicious")
    assert RatingVoid.objects.get().rating == case.rating


def test_who_is_told(world: World):
    case = world.case("closed")
    judged = inbox_of(world.unit_admin).filter(text__contains="已作出涉及贵单位的认定")
    assert judged.count() == 1
    appeal(world, case)
    second = world.hands.second
    assert inbox_of(second).first().text.endswith("请复核。")
    review(world, case, "dismissed")
    assert "申诉已复核" in inbox_of(world.unit_admin).first().text


def test_a_verdict_without_dispatch_is_known_to_the_unit_and_appealable(world: World):
    case = world.case("to_place")
    note_check(case=case, note="监控可见无人", by=world.manager, at=after(days=1))
    assert case not in Case.objects.visible_to(world.unit_admin)
    decide_case(
        case=case, finding="verified", kind="conduct", reason="监控可见当班无人",
        by=world.manager, at=after(days=1),
    )  # fmt: skip
    assert case in Case.objects.visible_to(world.unit_admin)
    assert case not in Case.objects.visible_to(world.person(Role.UNIT_ADMIN, unit=world.bureau))
    seen = timeline(case, "unit", units=[world.brigade.pk])
    assert [entry.step for entry in seen] == ["decide"]
    assert "监控可见当班无人" in seen[0].detail
    appeal(world, case)
    assert not queries.unit_desk(world.unit_admin).exists()


def test_a_case_handed_on_is_read_by_the_present_unit_alone(world: World):
    from pingyi.casework.actions import dispatch_case

    case = world.case("to_decide")
    walk(case, ["find_unfounded", "reply", "protest"], hands=world.hands, at=after(days=1))
    assert case in Case.objects.visible_to(world.unit_admin)
    dispatch_case(
        case=case, words="请主管局直接核查", unit=world.bureau, by=world.manager, at=after(days=2)
    )
    bureau = world.person(Role.UNIT_ADMIN, unit=world.bureau)
    assert case not in Case.objects.visible_to(world.unit_admin)
    assert list(queries.unit_desk(world.unit_admin)) == []
    assert list(queries.unit_desk(bureau)) == [case]
    said = " ".join(entry.detail for entry in timeline(case, "unit", units=[world.bureau.pk]))
    assert "请主管局直接核查" in said
    assert "已增设窗口" not in said, "the other unit's answer"
