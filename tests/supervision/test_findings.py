"""Findings: who records, who approves, what counts when; nothing is ever edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.directory.models import Unit
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.supervision import inputs
from pingyi.supervision.actions import findings
from pingyi.supervision.actions.findings import Found
from pingyi.supervision.models import Finding
from tests.casework.test_concurrency import at_once
from tests.staff import staff
from tests.supervision.city import AT, City, city

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing")


def counted(town: City, at=AT) -> list[tuple[str, str]]:
    codes = dict(Unit.objects.values_list("pk", "code"))
    return [(codes[event.unit], event.kind) for event in inputs.found_events(town.season, at)]


def test_a_finding_counts_at_once_and_until_it_is_annulled(town):
    made = town.find(town.units[0], "monitoring.violation")
    assert counted(town) == [("D1", "monitoring.violation")]
    assert counted(town, AT - timedelta(seconds=1)) == []
    later = AT + timedelta(days=3)
    findings.annul_finding(finding=made, reason="系统误报", by=town.person(Role.LEADER), at=later)
    assert counted(town, later) == []
    assert counted(town, later - timedelta(seconds=1)) == [("D1", "monitoring.violation")]
    with pytest.raises(NotNow):
        findings.annul_finding(finding=made, reason="再", by=town.person(Role.LEADER), at=later)


def test_a_bonus_takes_a_second_person(town):
    manager, leader = town.person(Role.CASE_MANAGER), town.person(Role.LEADER)
    made = town.find(town.units[0], "bonus", points=Decimal("1.5"))
    assert counted(town) == []
    with pytest.raises(NotNow) as refused:
        findings.approve_finding(finding=made, by=manager, at=AT)
    assert refused.value.reason.code == "second_person"
    findings.approve_finding(finding=made, by=leader, at=AT)
    event = next(inputs.found_events(town.season, AT))
    assert (event.points, event.approved_by) == (Decimal("1.50"), leader.username)
    with pytest.raises(NotNow):
        findings.refuse_finding(finding=Finding.objects.get(), reason="不", by=leader, at=AT)


def test_a_refused_veto_never_counts(town):
    made = town.find(town.units[0], "veto")
    findings.refuse_finding(finding=made, reason="依据不足", by=town.person(Role.LEADER), at=AT)
    assert counted(town) == []
    assert Finding.objects.get().standing == "refused"


def test_a_correction_is_a_later_fact(town):
    wrong = town.find(town.units[0], "covert_check.violation", what="上班炒股")
    right = findings.correct_finding(
        finding=wrong,
        found=Found(unit=town.units[1], kind="administrative_fault", on=AT.date(), what="超时办理"),
        reason="性质认定有误",
        by=town.person(Role.SCHEME_KEEPER),
        at=AT + timedelta(hours=1),
    )
    wrong.refresh_from_db()
    assert wrong.what == "上班炒股"
    assert (right.corrects, right.unit) == (wrong, town.units[0])
    assert counted(town, AT + timedelta(hours=1)) == [("D1", "administrative_fault")]
    assert counted(town) == [("D1", "covert_check.violation")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": AT.date() + timedelta(days=1)}, "on"),
        ({"what": "  "}, "what"),
        ({"what": "当事人电话13812341234"}, "what"),
        ({"kind": "gossip"}, "kind"),
        ({"points": Decimal(1)}, "points"),
        ({"kind": "bonus"}, "points"),
        ({"kind": "bonus", "points": Decimal("0.005")}, "points"),
        ({"kind": "bonus", "points": Decimal("NaN")}, "points"),
        ({"reference": "长" * 101}, "reference"),
    ],
)
def test_what_is_unfit_is_refused_at_its_field(town, changes, field):
    given = {"kind": "quality.error", **changes}
    with pytest.raises(Incomplete) as refused:
        town.find(town.units[0], **given)
    assert refused.value.reason.field == field
    assert not Finding.objects.exists()


def test_nobody_records_on_their_own_unit_or_without_the_permission(town):
    both = staff("both", Role.CASE_MANAGER, area=town.area)
    appoint(user=both, role=Role.UNIT_ADMIN, unit=town.units[0], by=SYSTEM, at=AT)
    with pytest.raises(NotAllowed):
        town.find(town.units[0], "quality.error", by=both)
    with pytest.raises(NotAllowed):
        town.find(town.units[0], "quality.error", by=town.person(Role.SORTER))
    town.find(town.units[1], "quality.error", by=both)


def test_a_list_is_recorded_whole_or_not_at_all(town):
    one, two = town.units
    good = Found(unit=one, kind="quality.error", on=AT.date(), what="差错")
    bad = Found(unit=two, kind="quality.error", on=AT.date(), what="")
    by = town.person(Role.CASE_MANAGER)
    with pytest.raises(Incomplete):
        findings.load_findings(found=[good, bad], by=by, at=AT)
    assert not Finding.objects.exists()
    other = replace(good, reference="JC-2")
    made = findings.load_findings(found=[good, other], by=by, at=AT)
    assert [finding.ref for finding in made] == [f"F-{finding.pk}" for finding in made]


def test_what_was_recorded_already_does_not_count_again(town):
    found = Found(unit=town.units[0], kind="monitoring.violation", on=AT.date(), what="超时")
    by = town.person(Role.CASE_MANAGER)
    made = findings.record_finding(found=found, by=by, at=AT)
    for again in (
        lambda: findings.record_finding(found=found, by=town.person(Role.SQUAD_MEMBER), at=AT),
        lambda: findings.load_findings(found=[found], by=by, at=AT),
        lambda: findings.load_findings(found=[replace(found, reference="JC-9")] * 2, by=by, at=AT),
    ):
        with pytest.raises(Incomplete) as refused:
            again()
        assert refused.value.reason.code == "recorded_already"
    assert len(counted(town)) == 1
    findings.annul_finding(finding=made, reason="误报", by=town.person(Role.LEADER), at=AT)
    findings.record_finding(found=found, by=by, at=AT)
    assert len(counted(town)) == 1


def test_a_correction_may_say_the_same_as_what_it_corrects(town):
    made = town.find(town.units[0], "quality.error", evidence="旧")
    found = Found(unit=made.unit, kind=made.kind, on=made.on, what=made.what, evidence="新")
    right = findings.correct_finding(
        finding=made, found=found, reason="补证据", by=town.person(Role.CASE_MANAGER), at=AT
    )
    assert len(counted(town)) == 1
    assert right.evidence == "新"


@pytest.mark.django_db(transaction=True)
def test_the_same_sent_twice_at_once_counts_once():
    town = city("jiangmen-2008", "public_facing")
    found = Found(unit=town.units[0], kind="quality.error", on=AT.date(), what="差错")
    by = town.person(Role.CASE_MANAGER)
    results = at_once(
        *(lambda: findings.record_finding(found=found, by=by, at=AT) for _ in range(2))
    )
    assert sum(isinstance(one, Incomplete) for one in results) == 1, results
    assert Finding.objects.count() == 1


def test_a_unit_reads_its_own_once_they_count(town):
    one, two = town.units
    admin = staff("admin", Role.UNIT_ADMIN, unit=one)
    mine = town.find(one, "quality.error")
    town.find(two, "quality.error")
    veto = town.find(one, "veto")
    assert list(Finding.objects.visible_to(admin)) == [mine]
    findings.approve_finding(finding=veto, by=town.person(Role.LEADER), at=AT)
    assert set(Finding.objects.visible_to(admin)) == {mine, veto}
    assert Finding.objects.visible_to(town.person(Role.SORTER)).count() == 3
    assert not Finding.objects.visible_to(staff("nobody")).exists()
