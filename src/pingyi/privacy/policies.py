"""Whether now: why a review or a step on a request is refused."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Why(StrEnum):
    """The reasons, typed so that a page and a refusal say the same."""

    REVIEWED = "reviewed"
    OWN_LOOK = "own_look"
    NO_REASON = "no_reason"
    SETTLED = "settled"
    NOT_VERIFIED = "not_verified"
    NO_PHONE = "no_phone"
    PHONE_UNFIT = "phone_unfit"
    NOTHING_KEPT = "nothing_kept"
    OWN_UNIT = "own_unit"


TEXTS: dict[Why, str | Promise] = {
    Why.REVIEWED: _("这条标记已经有结论"),
    Why.OWN_LOOK: _("不能给自己的查看下结论"),
    Why.NO_REASON: _("请写明理由"),
    Why.SETTLED: _("这件请求已经办结"),
    Why.NOT_VERIFIED: _("还没有用验证码核实本人，或核实已超过一天"),
    Why.NO_PHONE: _("这条评价没有留手机号，无法发验证码"),
    Why.PHONE_UNFIT: _("不是有效的手机号"),
    Why.NOTHING_KEPT: _("已经没有可删除的联系方式"),
    Why.OWN_UNIT: _("任何人不得办理本单位的评价"),
}


class Refused(ValueError):
    """Not now, or not so; `why` says it to the program, the message to a person."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)

    def __str__(self) -> str:
        return str(TEXTS[self.why])
