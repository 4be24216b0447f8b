"""Who may, and whether now: why a step on a letter is refused, as a typed reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.audit.actions import Actor
from pingyi.audit.queries import events_about
from pingyi.clocks import more_time
from pingyi.clocks.names import MoreTime
from pingyi.directory.models import Area, Unit
from pingyi.letters.models import (
    Letter,
    LetterClock,
    LetterReply,
    LetterTimeRequest,
    Organ,
    Recipient,
)
from pingyi.letters.rules import reply_rule
from pingyi.letters.states import POWERS, STEPS, Desk, Part, State
from pingyi.people.models import User
from pingyi.people.permissions import Scope, scope_of

LONGEST_DAYS = 250
"""Working days: the most a recipient can be given, about a year."""


class Why(StrEnum):
    """The reasons, typed so that a button's tooltip and a refusal say the same."""

    NOT_YOURS = "not_yours"
    NOT_IN_STATE = "not_in_state"
    OVERTAKEN = "overtaken"
    OWN_HAND = "own_hand"
    NOT_ISSUED_HERE = "not_issued_here"
    NEEDED = "needed"
    TOO_LONG = "too_long"
    NO_RECIPIENT = "no_recipient"
    TWICE = "twice"
    OUT_OF_REACH = "out_of_reach"
    UNIT_RETIRED = "unit_retired"
    DAYS_UNFIT = "days_unfit"
    ACKNOWLEDGED = "acknowledged"
    NOT_AWAITED = "not_awaited"
    NOTHING_TO_JUDGE = "nothing_to_judge"
    REMINDED = "reminded"
    NAME_TAKEN = "name_taken"
    PREFIX_TAKEN = "prefix_taken"
    PREFIX_IN_USE = "prefix_in_use"
    OWN_UNIT = "own_unit"
    NO_CLOCK = "no_clock"
    TIME_ASKED = "time_asked"
    NO_REQUEST = "no_request"
    OWN_REQUEST = "own_request"
    CLOCK_LATE = "clock_late"
    EXTENDED = "extended"
    TOO_MANY_DAYS = "too_many_days"


TEXTS: dict[Why, str | Promise] = {
    Why.NOT_YOURS: _("您没有办理此步的权限"),
    Why.NOT_IN_STATE: _("函件当前状态不能办理此步"),
    Why.OVERTAKEN: _("函件刚刚已由他人改动，请查看最新文稿"),
    Why.OWN_HAND: _("起草、修改或提交过此稿的人不能签发，须由他人签发"),
    Why.NOT_ISSUED_HERE: _("该机关没有为这类函件设发文代字"),
    Why.NEEDED: _("此项必填"),
    Why.TOO_LONG: _("文字过长"),
    Why.NO_RECIPIENT: _("至少要有一个主送单位"),
    Why.TWICE: _("同一单位出现了两次"),
    Why.OUT_OF_REACH: _("不在该机关的发文范围"),
    Why.UNIT_RETIRED: _("该单位已停用"),
    Why.DAYS_UNFIT: _("答复期限应为 1 至 250 个工作日"),
    Why.ACKNOWLEDGED: _("已经签收"),
    Why.NOT_AWAITED: _("目前不需要答复"),
    Why.NOTHING_TO_JUDGE: _("没有待审核的答复"),
    Why.REMINDED: _("今天已经催办过"),
    Why.NAME_TAKEN: _("已有同名机关"),
    Why.PREFIX_TAKEN: _("该代字已由其他机关使用"),
    Why.PREFIX_IN_USE: _("该代字今年已经编过号，不能再改起始号"),
    Why.OWN_UNIT: _("任何人不得决定本单位的申请"),
    Why.NO_CLOCK: _("没有可以延期的答复期限"),
    Why.TIME_ASKED: _("已申请延期，待另一人决定"),
    Why.NO_REQUEST: _("没有待决定的申请"),
    Why.OWN_REQUEST: _("您是申请人，须由另一人决定"),
    Why.CLOCK_LATE: _("已经超期，不能延期"),
    Why.EXTENDED: _("延期次数已用完"),
    Why.TOO_MANY_DAYS: _("延期不能超过原定的期限"),
}


class Refused(ValueError):
    """The action was refused and nothing written; `field` is the argument to blame, if any."""

    def __init__(self, why: Why, field: str = "", detail: str = "") -> None:
        self.why = why
        self.field = field
        self.detail = detail
        super().__init__(why)

    def __str__(self) -> str:
        if not self.detail:
            return str(TEXTS[self.why])
        return gettext("%(what)s：%(detail)s") % {"what": TEXTS[self.why], "detail": self.detail}


def may_draft(by: Actor, organ: Organ) -> bool:
    """Whether `by` drafts for the organ."""
    return _reaches(by, POWERS[Desk(organ.desk)].draft, organ.area)


def may_issue(by: Actor, organ: Organ) -> bool:
    """Whether `by` issues, sends back and withdraws the organ's letters."""
    return _reaches(by, POWERS[Desk(organ.desk)].issue, organ.area)


def may_reply(by: Actor, recipient: Recipient) -> bool:
    """Whether `by` answers for the unit."""
    return isinstance(by, User) and recipient.unit_id in scope_of(by, "letter.reply").units


