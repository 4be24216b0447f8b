"""The demo city's releases: years past, months of this one, a draft to try; all of them proved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from pingyi.demo import build, plan
from pingyi.demo.report import Silent
from pingyi.publication import queries
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.publication.verifying import verify_release
from pingyi.ratings.proof import prove
from tests.demo.conftest import NOW, QUICK


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


def test_the_citys_course_rises(past):
    rates = [year.rate for year in queries.city_course()]
    assert len(rates) == 3
    assert rates == sorted(rates)


def test_all_are_verified_and_tallies_agree(past):
    assert all(verify_release(release).verified for release in Release.objects.all())
    assert prove(at=NOW).differences == []
