"""A handful of letters: one replied to, one overdue, one waiting to be issued, and a circular."""

from __future__ import annotations

from datetime import datetime, timedelta

from pingyi.audit.actions import Actor
from pingyi.demo.staff import Staff
from pingyi.directory.models import Unit
from pingyi.letters import actions
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter, Organ
from pingyi.letters.states import Desk, Kind
from pingyi.people.roles import Role

PREFIXES = {
    Kind.SUGGESTION: "江治庸函",
    Kind.SUPERVISION: "江治庸督",
    Kind.RECTIFICATION: "江治庸改",
    Kind.CIRCULAR: "江治庸通",
}
BODY = """近期群众通过“双评议”平台集中反映窗口等候时间长、解释不清等问题。现提出如下建议：
一、核清底数
（一）逐个窗口核查。对所反映的窗口核查办件量和人员配备，形成清单。
二、优化服务
增设窗口，推行预约，公布咨询电话。
请按期将办理情况书面报我办。"""


def write(staff: Staff, unit: Unit, *, by: Actor, founded: datetime, at: datetime) -> None:
    """The city's office writes to `unit`, up to `at`."""
    organ = actions.add_organ(
        name=f"{staff.city.name}治庸问责工作领导小组办公室",
        signature=f"{staff.city.name}治庸办",
        area=staff.city,
        desk=Desk.OFFICE,
        prefixes=PREFIXES,
        by=by,
        at=founded,
    )
    actions.add_organ(
        name=f"{staff.city.name}纪委监委",
        signature="",
        area=staff.city,
        desk=Desk.INSPECTORS,
        prefixes={Kind.RECOMMENDATION: "江纪建"},
        by=by,
        at=founded,
    )
    day = timedelta(days=1)
    answered = _sent(
        staff, organ, unit, Kind.SUGGESTION, "关于改进窗口服务的工作建议函", at - 9 * day
    )
    actions.reply_to_letter(
        recipient=answered.recipients.get(),
        text="已增设窗口两个，推行分时预约，对相关责任人批评教育。",
        by=staff.admin(unit),
        at=at - 4 * day,
    )
    _sent(staff, organ, unit, Kind.SUPERVISION, "关于核查媒体曝光问题的督办函", at - 16 * day)
    _sent(staff, organ, unit, Kind.CIRCULAR, "关于评议纪律检查情况的通报", at - 2 * day)
    _submitted(staff, organ, unit, Kind.RECTIFICATION, "关于窗口值守问题的整改通知书", at - day)


def _submitted(
    staff: Staff, organ: Organ, unit: Unit, kind: Kind, title: str, at: datetime
) -> Letter:
    drafter = staff.of(Role.CASE_MANAGER, staff.city)
    letter = actions.draft_letter(
        organ=organ,
        kind=kind,
        title=title,
        body=BODY,
        addressees=[Addressee(unit)],
        wants_reply=kind is not Kind.CIRCULAR,
        by=drafter,
        at=at,
    )
    return actions.submit_letter(letter=letter, by=drafter, at=at)


def _sent(staff: Staff, organ: Organ, unit: Unit, kind: Kind, title: str, at: datetime) -> Letter:
    letter = _submitted(staff, organ, unit, kind, title, at)
    issuer = staff.of(Role.LEADER, staff.city)
    return actions.issue_letter(letter=letter, by=issuer, at=at + timedelta(hours=1))
