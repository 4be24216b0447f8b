"""What is late the unit's head explains to the person, and promises a date (DOMAIN §1.27)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pingyi.accountability import actions, escalation, ladders
from pingyi.accountability.models import Duty, DutyEscalation
from pingyi.audit.actions import SYSTEM
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.reasons import Incomplete, NotNow
from pingyi.people.roles import Role
from tests.casework.world import AT, COMMENT, MATTER, World, build
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
DUE = CaseClock.objects.filter(rule__startswith="handle_")
PROMISED = date(2026, 6, 30)


@pytest.fixture
def world() -> World:
    """Its season runs under Jiangmen's rules."""
    made = build()
    made.season.scheme = "jiangmen-2008"
    made.season.save()
    return made


def proposed(at=AT) -> list[tuple[str, str]]:
    ladders.propose_from_facts(by=SYSTEM, at=at)
    found = Duty.objects.filter(state="proposed", rule="late-matter").order_by("pk")
    return [(duty.unit.code, duty.case.number if duty.case else duty.refs) for duty in found]


def due(case: Case):
    return DUE.get(case=case).due_at


@pytest.fixture
def late(world) -> Case:
    return world.case("with_unit")


@pytest.fixture
def duty(world, late) -> Duty:
    proposed(due(late) + timedelta(seconds=1))
    return Duty.objects.get(rule="late-matter")


def decided(world: World, duty: Duty, **given) -> Duty:
    given = {"outcome": "accepted", **given}
    return actions.decide_duty(duty=duty, by=world.person(Role.LEADER), at=AT, **given)


def explained(world: World, duty: Duty, **given) -> Duty:
    given = {"on": AT.date(), "place": "电话说明", "promised": PROMISED, **given}
    return actions.fulfil_duty(duty=duty, by=world.person(Role.LEADER), at=AT, **given)


def test_the_head_of_the_unit_it_lay_with_explains_once_the_time_is_over(world, late):
    assert proposed(due(late)) == []
    after = due(late) + timedelta(seconds=1)
    assert proposed(after) == proposed(after) == [("B1-1", late.number)]
    duty = Duty.objects.get(rule="late-matter")
    assert (duty.what, duty.on, duty.area) == ("explain_and_promise", "head", late.area)


def test_answered_late_is_late_and_answered_in_time_is_not(world):
    one, other = world.case("to_decide"), world.case("to_decide")
    DUE.filter(case=one).update(met_at=due(one) + timedelta(hours=1))
    assert proposed() == [("B1-1", one.number)]
    assert DUE.get(case=other).met_at <= due(other)


def test_what_stands_still_or_was_recalled_is_not_late(world, late):
    after = due(late) + timedelta(days=1)
    DUE.update(paused_at=AT)
    assert proposed(after) == []
    DUE.update(paused_at=None, stopped_at=AT)
    assert proposed(after) == []


def test_a_day_that_moved_takes_the_proposal_back(world, late, duty):
    after = due(late) + timedelta(seconds=1)
    DUE.update(due_at=due(late) + timedelta(days=7))
    assert proposed(after) == []
    duty.refresh_from_db()
    assert duty.state == "lapsed"


def test_what_came_under_embargo_later_is_explained_all_the_same(world, late):
    Case.objects.update(embargoed=True)
    assert proposed(due(late) + timedelta(seconds=1)) == [("B1-1", late.number)]


def test_of_a_void_rating_nothing_is_proposed(world, late):
    after = due(late) + timedelta(seconds=1)
    void = late.verdicts.create(
        unit=late.unit, finding="void", kind="malicious", reason="恶意", at=AT, by="m"
    )
    assert proposed(after) == []
    void.delete()
    assert proposed(after) == [("B1-1", late.number)]


def test_a_matter_found_late_is_explained_too(world):
    """Whatever became of the case in time: its rater said so, and it was verified."""
    cases = [world.case("verified") for _ in range(3)]
    for case, reasons in zip(cases, ("214,209", "214", "110"), strict=True):
        case.rating.__class__.objects.filter(pk=case.rating.pk).update(reasons=reasons)
    assert proposed() == [("B1-1", cases[0].number), ("B1-1", cases[2].number)]
    cases[0].verdicts.update(finding="unfounded")
    assert proposed() == [("B1-1", cases[2].number)]


def test_wuhan_has_no_such_clause(world, late):
    world.season.scheme = "wuhan-2023"
    world.season.save()
    assert proposed(due(late) + timedelta(days=1)) == []


# ── explained, promised, kept ────────────────────────────────────────


def test_decided_it_has_three_working_days(world, duty):
    clock = decided(world, duty).clocks.get()
    assert (clock.rule, clock.amount, clock.unit) == ("explanation", 3, "working_days")


