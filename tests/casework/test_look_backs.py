"""Look-backs: a draw that can be repeated, somebody new, and what follows if nothing changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from pingyi import rulebook
from pingyi.casework import rules
from pingyi.casework.actions import draw_sample, pick_look_back, record_look_back
from pingyi.casework.models import Case
from pingyi.casework.queries import score_events, timeline
from pingyi.casework.reasons import NOT_NEW, Incomplete, NotAllowed, NotNow
from pingyi.casework.sampling import draw
from pingyi.casework.second_looks import LookBack, Sample
from pingyi.demo.cases import walk
from pingyi.directory.models import Season
from pingyi.people.roles import Role
from pingyi.scoring.queries import verified_bad
from tests.casework.world import World, after

LATER = after(days=20)
DAYS = {"closed_from": date(2026, 6, 1), "closed_to": date(2026, 6, 30)}


def look(world: World, case: Case, *, put_right: bool, at=LATER, **given) -> LookBack:
    given = {"way": "site", "note": "现场查看", "by": world.newcomer(Role.CALLER), **given}
    return record_look_back(case=case, put_right=put_right, at=at, **given)


def dates(at) -> list:
    return [event.at for event in score_events(Season.objects.get(), at)]


def test_a_sample_is_drawn_again_from_its_seed(world: World):
    cases = [world.case("closed") for _ in range(8)]
    world.case("settled"), world.case("unfounded"), world.case("replied")
    sample = draw_sample(stage="first", wanted=3, by=world.manager, at=LATER, **DAYS)
    assert sample.population == sorted(case.number for case in cases)
    picked = sorted(one.case.number for one in sample.look_backs.all())
    assert picked == draw(sample.population, sample.seed, 3)
    assert draw(list(reversed(sample.population)), sample.seed, 3) == picked
    again = draw_sample(stage="first", wanted=99, by=world.manager, at=LATER, **DAYS)
    assert again.look_backs.count() == 5, "the others; none is picked twice"
    with pytest.raises(NotNow):
        draw_sample(stage="first", wanted=1, by=world.manager, at=LATER, **DAYS)
    assert Sample.objects.count() == 2


def test_another_districts_manager_draws_nothing_here(world: World):
    world.case("closed")
    stranger = world.person(Role.CASE_MANAGER, area=world.elsewhere)
    with pytest.raises(NotNow):
        draw_sample(stage="first", wanted=1, by=stranger, at=LATER, **DAYS)


def test_its_clock_counts_from_the_closing(world: World):
    case = world.case("closed")
    pick_look_back(case=case, stage="first", by=world.manager, at=LATER)
    clock = case.clocks.running().get()
    assert (clock.rule, clock.started_at) == ("look_back_first", case.closed_at)
    late = world.case("closed")
    pick_look_back(case=late, stage="second", by=world.manager, at=after(days=200))
    assert late.clocks.running().get().started_at == after(days=200)


def test_how_long_it_has_is_the_schemes(world: World, monkeypatch: pytest.MonkeyPatch):
    days = {}
    case = world.case("closed")
    shipped = rules.scheme_of(case)
    longer = msgspec.structs.replace(shipped.clocks["look_back_first"], amount=45)
    scheme = msgspec.structs.replace(shipped, clocks={**shipped.clocks, longer.id: longer})
    monkeypatch.setattr(rules, "scheme_of", lambda case: scheme)
    for wait in (40, 50):
        case = world.case("closed")
        at = case.closed_at + timedelta(days=wait)
        pick_look_back(case=case, stage="first", by=world.manager, at=at)
        days[wait] = case.clocks.running().get().started_at - case.closed_at
    assert days == {40: timedelta(), 50: timedelta(days=50)}, "over by then: from now"


@pytest.mark.parametrize("who", ["manager", "caller"])
def test_by_somebody_who_was_not_on_the_case(world: World, who: str):
    case = world.case("picked")
    with pytest.raises(NotAllowed) as refused:
        look(world, case, put_right=True, by=getattr(world, who))
    assert refused.value.reason == NOT_NEW


def test_whoever_drew_the_sample_may_look(world: World):
    case = world.case("closed")
    drawer = world.newcomer(Role.CASE_MANAGER)
    draw_sample(stage="first", wanted=1, by=drawer, at=LATER, **DAYS)
    case.refresh_from_db()
    look(world, case, put_right=True, by=drawer)


def test_put_right_is_noted(world: World):
    case = world.case("picked")
    made = look(world, case, put_right=True)
    assert (case.state, case.round, made.put_right) == ("closed", 0, True)
    assert not case.clocks.running().exists()
    assert len(dates(LATER)) == 1
    assert timeline(case, "office")[-1].detail == "现场查看"


def test_not_put_right_is_reopened_a_level_up_and_counts_again(world: World):
    case = world.case("picked")
    first = dates(LATER)
    look(world, case, put_right=False)
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.responsibility) == ("to_place", None, "leadership")
    assert dates(LATER) == [*first, LATER]
    assert dates(after(days=19)) == first, "the past stands"
    assert verified_bad(world.season, LATER) == {(world.brigade.pk, "qr"): 1}, "one rating"
    steps = ["dispatch", "answer", "verify", "reply", "accept"]
    walk(case, steps, hands=world.hands, at=after(days=21))
    assert len(dates(after(days=30))) == 2, "decided anew, it costs no third time"
    assert dates(after(days=30))[0] == first[0], "the first verdict keeps its day"
    pick_look_back(case=case, stage="second", by=world.manager, at=after(days=31))
    look(
        world,
        case,
        put_right=False,
        at=after(days=32),
        by=world.person(Role.CALLER, area=world.city),
    )
    assert case.responsibility == "main"
    assert len(dates(after(days=33))) == 3


def test_found_wrong_afterwards_only_the_second_cost_goes(world: World):
    case = world.case("look_back_failed")
    assert len(dates(LATER)) == 2
    hands = replace(world.hands, second=world.newcomer(Role.CASE_MANAGER))
    walk(case, ["find_unfounded"], hands=hands, at=LATER)
    assert len(dates(after(days=21))) == 1


def test_a_scheme_says_whether_it_costs_again(world: World, monkeypatch):
    world.case("look_back_failed")
    real = rulebook.scheme("wuhan-2023")
    once = msgspec.structs.replace(real.verdicts, again_if_look_back_fails=False)
    plain = msgspec.structs.replace(real, verdicts=once)
    monkeypatch.setattr(rulebook, "scheme", lambda name: plain)
    assert len(dates(LATER)) == 1


def test_the_unit_hears_only_of_the_result(world: World):
    case = world.case("picked")
    assert "pick_look_back" not in [entry.step for entry in timeline(case, "unit")]
    look(world, case, put_right=False, note="仍无人值守")
    assert "仍无人值守" in timeline(case, "unit")[-1].detail


def test_what_must_be_said(world: World):
    case = world.case("picked")
    for field in ("note", "way"):
        with pytest.raises(Incomplete) as refused:
            look(world, case, put_right=False, **{field: ""})
        assert refused.value.reason.field == field
