"""Problems: cases joined, worked once, each answered."""

from __future__ import annotations

import pytest

from pingyi.audit.actions import CITIZEN
from pingyi.audit.queries import events_about
from pingyi.casework import actions, reasons
from pingyi.casework.actions.problems import note_step
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem, ProblemDeed
from pingyi.casework.problem_queries import cases_of, membership_of, problems_for, story_of
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.demo.cases import walk
from pingyi.notices.models import Outgoing
from pingyi.people.roles import Role
from tests.casework.world import AT, after

LATER = after(days=1)


@pytest.fixture
def problem(world):
    return actions.open_problem(
        title="窗口排队", area=world.district, cause="人手不足", by=world.manager, at=LATER
    )


def join(world, problem, *ends: str) -> list[Case]:
    cases = [world.case(end) for end in ends]
    for case in cases:
        actions.join_problem(problem=problem, case=case, by=world.manager, at=LATER)
    return cases


def test_it_has_a_number_a_cause_and_its_cases(world, problem):
    assert problem.number == "W2026-0001"
    cases = join(world, problem, "to_place", "unsorted")
    found = problems_for(world.manager).get()
    assert (found.size, found.units, found.unanswered) == (2, 1, 2)
    assert set(cases_of(problem, world.manager)) == set(cases)
    assert membership_of(cases[0]).problem == problem
    assert [line.what for line in story_of(problem, world.manager, at=LATER)] == [
        "opened", "joined", "joined",
    ]  # fmt: skip


def test_a_case_belongs_to_one_problem_until_it_leaves_with_a_reason(world, problem):
    (case,) = join(world, problem, "to_place")
    other = actions.open_problem(title="另一个", area=world.district, by=world.manager, at=LATER)
    with pytest.raises(NotNow) as refused:
        actions.join_problem(problem=other, case=case, by=world.manager, at=LATER)
    assert refused.value.reason == reasons.IN_A_PROBLEM
    with pytest.raises(Incomplete):
        actions.leave_problem(problem=problem, case=case, reason=" ", by=world.manager, at=LATER)
    actions.leave_problem(problem=problem, case=case, reason="另事", by=world.manager, at=LATER)
    actions.join_problem(problem=other, case=case, by=world.manager, at=LATER)
    assert membership_of(case).problem == other
    with pytest.raises(NotNow):
        actions.leave_problem(problem=problem, case=case, reason="x", by=world.manager, at=LATER)


def test_what_lies_under_embargo_joins_none_and_disappears_from_its_problem(world, problem):
    sealed = world.case("sealed")
    with pytest.raises(NotNow) as refused:
        actions.join_problem(problem=problem, case=sealed, by=world.manager, at=LATER)
    assert refused.value.reason == reasons.EMBARGO
    (case,) = join(world, problem, "to_place")
    actions.refer_case(case=case, reason="线索", lead=True, by=world.manager, at=LATER)
    found = problems_for(world.manager).get()
    assert (found.size, found.unanswered) == (0, 0)
    assert not cases_of(problem, world.manager).exists()
    assert [line.what for line in story_of(problem, world.manager, at=LATER)] == ["opened"]


def test_another_district_neither_sees_nor_works_it(world, problem):
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    assert not problems_for(stranger).exists()
    with pytest.raises(NotAllowed):
        actions.join_problem(problem=problem, case=world.case(), by=stranger, at=LATER)
    with pytest.raises(NotAllowed):
        actions.edit_problem(problem=problem, title="x", by=stranger, at=LATER)
    with pytest.raises(NotAllowed):
        actions.open_problem(title="x", area=world.district, by=world.caller, at=LATER)


def test_a_city_problem_is_seen_by_the_district_whose_case_it_joins(world):
    city = world.person(Role.CASE_MANAGER, area=world.city)
    problem = actions.open_problem(title="全市", area=world.city, by=city, at=LATER)
    assert not problems_for(world.manager).exists()
    actions.join_problem(problem=problem, case=world.case("to_place"), by=city, at=LATER)
    assert problems_for(world.manager).get() == problem
    with pytest.raises(NotAllowed):
        actions.close_problem(problem=problem, outcome="x", by=world.manager, at=LATER)


