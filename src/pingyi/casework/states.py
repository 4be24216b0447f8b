"""A case's states and every step between them, as one table. Pure.

Buttons, refusals, clocks, the diagram in docs/cases.md and the exhaustive test (from × step × role)
all read `TRANSITIONS`. *Who may* is the permission named here (people.roles says who holds it);
*whether now*, beyond the state itself, is in `policies`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pingyi.kernel.terms import Term
from pingyi.people.roles import Role


class State(Term):
    UNSORTED = "unsorted", "待分拣", "To be sorted"
    TO_CALL = "to_call", "待回访", "To be called back"
    TO_CHECK = "to_check", "待核查", "To be checked"
    TO_PLACE = "to_place", "待处置", "To be placed"
    WITH_UNIT = "with_unit", "单位办理中", "With the unit"
    REFERRED = "referred", "纪检核查中", "With the inspectors"
    TO_DECIDE = "to_decide", "待认定", "To be decided"
    TO_CONFIRM = "to_confirm", "待复核", "To be confirmed"
    TO_REPLY = "to_reply", "待答复", "To be answered"
    REPLIED = "replied", "已答复", "Answered"
    CLOSED = "closed", "已办结", "Closed"


class Kind(Term):
    """What a bad rating is about. The scheme says which kinds cost points."""

    CONDUCT = "conduct", "作风", "Conduct"
    PROCESS = "process", "程序", "Process"
    POLICY = "policy", "政策", "Policy"
    FACILITY = "facility", "设施", "Facility"
    NOT_OURS = "not_ours", "非本单位", "Another body's matter"
    MISTAKEN = "mistaken", "误评", "Rated by mistake"
    MALICIOUS = "malicious", "恶意评价", "Malicious"


class Finding(Term):
    VERIFIED = "verified", "属实", "Verified"
    PARTLY = "partly", "部分属实", "Partly verified"
    UNFOUNDED = "unfounded", "不属实", "Unfounded"
    VOID = "void", "作废", "Void"


class CallOutcome(Term):
    SETTLED = "answered_settled", "已接通，当场解决", "Answered, settled on the phone"
    STANDS = "answered_stands", "已接通，问题仍在", "Answered, the matter stands"
    NO_ANSWER = "no_answer", "无人接听", "No answer"
    CALL_LATER = "call_later", "约定再打", "Asked to call later"
    WRONG_NUMBER = "wrong_number", "号码有误", "Wrong number"
    REFUSES = "refuses", "拒绝回访", "Does not want to be called"


class SecondCall(Term):
    """What came of calling her once more, after the answer."""

    SATISFIED = "satisfied", "已接通，满意", "Answered, satisfied"
    UNSATISFIED = "unsatisfied", "已接通，不满意", "Answered, not satisfied"
    MISSED = "missed", "未接通", "Not reached"


class Ground(Term):
    """Whether what she asks for stands on law or rule."""

    REASONABLE = "reasonable", "合理", "Reasonable"
    PARTLY = "partly", "部分合理", "Reasonable in part"
    GROUNDLESS = "groundless", "没有依据", "Without ground"


class Handling(Term):
    """How a case is to be handled: one way for each sort of matter (docs/domain.md §4)."""

    AT_ONCE = "at_once", "清楚合理，立即整改", "Clear and reasonable: put right at once"
    IN_TIME = "in_time", "情况复杂，建台账限期办理", "Complex: on the ledger, with a time limit"
    EXPLAIN = "explain", "没有依据，解释说明", "No legal basis: explain"
    REVIEW = "review", "疑误评或恶意，复核后作废", "Mistaken or malicious: review, then void"


class Grade(Term):
    """How hard a dispatched case is; each grade has its clock, `handle_<grade>`."""

    SIMPLE = "simple", "简单", "Simple"
    COMPLEX = "complex", "复杂", "Complex"


class Priority(Term):
    NORMAL = "", "普通", "Normal"
    LEAD = "lead", "涉腐线索", "Corruption lead"


class Review(Term):
    """What comes of a unit's appeal."""

    UPHELD = "upheld", "采纳申诉，改变认定", "Upheld, the verdict is changed"
    DISMISSED = "dismissed", "维持原认定", "Dismissed, the verdict stands"


class Stage(Term):
    """Which look-back: each has its clock, `look_back_<stage>`, counted from the closing."""

    FIRST = "first", "第一次", "First"
    SECOND = "second", "第二次", "Second"


class Way(Term):
    """How somebody looked."""

    SITE = "site", "实地", "On site"
    PHONE = "phone", "电话", "By phone"


