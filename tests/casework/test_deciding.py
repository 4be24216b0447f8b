"""Verdicts: never verified on the words alone; withdrawn only before the answer."""

import pytest

from pingyi.casework import policies
from pingyi.casework.actions import confirm_verdict, decide_case, note_check, withdraw_verdict
from pingyi.casework.models import Case, Verdict
from pingyi.casework.queries import verdict_of
from pingyi.casework.reasons import Incomplete, NotNow
from pingyi.casework.states import Finding, Kind
from pingyi.people.roles import Role
from pingyi.ratings.actions import void_rating
from pingyi.ratings.models import RatingVoid, UnitTally
from tests.casework.test_sorting import clocks
from tests.casework.world import COMMENT, MATTER, World, after

LATER = after(days=2)
AGAIN = after(days=3)


def decide(world: World, case: Case, finding="verified", **given) -> Verdict:
    """Decided, and confirmed where that takes a second person."""
    given = {"kind": "conduct", "reason": "相互印证", "by": world.manager, "at": LATER, **given}
    made = decide_case(case=case, finding=finding, **given)
    if isinstance(made, Verdict):
        return made
    return confirm_verdict(case=case, by=world.newcomer(Role.CASE_MANAGER), at=given["at"])


@pytest.fixture
def words_only(world: World) -> Case:
    return world.case("sorted", rating=world.rate(phone=None))


@pytest.mark.parametrize("finding", ["verified", "partly"])
def test_never_verified_on_the_words_alone(world: World, words_only: Case, finding):
    with pytest.raises(Incomplete) as refused:
        decide(world, words_only, finding)
    assert (refused.value.reason.code, refused.value.reason.field) == ("words_alone", "finding")
    assert Case.objects.get().state == "to_check"
    note_check(case=words_only, note="监控可见", by=world.manager, at=LATER)
    assert decide(world, words_only, finding).finding == finding


@pytest.mark.parametrize("finding", ["unfounded", "void"])
def test_unfounded_and_void_may_be_said_of_words(world: World, words_only: Case, finding):
    decide(world, words_only, finding, kind="mistaken")
    case = Case.objects.get()
    assert (case.state, case.kind) == ("to_reply", "mistaken")
    assert clocks(case) == {
        "sort": "met", "call_back": "met", "verify": "met", "reply": "running",
    }  # fmt: skip


@pytest.mark.parametrize("end", ["to_place", "to_decide", "reported"])
def test_a_call_an_answer_or_findings_are_evidence(world: World, end):
    case = world.case(end)
    assert decide(world, case).case.state == "to_reply"


def test_a_call_that_reached_nobody_is_no_evidence(world: World):
    with pytest.raises(Incomplete):
        decide(world, world.case("unreachable"))


def test_a_verdict_says_why_and_names_nobody(world: World):
    case = world.case("to_decide")
    for reason, code in (
        ("", "needs"),
        ("已电 13812341234", "names_her"),
        (COMMENT, "her_own_words"),
        (f"办件{MATTER}超时", "her_matter"),
    ):
        with pytest.raises(Incomplete) as refused:
            decide(world, case, reason=reason)
        assert (refused.value.reason.code, refused.value.reason.field) == (code, "reason")
    for given in ({"finding": "maybe"}, {"kind": "weather"}):
        with pytest.raises(Incomplete) as refused:
            decide(world, case, **given)
        assert refused.value.reason.field == next(iter(given))


@pytest.mark.parametrize("finding", list(Finding))
@pytest.mark.parametrize("kind", list(Kind))
def test_a_finding_is_of_a_kind_that_goes_with_it(finding: Finding, kind: Kind):
    void = kind in (Kind.MISTAKEN, Kind.MALICIOUS)
    fits = {
        Finding.VERIFIED: not void and kind is not Kind.NOT_OURS,
        Finding.PARTLY: not void and kind is not Kind.NOT_OURS,
        Finding.UNFOUNDED: True,
        Finding.VOID: void,
    }[finding]
    assert (policies.why_not_found(finding, kind) is None) is fits


def test_nothing_is_void_but_what_was_mistaken_or_malicious(world: World):
    case = world.case("to_decide")
    for finding, kind in (("void", "conduct"), ("verified", "malicious"), ("partly", "not_ours")):
        with pytest.raises(Incomplete) as refused:
            decide(world, case, finding, kind=kind)
        assert (refused.value.reason.code, refused.value.reason.field) == ("unfit_kind", "kind")
    assert Case.objects.get().state == "to_decide"
    assert not RatingVoid.objects.exists()


def test_a_void_verdict_takes_the_rating_out_of_the_rates(world: World):
    case = world.case("to_place")
    tally = UnitTally.objects.filter(unit=world.brigade, level=2)
    assert tally.get().count == 1
    decide(world, case, "void", kind="malicious")
    assert RatingVoid.objects.get().rating == case.rating
    assert tally.get().count == 0


def test_a_rating_voided_before_is_voided_once(world: World):
    case = world.case("to_place")
    void_rating(rating=case.rating, reason="x", by=world.manager, at=LATER)
    decide(world, case, "void", kind="malicious")
    assert RatingVoid.objects.count() == 1
    assert UnitTally.objects.get(unit=world.brigade, level=2).count == 0


def test_other_verdicts_void_nothing(world: World):
    for end in ("verified", "partly", "unfounded"):
        world.case(end)
    assert not RatingVoid.objects.exists()


def test_a_verdict_is_withdrawn_before_the_answer(world: World):
    case = world.case("verified")
    withdraw_verdict(case=case, reason="证据有误", by=world.manager, at=AGAIN)
    verdict = Verdict.objects.get()
    assert (verdict.withdrawn_at, verdict.withdrawn_by, verdict.withdrawn_reason) == (
        AGAIN, world.manager.username, "证据有误",
    )  # fmt: skip
    assert Case.objects.get().state == "to_decide"
    assert [clock.rule for clock in case.clocks.running()] == ["verify"]
    assert verdict_of(case) is None
    decide(world, case, "unfounded", at=AGAIN)
    assert verdict_of(case).finding == Finding.UNFOUNDED
    assert Verdict.objects.count() == 2


def test_not_after_the_answer_and_not_a_void_one(world: World):
    with pytest.raises(NotNow) as refused:
        withdraw_verdict(case=world.case("replied"), reason="x", by=world.manager, at=AGAIN)
    assert refused.value.reason.code == "not_in_state"
    with pytest.raises(NotNow) as refused:
        withdraw_verdict(case=world.case("void"), reason="x", by=world.manager, at=AGAIN)
    assert refused.value.reason.code == "stays_void"
    with pytest.raises(Incomplete):
        withdraw_verdict(case=world.case("verified"), reason="", by=world.manager, at=AGAIN)
