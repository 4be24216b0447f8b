"""The best windows and people of a season: frozen, proposed, decided; of people nothing public."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from pingyi.accountability.actions import decide_duty
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.directory.models import Post
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.roles import Role
from pingyi.publication.duties import propose_from_releases
from pingyi.publication.models import Release, ReleasedBest
from pingyi.publication.protection import protect_best, unprotect
from pingyi.publication.terms import Kind
from pingyi.publication.verifying import verify_release
from pingyi.ratings.bulk import load_ratings
from pingyi.ratings.models import Rating, RatingVoid
from pingyi.supervision.actions import findings
from pingyi.supervision.actions.findings import Found
from tests.casework.world import FOUNDER
from tests.publication.conftest import JULY, Town
from tests.staff import signed_in, staff
from tests.web.reading import words

pytestmark = pytest.mark.django_db
SPRING = datetime(2027, 1, 5, 9, tzinfo=SHANGHAI)
DAY = date(2026, 5, 20)


@pytest.fixture
def best_of(town: Town) -> Town:
    """S3's window is far the best of the stations; its clerk A1 wears a badge."""
    first, second, third = town.stations
    town.rated(first, DAY, good=150, bad=30)
    town.rated(second, DAY, good=150, bad=30)
    town.rated(third, DAY, good=40)
    Post.objects.create(unit=third.unit, point=third, badge="A1", name="王小花")
    rows = [town._row(third, DAY, 4, town.season, "")._replace(badge="A1") for _ in range(160)]
    rows += [
        town._row(second, DAY, level, town.season, "")._replace(badge="B7")
        for level in [4] * 60 + [2] * 40
    ]
    Post.objects.create(unit=second.unit, point=second, badge="B7")
    load_ratings(batch=rows, contacts={}, by=FOUNDER, at=JULY)
    return town


def season(town: Town) -> Release:
    return town.release(SPRING, kind=Kind.SEASON, through=date(2026, 12, 31))


def proposed(at: datetime = SPRING) -> dict[str, Duty]:
    propose_from_releases(by=SYSTEM, at=at)
    found = Duty.objects.filter(rule__in=("best-windows", "best-people"), state="proposed")
    return {duty.rule: duty for duty in found.select_related("point", "post")}


def test_the_best_window_and_badge_are_frozen_and_proposed_once(best_of: Town):
    release = season(best_of)
    assert [(one.rule, one.good, one.counted) for one in release.best.all()] == [
        ("best-windows", 200, 200), ("best-people", 160, 160)
    ]  # fmt: skip
    duties = proposed()
    assert proposed() == duties
    window, person = duties["best-windows"], duties["best-people"]
    assert (window.point, window.on, window.unit.code) == (best_of.stations[2], "window", "S3")
    assert (person.post.badge, person.on, person.what) == ("A1", "person", "commended")
    assert verify_release(release).verified


def test_a_bulletin_names_no_best(best_of: Town):
    assert not best_of.release().best.exists()


@pytest.mark.parametrize("statement", ["UPDATE {} SET good = 1", "DELETE FROM {}"])
def test_what_is_frozen_stays(best_of: Town, statement: str):
    season(best_of)
    unprotect(connection)
    protect_best(connection)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        connection.cursor().execute(statement.format("publication_releasedbest"))
    unprotect(connection)


def test_a_row_changed_behind_its_back_is_found(best_of: Town):
    release = season(best_of)
    unprotect(connection)
    ReleasedBest.objects.filter(rule="best-people").update(good=159)
    assert not verify_release(release).intact


def _complaint(town: Town) -> None:
    case = town.world.case("verified")
    Rating.objects.filter(pk=case.rating_id).update(badge="A1", unit=town.stations[2].unit)
    case.__class__.objects.filter(pk=case.pk).update(point=town.stations[2])


def _breach(town: Town) -> None:
    found = Found(unit=town.stations[2].unit, kind="discipline.breach", on=DAY, what="索要好评")
    findings.record_finding(found=found, by=town.world.manager, at=JULY)


def _retired(town: Town) -> None:
    Post.objects.update(retired_at=JULY)
    point = town.stations[2]
    point.retired_at = JULY
    point.save()


@pytest.mark.parametrize("spoil", [_complaint, _breach, _retired])
def test_a_complaint_a_breach_and_a_retirement_speak_against(best_of: Town, spoil):
    spoil(best_of)
    assert not season(best_of).best.exists()


def test_voided_ratings_and_defaults_do_not_count(best_of: Town):
    third = best_of.stations[2]
    some = list(Rating.objects.filter(point=third).order_by("pk")[:40])
    for rating in some[:20]:
        RatingVoid.objects.create(rating=rating, at=JULY, day=JULY.date(), by="m", reason="r")
    Rating.objects.filter(pk__in=[one.pk for one in some[20:]]).update(by_default=True)
    assert season(best_of).best.get(rule="best-windows").counted == 160


def test_a_correction_takes_back_what_it_names_no_more(best_of: Town):
    release = season(best_of)
    proposed()
    _breach(best_of)
    best_of.correct(release, SPRING + timedelta(days=1))
    assert proposed(SPRING + timedelta(days=1)) == {}
    assert {duty.state for duty in Duty.objects.filter(rule__startswith="best-w")} == {"lapsed"}


# ── who reads it ─────────────────────────────────────────────────────

WINDOW, BADGE = "通报表扬 · 窗口", "工号 A1"


def test_the_office_sees_whom_and_on_what_it_rests(best_of: Town):
    best_of.prepare(SPRING, kind=Kind.SEASON, through=date(2026, 12, 31))
    draft = Release.objects.latest("pk")
    leader = signed_in(best_of.leader)
    assert BADGE in words(leader.get(f"/office/releases/{draft.pk}/?group=stations"))
    duties_before = Duty.objects.filter(rule__startswith="best-").count()
    assert duties_before == 0, "a draft proposes nothing"


def test_decided_the_window_is_public_and_the_person_is_not(best_of: Town):
    season(best_of)
    duties = proposed()
    page = "/results/2026/units/S3/"
    assert WINDOW not in words(Client().get(page)), "nobody has decided yet"
    for duty in duties.values():
        decide_duty(duty=duty, outcome="accepted", by=best_of.leader, at=SPRING)
    for address in (page, "/results/2026/"):
        shown = words(Client().get(address))
        assert WINDOW in shown
        assert "A1" not in shown
        assert "王小花" not in shown
    admin = staff("s3", Role.UNIT_ADMIN, unit=best_of.stations[2].unit)
    own = words(signed_in(admin).get("/unit/duties/"))
    assert BADGE in own
    assert "满意 160 / 评价 160" in own
    assert "王小花" not in own
    listed = words(signed_in(best_of.leader).get("/office/duties/"))
    assert BADGE in listed


def test_a_scheme_that_makes_people_public_shows_the_badge_alone(best_of: Town, monkeypatch):
    release = season(best_of)
    duties = proposed()
    decide_duty(duty=duties["best-people"], outcome="accepted", by=best_of.leader, at=SPRING)
    scheme = release.scheme.scheme()
    clause = msgspec.structs.replace(scheme.commendations["best-people"], public=True)
    public = msgspec.structs.replace(
        scheme, commendations={**scheme.commendations, "best-people": clause}
    )
    monkeypatch.setattr("pingyi.directory.models.SchemeVersion.scheme", lambda self: public)
    shown = words(Client().get("/results/2026/units/S3/"))
    assert BADGE in shown
    assert "王小花" not in shown