class Found(Term):
    """What a look-back found."""

    PUT_RIGHT = "yes", "已整改", "Put right"
    NOT_PUT_RIGHT = "no", "未整改", "Not put right"


class Judged(Term):
    """What she says of the handling."""

    SATISFIED = "yes", "满意", "Satisfied"
    NOT_SATISFIED = "no", "不满意，请再处理", "Not satisfied, please look again"


class Responsibility(Term):
    """Who answers for a matter: each look-back that finds nothing put right goes a level up."""

    DIRECT = "direct", "直接责任", "Direct responsibility"
    LEADERSHIP = "leadership", "领导责任", "Leadership responsibility"
    MAIN = "main", "主体责任", "Main responsibility"


MOVES = ("move", "move_dispatched", "move_answered", "move_overturned")
"""Steps that move a case to the unit it belongs to, by where it stands."""

SECOND_CALLS = (
    "miss_second_call", "hear_satisfied", "hear_unsatisfied", "hear_still_unsatisfied",
)  # fmt: skip
"""Steps of the call after the answer, by what she says and whether she said so before."""
HERS = ("accept_reply", "reopen", "end_unsatisfied")
"""Steps of her own judgement: satisfied, not satisfied and reopened, not satisfied once more."""
HEARD = ("accept_told", "reopen_told", "end_told")
"""The same three, recorded by the office as she said it."""

INSPECTORS_TIME = (
    "inspectors_ask_time",
    "inspectors_grant_time",
    "inspectors_refuse_time",
    "inspectors_resume",
)
"""Steps on the inspectors' own clock: asked by one of them, decided by another."""

LOOK_BACK = "look_back_*"
"""The look-back clock, whichever stage it is."""
HANDLE = "handle_*"
"""The handling clock, whichever the dispatch's grade calls for."""

RATER = "rater"
"""In place of a permission: the step of the person who rated, through her opened receipt."""
SYSTEM = "system"
"""In place of a permission: a step the program takes by itself."""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One step: from any of `sources` to `target`; without a target the case stays where it is.

    `needs` are the fields that must be given. `starts`, `meets` and `stops` name clocks of the
    scheme; a clock met or stopped need not be running. `automatic`: a job may take it too.
    `sealed`: it is taken on a case under embargo; all other steps wait for the release.
    """

    name: str
    zh: str
    en: str
    sources: frozenset[State]
    target: State | None
    permission: str
    needs: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    automatic: bool = False
    sealed: bool = False

    def target_from(self, state: State) -> State:
        """Where a case in `state` stands after this step."""
        return state if self.target is None else self.target


def _t(
    name: str,
    zh: str,
    en: str,
    sources: Iterable[State],
    target: State | None,
    permission: str,
    needs: str = "",
    *,
    starts: str = "",
    meets: str = "",
    stops: str = "",
    automatic: bool = False,
    sealed: bool = False,
) -> Transition:
    return Transition(
        name=name,
        zh=zh,
        en=en,
        sources=frozenset(sources),
        target=target,
        permission=permission,
        needs=tuple(needs.split()),
        starts=tuple(starts.split()),
        meets=tuple(meets.split()),
        stops=tuple(stops.split()),
        automatic=automatic,
        sealed=sealed,
    )


ALONE = frozenset({Finding.VERIFIED, Finding.PARTLY})
"""Findings one person may pronounce. Unfounded and void take the rater's word away, so a second
person, who was not on the case, confirms them."""

VOIDED = frozenset({Kind.MISTAKEN, Kind.MALICIOUS})
"""What takes a rating out of every rate, and nothing else does (DOMAIN §4)."""

KINDS: dict[Finding, frozenset[Kind]] = {
    Finding.VERIFIED: frozenset(Kind) - VOIDED - {Kind.NOT_OURS},
    Finding.PARTLY: frozenset(Kind) - VOIDED - {Kind.NOT_OURS},
    Finding.UNFOUNDED: frozenset(Kind),
    Finding.VOID: VOIDED,
}
"""The kinds a finding may be of: what was rated by mistake, in malice or of another body is never
verified of this one."""

SEALING = ("refer", "refer_late", "sort_to_refer")
"""Steps that hand a case to the inspectors, and put it under embargo if it is a lead."""

PICKING = ("case.pick", "sample.draw", "case.assign")
"""Actions that pick a case for a look-back, or say who sees to it: whoever does no more than that
was not on it."""

S = State
_AT_OFFICE = (S.TO_CHECK, S.TO_PLACE, S.TO_DECIDE)
_IN_HAND = (S.TO_PLACE, S.WITH_UNIT, S.REFERRED, S.TO_DECIDE, S.TO_CONFIRM, S.TO_REPLY)
"""Where a case with a verdict can stand again: reopened, or not yet answered."""
_TOLD = (S.REPLIED, S.CLOSED)
_OPEN = tuple(state for state in S if state is not S.CLOSED)
_MOVABLE_AS_IT_IS = (S.UNSORTED, S.TO_CALL, S.TO_CHECK, S.TO_PLACE, S.CLOSED)
"""Moved to another unit, a case stands as it stood: no unit was asked yet, or all is settled."""
_TIMED = (*_AT_OFFICE, S.WITH_UNIT)
"""Where unit or office may be given more time: the handling clock, or the office's."""
_MOVABLE = (*_MOVABLE_AS_IT_IS, S.WITH_UNIT, S.TO_DECIDE, S.TO_REPLY)

