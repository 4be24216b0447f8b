"""What follows from a release, as everybody may read it: decided, of units, no persons."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pingyi.accountability.actions import decide_duty, fulfil_duty
from pingyi.accountability.actions.duties import Proposal, propose
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import On
from pingyi.audit.actions import SYSTEM
from pingyi.casework.actions import withdraw_verdict
from pingyi.casework.models import Case
from pingyi.directory.models import Enrolment, Season, Unit
from pingyi.publication.duties import propose_from_releases
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.scoring.consequences import propose_consequences
from tests.publication.conftest import AUGUST, JULY, Town
from tests.web.reading import words
from tests.web.results.test_results import chinese_left

SEASON, CARD = "/results/2026/", "/results/2026/units/B1-1/"
SAID = "约谈负责人并公开"


def talk(town: Town) -> Duty:
    """The brigade is last in June, and its head to be summoned."""
    town.world.case("verified")
    town.release()
    propose_from_releases(by=SYSTEM, at=JULY)
    return Duty.objects.get()


def decide(duty: Duty, town: Town, outcome: str = "accepted", **given: str) -> None:
    decide_duty(duty=duty, outcome=outcome, by=town.leader, at=JULY, **given)


def test_a_talk_is_shown_once_it_is_decided(town: Town):
    duty = talk(town)
    before = Client().get(SEASON)
    assert SAID not in words(before), "nobody has decided yet"
    decide(duty, town)
    for page in (SEASON, CARD):
        shown = Client().get(page, headers={"if-none-match": before.headers["ETag"]})
        assert shown.status_code == 200, "a cache learns of it"
        assert SAID in words(shown)
        assert "待落实" in words(shown)
    assert SAID not in words(Client().get("/results/2026/units/S1/")), "of another unit"
    fulfil_duty(duty=duty, on=JULY.date(), place="市政府", evidence="纪要", by=town.leader, at=JULY)
    done = words(Client().get(CARD))
    assert "已落实" in done
    assert "纪要" not in done
    assert "市政府" not in done


def test_it_is_told_in_english_too(town: Town):
    decide(talk(town), town)
    for page in (SEASON, CARD):
        english = Client(headers={"accept-language": "en"}).get(page)
        assert "Head summoned for a talk, made public" in words(english)
        assert not chinese_left(english)


@pytest.mark.parametrize("outcome", ["waived", "other"])
def test_what_was_decided_otherwise_is_not_told(town: Town, outcome: str):
    given = {"reason": "单位刚合并"} | ({"words": "书面检查"} if outcome == "other" else {})
    decide(talk(town), town, outcome, **given)
    for page in (SEASON, CARD):
        shown = words(Client().get(page))
        for secret in (SAID, "单位刚合并", "书面检查"):
            assert secret not in shown


def a_season(town: Town) -> Release:
    """The season before, released: of three stations S3 is the last."""
    last = Season.objects.create(
        code="2025",
        scheme="wuhan-2023",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
    )
    for unit in Unit.objects.filter(group="stations"):
        Enrolment.objects.create(season=last, unit=unit, group=unit.group)
    Unit.objects.filter(code="S3").update(parent=town.world.bureau)
    Enrolment.objects.create(season=last, unit=town.world.bureau, group="offices")
    for point, bad in zip(town.stations, (0, 0, 5), strict=True):
        town.rated(point, date(2025, 6, 9), good=20, bad=bad, season=last)
    return town.release(season=last, kind=Kind.SEASON, through=None)


def test_of_a_season_units_are_told_and_persons_are_not(town: Town):
    assert a_season(town).season.code == "2025"
    propose_from_releases(by=SYSTEM, at=JULY)
    asked = Duty.objects.order_by("pk")
    assert {"named", "head_accountable", "parent_loses_points"} <= {duty.what for duty in asked}
    for duty in asked:
        decide(duty, town)
    page = words(Client().get("/results/2025/"))
    assert "通报点名、大会检讨" in page
    assert "主管单位绩效考评扣分" in page
    assert "追究负责人责任" not in page
    own = words(Client().get("/results/2025/units/S3/"))
    assert "通报点名、大会检讨" in own
    parent = words(Client().get("/results/2025/units/B1/"))
    assert "主管单位绩效考评扣分" in parent
    assert "通报点名、大会检讨" not in parent


def test_the_best_are_commended_when_somebody_decides_so(town: Town):
    release = a_season(town)
    best = {row.code for row in release.results.all() if row.result.honour == "top_ten"}
    assert {"B1-1", "S2"} <= best
    propose_from_releases(by=SYSTEM, at=JULY)
    propose_from_releases(by=SYSTEM, at=JULY)
    praised = Duty.objects.filter(what="commended").order_by("unit__code")
    assert {duty.unit.code for duty in praised} == best
    assert {duty.on for duty in praised} == {"unit"}
    page = "/results/2025/units/S2/"
    assert "通报表扬" not in words(Client().get(page))
    decide(praised.get(unit__code="S2"), town)
    assert "通报表扬" in words(Client().get(page))
    assert "通报表扬" not in words(Client().get("/results/2025/units/B1-1/")), "not decided"
    # A result that gives the honour no more takes back what nobody has decided.
    without = [msgspec.structs.replace(row.result, honour=None) for row in release.results.all()]
    scheme = release.scheme.scheme()
    propose_consequences(
        season=release.season, scheme=scheme, results=without, by=SYSTEM, at=AUGUST
    )
    assert {duty.unit.code: duty.state for duty in praised.all()} == {
        code: "accepted" if code == "S2" else "lapsed" for code in best
    }


def test_a_correction_that_entails_no_more_is_followed(town: Town):
    """The duty was decided and stays decided; the corrected result no longer shows it."""
    decide(talk(town), town)
    case, release = Case.objects.get(), Release.objects.get()
    withdraw_verdict(case=case, reason="重新认定", by=town.world.manager, at=AUGUST)
    town.correct(release, AUGUST)
    assert SAID not in words(Client().get(SEASON))
    assert SAID in words(Client().get(f"{SEASON}?release={release.pk}")), "as it was"


def test_however_many_follow_the_queries_are_as_many(town: Town):
    decide(talk(town), town)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            Client().get(SEASON)
        return len(found)

    asked()
    one, duty = asked(), Duty.objects.get()
    for n in range(20):
        wanted = Proposal(
            rule=duty.rule, words=duty.words, source="", season=duty.season, what=("talk",),
            on=On.HEAD, unit=duty.unit, ground=f"{duty.ground.rpartition('/')[0]}/X{n}",
        )  # fmt: skip
        [made] = propose(wanted=[wanted], by=SYSTEM, at=JULY)
        decide(made, town)
    assert asked() == one
