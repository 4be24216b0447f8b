"""Which verdicts cost points, on which day, and what an embargo hides."""

from datetime import date, datetime

import pytest

from pingyi.casework.actions import refer_case, release_embargo, withdraw_verdict
from pingyi.casework.queries import ScoreEvent, score_events
from pingyi.casework.states import KINDS, Finding, Kind
from pingyi.demo.cases import ENDS, walk
from pingyi.directory.models import Season
from pingyi.kernel.workdays import SHANGHAI
from pingyi.scoring.queries import verified_bad
from tests.casework.world import AT, World, after

END = after(days=400)


def events(world: World, at: datetime = END, **asked) -> list[ScoreEvent]:
    return list(score_events(Season.objects.get(), at, **asked))


def test_verified_and_partly_of_conduct_and_process_cost_points(world: World):
    kinds = KINDS[Finding.VERIFIED]
    cases = [
        world.case(end, kind=kind)
        for end in ("verified", "partly")
        for kind in Kind
        if kind in kinds
    ]
    costly = [case for case in cases if case.kind in ("conduct", "process")]
    assert len(costly) == 4
    found = events(world)
    assert {event.ref for event in found} == {case.number for case in costly}
    for event in found:
        assert (event.unit, event.kind) == ("B1-1", "rating.verified")


def test_no_other_end_costs_anything(world: World):
    free = set(ENDS) - {"verified", "partly", "replied", "closed", "reopened", "released",
                        "closed_unsatisfied", "appealed", "dismissed", "picked",
                        "looked_back", "look_back_failed", "asked",
                        "asked_unsatisfied", "sealed_late", "released_late"}  # fmt: skip
    for end in free:
        world.case(end)
    assert events(world) == []


def test_an_event_is_dated_by_its_verdict_and_not_seen_before(world: World):
    case = world.case("verified")
    verdict = case.verdicts.get()
    assert events(world) == [("B1-1", "rating.verified", verdict.at, case.number)]
    assert events(world, AT) == []
    assert events(world, verdict.at) == events(world)


def test_a_withdrawn_verdict_costs_nothing_from_then_on(world: World):
    case = world.case("verified")
    withdrawn = after(days=9)
    withdraw_verdict(case=case, reason="有误", by=world.manager, at=withdrawn)
    assert events(world) == []
    assert len(events(world, after(days=8))) == 1, "the past recomputes as it was"
    walk(case, ["verify"], hands=world.hands, at=after(days=10))
    assert [event.at for event in events(world)] == [after(days=10)]


def test_the_latest_verdict_of_a_reopened_case_counts_and_counts_once(world: World):
    case = world.case("closed_unsatisfied")
    assert case.verdicts.count() == 2
    assert [event.at for event in events(world)] == [case.verdicts.last().at]
    between = case.verdicts.first().at
    assert [event.at for event in events(world, between)] == [between]


def test_a_later_unfounded_one_takes_the_line_away(world: World):
    case = world.case("reopened")
    assert len(events(world)) == 1
    walk(case, ["find_unfounded"], hands=world.hands, at=after(days=5))
    assert events(world) == []
    assert len(events(world, after(days=4))) == 1


def test_an_embargo_hides_the_line_until_its_release(world: World):
    case = world.case("concluded")
    verdict = case.verdicts.get()
    assert events(world) == []
    assert [event.ref for event in events(world, with_embargoed=True)] == [case.number]
    release_embargo(case=case, reason="结案", by=world.inspector, at=after(days=6))
    assert [event.at for event in events(world)] == [verdict.at]
    assert events(world, after(days=5)) == [], "what was hidden then is hidden in the past"


def test_what_stood_before_the_sealing_stays_as_it_stood(world: World):
    """Else points that come back would tell the unit of the embargo."""
    case = world.case("look_back_failed")
    before = events(world)
    assert len(before) == 2
    bad = verified_bad(world.season, END)
    assert list(bad.values()) == [1]
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=after(days=20))
    assert events(world) == before
    assert verified_bad(world.season, END) == bad


def test_a_verdict_under_embargo_replaces_nothing_until_the_release(world: World):
    """Reopened by her, in the same round: the earlier line stays until the new one may show."""
    case = world.case("reopened")
    (before,) = events(world)
    bad = verified_bad(world.season, END)
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=after(days=20))
    walk(case, ["conclude"], hands=world.hands, at=after(days=21))
    assert events(world) == [before]
    assert verified_bad(world.season, END) == bad
    assert [one.at for one in events(world, with_embargoed=True)] == [after(days=21)]
    release_embargo(case=case, reason="结案", by=world.inspector, at=after(days=30))
    assert [one.at for one in events(world)] == [after(days=21)]
    assert events(world, after(days=29)) == [before], "the past recomputes as it was seen"


@pytest.mark.parametrize(
    ("counts_by", "inside"),
    [(Season.CountsBy.VERDICT, False), (Season.CountsBy.RATING, True)],
)
def test_the_season_says_which_day_counts(world: World, counts_by, inside):
    Season.objects.update(ends_on=date(2026, 6, 1), counts_by=counts_by)
    case = world.case("verified", at=after(days=1))
    assert bool(events(world)) == inside
    if inside:
        assert events(world)[0].at == case.rating.recorded_at


def test_a_season_has_its_last_evening_in_the_citys_time(world: World):
    Season.objects.update(ends_on=date(2026, 6, 1))
    case = world.case("to_decide", rating=world.rate(at=AT.replace(hour=0)), pace=after() - AT)
    evening = datetime(2026, 6, 1, 23, 59, 59, tzinfo=SHANGHAI)
    walk(case, ["verify"], hands=world.hands, at=evening)
    assert len(events(world)) == 1
    Season.objects.update(starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 3))
    assert events(world) == []


def test_a_scheme_without_verdicts_counts_none(world: World, monkeypatch):
    world.case("verified")
    import msgspec

    from pingyi import rulebook

    plain = msgspec.structs.replace(rulebook.scheme("wuhan-2023"), verdicts=None)
    monkeypatch.setattr(rulebook, "scheme", lambda name: plain)
    assert events(world) == []


def test_it_is_one_query(world: World, django_assert_num_queries):
    for _ in range(3):
        world.case("verified")
    season = Season.objects.get()
    with django_assert_num_queries(1):
        assert len(list(score_events(season, END))) == 3