# fmt: off
_TABLE = (
    _t("open", "立案", "Open", (), S.UNSORTED, SYSTEM,
       starts="sort call_back verify", automatic=True),

    _t("assign", "分派", "Assign", _OPEN, None, "case.assign", "assignee"),

    _t("instruct", "领导批示", "Leader's instruction", _OPEN, None, "case.instruct", "instruction"),

    _t("sort_to_call", "分拣，转回访", "Sort, to be called back", (S.UNSORTED,), S.TO_CALL,
       "case.sort", "kind", meets="sort"),
    _t("sort_to_check", "分拣，转核查", "Sort, to be checked", (S.UNSORTED,), S.TO_CHECK,
       "case.sort", "kind", meets="sort"),
    _t("sort_to_refer", "分拣，线索移交纪检", "Sort, a lead for the inspectors", (S.UNSORTED,),
       S.REFERRED, "case.sort", "kind note",
       starts="referral", meets="sort", stops="call_back verify"),

    _t("log_attempt", "登记未接通", "Log an attempt", (S.TO_CALL,), None,
       "case.call", "outcome"),
    _t("settle", "回访解决，办结", "Settled at call-back", (S.TO_CALL,), S.CLOSED,
       "case.call", "outcome reply", meets="call_back verify"),
    _t("stand", "回访后问题仍在", "Stands after the call", (S.TO_CALL,), S.TO_PLACE,
       "case.call", "outcome note", meets="call_back"),
    _t("give_up_calling", "无法回访，转核查", "Cannot be reached, to be checked", (S.TO_CALL,),
       S.TO_CHECK, "case.call", "outcome", meets="call_back", automatic=True),

    _t("note_check", "记录核查", "Note a check", _AT_OFFICE, None,
       "case.check", "note", meets="call_back"),
    _t("find_standing", "核查后问题仍在", "Stands after the check", (S.TO_CHECK,), S.TO_PLACE,
       "case.check", "note", meets="call_back"),

    _t("propose_handling", "拟办意见", "Propose how to handle it", _AT_OFFICE, None,
       "case.check", "ground handling"),

    _t("dispatch", "转办", "Dispatch to the unit", (S.TO_CHECK, S.TO_PLACE), S.WITH_UNIT,
       "case.dispatch", "words grade",
       starts=f"acknowledge {HANDLE}", meets="call_back", stops="verify"),
    _t("acknowledge", "签收", "Acknowledge", (S.WITH_UNIT,), None,
       "case.answer", meets="acknowledge"),
    _t("answer", "报送办理情况", "Answer", (S.WITH_UNIT,), S.TO_DECIDE,
       "case.answer", "account measures", starts="verify", meets=f"acknowledge {HANDLE}"),
    _t("recall", "收回转办", "Recall from the unit", (S.WITH_UNIT,), S.TO_PLACE,
       "case.dispatch", "reason", starts="verify", stops=f"acknowledge {HANDLE}"),

    _t("refer", "移交纪检", "Refer to the inspectors", (S.TO_CALL, *_AT_OFFICE), S.REFERRED,
       "case.refer", "reason", starts="referral", stops="call_back verify"),
    _t("refer_late", "事后发现线索，移交纪检", "Refer a lead found late",
       (S.TO_REPLY, S.REPLIED, S.CLOSED), S.REFERRED, "case.refer_late", "reason",
       starts="referral", stops=f"reply re_judge {LOOK_BACK}"),
    _t("note_investigation", "记录调查", "Note an investigation", (S.REFERRED,), None,
       "case.investigate", "note", sealed=True),
    _t("report", "报告核查结果", "Report findings", (S.REFERRED,), S.TO_DECIDE,
       "case.investigate", "account", starts="verify", meets="referral"),
    _t("conclude", "保密期内认定", "Conclude under embargo", (S.REFERRED,), S.TO_REPLY,
       "case.investigate", "account finding kind", meets="referral", sealed=True),
    _t("release", "解除保密", "Release the embargo", (S.REFERRED,), None,
       "case.investigate", "reason", sealed=True),
    _t("release_concluded", "解除保密，转答复", "Release the embargo, to be answered",
       (S.TO_REPLY,), None, "case.investigate", "reason", starts="reply", sealed=True),

    _t("decide", "认定", "Decide", _AT_OFFICE, S.TO_REPLY,
       "case.decide", "finding kind reason", starts="reply", meets="call_back verify"),
    _t("propose", "拟认定，提请复核", "Propose a verdict for a second person", _AT_OFFICE,
       S.TO_CONFIRM, "case.decide", "finding kind reason", meets="call_back"),
    _t("confirm", "复核同意，认定", "Confirm the verdict", (S.TO_CONFIRM,), S.TO_REPLY,
       "case.decide", starts="reply", meets="verify"),
    _t("send_back", "复核退回", "Send the proposal back", (S.TO_CONFIRM,), S.TO_DECIDE,
       "case.decide", "reason"),
    _t("reconsider", "撤回认定", "Withdraw the verdict", (S.TO_REPLY,), S.TO_DECIDE,
       "case.decide", "reason", starts="verify", stops="reply"),
    _t("appeal", "单位申诉", "The unit appeals", (*_IN_HAND, *_TOLD), None,
       "case.appeal", "grounds", starts="appeal_review", sealed=True),
    _t("uphold_in_hand", "采纳申诉", "Uphold the appeal", _IN_HAND, None,
       "case.decide", "finding kind reason", meets="appeal_review"),
    _t("uphold", "采纳申诉，重新答复", "Uphold the appeal, to be answered anew", _TOLD, S.TO_REPLY,
       "case.decide", "finding kind reason",
       starts="reply", meets="appeal_review", stops="re_judge"),
    _t("dismiss", "驳回申诉", "Dismiss the appeal", (*_IN_HAND, *_TOLD), None,
       "case.decide", "reason", meets="appeal_review"),
    _t("unit_asks_time", "单位申请暂停或延期", "The unit asks for more time", (S.WITH_UNIT,), None,
       "case.answer", "what reason"),
    _t("ask_time", "申请暂停或延期", "Ask for more time", _TIMED, None,
       "case.check", "what reason"),
    _t("grant_time", "同意暂停或延期", "Give more time", _TIMED, None, "case.decide"),
    _t("refuse_time", "不同意暂停或延期", "Give no more time", _TIMED, None,
       "case.decide", "reason"),
    _t("resume", "恢复计时", "Let the clock run on", _TIMED, None, "case.check"),
    _t("inspectors_ask_time", "纪检申请暂停或延期", "The inspectors ask for more time",
       (S.REFERRED,), None, "case.investigate", "what reason", sealed=True),
    _t("inspectors_grant_time", "纪检同意暂停或延期", "The inspectors give more time",
       (S.REFERRED,), None, "case.investigate", sealed=True),
    _t("inspectors_refuse_time", "纪检不同意暂停或延期", "The inspectors give no more time",
       (S.REFERRED,), None, "case.investigate", "reason", sealed=True),
    _t("inspectors_resume", "纪检恢复计时", "The inspectors let the clock run on",
       (S.REFERRED,), None, "case.investigate", sealed=True),
    _t("propose_move", "拟移交其他单位", "Propose another unit", _MOVABLE, None,
       "case.move", "unit reason"),
    _t("move", "同意移交其他单位", "Move to the other unit", _MOVABLE_AS_IT_IS, None,
       "case.decide"),
    _t("move_dispatched", "同意移交其他单位，转办终止", "Move to the other unit, the dispatch ends",
       (S.WITH_UNIT,), S.TO_PLACE, "case.decide",
       starts="verify", stops=f"acknowledge {HANDLE}"),
    _t("move_answered", "同意移交其他单位，重新处置", "Move to the other unit, to be placed anew",
       (S.TO_DECIDE,), S.TO_PLACE, "case.decide"),
    _t("move_overturned", "同意移交其他单位，另行处置",
       "Move to the other unit, to be placed instead of answered", (S.TO_REPLY,), S.TO_PLACE,
       "case.decide", starts="verify", stops="reply"),
    _t("refuse_move", "不同意移交其他单位", "Do not move it", tuple(S), None,
       "case.decide", "reason"),
    _t("reply", "答复评价人", "Reply to the rater", (S.TO_REPLY,), S.REPLIED,
       "case.reply", "text", starts="re_judge", meets="reply"),

    _t("accept_reply", "评价人满意，办结", "The rater is satisfied", (S.REPLIED,), S.CLOSED,
       RATER, meets="re_judge"),
    _t("reopen", "评价人不满意，重新处置", "The rater is not satisfied, reopened", (S.REPLIED,),
       S.TO_PLACE, RATER, starts="verify", meets="re_judge"),
    _t("end_unsatisfied", "评价人仍不满意，办结", "Still not satisfied, closed", (S.REPLIED,),
       S.CLOSED, RATER, meets="re_judge"),
    _t("miss_second_call", "复访未接通", "Second call, not reached", (S.REPLIED,), None,
       "case.call", "outcome"),
    _t("hear_satisfied", "复访，评价人满意，办结", "Second call, the rater is satisfied",
       (S.REPLIED,), S.CLOSED, "case.call", "outcome", meets="re_judge"),
    _t("hear_unsatisfied", "复访，评价人不满意，重新处置",
       "Second call, the rater is not satisfied, reopened", (S.REPLIED,), S.TO_PLACE,
       "case.call", "outcome words", starts="verify", meets="re_judge"),
    _t("hear_still_unsatisfied", "复访，评价人仍不满意，办结",
       "Second call, still not satisfied, closed", (S.REPLIED,), S.CLOSED,
       "case.call", "outcome words", meets="re_judge"),
    _t("accept_told", "代记：反映人满意，办结", "Recorded for her: satisfied",
       (S.REPLIED,), S.CLOSED, "case.hear", meets="re_judge"),
    _t("reopen_told", "代记：反映人不满意，重新处置", "Recorded for her: not satisfied, reopened",
       (S.REPLIED,), S.TO_PLACE, "case.hear", starts="verify", meets="re_judge"),
    _t("end_told", "代记：反映人仍不满意，办结", "Recorded for her: still not satisfied, closed",
       (S.REPLIED,), S.CLOSED, "case.hear", meets="re_judge"),
    _t("pick_look_back", "列入回头看", "Pick for a look-back", (S.CLOSED,), None,
       "case.decide", starts=LOOK_BACK),
    _t("look_back_kept", "回头看，已整改", "Looked back, put right", (S.CLOSED,), None,
       "case.check", "way note", meets=LOOK_BACK),
    _t("look_back_failed", "回头看，未整改，重新处置", "Looked back, not put right, reopened",
       (S.CLOSED,), S.TO_PLACE, "case.check", "way note", starts="verify", meets=LOOK_BACK),
    _t("close", "办结", "Close", (S.REPLIED,), S.CLOSED,
       "case.close", stops="re_judge", automatic=True),
    _t("close_unowed", "无人待复，办结", "Close, nobody awaits an answer", (S.TO_REPLY,), S.CLOSED,
       "case.close", stops="reply"),
)
# fmt: on

