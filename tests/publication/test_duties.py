"""What releases entail is proposed, once; a correction takes back what it no longer says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingyi.accountability.actions import decide_duty
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.publication.duties import propose_from_releases
from tests.publication.conftest import JULY, Town

pytestmark = pytest.mark.django_db


def duties(at=JULY) -> list[tuple[str, str, str]]:
    propose_from_releases(by=SYSTEM, at=at)
    return [(d.rule, d.unit.code, d.on) for d in Duty.objects.order_by("pk")]


def test_the_bulletins_last_three_are_summoned_once(town: Town):
    town.world.case("verified")
    release = town.release()
    found = duties()
    assert found == [("last-three", "B1-1", "head")], "the others have as many points as the first"
    assert duties(JULY + timedelta(days=1)) == found
    assert str(release.through) in Duty.objects.first().refs


def test_a_draft_entails_nothing(town: Town):
    town.prepare()
    assert duties() == []


def test_long_after_nothing_is_looked_for_again(town: Town):
    town.release()
    assert duties(JULY + timedelta(days=400)) == []


def test_a_decision_outlives_the_release(town: Town):
    town.world.case("verified")
    town.release()
    duties()
    duty = Duty.objects.first()
    decide_duty(duty=duty, outcome="waived", reason="单位刚合并", by=town.leader, at=JULY)
    duties(JULY + timedelta(days=2))
    assert Duty.objects.get(pk=duty.pk).state == "waived"
