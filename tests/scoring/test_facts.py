"""From the database to a score: what counts, since when, and what stays hidden."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi import rulebook
from pingyi.casework.actions import withdraw_verdict
from pingyi.directory.actions import enrol
from pingyi.directory.models import Enrolment, Season, ServicePoint, Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.ratings.actions import void_rating
from pingyi.ratings.bulk import PastRating, load_ratings
from pingyi.scoring import board, facts
from tests.casework.world import AT, FOUNDER, World, after, build

pytestmark = pytest.mark.django_db

NOW = after(days=30)


@pytest.fixture
def world() -> World:
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made


def row(world: World, at: datetime = NOW, now: datetime = NOW, code: str = "B1-1"):
    return board.at_time(world.season, at=at, now=now).row(code)


def past(point: ServicePoint, moment: datetime, level: int = 4, **other) -> PastRating:
    season = Season.objects.filter(starts_on__lte=moment, ends_on__gte=moment).first()
    fields = {
        "key": uuid.uuid4(),
        "digest": b"0" * 16,
        "receipt": uuid.uuid4().hex[:18],
        "point_id": point.pk,
        "unit_id": point.unit_id,
        "season_id": season.pk if season else None,
        "channel": "qr",
        "level": level,
        "by_default": False,
        "reasons": "",
        "comment": "",
        "badge": "",
        "recorded_at": moment,
        "day": moment.astimezone(SHANGHAI).date(),
        "device_mark": None,
        "network_mark": None,
    }
    return PastRating(**{**fields, **other})


def load(*ratings: PastRating) -> None:
    load_ratings(batch=list(ratings), contacts={}, by=FOUNDER, at=NOW)


def test_a_verified_bad_rating_costs_three_at_once_and_none_once_withdrawn(world: World):
    assert row(world).result.total == Decimal("100.00")
    case = world.case("verified")
    verdict = case.verdicts.get()
    found = row(world).result
    assert found.total == Decimal("97.00")
    line = found.lines[-1]
    assert (line.clause, line.points, line.refs) == (
        "verified-bad-rating",
        Decimal(-3),
        (case.number,),
    )
    assert row(world, at=verdict.at - timedelta(seconds=1)).result.total == Decimal("100.00")
    assert row(world, at=verdict.at).result.total == Decimal("97.00")

    withdraw_verdict(case=case, reason="重新认定", by=world.manager, at=after(days=9))
    assert row(world).result.total == Decimal("100.00")
    assert row(world, at=after(days=8)).result.total == Decimal("97.00")


def test_the_live_board_moves_with_every_fact_and_is_kept_in_between(world: World):
    first = board.live(world.season, at=NOW)
    assert board.live(world.season, at=NOW) is first
    world.rate()
    second = board.live(world.season, at=NOW)
    assert second is not first
    assert second.row("B1-1").ratings.counted == 1
    case = world.case("verified")
    assert board.live(world.season, at=NOW).row("B1-1").result.total == Decimal("97.00")
    withdraw_verdict(case=case, reason="重新认定", by=world.manager, at=after(days=9))
    assert board.live(world.season, at=NOW).row("B1-1").result.total == Decimal("100.00")


def test_an_embargo_hides_the_line_until_its_release(world: World):
    world.case("concluded")
    assert row(world).result.total == Decimal("100.00")
    gathered = facts.gather(world.season, at=NOW, with_embargoed=True)
    assert [event.unit for event in gathered.events] == ["B1-1"]
    world.case("released")
    assert row(world).result.total == Decimal("97.00")


def test_one_embargo_lifted_while_another_is_laid_does_not_pass_unseen(world: World):
    from pingyi.casework.actions import release_embargo, sort_case

    concluded, waiting = world.case("concluded"), world.case("unsorted")
    assert board.live(world.season, at=NOW).row("B1-1").result.total == Decimal("100.00")
    later = after(days=9)
    release_embargo(case=concluded, reason="结案", by=world.inspector, at=later)
    sort_case(case=waiting, kind="conduct", note="线索", lead=True, by=world.sorter, at=later)
    seen = board.live(world.season, at=later)
    assert seen.row("B1-1").result.total == Decimal("97.00")


def test_counts_as_of_any_past_day(world: World):
    days = [datetime(2026, 3, day, 12, tzinfo=SHANGHAI) for day in (1, 2, 3)]
    load(*(past(world.point, day) for day in days), past(world.point, days[1], level=2))
    counted = [row(world, at=day).ratings for day in days]
    assert [(one.good, one.counted) for one in counted] == [(1, 1), (2, 3), (3, 4)]
    # Late on a day: tallies know days, so the whole of it counts.
    assert row(world, at=days[0] - timedelta(hours=11)).ratings.counted == 1


def test_past_and_live_counts_agree_on_the_last_day(world: World):
    load(past(world.point, AT), past(world.point, AT, level=2, channel="sms"))
    tomorrow = NOW + timedelta(days=1)
    as_past = board.at_time(world.season, at=NOW, now=tomorrow)
    as_live = board.at_time(world.season, at=NOW, now=NOW)
    assert as_past.rows == as_live.rows


def test_defaults_are_told_apart(world: World):
    load(past(world.point, AT, by_default=True), past(world.point, AT))
    (counted,) = facts.gather(world.season, at=NOW).satisfaction
    assert (counted.satisfied, counted.default) == (1, 1)
    assert row(world).ratings.counted == 1


def test_a_void_counts_from_its_own_day(world: World):
    rating = world.rate(at=AT)
    voided = after(days=5)
    void_rating(rating=rating, reason="误评", by=world.manager, at=voided)
    assert row(world, at=after(days=4)).ratings.counted == 1
    assert row(world, at=voided).ratings.counted == 0
    assert row(world).ratings.counted == 0


def test_a_void_across_the_new_year_belongs_to_the_ratings_season(world: World):
    before = Season.objects.create(
        code="2025", scheme="wuhan-2023", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )
    Enrolment.objects.create(season=before, unit=world.brigade, group="stations")
    old = datetime(2025, 12, 30, 12, tzinfo=SHANGHAI)
    load(past(world.point, old), past(world.point, old), past(world.point, AT))
    rating = before.ratings.first()
    void_rating(rating=rating, reason="误评", by=world.manager, at=after(days=1))
    later = after(days=9)
    for season, counted in ((before, 1), (world.season, 1)):
        for now in (later, later + timedelta(days=1)):
            found = board.at_time(season, at=later, now=now).row("B1-1")
            assert found.ratings.counted == counted, (season, now)


def test_only_enrolled_units_of_the_group_take_part(world: World):
    Enrolment.objects.filter(unit=world.other_unit).delete()
    load(past(world.point, AT))
    world.case("verified")
    codes = {one.unit.code for one in board.at_time(world.season, at=NOW, now=NOW).rows}
    assert codes == {"B1", "B1-1"}
    offices = board.at_time(world.season, at=NOW, now=NOW, group="offices")
    assert [(one.unit.code, one.result.of) for one in offices.rows] == [("B1", 1)]


def test_a_unit_that_joins_later_was_not_there_before(world: World):
    joined = after(days=5)
    late = Unit.objects.create(code="N1", name="新站", group="stations", area=world.district)
    enrol(season=world.season, unit=late, by=world.manager, at=joined)
    before = joined - timedelta(seconds=1)
    assert row(world, at=before, code="N1") is None
    assert row(world, at=before).result.of == 1
    assert row(world, at=joined, code="N1").result.of == 2
    # Told of again it stays, and since when it does.
    enrol(season=world.season, unit=late, by=world.manager, at=NOW)
    assert row(world, at=joined, code="N1").result.of == 2
    # What is known only later of a day on which it was not there yet.
    day = before.date() - timedelta(days=1)
    known = facts.gather(world.season, at=NOW, through=day).units
    assert "N1" not in {unit.code for unit in known}
    assert "N1" in {unit.code for unit in facts.gather(world.season, at=NOW).units}


def test_verified_bad_ratings_are_counted_by_channel(world: World):
    world.case("verified")
    world.case("unfounded")
    (counted,) = facts.gather(world.season, at=NOW).satisfaction
    assert (counted.channel, counted.dissatisfied, counted.verified_bad) == ("qr", 2, 1)


def test_two_bad_seasons_have_consequences(world: World):
    before = Season.objects.create(
        code="2025", scheme="wuhan-2023", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )
    rivals = [
        Unit.objects.create(code=f"R{n}", name=f"站{n}", group="stations", area=world.district)
        for n in range(3)
    ]
    for season in (before, world.season):
        for unit in (world.brigade, *rivals):
            Enrolment.objects.get_or_create(
                season=season, unit=unit, defaults={"group": "stations"}
            )
    points = [ServicePoint.objects.create(unit=u, name="窗口", kind="window") for u in rivals]
    for season_day in (datetime(2025, 6, 1, tzinfo=SHANGHAI), AT):
        load(
            *(past(point, season_day) for n, point in enumerate(points) for _ in range(n + 1)),
            past(world.point, season_day, level=2),
        )
    whats = [one.what for one in row(world).result.consequences]
    assert whats == [
        "named",
        "head_accountable",
        "parent_loses_points",
        "dismissal_recommended",
        "parent_examined",
    ]
    assert board.live(world.season, at=NOW).row("B1-1").result.consequences


def test_another_scheme_can_be_asked(world: World):
    load(past(world.point, AT), past(world.point, AT, level=2))
    asked = rulebook.scheme("wuhan-2018")
    found = board.at_time(world.season, at=NOW, now=NOW, scheme=asked).row("B1-1")
    assert found.result.total == Decimal("50.00")


def _queries(world: World) -> int:
    with CaptureQueriesContext(connection) as captured:
        board.at_time(world.season, at=NOW, now=NOW)
        board.live(world.season, at=NOW)
    return len(captured)


def test_as_many_queries_for_a_thousand_units_as_for_ten(world: World):
    units = Unit.objects.bulk_create(
        Unit(code=f"N{n:04}", name=f"单位{n}", group="stations", area=world.street)
        for n in range(1000)
    )
    points = ServicePoint.objects.bulk_create(
        ServicePoint(unit=unit, name="窗口", kind="window") for unit in units
    )
    Enrolment.objects.bulk_create(
        Enrolment(season=world.season, unit=unit, group="stations") for unit in units[:10]
    )
    few = _queries(world)
    Enrolment.objects.bulk_create(
        Enrolment(season=world.season, unit=unit, group="stations") for unit in units[10:]
    )
    load(*(past(point, AT) for point in points))
    assert _queries(world) == few <= 26
