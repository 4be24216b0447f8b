"""What releases entail is proposed, once; a correction takes back what it no longer says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pingyi.accountability.actions import decide_duty
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.kernel.workdays import SHANGHAI
from pingyi.publication.duties import propose_from_releases
from pingyi.publication.terms import Kind
from tests.publication.conftest import JULY, Town
from tests.staff import signed_in
from tests.web.reading import words

pytestmark = pytest.mark.django_db
SPRING = datetime(2027, 1, 5, 9, tzinfo=SHANGHAI)


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


def test_what_the_program_has_no_word_for_is_told_as_the_clause_says(town: Town):
    town.world.case("verified")
    release = town.release()
    duties()
    Duty.objects.update(what="study_visit", words="末三名负责人到先进单位学习。")
    leader = signed_in(town.leader)
    duty = Duty.objects.first()
    for page in (
        "/office/duties/",
        f"/office/duties/{duty.pk}/",
        f"/office/releases/{release.pk}/?group=stations",
    ):
        assert "末三名负责人到先进单位学习。" in words(leader.get(page))


def test_a_unit_without_parent_gives_its_parents_part_to_nobody(town: Town):
    """S2 is the last, and no unit stands above it."""
    case = town.world.case("verified")
    case.verdicts.update(unit=town.stations[1].unit)
    town.release(SPRING, kind=Kind.SEASON, through=date(2026, 12, 31))
    found = {(rule, code) for rule, code, _on in duties(SPRING)}
    assert {code for rule, code in found if rule.startswith("bottom-ten")} == {"S2"}
    assert "bottom-ten-head" in {rule for rule, _code in found}
    assert not Duty.objects.filter(on="parent").exists()
    page = words(signed_in(town.leader).get("/scoreboard/2026/S2/"))
    assert "点名通报" in page
    assert "主管单位在绩效考核中扣分" not in page
