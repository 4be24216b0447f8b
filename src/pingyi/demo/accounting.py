"""Findings, measures on persons, and what the releases entail: a few of each, cheap."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from pingyi.accountability.actions import decide_duty, fulfil_duty, notify_unit, record_measure
from pingyi.accountability.actions.measures import Given
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import State
from pingyi.audit.actions import Actor
from pingyi.casework.models import Case, Verdict
from pingyi.casework.rules import office_of
from pingyi.demo import names
from pingyi.demo.staff import Staff
from pingyi.directory.models import Area, Enrolment
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.publication import queries
from pingyi.publication.duties import arisen, propose_from_releases
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.supervision.actions.findings import Found, approve_finding, record_finding

FOUND = (
    ("discipline.breach", "明察暗访时发现评价二维码被宣传牌遮挡。", "", None),
    ("monitoring.violation", "网上审批超过承诺时限，系统自动告警。", "六月审批时限专项监察", None),
    ("monitoring.violation", "网上审批超过承诺时限，系统自动告警。", "六月审批时限专项监察", None),
    ("covert_check.violation", "上午十点窗口无人，无去向牌。", "", None),
    ("exposure", "电视节目反映办事群众多次往返。", "", None),
    ("bonus", "“一窗受理”经验在全市推广。", "", Decimal(2)),
)
MEASURES = (
    ("窗口工作人员", "direct", "education"),
    ("科长", "direct", "warning"),
    ("分管副局长", "leadership", "admonition"),
)
ORGAN = "派驻纪检监察组"
SECOND_CHANCE = "诫勉谈话，限期半年扭转"
NEW_HEAD = "主要负责人到任不足三个月。"
PLACES = {
    "named": "全市作风建设大会",
    "head_accountable": "区纪委监委",
    "parent_loses_points": "市绩效考评办",
    "parent_examined": "市纪委监委",
}


def record_findings(staff: Staff, *, seed: int, at: datetime) -> None:
    """A few findings and measures on persons; before what is released at the same moment."""
    rng = random.Random(f"{seed}/accounting")  # noqa: S311 – a plausible city, not a secret
    _findings(staff, rng, at)
    _measures(staff, rng, at)


def hold_to_account(staff: Staff, *, by: Actor, at: datetime) -> None:
    """Propose what the releases entail: of years past all is decided and done, of late some."""
    leader = staff.of(Role.LEADER, Area.objects.get(parent=None))
    for release in queries.standing().filter(kind=Kind.SEASON).order_by("published_at"):
        if release.published_at is not None:
            propose_from_releases(by=by, at=release.published_at)
            _settle(release, leader, decided=release.published_at + timedelta(days=6))
    propose_from_releases(by=by, at=at)
    _decide(leader, at)


def _settle(release: Release, leader: User, *, decided: datetime) -> None:
    """What a season's result entailed: decided that day, done within two weeks."""
    for number, duty in enumerate(arisen(release), start=1):
        if "dismissal_recommended" in duty.what:
            given = {"outcome": "other", "words": SECOND_CHANCE, "reason": NEW_HEAD}
        elif number % 12 == 0:
            given = {"outcome": "waived", "reason": NEW_HEAD}
        else:
            given = {"outcome": "accepted"}
        decide_duty(duty=duty, by=leader, at=decided, **given)
        if given["outcome"] != "waived":
            done = decided + timedelta(days=3 + number % 7)
            where = PLACES.get(duty.what, "市治庸办会议室")
            fulfil_duty(duty=duty, on=localdate(done), place=where, by=leader, at=done)


def _findings(staff: Staff, rng: random.Random, at: datetime) -> None:
    enrolled = Enrolment.objects.select_related("unit__area__parent").order_by("unit__code")
    units = list(dict.fromkeys(row.unit for row in enrolled))
    for days, ((kind, what, matter, points), unit) in enumerate(
        zip(FOUND, rng.sample(units, min(len(FOUND), len(units))), strict=False), start=2
    ):
        found = Found(
            unit=unit,
            kind=kind,
            on=localdate(at - timedelta(days=days)),
            what=what,
            evidence="见核查记录。",
            matter=matter,
            points=points,
        )
        area = office_of(unit)
        made = record_finding(found=found, by=staff.of(Role.CASE_MANAGER, area), at=at)
        if points is not None:
            leader = staff.of(Role.LEADER, area)
            approve_finding(finding=made, reason="同意", by=leader, at=at)


def _measures(staff: Staff, rng: random.Random, at: datetime) -> None:
    """On persons of the latest verified cases."""
    verified = Verdict.objects.counting().filter(finding="verified", case__embargoed=False)
    cases = Case.objects.filter(pk__in=verified.values("case")).order_by("-pk")
    for case in cases.select_related("unit", "area__parent")[:4]:
        inspector = staff.of(Role.INSPECTOR, case.area)
        for post, responsibility, kind in MEASURES[: rng.randint(1, len(MEASURES))]:
            given = Given(
                unit=case.unit,
                name=rng.choice(names.SURNAMES) + rng.choice(names.GIVEN),
                post=post,
                responsibility=responsibility,
                kind=kind,
                organ=ORGAN,
                on=localdate(at),
                origin="case",
                case=case,
            )
            measure = record_measure(given=given, by=inspector, at=at)
        notify_unit(measure=measure, by=inspector, at=at)


def _decide(leader: User, at: datetime) -> None:
    """The latest duties wait; of the others some are done, some under way, one was waived."""
    waiting = Duty.objects.filter(state=State.PROPOSED.value).select_related("unit")
    for number, duty in enumerate(waiting.order_by("pk")[:6]):
        outcome = "waived" if number == 5 else "accepted"
        reason = "单位刚完成合并，另行安排。" if outcome == "waived" else ""
        decide_duty(duty=duty, outcome=outcome, reason=reason, by=leader, at=at)
        if number < 3:
            where = "区治庸办会议室，约谈情况在通报上公开"
            fulfil_duty(duty=duty, on=localdate(at), place=where, by=leader, at=at)