def test_it_is_worked_once_and_every_rater_is_answered(world, problem):
    cases = join(world, problem, "to_place", "unreachable", "to_decide", "unsorted")
    given = {"problem": problem, "by": world.manager, "at": LATER}
    checked = actions.work_problem(deed=ProblemDeed.CHECK, text="现场核实", **given)
    assert len(checked.done) == 3
    decided = actions.work_problem(
        deed=ProblemDeed.DECIDE, text="人手不足", finding="verified", kind="process", **given
    )
    assert (len(decided.done), decided.failed) == (3, [])
    replied = actions.work_problem(deed=ProblemDeed.REPLY, text="已增开窗口", **given)
    assert len(replied.done) == 3
    for case in cases[:3]:
        case.refresh_from_db()
        assert case.state == "replied"
        assert case.replies.get().text == "已增开窗口"
        assert case.verdicts.get().kind == "process"
    assert Outgoing.objects.filter(purpose="case.reply").count() == 3
    with pytest.raises(NotNow) as refused:
        actions.close_problem(problem=problem, outcome="增开窗口", by=world.manager, at=LATER)
    assert refused.value.reason == reasons.NOT_ALL_ANSWERED


def test_done_again_it_reaches_only_those_still_waiting(world, problem):
    join(world, problem, "verified", "verified")
    given = {"problem": problem, "deed": ProblemDeed.REPLY, "by": world.manager, "at": LATER}
    assert len(actions.work_problem(text="一", **given).done) == 2
    join(world, problem, "verified")
    assert len(actions.work_problem(text="二", **given).done) == 1


def test_one_refused_case_does_not_hold_up_the_others(world, problem):
    join(world, problem, "to_place", "to_place")
    words = join(world, problem, "unreachable")[0]
    applied = actions.work_problem(
        problem=problem,
        deed=ProblemDeed.DECIDE,
        text="属实",
        finding="verified",
        kind="process",
        by=world.manager,
        at=LATER,
    )
    assert len(applied.done) == 2
    assert [(case, refused.reason.code) for case, refused in applied.failed] == [
        (words, "words_alone")
    ]
    words.refresh_from_db()
    assert words.state == "to_check"


def test_it_is_dispatched_once_and_each_unit_has_its_own_case(world, problem):
    cases = join(world, problem, "to_place", "unreachable", "to_decide")
    applied = actions.work_problem(
        problem=problem,
        deed=ProblemDeed.DISPATCH,
        text="多人反映窗口排队，请核实整改。",
        grade="complex",
        by=world.manager,
        at=LATER,
    )
    assert (applied.done, applied.failed) == (sorted(cases[:2], key=lambda c: -c.pk), [])
    for case in cases[:2]:
        case.refresh_from_db()
        (made,) = case.dispatches.all()
        assert (case.state, made.unit, made.grade) == ("with_unit", case.unit, "complex")
        assert (made.includes_matter, made.includes_words) == (False, False)
        assert events_about(case).last().data["step"] == "dispatch"
    assert [line.what for line in story_of(problem, world.manager, at=LATER)][-1] == "dispatch"


