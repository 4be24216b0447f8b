"""The demo city's releases: years past, months of this one, a draft to try; all of them proved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client

from pingyi.accountability.models import Duty
from pingyi.demo import build, plan
from pingyi.demo.report import Silent
from pingyi.directory.models import Season
from pingyi.publication import queries
from pingyi.publication.duties import arisen
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.publication.verifying import verify_release
from pingyi.ratings.proof import prove
from tests.demo.conftest import NOW, QUICK

# The fixture below sees to the database; the mark, to its being set up, in whatever is run.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def past(django_db_setup: None, django_db_blocker):
    """A tiny city with two years behind it."""
    scales = plan.SCALES | {"tiny": replace(plan.SCALES["tiny"], before=300)}
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        QUICK,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setattr(build, "SCALES", scales)
        build.build(scale="tiny", seed=7, at=NOW, report=Silent())
        yield
        transaction.set_rollback(True)


def test_years_months_and_a_draft(past):
    kinds = [(one.season.code, one.kind) for one in queries.published().order_by("through")]
    assert kinds == [("2024", Kind.SEASON), ("2025", Kind.SEASON), ("2026", Kind.MONTHLY)]
    draft = Release.objects.get(published_at=None)
    assert (draft.kind, str(draft.through)) == (Kind.WEEKLY, "2026-11-15")


def test_what_finished_years_entailed_is_decided_and_done(past):
    """A newcomer finds a season from its result to its end; of this year's some still wait."""
    for release in queries.standing().filter(kind=Kind.SEASON):
        found = list(arisen(release))
        assert {"named", "head_accountable", "parent_loses_points"} <= {one.what for one in found}
        assert {one.state for one in found} <= {"done", "waived"}
        assert sum(one.state == "done" for one in found) > len(found) / 2
        bottom = release.results.filter(honour="bottom_ten").count()
        assert sum(one.what == "named" for one in found) == bottom > 0
    first, second = queries.standing().filter(kind=Kind.SEASON).order_by("through")
    assert not arisen(first).filter(rule__contains="twice").exists(), "nothing stands before it"
    again = {one.code for one in first.results.filter(honour="bottom_ten")}
    again &= {one.code for one in second.results.filter(honour="bottom_ten")}
    assert arisen(second).filter(what="dismissal_recommended").count() == len(again)
    assert not Duty.objects.late(NOW).exists()


def test_public_cards_show_what_was_improved(past):
    """Of a finished year and of this one."""
    for season in ("2025", "2026"):
        release = queries.latest(Season.objects.get(code=season))
        shown = [row for row in release.results.all() if queries.improvements(release, row.code)]
        assert shown, season
        card = Client().get(f"/results/{season}/units/{shown[0].code}/").content.decode()
        made = queries.improvements(release, shown[0].code)[0]
        assert made.title in card


def test_the_citys_course_rises(past):
    rates = [year.rate for year in queries.city_course()]
    assert len(rates) == 3
    assert rates == sorted(rates)


def test_all_are_verified_and_tallies_agree(past):
    assert all(verify_release(release).verified for release in Release.objects.all())
    assert prove(at=NOW).differences == []
