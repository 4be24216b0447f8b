"""What the demo city's units put right: lists under way and done, and what changed for good."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count

from pingyi.demo.staff import Staff
from pingyi.directory.models import Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.roles import Role
from pingyi.publication import papers, queries
from pingyi.publication.terms import Kind
from pingyi.supervision.actions.improvements import record_improvement
from pingyi.supervision.actions.rectification import (
    accept_item,
    add_item,
    note_meeting,
    open_list,
    submit_item,
)
from pingyi.supervision.models import RectificationItem

TEAM = "组长：区政务服务局副局长\n成员：治庸办、主管单位办公室"
WEEK = timedelta(days=7)

POINTS: Sequence[tuple[str, str, str, str, str]] = (
    ("中午窗口无人值守", "中午轮班，公示值班表", "窗口负责人", "先排班，再公示", "已轮班并公示"),
    ("一次性告知不到位", "统一告知单，缺什么一次说清", "业务科科长", "修订、培训", "告知单已启用"),
    ("排队时间长", "增开机动窗口，开通预约", "大厅主任", "先试行一周", "等候由四十分钟降到十分钟"),
    ("样表看不懂", "重做样表，配填写说明", "业务科副科长", "征求群众意见后定稿", "新样表已上墙"),
)
"""Problem, measure, owner, route, and what the unit reports in the end."""

DAYS = (10, 30, 15, 40)
"""Working days for each of them: five weeks later the third is late."""

CHANGES: Sequence[tuple[str, str, str]] = (
    ("rule_made", "窗口值班制度", "工作时间窗口两人一岗，中午轮班，不得空岗。"),
    ("process_changed", "预约分时办理", "网上预约到半小时，现场不再重复取号。"),
    ("window_merged", "社保综合窗口", "三个窗口合并为一个综合窗口，一次受理。"),
    ("rule_revised", "一次性告知规定", "补正材料一次列清，超出清单不得再要。"),
    ("equipment", "自助叫号机", "添置叫号机两台，老年人可人工取号。"),
    ("process_changed", "档案打印下放", "个体户档案就近查询打印，不再往返。"),
    ("rule_made", "首问负责登记", "首问人员登记去向，当天回复。"),
    ("other", "无障碍通道", "入口加装坡道和低位柜台。"),
)


def put_right(staff: Staff, unit: Unit, *, now: datetime) -> None:
    """Lists of `unit` (under way) and of the two most rated others (done), and improvements."""
    busiest = list(
        Unit.objects.annotate(n=Count("cases")).order_by("-n", "code")[: len(CHANGES) + 1]
    )
    others = [each for each in busiest if each != unit]
    _under_way(staff, unit, now=now)
    for each in others[:2]:
        _done(staff, each, now=now - 8 * WEEK)
    for ago, (each, change) in enumerate(zip(others, CHANGES, strict=False), start=1):
        _improve(staff, each, change, at=now - ago * WEEK)
    _since_their_bad_year(staff, now=now)


def _since_their_bad_year(staff: Staff, *, now: datetime) -> None:
    """What the last of every group changed for good in the season after."""
    changes = itertools.cycle(CHANGES)
    for release in queries.standing().filter(kind=Kind.SEASON).order_by("through"):
        for group in papers.groups(release):
            for months, row in enumerate(queries.bottom(release, group, 2), start=1):
                at = release.as_of + timedelta(days=60 * months)
                if at + WEEK < now:
                    unit = Unit.objects.select_related("area__parent").get(pk=row.unit_id)
                    _improve(staff, unit, next(changes), at=at)


def _under_way(staff: Staff, unit: Unit, *, now: datetime) -> None:
    """One item closed, one to be accepted, one late, one in time."""
    items = _listed(staff, unit, at=now - 5 * WEEK)
    _report(staff, items[0], POINTS[0][4], at=now - 4 * WEEK, accepted=now - 3 * WEEK)
    _report(staff, items[1], POINTS[1][4], at=now - timedelta(days=1))


def _done(staff: Staff, unit: Unit, *, now: datetime) -> None:
    for n, item in enumerate(_listed(staff, unit, at=now - 5 * WEEK)):
        done = now - (4 - n) * WEEK
        _report(staff, item, POINTS[n][4], at=done, accepted=done + timedelta(days=2))


def _listed(staff: Staff, unit: Unit, *, at: datetime) -> list[RectificationItem]:
    manager = staff.of(Role.CASE_MANAGER, unit.area)
    staff.admin(unit)
    made = open_list(title=f"{unit.name}整改清单", unit=unit, team=TEAM, by=manager, at=at)
    found = [
        add_item(
            of=made,
            problem=problem,
            measure=measure,
            owner=owner,
            route=route,
            days=DAYS[n],
            by=manager,
            at=at,
        )
        for n, (problem, measure, owner, route, _) in enumerate(POINTS)
    ]
    for week in (1, 2, 3):
        held = at + week * WEEK
        text = f"第 {week} 次例会：逐项过进度，未完成的说明原因。"
        on = held.astimezone(SHANGHAI).date()
        note_meeting(of=made, on=on, text=text, by=manager, at=held)
    return found


def _report(
    staff: Staff,
    item: RectificationItem,
    account: str,
    *,
    at: datetime,
    accepted: datetime | None = None,
) -> None:
    submit_item(item=item, account=account, by=staff.admin(item.unit), at=at)
    if accepted is not None:
        manager = staff.of(Role.CASE_MANAGER, item.unit.area)
        accept_item(item=item, words="实地看过，属实。", by=manager, at=accepted)


def _improve(staff: Staff, unit: Unit, change: tuple[str, str, str], *, at: datetime) -> None:
    kind, title, what = change
    record_improvement(
        kind=kind,
        title=title,
        what=what,
        unit=unit,
        on=at.astimezone(SHANGHAI).date(),
        by=staff.of(Role.CASE_MANAGER, unit.area),
        at=at + timedelta(days=1),
    )