TRANSITIONS: dict[str, Transition] = {transition.name: transition for transition in _TABLE}

OWNERS: dict[State, Role] = {
    State.UNSORTED: Role.SORTER,
    State.TO_CALL: Role.CALLER,
    State.TO_CHECK: Role.CASE_MANAGER,
    State.TO_PLACE: Role.CASE_MANAGER,
    State.WITH_UNIT: Role.UNIT_ADMIN,
    State.REFERRED: Role.INSPECTOR,
    State.TO_DECIDE: Role.CASE_MANAGER,
    State.TO_CONFIRM: Role.CASE_MANAGER,
    State.TO_REPLY: Role.CALLER,
    State.REPLIED: Role.CASE_MANAGER,
    State.CLOSED: Role.CASE_MANAGER,
}
"""Who answers for a case in each state; for one under embargo it is always the inspectors."""

ENDINGS = frozenset({State.CLOSED})


def owner(state: State, *, embargoed: bool = False) -> Role:
    """The role that must act next, or keeps the record of a closed case."""
    return Role.INSPECTOR if embargoed else OWNERS[state]


def handler(rule: str, state: State, *, embargoed: bool = False) -> Role:
    """The role that must act on the running clock `rule`: an appeal is reviewed by the office,
    wherever the case is."""
    if rule == "appeal_review" and not embargoed:
        return Role.CASE_MANAGER
    return owner(state, embargoed=embargoed)


def steps_from(state: State) -> tuple[Transition, ...]:
    """The steps a case in `state` may take, in the table's order."""
    return tuple(step for step in _TABLE if state in step.sources)


def is_clock(name: str, rule: str) -> bool:
    """Whether the table's clock `name` (`handle_*` too) means the scheme's clock `rule`."""
    return rule.startswith(name[:-1]) if name.endswith("*") else rule == name
