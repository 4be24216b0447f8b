"""Why a step may not be taken, or what was given for it does not do: told to people in both
languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import get_language


@dataclass(frozen=True)
class Reason:
    """Why not, in both languages; `field` is the form's field it concerns, if any."""

    code: str
    zh: str
    en: str
    field: str = ""

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh


class Refusal(Exception):
    """An action was refused; nothing was written. Pages show the reason at its field."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


class NotAllowed(Refusal):
    """Not this person's step."""


class NotNow(Refusal):
    """Not in this state, or not yet."""


class Overtaken(NotNow):
    """Somebody else was quicker; look again."""


class Incomplete(Refusal):
    """Something given is missing or cannot be taken so; `reason.field` names it."""


NOT_YOURS = Reason("not_yours", "您没有办理此步的权限", "You may not take this step")
OWN_UNIT = Reason("own_unit", "任何人不得办理本单位的案件", "Nobody works a case of their own unit")
NOT_NEW = Reason(
    "not_new",
    "您办理过本案，须由未经手的人办理；本区没有第二人的，由市级办理",
    "You have worked this case; it takes somebody new to it, of the city's office where the "
    "district has no second person",
)
NOT_IN_STATE = Reason(
    "not_in_state", "案件当前状态不能办理此步", "The case is not in a state for this step"
)
OVERTAKEN = Reason(
    "overtaken",
    "案件刚刚已由他人办理，请查看最新情况",
    "Somebody else has just worked this case; look again",
)
EMBARGO = Reason(
    "embargo", "案件处于保密期，待纪检解除", "Under embargo until the inspectors release it"
)
LETTER_DROPPED = Reason(
    "letter_dropped", "已弃稿的函件不能关联", "A letter given up is linked to nothing", "letter"
)
NOT_EMBARGOED = Reason("not_embargoed", "案件不在保密期", "The case is not under embargo")
ACKNOWLEDGED = Reason("acknowledged", "已经签收", "Acknowledged already")
WORDS_ALONE = Reason(
    "words_alone",
    "不能仅凭评价文字认定属实：须有回访确认、核查记录、单位答复或纪检结果",
    "Not verified on the words alone: it takes a call-back that stands, a check, the unit's answer "
    "or the inspectors' findings",
    "finding",
)
TAKES_TWO = Reason(
    "takes_two",
    "保密期内只能认定属实或部分属实；不属实、作废的，先解除保密并报告，由两人认定",
    "Under embargo only verified or partly; what is unfounded or void is released and reported "
    "first, and takes two people",
    "finding",
)
UNFIT_KIND = Reason(
    "unfit_kind",
    "作废的只能是误评或恶意评价；属实、部分属实的不能是误评、恶意评价或非本单位的事",
    "Void is only what was rated by mistake or in malice; verified, or partly, is neither of these "
    "nor another body's matter",
    "kind",
)
STAYS_VOID = Reason(
    "stays_void", "评价已作废，认定不能改变", "The rating is void; that verdict stands"
)
STILL_OPEN_TO_HER = Reason(
    "still_open_to_her",
    "评价人仍可再次评价，期满前不能办结",
    "The rater may still judge the handling; not closed before her time is up",
)
NOT_TO_BE_HEARD = Reason(
    "not_to_be_heard",
    "只代记没有留手机号的反映人的意见；其他人凭回执自己评价",
    "Recorded only for who spoke up otherwise than by a rating and left no phone; everybody else "
    "judges through the receipt",
)
REPLY_OWED = Reason(
    "reply_owed", "有人在等答复，须先答复", "Somebody awaits an answer; give it first"
)
NOTHING_TO_APPEAL = Reason("nothing_to_appeal", "没有可申诉的认定", "There is no verdict to appeal")
APPEALED = Reason("appealed", "这一认定已经申诉过", "This verdict has been appealed already")
APPEAL_OVER = Reason("appeal_over", "申诉期限已过", "The time to appeal is over")
NO_APPEAL = Reason("no_appeal", "没有待复核的申诉", "No appeal waits for a review")
SAME_VERDICT = Reason(
    "same_verdict",
    "采纳申诉须改变认定或类别",
    "An upheld appeal changes the finding or the kind",
    "finding",
)
NOTHING_TO_LOOK_AT = Reason(
    "nothing_to_look_at",
    "只有属实、部分属实的案件回头看",
    "Only what was verified, or partly, is looked back at",
)
PICKED = Reason("picked", "已列入回头看", "Picked for a look-back already")
NOT_PICKED = Reason("not_picked", "未列入回头看", "Not picked for a look-back")
THERE_ALREADY = Reason("there_already", "本来就是该单位的", "It is this unit's already", "unit")
MOVE_WAITS = Reason(
    "move_waits",
    "已拟移交其他单位，待第二人决定",
    "Another unit is proposed; a second person decides first",
)
NO_MOVE = Reason("no_move", "没有待决定的移交", "No other unit is proposed")
VERDICT_STANDS = Reason(
    "verdict_stands",
    "已认定属实、部分属实或作废，不能移交其他单位；未答复的先撤回认定，已答复的由单位申诉",
    "Verified, partly or void, it is not moved; before the answer the verdict is withdrawn first, "
    "after it the unit appeals",
)
NO_CLOCK = Reason(
    "no_clock", "没有可以暂停或延期的时限", "No clock runs that may be given more time"
)
TIME_ASKED = Reason(
    "time_asked",
    "已申请暂停或延期，待另一人决定",
    "More time was asked for already; another person decides",
)
NO_REQUEST = Reason("no_request", "没有待决定的申请", "Nobody asked for more time")
OWN_REQUEST = Reason(
    "own_request", "您是申请人，须由另一人决定", "You asked; another person decides"
)
NOT_PAUSED = Reason("not_paused", "没有暂停的时限", "No clock is paused")
CLOCK_LATE = Reason(
    "clock_late", "已经超期，不能暂停或延期", "It is overdue; there is no more time to give"
)
PAUSED_ALREADY = Reason("paused_already", "已经暂停", "It is paused already", "what")
NO_PAUSE = Reason("no_pause", "方案不允许暂停此时限", "The scheme lets nobody pause it", "what")
EXTENDED = Reason(
    "extended", "延期次数已用完", "It was extended as often as the scheme allows", "what"
)
NOT_ASKED = Reason(
    "not_asked",
    "没有留电话，或不愿接电话，不作复访",
    "No phone, or no wish to be called: there is no second call",
)
NEEDS = Reason("needs", "此项必填", "This is required")
CONSENT_UNASKED = Reason(
    "consent_unasked", "未接通时不能登记同意", "No consent without an answered call", "outcome"
)
AGREED_UNASKED = Reason(
    "agreed_unasked", "只有约定再打的才填时间", "Only a call for later has a time", "agreed_at"
)
AGREED_PAST = Reason(
    "agreed_past", "约定的时间须在此刻之后", "The agreed time must lie ahead", "agreed_at"
)
NO_MATTER = Reason(
    "no_matter", "评价人没有填写办件编号", "The rater left no matter number", "includes_matter"
)
NO_CONSENT_MATTER = Reason(
    "no_consent_matter",
    "评价人未同意向单位告知其办件",
    "The rater did not agree that the unit may know her matter",
    "includes_matter",
)
NO_CONSENT_WORDS = Reason(
    "no_consent_words",
    "评价人未同意向单位转述原话",
    "The rater did not agree that the unit may read her own words",
    "includes_words",
)
NAMES_HER = Reason(
    "names_her",
    "文字中有电话或证件号码，请删去",
    "The text holds a telephone or identity number; take it out",
    "words",
)
HER_NAME = Reason(
    "her_name",
    "文字中有反映人的姓名，请删去",
    "The text holds the name of who spoke up; take it out",
    "words",
)
HER_MATTER = Reason(
    "her_matter",
    "文字中有评价人的办件编号或来文编号，其未同意告知单位，请删去",
    "The text holds the number of the rater's matter or of what she wrote, which she did not agree "
    "to share; take it out",
    "words",
)
HER_OWN_WORDS = Reason(
    "her_own_words",
    "文字照抄了评价人原话，请改用办公室的表述",
    "The text repeats the rater's own words; put it in the office's",
    "words",
)
WRONG_UNIT = Reason(
    "wrong_unit",
    "只能转办被评单位或其主管单位",
    "Dispatched to the rated unit or one above it only",
    "unit",
)
NO_CONTACT = Reason("no_contact", "评价人没有留下此项", "The rater did not leave this", "what")
RATINGS_OPEN_THEMSELVES = Reason(
    "ratings_open_themselves",
    "差评自动立案，不用手工录入",
    "Bad ratings open their cases by themselves",
    "origin",
)
IN_THE_FUTURE = Reason("in_the_future", "日期在将来", "The date lies in the future", "dated")
PHONE_WRONG = Reason(
    "phone_wrong", "须为 11 位手机号", "A mobile number has eleven digits", "phone"
)
NO_PHONE = Reason("no_phone", "要求回访须留手机号", "A call-back needs a phone number", "phone")
UNIT_RETIRED = Reason("unit_retired", "该单位已停用", "This unit is retired", "unit")
OTHER_UNITS_POINT = Reason(
    "other_units_point", "服务点不属于该单位", "The point belongs to another unit", "point"
)
NAMES_NO_UNIT = Reason(
    "names_no_unit", "没有单位，请填写", "It names no unit: fill one in", field="unit"
)
HAS_ITS_CASE = Reason("has_its_case", "该留言已经立案", "This message has its case")
PROPOSAL_GONE = Reason(
    "proposal_gone", "该文件已导入或已放弃", "This file was loaded or given up already"
)
IN_A_PROBLEM = Reason("in_a_problem", "案件已属于一个问题", "The case belongs to a problem already")
NOT_IN_PROBLEM = Reason(
    "not_in_problem", "案件不在该问题之中", "The case does not belong to this problem"
)
PROBLEM_CLOSED = Reason("problem_closed", "该问题已办结", "This problem is closed")
NOT_ALL_ANSWERED = Reason(
    "not_all_answered",
    "还有案件未答复，每位反映人都答复后才能办结",
    "Some cases are not answered yet; the problem closes once everybody was",
)
CANNOT_WORK_IT = Reason(
    "cannot_work_it",
    "此人不能承办本案：不是管辖本区的分拣员、回访员或案件管理员，或服务于被评单位",
    "They cannot see to this case: no sorter, caller or case manager for its district, or of the "
    "rated unit",
    "assignee",
)
ASSIGNED_SO = Reason("assigned_so", "本案已由此人承办", "They see to this case already", "assignee")
NOT_BAD = Reason("not_bad", "不是差评，或已作废", "Not a bad rating, or void")
HAS_CASE = Reason("has_case", "该评价已经立案", "This rating has its case")


def too_many_days(most: int) -> Reason:
    """An extension is no longer than the clock itself."""
    return Reason("too_many_days", f"最多 {most} 个工作日", f"{most} working days at most", "days")


def needs(field: str) -> Reason:
    """`field` must be given."""
    return replace(NEEDS, field=field)


def too_long(field: str, longest: int) -> Reason:
    """`field` holds more than `longest` characters."""
    return Reason("too_long", f"最多 {longest} 个字", f"{longest} characters at most", field)


def agreed_too_late(latest: datetime) -> Reason:
    """The scheme lets nobody wait that long."""
    until = f"{localtime(latest):%Y-%m-%d %H:%M}"
    return Reason(
        "agreed_too_late", f"按方案，不得晚于 {until}", f"By the scheme {until} at the latest",
        "agreed_at",
    )  # fmt: skip