def test_no_explanation_without_a_date_and_none_before_it(world, duty):
    decided(world, duty)
    with pytest.raises(Incomplete) as refused:
        explained(world, duty, promised=None)
    assert refused.value.reason.field == "promised"
    with pytest.raises(Incomplete) as refused:
        explained(world, duty, promised=AT.date() - timedelta(days=1))
    assert refused.value.reason.field == "promised"


def test_something_else_in_its_place_needs_no_date(world, duty):
    decided(world, duty, outcome="other", words="书面检查", reason="已向当事人说明")
    with pytest.raises(NotNow):
        explained(world, duty)
    assert explained(world, duty, promised=None).state == "done"


def test_the_promise_runs_as_a_clock_until_it_is_kept(world, duty):
    decided(world, duty)
    explained(world, duty)
    assert duty.state == "done"
    clock = duty.clocks.get(rule="promise")
    assert (clock.due_at.date(), clock.is_running) == (PROMISED, True)
    after = clock.due_at + timedelta(seconds=1)
    assert not Duty.objects.late(clock.due_at).exists()
    assert list(Duty.objects.late(after)) == [duty]
    actions.keep_promise(duty=Duty.objects.get(), by=world.person(Role.LEADER), at=after)
    clock.refresh_from_db()
    assert clock.met_at == after
    with pytest.raises(NotNow):
        actions.keep_promise(duty=duty, by=world.person(Role.LEADER), at=after)


def test_a_promise_for_the_same_day_is_due_at_its_end(world, duty):
    decided(world, duty)
    explained(world, duty, promised=AT.date())
    clock = duty.clocks.get(rule="promise")
    assert clock.due_at == clock.started_at > AT


def test_explanation_and_promise_escalate(world, duty):
    decided(world, duty)
    escalation.raise_due_steps(at=duty.clocks.get().due_at)
    explained(world, duty)
    clock = duty.clocks.get(rule="promise")
    escalation.raise_due_steps(at=clock.due_at + timedelta(days=10))
    told = DutyEscalation.objects.order_by("pk").values_list("clock__rule", "step", "to")
    assert list(told) == [
        ("explanation", -2, "handler"),
        ("explanation", 0, "case_manager"),
        ("promise", -2, "handler"),
        ("promise", 0, "case_manager"),
        ("promise", 3, "leader"),
        ("promise", 10, "city"),
    ]


def test_through_the_pages_with_the_date_asked_for(world, duty):
    browser = signed_in(world.person(Role.LEADER))
    page = f"/office/duties/{duty.pk}/"
    assert "负责人向当事人说明并承诺日期" in browser.get(page).content.decode()
    browser.post(f"{page}decide/", {"outcome": "accepted"})
    assert 'name="promised"' in browser.get(page).content.decode()
    sent = {"on": "2026-06-01", "place": "电话说明", "evidence": "通话记录"}
    back = browser.post(f"{page}fulfil/", sent)
    assert back.status_code == 422
    assert "电话说明" in back.content.decode(), "filled in as it was sent"
    browser.post(f"{page}fulfil/", {**sent, "promised": "2026-06-30"})
    shown = browser.get(page).content.decode()
    assert "承诺办结日期" in shown
    assert "2026-06-30" in shown
    assert "承诺 2026-06-30" in browser.get("/office/duties/").content.decode()
    unit = signed_in(world.unit_admin).get("/unit/duties/").content.decode()
    assert "承诺 2026-06-30" in unit
    assert browser.post(f"{page}keep/").status_code == 302
    assert browser.post(f"{page}keep/").status_code == 409


@pytest.mark.parametrize("said", [COMMENT, f"{MATTER}一事"])
def test_what_is_decided_and_done_tells_nothing_of_who_rated(world, duty, said):
    """The unit reads it, and the public what was decided."""
    with pytest.raises(Incomplete) as refused:
        decided(world, duty, outcome="other", words=f"群众反映：{said}", reason="说明")
    assert refused.value.reason.field == "words"
    duty.refresh_from_db()
    assert (duty.state, hasattr(duty, "decision")) == ("proposed", False)
    decided(world, duty)
    for field in ("place", "evidence"):
        with pytest.raises(Incomplete) as refused:
            explained(world, duty, **{field: f"就“{said}”说明"})
        assert refused.value.reason.field == field
    explained(world, duty)
    assert duty.state == "done"


def test_nor_what_is_decided_of_cases_counted_together(world, late):
    duty = Duty.objects.create(
        rule="x",
        words="x",
        scheme="jiangmen-2008",
        season=world.season,
        what="warning_talk",
        on="head",
        unit=world.brigade,
        ground="x",
        area=world.district,
        proposed_at=AT,
        proposed_by="system",
    )
    duty.cases.add(late)
    with pytest.raises(Incomplete):
        decided(world, duty, outcome="other", words=COMMENT, reason="说明")
