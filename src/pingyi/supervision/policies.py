"""Whether now: why a finding or a mark is refused, as a typed reason."""

from __future__ import annotations

from pingyi.audit.actions import Actor
from pingyi.casework.reasons import NOT_YOURS, OWN_UNIT, Reason
from pingyi.casework.rules import line_of
from pingyi.directory.models import Area, Unit
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.supervision.kinds import Ruling
from pingyi.supervision.models import Finding

IN_FUTURE = Reason("in_future", "日期不能晚于今天", "Not later than today", "on")
NAMES_SOMEBODY = Reason(
    "names_somebody",
    "内容含电话或证件号码，请删去",
    "The text holds a telephone or identity number; take it out",
)
RECORDED_ALREADY = Reason(
    "recorded_already",
    "同样的事项已经登记；确是另一件的，请在情况或来文编号中写明区别",
    "The same was recorded already; if it is another, tell them apart in the text or reference",
    "what",
)
POINTS_OF_BONUS = Reason(
    "points_of_bonus", "加分须填分值，大于 0", "A bonus needs its points, above 0", "points"
)
NO_POINTS = Reason(
    "no_points",
    "只有加分填分值，其他事项按方案计分",
    "Only a bonus has points here; the scheme gives those of all others",
    "points",
)
SECOND_PERSON = Reason(
    "second_person",
    "须由登记人以外的第二人批准",
    "Approved by a second person, not by whoever recorded it",
)
NEEDS_NO_APPROVAL = Reason("needs_no_approval", "此类事项无须批准", "This kind needs no approval")
DECIDED = Reason("decided", "已经批准或不予批准", "Decided on already")
ANNULLED = Reason("annulled", "已经撤销", "Annulled already")
NOT_MEASURED = Reason(
    "not_measured",
    "该年度的方案没有这个测评分项",
    "The season's scheme measures no such component",
    "component",
)
NOT_IN_SEASON = Reason(
    "not_in_season",
    "单位未参加该年度评议，或其分组没有这一项",
    "The unit takes no part in the season, or its group has no such component",
    "unit",
)
OUT_OF_RANGE = Reason(
    "out_of_range",
    "分值须在 0 至 100 之间，至多两位小数",
    "A mark is 0 to 100, with two decimals at most",
    "value",
)
BY_PANELS = Reason(
    "by_panels",
    "该项由集中测评得出，不能另填",
    "This component comes from a mass rating; no mark is entered beside it",
    "component",
)
MARKED_ALREADY = Reason(
    "marked_already",
    "该项已有录入的测评分，不能再由集中测评得出",
    "Marks were entered for this component; it cannot come from a mass rating too",
    "component",
)
COUNTED_MEANWHILE = Reason(
    "counted_meanwhile",
    "您填写时，别人已录入这一界别的票数；请核对后再录",
    "Somebody else entered this panel's ballots meanwhile; compare, then enter again",
)
NO_PANELS = Reason(
    "no_panels",
    "该年度的方案没有集中测评的规则",
    "The season's scheme has no rules of mass rating",
    "season",
)
NO_SUCH_UNIT = Reason(
    "no_such_unit", "没有这个编码的单位", "There is no unit with this code", "unit"
)
NOT_ENROLLED = Reason(
    "not_enrolled",
    "单位未参加该年度评议",
    "The unit takes no part in the season",
    "unit",
)
COUNTED_HERE = Reason(
    "counted_here",
    "扫码评价由本系统逐条计数，不收汇总",
    "Ratings by QR code are counted here one by one; there is no return of them",
    "channel",
)
NO_SUCH_CHANNEL = Reason(
    "no_such_channel",
    "该年度的方案对这个分组的单位不用这个渠道",
    "The season's scheme takes nothing from this channel for the unit's group",
    "channel",
)
OUTSIDE_SEASONS = Reason(
    "outside_seasons",
    "期间须完全在一个评议年度之内",
    "The period must lie within one season",
    "period",
)
PERIOD_BACKWARDS = Reason(
    "period_backwards", "截止日期早于起始日期", "The period ends before it starts", "period"
)
PERIOD_NOT_OVER = Reason(
    "period_not_over",
    "期间还没有结束，截止日期不能晚于今天",
    "The period is not over: its last day is not later than today",
    "period",
)
PERIODS_OVERLAP = Reason(
    "periods_overlap",
    "与该单位这一渠道 {start} 至 {end} 的汇总重叠；先撤回那一期，再录入",
    "It overlaps the unit's return of this channel from {start} to {end}: take that back first",
    "period",
)
RETURNED_TWICE = Reason(
    "returned_twice",
    "该单位这一渠道的同一期间已在第 {line} 行",
    "Row {line} has this unit, channel and period already",
    "period",
)
VERIFIED_OF_BAD = Reason(
    "verified_of_bad",
    "查实差评多于差评",
    "More bad ratings verified than given",
    "verified_bad",
)
RETURNED_MEANWHILE = Reason(
    "returned_meanwhile",
    "别人在此期间录入了有关的汇总，什么都没有导入。请看过新的预览再确认。",
    "Somebody else entered returns of these meanwhile; nothing was imported. Look at the new "
    "preview, then confirm.",
)


def reaches(user: Actor, permission: str, unit: Unit) -> bool:
    """Whether the user's `permission` reaches the unit by its area, or the unit itself."""
    if not isinstance(user, User):
        return False
    scope = scope_of(user, permission)
    if scope.everywhere or unit.pk in scope.units:
        return True
    area: Area | None = unit.area
    while area is not None and area.pk not in scope.areas:
        area = area.parent
    return area is not None


def serves(user: Actor, unit: Unit) -> bool:
    """Whether the user serves the unit, or one above it: nobody judges their own."""
    if not isinstance(user, User):
        return False
    own = scope_of(user, "case.answer").units
    return bool(own) and any(one.pk in own for one in line_of(unit))


def why_not_theirs(user: Actor, permission: str, unit: Unit) -> Reason | None:
    """Who may: the permission reaches the unit, and it is not their own."""
    if not reaches(user, permission, unit):
        return NOT_YOURS
    return OWN_UNIT if serves(user, unit) else None


def why_not_decide(finding: Finding, by: Actor) -> Reason | None:
    """Why `by` can neither approve nor refuse it now."""
    given = {one.ruling for one in finding.rulings.all()}
    if not finding.takes_approval:
        return NEEDS_NO_APPROVAL
    if Ruling.ANNULLED in given:
        return ANNULLED
    if given:
        return DECIDED
    refused = why_not_theirs(by, "finding.approve", finding.unit)
    return refused or (SECOND_PERSON if finding.by == by.audit_name else None)


def why_not_annul(finding: Finding, by: Actor) -> Reason | None:
    """Why `by` can neither annul nor correct it now."""
    if any(one.ruling == Ruling.ANNULLED for one in finding.rulings.all()):
        return ANNULLED
    return why_not_theirs(by, "finding.annul", finding.unit)