def why_not(step: str, letter: Letter, by: Actor) -> Why | None:
    """Why `by` cannot take the `step` of `states.STEPS` now; None if nothing stands in the way."""
    wanted = STEPS[step]
    allowed = may_issue if wanted.issuing else may_draft
    if not allowed(by, letter.organ):
        return Why.NOT_YOURS
    if letter.state != wanted.source:
        return Why.NOT_IN_STATE
    if wanted.another and by.audit_name in hands_of(letter):
        return Why.OWN_HAND
    return None


def offers(letter: Letter, user: User) -> dict[str, Why | None]:
    """The steps from the letter's state that are the user's, with why not now."""
    found = {name: why_not(name, letter, user) for name in STEPS}
    return {
        name: why
        for name, why in found.items()
        if letter.state == STEPS[name].source and why is not Why.NOT_YOURS
    }


def hands_of(letter: Letter) -> frozenset[str]:
    """Whoever wrote or submitted the letter, as the events know them."""
    written = ("letter.draft", "letter.edit", "letter.submit")
    names = events_about(letter).filter(action__in=written).values_list("actor", flat=True)
    return frozenset(names)


def in_reach(organ: Organ, unit: Unit) -> bool:
    """Whether the organ writes to the unit: of its own area, or of the area above it."""
    above = {organ.area.parent_id} - {None}
    return unit.area_id in above or any(area.pk == organ.area_id for area in _up_from(unit.area))


def is_awaited(recipient: Recipient) -> bool:
    """Whether the recipient's reply is awaited now."""
    return recipient.letter.state == State.ISSUED and recipient.reply_clock is not None


def latest_reply(recipient: Recipient) -> LetterReply | None:
    """The recipient's latest reply, the one that counts."""
    return recipient.replies.last()


def why_not_reply(recipient: Recipient, by: Actor) -> Why | None:
    """Why `by` cannot reply now: a reply nobody asked for, or one that lies with the organ."""
    if not may_reply(by, recipient):
        return Why.NOT_YOURS
    if recipient.letter.state != State.ISSUED:
        return Why.NOT_IN_STATE
    if recipient.part == Part.COPY or not recipient.letter.wants_reply:
        return Why.NOT_AWAITED
    latest = latest_reply(recipient)
    return Why.NOT_AWAITED if latest is not None and latest.returned_at is None else None


def why_not_judge(recipient: Recipient, by: Actor) -> Why | None:
    """Why `by` can neither accept nor return the latest reply."""
    if not may_draft(by, recipient.letter.organ):
        return Why.NOT_YOURS
    if recipient.letter.state != State.ISSUED:
        return Why.NOT_IN_STATE
    latest = latest_reply(recipient)
    judged = latest is None or latest.accepted_at is not None or latest.returned_at is not None
    return Why.NOTHING_TO_JUDGE if judged else None


def open_request(recipient: Recipient) -> LetterTimeRequest | None:
    """The request for more days that waits for somebody, the reply still awaited."""
    asked = LetterTimeRequest.objects.waiting().filter(clock__recipient=recipient)
    found: LetterTimeRequest | None = asked.select_related("clock__recipient").last()
    return found


def why_not_ask_days(recipient: Recipient, by: Actor, *, at: datetime) -> Why | None:
    """Why `by`, of the unit or of the organ, cannot ask for more days now."""
    if not may_reply(by, recipient) and not may_draft(by, recipient.letter.organ):
        return Why.NOT_YOURS
    clock = recipient.reply_clock
    rule = reply_rule(localdate(clock.started_at)) if clock is not None else None
    if clock is None or rule is None or not rule.extensions:
        return Why.NO_CLOCK
    if open_request(recipient) is not None:
        return Why.TIME_ASKED
    return Why.CLOCK_LATE if clock.is_late(at) else None


def why_not_more(clock: LetterClock, days: int, *, at: datetime) -> Why | None:
    """Why the scheme, or the clock as it stands, does not allow so many days more."""
    rule = reply_rule(localdate(clock.started_at))
    if rule is None:
        return Why.NO_CLOCK
    found = more_time.why_not(clock, rule, MoreTime.EXTENSION, days, at=at)
    return Why(found.value) if found is not None else None


def why_not_grant(recipient: Recipient, by: Actor, *, at: datetime) -> Why | None:
    """Why `by` cannot give what was asked for."""
    refused, request = why_not_refuse(recipient, by), open_request(recipient)
    if refused is not None or request is None:
        return refused
    return why_not_more(request.clock, request.days or 0, at=at)


def why_not_refuse(recipient: Recipient, by: Actor) -> Why | None:
    """Why `by` cannot refuse what was asked for: it takes somebody else, who issues letters."""
    if not may_issue(by, recipient.letter.organ):
        return Why.NOT_YOURS
    if may_reply(by, recipient):
        return Why.OWN_UNIT
    request = open_request(recipient)
    if request is None:
        return Why.NO_REQUEST
    return Why.OWN_REQUEST if request.by == by.audit_name else None


def _reaches(by: Actor, permission: str, area: Area) -> bool:
    if not isinstance(by, User):
        return False
    scope: Scope = scope_of(by, permission)
    return scope.everywhere or any(above.pk in scope.areas for above in _up_from(area))


def _up_from(area: Area) -> list[Area]:
    """The area and those above it."""
    line: list[Area] = []
    above: Area | None = area
    while above is not None:
        line.append(above)
        above = above.parent
    return line
