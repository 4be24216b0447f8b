"""The demo city is plausible, lived-in up to this minute, and agrees with itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Sum

from pingyi.audit.queries import events
from pingyi.casework.models import Case, Verdict
from pingyi.casework.states import State
from pingyi.clocks.calendar import city_calendar
from pingyi.demo import trail
from pingyi.demo.build import City, NotEmpty, build, first_day
from pingyi.demo.plan import SCALES, plan
from pingyi.demo.report import Silent
from pingyi.directory.models import (
    Area,
    Enrolment,
    Item,
    PointCode,
    Post,
    Season,
    ServicePoint,
    Unit,
)
from pingyi.kernel.codes import point_code_is_valid, receipt_is_valid
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.models import Appointment, User
from pingyi.people.roles import Role
from pingyi.ratings.models import Contact, PointTally, Rating, UnitTally
from pingyi.ratings.proof import prove
from pingyi.rulebook import scheme
from pingyi.scoring import board
from pingyi.supervision.models import Improvement, RectificationItem, RectificationList
from tests.demo.conftest import NOW, QUICK


def test_districts_groups_points_items_and_badges(city: City):
    assert Area.objects.filter(level="district").count() == 15
    assert set(Unit.objects.values_list("group", flat=True)) == set(scheme("wuhan-2023").groups)
    assert Enrolment.objects.count() == Unit.objects.count() == city.units
    assert ServicePoint.objects.count() == city.points == PointCode.objects.count()
    assert all(map(point_code_is_valid, PointCode.objects.values_list("code", flat=True)))
    assert not ServicePoint.objects.filter(items=None).exists()
    assert Item.objects.count() > city.units
    assert Post.objects.count() > city.units


def test_the_point_to_try_is_of_the_unit_one_can_sign_in_as(city: City):
    (admin,) = (one for one in city.logins if one.role is Role.UNIT_ADMIN)
    unit = Unit.objects.get(points__codes__code=city.point_code)
    assert unit.name == admin.where
    assert Appointment.objects.get(user__username=admin.login).unit == unit
    scored = next(
        one
        for one in board.live(Season.objects.get(code="2026"), at=NOW).result.results
        if one.unit == unit.code
    )
    assert scored.total >= 3, "a verified bad rating could not be seen"


def test_tallies_agree_with_the_ratings(city: City):
    proof = prove(at=NOW)
    assert (proof.differences, proof.ratings) == ([], city.ratings)
    assert UnitTally.objects.aggregate(n=Sum("count"))["n"] == city.ratings - _voids()
    assert PointTally.objects.aggregate(n=Sum("count"))["n"] == city.ratings - _voids()


def _voids() -> int:
    return Rating.objects.filter(void__isnull=False).count()


def test_rates_are_those_of_a_real_city(city: City):
    counts = dict(Rating.objects.order_by().values_list("level").annotate(Count("pk")))
    assert abs(city.ratings - SCALES["tiny"].ratings) < 60
    assert 0.94 < counts[4] / city.ratings < 0.98
    assert 0.005 < counts[2] / city.ratings < 0.03
    assert set(counts) == {2, 3, 4}
    busiest = Rating.objects.values("unit").annotate(n=Count("pk")).order_by("-n", "unit")[:3]
    assert sum(unit["n"] for unit in busiest) > city.ratings * 3 / city.units


def test_the_rhythm_of_a_working_city(city: City):
    moments = [
        moment.astimezone(SHANGHAI)
        for moment in Rating.objects.exclude(point__kind__in=_OPEN_LONGER).values_list(
            "recorded_at", flat=True
        )
    ]
    assert all(city_calendar().is_working(moment.date()).working for moment in moments)
    assert all(8 <= moment.hour < 18 for moment in moments)
    by_hour = [sum(moment.hour == hour for moment in moments) for hour in range(24)]
    assert by_hour[12] < by_hour[10] / 2
    assert by_hour[12] < by_hour[15] / 2


_OPEN_LONGER = ("terminal", "online", "clinic", "station", "enforcement")


def test_it_is_lived_in_up_to_this_minute(city: City):
    latest = Rating.objects.order_by("-recorded_at")[0].recorded_at
    assert NOW - timedelta(hours=6) < latest <= NOW
    assert not Case.objects.filter(opened_at__gt=NOW).exists()
    assert not Case.objects.filter(closed_at__gt=NOW).exists()


def test_ratings_hold_to_the_rules_of_the_intake(city: City):
    offered = {reason.code for level in scheme("wuhan-2023").levels for reason in
               scheme("wuhan-2023").reasons(level)}  # fmt: skip
    for rating in Rating.objects.all():
        assert receipt_is_valid(rating.receipt)
        assert set(filter(None, rating.reasons.split(","))) <= offered
        assert len(rating.comment) <= 500
        assert not rating.is_bad or rating.reasons or rating.comment
        assert "{" not in rating.comment
    assert Contact.objects.exclude(rating__level=2).count() == 0


def test_every_bad_rating_has_its_case_and_some_wait(city: City):
    bad = Rating.objects.filter(level=2)
    assert Case.objects.count() == bad.count() == city.cases
    states = set(Case.objects.values_list("state", flat=True))
    assert len(states) >= 4
    assert State.CLOSED.value in states
    assert Case.objects.late(NOW).exists()
    assert Verdict.objects.filter(finding="unfounded").exists()
    numbers = [case.number for case in Case.objects.order_by("rating__recorded_at")]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)


def test_closed_cases_tell_their_story(city: City):
    from pingyi.casework.timeline import timeline

    for case in Case.objects.filter(state=State.CLOSED.value):
        entries = timeline(case, "office")
        assert entries[0].step == "open"
        assert entries[-1].step in ("settle", "close", "accept_reply", "end_unsatisfied")
        assert timeline(case, "unit") is not None


def test_verdicts_cost_points_on_the_board(city: City):
    from pingyi.directory.models import Season

    season = Season.objects.get(code="2026")
    found = board.at_time(season, at=NOW, now=NOW)
    lost = [
        line
        for row in found.rows
        for line in row.result.lines
        if line.clause == "verified-bad-rating"
    ]
    verified = Verdict.objects.counting().filter(
        finding__in=("verified", "partly"), case__embargoed=False
    )
    assert sum(line.count for line in lost) == verified.count() > 0


def test_a_login_for_each_role(city: City):
    roles = {login.role for login in city.logins}
    assert roles == set(Role)
    assert {login.where for login in city.logins} >= {"江城市"}
    for login in city.logins:
        user = User.objects.get(username=login.login)
        assert user.check_password(login.password)
        assert not user.is_superuser
    assert len({login.password for login in city.logins}) == len(city.logins)
    assert Appointment.objects.filter(role=Role.UNIT_ADMIN).exists()


def test_it_says_that_it_is_invented_and_takes_no_second_city(city: City):
    assert trail.is_demo_city()
    with pytest.raises(NotEmpty):
        build(scale="tiny", seed=7, at=NOW, report=Silent())


def test_bulk_loads_leave_one_event_a_batch(city: City):
    loads = list(events(actions=["rating.load"]))
    assert sum(event.data["count"] for event in loads) == city.ratings
    assert len(loads) == 1
    assert "phone" not in str([event.data for event in events()])


def _fingerprint(seed: int, at=NOW) -> list[object]:
    """Everything of a city that its seed determines."""
    with transaction.atomic():
        city = build(scale="tiny", seed=seed, at=at, report=Silent())
        found = [
            list(PointCode.objects.order_by("code").values_list("code", "point__name")),
            list(Rating.objects.order_by("recorded_at", "key").values_list(
                "key", "receipt", "point__name", "level", "comment", "reasons", "recorded_at"
            )),
            list(Case.objects.order_by("number").values_list("number", "state", "kind")),
            list(User.objects.order_by("username").values_list("username", "name")),
        ]  # fmt: skip
        found.append([login.login for login in city.logins])
        transaction.set_rollback(True)
    return found


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_seed_makes_the_same_city_and_another_another():
    with QUICK:
        first, again, other = _fingerprint(3), _fingerprint(3), _fingerprint(4)
    assert first == again
    assert first[1] != other[1]


@pytest.mark.django_db
def test_a_city_at_noon_is_the_evenings_cut_off():
    with QUICK:
        evening, noon = _fingerprint(3), _fingerprint(3, NOW.replace(hour=12, minute=0))
    assert [row for row in evening[1] if row[-1] <= NOW.replace(hour=12, minute=0)] == noon[1]


def test_history_reaches_back_into_last_year_while_this_one_is_young():
    assert str(first_day(NOW.date())) == "2026-01-01"
    assert str(first_day(NOW.date().replace(month=2))) == "2025-07-01"


def test_the_large_city_is_of_the_size_told():
    paper = plan(SCALES["city"], 1)
    assert len(paper.units) == 7000
    assert len({unit.name for unit in paper.units}) == 7000
    assert SCALES["city"].ratings == 4_020_000


def test_what_units_put_right_is_under_way_done_and_late(city: City):
    lists = RectificationList.objects.with_progress(NOW)
    assert sorted((row.items_closed, row.items_total) for row in lists) == [(1, 4), (4, 4), (4, 4)]
    assert sum(row.items_late or 0 for row in lists) == 1
    (admin,) = (one for one in city.logins if one.role is Role.UNIT_ADMIN)
    mine = RectificationItem.objects.visible_to(User.objects.get(username=admin.login))
    assert {item.state for item in mine} == {"open", "submitted", "closed"}
    assert Improvement.objects.counting().count() == 8
