"""What the clocks that schemes lay down are called, and what a city says of a day. Pure."""

from pingyi.kernel.terms import Term


class ClockName(Term):
    """What a clock measures; its code is the name of the scheme's rule."""

    SORT = "sort", "分拣", "Sort"
    CALL_BACK = "call_back", "回访", "Call-back"
    ACKNOWLEDGE = "acknowledge", "签收", "Acknowledge"
    HANDLE_SIMPLE = "handle_simple", "办理", "Handle"
    HANDLE_COMPLEX = "handle_complex", "办理（复杂）", "Handle (complex)"
    RECTIFY = "rectify", "整改", "Rectification"
    REFERRAL = "referral", "纪检反馈", "Inspectors' findings"
    VERIFY = "verify", "认定", "Verdict"
    REPLY = "reply", "答复", "Reply"
    RE_JUDGE = "re_judge", "评价人再评", "Rater's judgement"
    LOOK_BACK_FIRST = "look_back_first", "回头看（第一次）", "Look-back (first)"
    LOOK_BACK_SECOND = "look_back_second", "回头看（第二次）", "Look-back (second)"
    APPEAL = "appeal", "申诉", "Appeal"
    APPEAL_REVIEW = "appeal_review", "复核", "Review"
    LETTER_ACKNOWLEDGE = "letter_acknowledge", "签收函件", "Acknowledge letter"
    LETTER_REPLY = "letter_reply", "答复函件", "Reply to letter"
    FIRST_FINDINGS = "first_findings", "初步核查", "First findings"
    RECHECK = "recheck", "复查", "Recheck"
    DUTY = "duty", "问责落实", "Measure carried out"
    APOLOGY = "apology", "道歉", "Apology"
    EXPLANATION = "explanation", "说明", "Explanation"
    PROMISE = "promise", "承诺办结", "Promised date"


class MoreTime(Term):
    """What a clock may be given."""

    PAUSE = "pause", "暂停计时", "Pause"
    EXTENSION = "extension", "延期", "Extension"


class Tier(Term):
    """Who is told as a clock falls due and after, one tier after the other."""

    HANDLER = "handler", "经办人", "Handler"
    CASE_MANAGER = "case_manager", "案件管理员", "Case manager"
    LEADER = "leader", "本区领导", "District's leader"
    CITY = "city", "市级", "City tier"


class DayWord(Term):
    """What the city says of a day of its calendar."""

    FREE = "free", "休息", "Free"
    WORKING = "working", "上班", "Worked"
    BACK = "back", "撤销本市规定", "Take the city's word back"
