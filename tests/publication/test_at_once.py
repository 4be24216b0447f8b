"""Two people at the same release at once: one wins, the other is told."""

from __future__ import annotations

import pytest

from pingyi.publication import actions
from pingyi.publication.models import Release
from pingyi.publication.policies import Refused
from pingyi.publication.terms import Kind
from tests.casework.test_concurrency import at_once
from tests.publication.conftest import AUGUST, JULY, Town, open_town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db) -> Town:
    return open_town()


def _one_wins(results: list) -> None:
    lost = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in lost] == [Refused] * (len(results) - 1), results


def test_a_period_is_prepared_by_two(town: Town):
    keeper, season, through = town.keeper, town.season, JULY.date().replace(month=6, day=30)
    _one_wins(
        at_once(
            *(
                lambda: actions.prepare(
                    season=season, kind=Kind.MONTHLY, through=through, by=keeper, at=JULY
                )
                for _ in range(2)
            )
        )
    )
    assert Release.objects.count() == 1


def test_a_release_is_corrected_by_two(town: Town):
    release, keeper = town.release(), town.keeper
    _one_wins(
        at_once(
            *(
                lambda: actions.correct(release=release, reason="查实有误", by=keeper, at=AUGUST)
                for _ in range(2)
            )
        )
    )
    assert release.corrections.count() == 1


def test_a_draft_is_published_by_two(town: Town):
    draft, leader = town.prepare(), town.leader
    copies = [Release.objects.get(pk=draft.pk) for _ in range(2)]
    _one_wins(
        at_once(
            *(
                lambda copy=copy: actions.publish(release=copy, by=leader, at=JULY)
                for copy in copies
            )
        )
    )
