"""A release never moves; a correction keeps both; two people; nothing under embargo."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from pingyi import rulebook
from pingyi.casework.actions import refer_case, release_embargo, withdraw_verdict
from pingyi.directory.models import Enrolment, SchemeVersion, Season, Unit, written
from pingyi.publication import actions, queries
from pingyi.publication.models import Release
from pingyi.publication.policies import Refused, Why
from pingyi.publication.protection import protect, unprotect
from pingyi.publication.terms import Kind
from pingyi.publication.verifying import verify_release
from pingyi.ratings.actions import move_rating
from pingyi.ratings.models import Rating
from pingyi.scoring import board
from tests.publication.conftest import AUGUST, JULY, Town
from tests.supervision.test_returns import enter


def snapshot(release: Release) -> list[tuple[object, ...]]:
    return list(release.results.order_by("pk").values_list())


def row(release: Release, code: str = "B1-1"):
    return release.results.get(code=code)


def test_a_release_says_what_the_board_said_at_its_end(town: Town):
    town.world.case("verified")
    release = town.release()
    then = board.at_time(town.season, at=JULY - timedelta(days=3), now=JULY)
    assert queries.released_result(release).to_json() == then.result.to_json()
    assert (row(release).total, row(release).rank, row(release).of) == (Decimal("97"), 3, 3)
    assert row(release).result.total == Decimal("97.00")
    assert release.scheme.digest == rulebook.scheme("wuhan-2023").digest
    assert release.as_of == JULY
    assert release.prepared_by != release.published_by
    assert queries.bulletin_last(release, 1) == [row(release)]


def test_the_periods_own_places_stand_beside_the_seasons(town: Town):
    release = town.release()
    first, second, third = (row(release, code) for code in ("B1-1", "S2", "S3"))
    # Over the season: S2 28 of 32, B1-1 42 of 44, S3 without ratings; all have 100 points.
    assert [one.rank for one in (first, second, third)] == [1, 2, 3]
    # In June: B1-1 12 of 12, S2 8 of 12; nothing happened to S3, which has no place.
    assert [one.period_rank for one in (first, second, third)] == [1, 2, None]
    assert (second.period_of, second.period_from_last) == (2, 1)
    # As many points as the first: the rate breaks the tie, and names nobody among the last.
    assert queries.bulletin_last(release, 1) == []
    assert not queries.worst_of_period(release, first.group).exists()


def test_nothing_that_happens_later_moves_it(town: Town, monkeypatch):
    case = town.world.case("verified")
    release = town.release()
    before = snapshot(release)
    town.rated(town.stations[0], JULY.date(), bad=5)
    withdraw_verdict(case=case, reason="重新认定", by=town.world.manager, at=AUGUST)
    Unit.objects.filter(code="S2").update(name="改名站", parent=town.world.bureau)
    town.station("S9")
    lenient = msgspec.structs.replace(
        rulebook.scheme("wuhan-2023"), points={}, digest="another", base=None
    )
    monkeypatch.setattr(rulebook, "scheme", lambda name: lenient)
    assert snapshot(release) == before
    found = verify_release(release)
    assert found.verified, found
    assert found.moved == ()


def test_returns_count_in_the_period_they_end_in_and_a_later_one_in_a_correction(town: Town):
    """S3 has no ratings of its own; by SMS, 9 of 10 in May, 16 of 20 in June, corrected to 20."""
    enter("S3,sms,2026-05,,9,,1,,,,\nS3,sms,2026-06,,16,,4,,,,\n", at=JULY)
    june = town.release()
    before = snapshot(june)
    assert (row(june, "S3").good, row(june, "S3").counted) == (25, 30)
    # In June: B1-1 12 of 12, S3 16 of 20, S2 8 of 12.
    assert [row(june, code).period_rank for code in ("B1-1", "S3", "S2")] == [1, 2, 3]
    enter("S3,sms,2026-06,,20,,,,,,\n", at=AUGUST)
    corrected = town.correct(june, AUGUST)
    assert snapshot(june) == before
    assert (row(corrected, "S3").good, row(corrected, "S3").counted) == (29, 30)
    for release in (june, corrected):
        assert verify_release(release).verified


def test_a_rating_moved_later_leaves_what_was_frozen_and_is_in_no_other_period(town: Town):
    june = town.release()
    before = snapshot(june)
    rating = Rating.objects.filter(unit__code="S2", day=date(2026, 6, 9)).first()
    moved = JULY + timedelta(days=7)
    to = town.stations[2].unit
    move_rating(rating=rating, unit=to, reason="转错", by=town.world.manager, at=moved)
    july = town.release(AUGUST, through=date(2026, 7, 31))
    assert snapshot(june) == before
    assert (row(july, "S2").counted, row(july, "S3").counted) == (31, 1), "the season so far"
    assert [one.period_rank for one in july.results.all()] == [None] * july.results.count()
    corrected = town.correct(june, AUGUST)
    assert row(corrected, "S3").period_rank is not None
    for release in (june, july, corrected):
        assert verify_release(release).verified


def test_what_was_tampered_with_is_found(town: Town):
    release = town.release()
    unprotect(connection)
    altered = row(release)
    altered.content = altered.content.replace('"total":"100.00"', '"total":"99.00"')
    altered.save()
    found = verify_release(release)
    assert (found.intact, found.facts_stand, found.verified) == (False, True, False)
    assert [(one.unit, one.released, one.now) for one in found.moved] == [
        ("B1-1", "99.00 · 1", "100.00 · 1")
    ]


@pytest.mark.parametrize("column", ["good", "rank", "total"])
def test_a_column_that_no_longer_says_what_its_result_says_is_found(town: Town, column: str):
    release = town.release()
    unprotect(connection)
    release.results.filter(code="S2").update(**{column: 7})
    assert not verify_release(release).verified


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "改名站"),
        ("district", "别区"),
        ("grade", "优"),
        ("shown_good", 1),
        ("shown_counted", 99),
        ("period_rank", 3),
        ("period_from_last", 2),
        ("period_total", 7),
        ("reasons", {"108": 40}),
    ],
)
def test_what_the_public_reads_is_proved_too(town: Town, column: str, value: object):
    release = town.release()
    assert verify_release(release).intact
    unprotect(connection)
    release.results.filter(code="S2").update(**{column: value})
    found = verify_release(release)
    assert (found.intact, found.facts_stand, found.same) == (False, True, True)


@pytest.mark.parametrize(("column", "value"), [("listed", 1), ("note", "改"), ("reason", "改")])
def test_so_is_what_the_release_says_of_itself(town: Town, column: str, value: object):
    release = town.correct(town.release(), AUGUST)
    unprotect(connection)
    Release.objects.filter(pk=release.pk).update(**{column: value})
    assert not verify_release(Release.objects.get(pk=release.pk)).intact


def test_facts_slipped_in_behind_the_release_are_found(town: Town):
    release = town.release()
    town.rated(town.stations[1], date(2026, 6, 20), good=200)
    found = verify_release(release)
    assert (found.intact, found.facts_stand, found.same) == (True, False, False)
    assert "S2" in [one.unit for one in found.moved]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publication_releasedresult SET rank = 1",
        "DELETE FROM publication_releasedresult",
        "UPDATE publication_release SET note = 'x'",
        "UPDATE publication_release SET published_at = NULL, published_by = ''",
        "UPDATE publication_release SET through = '2026-01-01'",
        "DELETE FROM publication_release",
        "UPDATE publication_schemeversion SET content = '{}'",
    ],
)
def test_the_database_refuses_to_change_it(town: Town, statement: str):
    town.release()
    unprotect(connection)
    protect(connection)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        connection.cursor().execute(statement)
    unprotect(connection)


def test_two_people_release(town: Town):
    draft = town.prepare()
    with pytest.raises(Refused) as refused:
        actions.publish(release=draft, by=town.keeper, at=JULY)
    assert refused.value.why is Why.SAME_PERSON
    actions.publish(release=draft, by=town.leader, at=JULY)
    with pytest.raises(Refused) as refused:
        actions.give_up(release=draft, by=town.leader, at=JULY)
    assert refused.value.why is Why.NOT_PREPARED


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"through": date(2026, 7, 31)}, Why.PERIOD_NOT_OVER),
        ({"through": date(2026, 6, 29)}, Why.NO_SUCH_PERIOD),
        ({"through": date(2025, 12, 31)}, Why.NO_SUCH_PERIOD),
        ({"kind": Kind.SEASON}, Why.SEASON_NOT_OVER),
    ],
)
def test_only_what_is_over_is_released(town: Town, what, why):
    with pytest.raises(Refused) as refused:
        town.prepare(**what)
    assert refused.value.why is why
    assert not Release.objects.exists()


def test_a_period_is_released_once(town: Town):
    draft = town.prepare()
    with pytest.raises(Refused) as refused:
        town.prepare()
    assert refused.value.why is Why.BEING_PREPARED
    actions.give_up(release=draft, by=town.keeper, at=JULY)
    town.release()
    with pytest.raises(Refused) as refused:
        town.prepare()
    assert refused.value.why is Why.RELEASED_ALREADY


def test_a_correction_keeps_both(town: Town):
    case = town.world.case("verified")
    release = town.release()
    before = snapshot(release)
    withdraw_verdict(case=case, reason="重新认定", by=town.world.manager, at=AUGUST)
    corrected = town.correct(release, AUGUST)
    assert (row(release).total, row(corrected).total) == (Decimal(97), Decimal(100))
    assert snapshot(release) == before
    assert (corrected.supersedes, corrected.reason) == (release, "查实有误")
    assert corrected.through == release.through
    assert list(queries.standing()) == [corrected]
    assert queries.correction_of(release) == corrected
    assert verify_release(release).verified
    assert verify_release(corrected).verified
    with pytest.raises(Refused) as refused:
        actions.correct(release=release, reason="再来", by=town.keeper, at=AUGUST)
    assert refused.value.why is Why.NOT_THE_LATEST
    moved = {one.now.code: one.moved for one in queries.differences(corrected, release)}
    assert moved == {"B1-1": 2, "S2": -1, "S3": -1}


def test_a_correction_runs_by_the_rules_of_the_release(town: Town, monkeypatch):
    release = town.release()
    lenient = msgspec.structs.replace(
        rulebook.scheme("wuhan-2023"), digest="another", base=None, points={}
    )
    monkeypatch.setattr(rulebook, "scheme", lambda name: lenient)
    corrected = town.correct(release, AUGUST)
    assert corrected.scheme == release.scheme
    assert corrected.result_digest == release.result_digest


def test_a_correction_says_why(town: Town):
    release = town.release()
    with pytest.raises(Refused) as refused:
        actions.correct(release=release, reason=" ", by=town.keeper, at=AUGUST)
    assert refused.value.why is Why.NO_REASON


def test_what_is_under_embargo_waits_for_its_release(town: Town):
    concluded = town.world.case("concluded")
    release = town.release()
    assert row(release).total == Decimal(100)
    release_embargo(case=concluded, reason="结案", by=town.world.inspector, at=AUGUST)
    assert verify_release(release).verified
    corrected = town.correct(release, AUGUST + timedelta(hours=1))
    assert row(corrected).total == Decimal(97)


def test_what_stood_before_a_sealing_is_released_like_anything_else(town: Town):
    """A release held back, or a line that goes, would tell of the embargo."""
    world = town.world
    case = world.case("look_back_failed")
    draft = town.prepare()
    refer_case(case=case, reason="线索", lead=True, by=world.manager, at=JULY)
    actions.publish(release=draft, by=town.leader, at=JULY)
    assert row(draft).total == Decimal(94)
    corrected = town.correct(draft, AUGUST)
    assert row(corrected).total == Decimal(94)
    assert verify_release(corrected).verified


def test_the_last_word_is_what_reaches_farthest(town: Town):
    assert queries.latest(town.season) is None
    june = town.release()
    may = town.release(through=date(2026, 5, 31))
    week = town.release(kind=Kind.WEEKLY, through=date(2026, 6, 28))
    assert queries.latest(town.season) == june
    assert list(queries.standing()) == [june, week, may]
    draft = town.prepare(AUGUST, through=date(2026, 7, 31))
    assert queries.latest(town.season) == june
    actions.publish(release=draft, by=town.leader, at=AUGUST)
    assert queries.latest(town.season) == draft


def test_a_seasons_result_is_the_next_ones_history(town: Town):
    """Two years at the bottom: the first by its released result, whatever the facts say since."""
    last = Season.objects.create(
        code="2025",
        scheme="wuhan-2023",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
    )
    for unit in Unit.objects.filter(group="stations"):
        Enrolment.objects.create(season=last, unit=unit, group=unit.group)
    for point, bad in zip(town.stations, (0, 0, 5), strict=True):
        town.rated(point, date(2025, 6, 9), good=20, bad=bad, season=last)
    result = town.release(season=last, kind=Kind.SEASON, through=None)
    assert row(result, "S3").honour == "bottom_ten"
    assert result.through == date(2026, 7, 2)
    june = town.release()
    assert june.result_before == result
    follows = {one.what for one in row(june, "S3").result.consequences}
    assert {"dismissal_recommended", "parent_examined"} <= follows
    assert verify_release(june).verified


@pytest.mark.parametrize("name", rulebook.names())
def test_a_scheme_is_kept_whole(name: str):
    scheme = rulebook.scheme(name)
    assert SchemeVersion(content=written(scheme)).scheme() == scheme
