"""Every bad rating has one case, and each has but one."""

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import events_about
from pingyi.casework.actions import open_case, open_missing_cases
from pingyi.casework.models import Case
from pingyi.casework.reasons import HAS_CASE, NOT_BAD, NotNow
from pingyi.directory.models import Season
from pingyi.kernel.workdays import SHANGHAI
from pingyi.ratings.actions import void_rating
from tests.casework.world import AT, World, after


def test_bad_ratings_get_a_case_and_others_none(world: World):
    bad = world.rate()
    world.rate(level="satisfied", phone=None, matter=None, comment="")
    world.rate(level="basically_satisfied", phone=None, matter=None, comment="")

    (case,) = open_missing_cases(by=SYSTEM, at=after(minutes=1))

    assert case.rating == bad
    assert (case.state, case.unit, case.point) == ("unsorted", world.brigade, world.point)
    assert case.area == world.district, "a street's unit is worked by its district's office"
    event = events_about(case).get()
    assert (event.action, event.actor) == ("case.open", "system")
    assert event.data == {"step": "open", "state": "unsorted", "facts": {}, "rating": bad.pk}


def test_running_it_again_opens_nothing(world: World):
    world.rate()
    assert len(open_missing_cases(by=SYSTEM, at=AT)) == 1
    assert open_missing_cases(by=SYSTEM, at=AT) == []
    assert Case.objects.count() == 1


def test_the_limit_leaves_the_rest_for_the_next_run(world: World):
    ratings = [world.rate() for _ in range(3)]
    first = open_missing_cases(by=SYSTEM, at=AT, limit=2)
    assert [case.rating for case in first] == ratings[:2]
    assert [case.rating for case in open_missing_cases(by=SYSTEM, at=AT)] == ratings[2:]


def test_a_void_rating_opens_nothing(world: World):
    rating = world.rate()
    void_rating(rating=rating, reason="误评", by=SYSTEM, at=AT)
    assert open_missing_cases(by=SYSTEM, at=AT) == []
    with pytest.raises(NotNow) as refused:
        open_case(rating=rating, by=SYSTEM, at=AT)
    assert refused.value.reason == NOT_BAD


def test_a_second_case_of_the_same_rating_is_refused(world: World):
    rating = world.rate()
    open_case(rating=rating, by=SYSTEM, at=AT)
    with pytest.raises(NotNow) as refused:
        open_case(rating=rating, by=SYSTEM, at=AT)
    assert refused.value.reason == HAS_CASE


def test_one_that_was_opened_meanwhile_is_passed_over(world: World, monkeypatch):
    from pingyi.casework.actions import opening

    taken, free = world.rate(), world.rate()
    both = opening.ratings_without_case()
    assert len(both) == 2  # evaluated: what the second worker saw before the first was done
    open_case(rating=taken, by=SYSTEM, at=AT)
    monkeypatch.setattr(both, "select_related", lambda *_: both)
    calls = iter([both])
    real = opening.ratings_without_case
    monkeypatch.setattr(opening, "ratings_without_case", lambda: next(calls, None) or real())
    assert [case.rating for case in open_missing_cases(by=SYSTEM, at=AT)] == [free]


def test_numbers_run_without_gaps_and_anew_each_year(world: World):
    numbers = [world.case().number for _ in range(3)]
    assert numbers == ["2026-000001", "2026-000002", "2026-000003"]
    with pytest.raises(NotNow):
        open_case(rating=Case.objects.first().rating, by=SYSTEM, at=AT)
    assert world.case().number == "2026-000004", "a refused opening takes no number"
    # 31 December, 23:59 in Wuhan, and one minute later.
    eve = AT.astimezone(SHANGHAI).replace(month=12, day=31, hour=23, minute=59)
    assert open_case(rating=world.rate(), by=SYSTEM, at=eve).number == "2026-000005"
    from datetime import timedelta

    new_year = eve + timedelta(minutes=1)
    assert open_case(rating=world.rate(), by=SYSTEM, at=new_year).number == "2027-000001"


def test_clocks_count_from_the_rating_and_not_from_the_opening(world: World):
    case = world.case(at=after(hours=5))
    due = {clock.rule: clock.due_at.astimezone(SHANGHAI) for clock in case.clocks.all()}
    assert {rule: f"{at:%m-%d %H:%M:%S}" for rule, at in due.items()} == {
        "sort": "06-02 10:00:00",
        "call_back": "06-03 10:00:00",
        "verify": "06-10 23:59:59",
    }


def test_clocks_are_those_of_the_ratings_season(world: World):
    from pingyi.casework.rules import scheme_of

    world.season.scheme = "jiangmen-2008"
    world.season.save()
    case = world.case()
    assert scheme_of(case).name == "jiangmen-2008"
    Season.objects.update(scheme="wuhan-2021")
    case = Case.objects.get()
    assert scheme_of(case).name == "wuhan-2021"
    case.rating.season = None
    assert scheme_of(case).name == "wuhan-2021", "what holds on the day it was opened"
    case.rating = None
    assert scheme_of(case).name == "wuhan-2021"


def test_a_scheme_without_a_clock_starts_none(world: World, monkeypatch):
    import msgspec

    from pingyi import rulebook
    from pingyi.casework import rules

    scheme = rulebook.scheme("wuhan-2023")
    fewer = msgspec.structs.replace(
        scheme, clocks={name: rule for name, rule in scheme.clocks.items() if name != "verify"}
    )
    monkeypatch.setattr(rules, "scheme_of", lambda case: fewer)
    assert {clock.rule for clock in world.case().clocks.all()} == {"sort", "call_back"}