@pytest.mark.parametrize(
    ("deed", "given"),
    [
        (ProblemDeed.DISPATCH, {"grade": "simple"}),
        (ProblemDeed.DECIDE, {"finding": "unfounded", "kind": "process"}),
    ],
)
def test_no_unit_reads_of_one_rater_through_the_case_of_another(world, problem, deed, given):
    """Not even what she agreed to, for it was agreed of her own unit."""
    join(world, problem, "to_place")
    one = world.case(
        "sorted", rating=world.rate(matter="WX-2026-0815", comment="取号机坏了三天没人修")
    )
    walk(one, ["stand_and_agree"], hands=world.hands, at=LATER)
    actions.join_problem(problem=problem, case=one, by=world.manager, at=LATER)
    for text, code in (
        ("请核实办件WX20260815", "her_matter"),
        ("称取号机坏了三天没人修", "her_own_words"),
    ):
        with pytest.raises(Incomplete) as refused:
            actions.work_problem(
                problem=problem, deed=deed, text=text, by=world.manager, at=LATER, **given
            )
        assert (refused.value.reason.code, refused.value.reason.field) == (code, "text")
    assert set(Case.objects.values_list("state", flat=True)) == {"to_place"}
    assert not problem.steps.exists(), "what was refused is not told as done"


def test_it_closes_once_everybody_was_answered_of_other_districts_too(world, problem):
    join(world, problem, "replied")
    city = world.person(Role.CASE_MANAGER, area=world.city)
    other = actions.open_case_by_hand(
        unit=world.other_unit,
        origin="petition",
        dated=AT.date(),
        summary="来访反映推诿",
        by=city,
        at=AT,
    )
    actions.join_problem(problem=problem, case=other, by=city, at=LATER)
    assert other not in cases_of(problem, world.manager)
    with pytest.raises(NotNow) as refused:
        actions.close_problem(problem=problem, outcome="好了", by=world.manager, at=LATER)
    assert refused.value.reason == reasons.NOT_ALL_ANSWERED
    actions.leave_problem(problem=problem, case=other, reason="另事", by=world.manager, at=LATER)
    actions.close_problem(problem=problem, outcome="好了", by=world.manager, at=LATER)


def test_what_lies_under_embargo_neither_holds_it_up_nor_shows(world, problem):
    join(world, problem, "replied")
    (lead,) = join(world, problem, "to_place")
    actions.refer_case(case=lead, reason="线索", lead=True, by=world.manager, at=LATER)
    actions.close_problem(problem=problem, outcome="好了", by=world.manager, at=LATER)
    assert problem.state == "closed"


def test_a_stale_page_has_no_case_join_what_was_closed_meanwhile(world, problem):
    join(world, problem, "replied")
    stale = Problem.objects.get()
    actions.close_problem(problem=problem, outcome="好了", by=world.manager, at=LATER)
    case = world.case("to_place")
    for act, given in (
        (actions.join_problem, {"case": case}),
        (actions.edit_problem, {"title": "x"}),
        (note_step, {"deed": ProblemDeed.CHECK, "text": "x"}),
    ):
        with pytest.raises(NotNow) as refused:
            act(problem=stale, by=world.manager, at=LATER, **given)
        assert refused.value.reason == reasons.PROBLEM_CLOSED
    assert membership_of(case) is None


def test_reopened_alone_a_case_leaves_what_was_closed_and_joins_another(world, problem):
    (case,) = join(world, problem, "replied")
    actions.close_problem(problem=problem, outcome="好了", by=world.manager, at=LATER)
    actions.rejudge(case=case, satisfied=False, words="没改", by=CITIZEN, at=after(days=2))
    given = {"case": case, "by": world.manager, "at": after(days=3)}
    actions.leave_problem(problem=problem, reason="评价人不满意", **given)
    other = actions.open_problem(
        title="仍未改", area=world.district, by=world.manager, at=after(days=3)
    )
    actions.join_problem(problem=other, **given)
    assert membership_of(case).problem == other
    assert problem.state == "closed"


def test_closed_it_takes_no_more(world, problem):
    join(world, problem, "replied", "closed")
    actions.close_problem(problem=problem, outcome="增开窗口", by=world.manager, at=LATER)
    assert problem.state == "closed"
    for act, given in (
        (actions.close_problem, {"outcome": "x"}),
        (actions.join_problem, {"case": world.case()}),
        (actions.edit_problem, {"title": "x"}),
    ):
        with pytest.raises(NotNow):
            act(problem=problem, by=world.manager, at=AT, **given)
