"""A case's story, told from its events: to the office and the inspectors, to the unit, to her.

Events are impersonal; what was said is fetched from the facts they point to, as far as the
audience may read it. The unit never hears the rater's words nor who at the office did what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.apps import apps
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from pingyi.audit.queries import events_about, reads_of
from pingyi.casework.escalation import when_text
from pingyi.casework.escalation_models import Escalation
from pingyi.casework.file_models import CaseFile
from pingyi.casework.models import Case, Fact
from pingyi.casework.receipts import case_of
from pingyi.casework.states import (
    HANDLE,
    HEARD,
    HERS,
    INSPECTORS_TIME,
    MOVES,
    SEALING,
    TRANSITIONS,
    CallOutcome,
    Finding,
    Grade,
    Ground,
    Handling,
    Kind,
    State,
    Transition,
    is_clock,
)
from pingyi.clocks.names import ClockName, MoreTime, Tier
from pingyi.kernel.terms import Term
from pingyi.people.models import User
from pingyi.ratings.models import Rating, Receipted

Audience = Literal["office", "inspectors", "unit", "citizen"]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One line of the story. `step` is the transition's name, "" for a look at a contact."""

    at: datetime
    who: str
    text: str
    detail: str = ""
    step: str = ""


def timeline(
    case: Case,
    audience: Audience,
    *,
    units: Collection[int] | None = None,
    files: Iterable[CaseFile] = (),
) -> list[Entry]:
    """The story as `audience` may read it, oldest first; a constant number of queries.

    A unit hears of what was handed to `units`, its own, and of verdicts found of them; with None,
    of all. Each of `files`, those the reader may see, is named where it was sent.
    """
    if audience == "citizen":
        return _to_her(case)
    told, facts = _story(case)
    names = _names(told)
    sent = _by_fact(files)
    if audience == "unit":
        told = _before_the_sealing(told) if case.embargoed else told
        theirs = [
            _with_files(_to_unit(item, facts, names), item, sent)
            for item in _since_theirs(told, facts, units)
            if item.name in _UNIT_SEES and _is_theirs(item, facts, units)
        ]
        raised = _raised_to_unit(case, units)
        return sorted([*theirs, *raised], key=lambda entry: entry.at)
    entries = [
        _with_files(
            Entry(
                at=item.at,
                who=names.get(item.by, item.by),
                text=words(item.step),
                detail=_detail(item, facts, audience),
                step=item.name,
            ),
            item,
            sent,
        )
        for item in told
    ]
    added = (*_looks(case, names), *_raised(case))
    return sorted([*entries, *added], key=lambda entry: entry.at)


def _before_the_sealing(told: list[_Told]) -> list[_Told]:
    """What a unit may know of a case under embargo: all of before, and what it did since."""
    sealing = max(n for n, item in enumerate(told) if item.name in SEALING)
    return [*told[:sealing], *(item for item in told[sealing:] if item.name in _ITS_OWN)]


def citizen_steps(received: Receipted) -> list[Entry]:
    """What became of it, in plain words for the person who rated, or spoke up in another way."""
    case = case_of(received)
    if isinstance(received, Rating):
        first = Entry(received.recorded_at, "", gettext("评价已收到"), step="received")
    else:
        assert case is not None
        first = Entry(case.opened_at, "", gettext("您反映的事项已受理"), step="received")
    return [first, *(_to_her(case) if case else [])]


def words(term: Term | Transition) -> str:
    """A term or step in the reader's language."""
    return term.en if (get_language() or "").startswith("en") else term.zh


class _Told:
    """An event of a case: its step, when it was taken and by whom."""

    def __init__(self, event: Any, case: Case) -> None:
        self.name: str = event.data["step"]
        self.step = TRANSITIONS[self.name]
        self.facts: dict[str, int] = event.data.get("facts", {})
        self.about: dict[str, int] = event.data.get("about", {})
        self.at: datetime = event.at
        self.by: str = event.actor
        if self.name == "open":
            self.at = case.opened_at

    def date_by(self, facts: Facts) -> None:
        """What was loaded from elsewhere happened when its facts say, not when it was loaded."""
        for kind, pk in self.facts.items():
            self.at, self.by = facts[kind][pk].at, facts[kind][pk].by


def _story(case: Case) -> tuple[list[_Told], Facts]:
    """The case's events and all facts they point to: one query for each kind of fact."""
    told = [_Told(event, case) for event in events_about(case)]
    wanted: dict[str, set[int]] = defaultdict(set)
    for item in told:
        for kind, pk in (*item.facts.items(), *item.about.items()):
            wanted[kind].add(pk)
    facts = {
        kind: apps.get_model("casework", kind)._default_manager.in_bulk(pks)
        for kind, pks in wanted.items()
    }
    for item in told:
        item.date_by(facts)
    if told and told[-1].step.target is State.CLOSED and case.closed_at is not None:
        told[-1].at = case.closed_at
    return told, facts


def _by_fact(files: Iterable[CaseFile]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for each in files:
        found[each.fact, each.fact_id].append(each.file.name)
    return found


def _with_files(entry: Entry, item: _Told, sent: dict[tuple[str, int], list[str]]) -> Entry:
    names = [name for fact in item.facts.items() for name in sent.get(fact, ())]
    if not names:
        return entry
    said = gettext("附件：%(names)s") % {"names": gettext("、").join(names)}
    return replace(entry, detail=_lines(entry.detail, said))


def _names(told: Iterable[_Told]) -> dict[str, str]:
    found = User.objects.filter(username__in={item.by for item in told})
    return (
        {user.username: str(user) for user in found}
        | {"system": gettext("系统")}
        | {"citizen": gettext("评价人")}
    )


def _fact(item: _Told, facts: Facts, kind: str) -> Any:
    return facts[kind][item.facts[kind]]


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _detail(item: _Told, facts: Facts, audience: Audience) -> str:
    if item.name in INSPECTORS_TIME and audience != "inspectors":
        return _what_they_asked(item, facts)
    said = [
        _SAYS[kind](_fact(item, facts, kind))
        for kind in item.facts
        if kind in _SAYS and (kind != "investigationnote" or _may_read(item, audience))
    ]
    why = [
        getattr(facts[kind][pk], _WHY[item.name])
        for kind, pk in item.about.items()
        if item.name in _WHY
    ]
    given = [more_time(facts["timerequest"][pk]) for pk in _granted(item)]
    return _lines(*said, *given, *why)


def _granted(item: _Told) -> list[int]:
    given = item.name in ("grant_time", "inspectors_grant_time")
    return [item.about["timerequest"]] if given else []


def _what_they_asked(item: _Told, facts: Facts) -> str:
    """What the inspectors ask or give each other: why, stays with them."""
    asked = [item.facts["timerequest"]] if "timerequest" in item.facts else _granted(item)
    return _lines(*(more_time(facts["timerequest"][pk]) for pk in asked))


_WHY = {
    "recall": "recall_reason",
    "send_back": "sent_back_reason",
    "reconsider": "withdrawn_reason",
    "dismiss": "review_reason",
    "look_back_kept": "note",
    "refuse_move": "refused_reason",
    "refuse_time": "refused_reason",
    "inspectors_refuse_time": "refused_reason",
    "release": "release_reason",
    "release_concluded": "release_reason",
}
"""Why an earlier fact was taken back or released, by step: a field of that fact."""


def _may_read(item: _Told, audience: Audience) -> bool:
    """The office reads what the inspectors report, not how they got there."""
    return audience == "inspectors" or item.name != "note_investigation"


def _say_assignment(fact: Any) -> str:
    return _lines(gettext("承办人：%(name)s") % {"name": fact.assignee}, fact.reason)


def _say_sorting(fact: Any) -> str:
    return _lines(words(Kind(fact.kind)), fact.note)


def _say_call(fact: Any) -> str:
    agreed = [
        gettext("同意向单位告知其办件") if fact.consents_matter else "",
        gettext("同意向单位转述原话") if fact.consents_words else "",
    ]
    when = f"{localtime(fact.agreed_at):%Y-%m-%d %H:%M}" if fact.agreed_at else ""
    later = gettext("约定 %(when)s 再打") % {"when": when} if when else ""
    return _lines(words(CallOutcome(fact.outcome)), later, fact.note, *agreed)


def _say_handling(fact: Any) -> str:
    asked = gettext("诉求%(ground)s") % {"ground": words(Ground(fact.ground))}
    return _lines(asked, words(Handling(fact.handling)), fact.note)


def _say_dispatch(fact: Any) -> str:
    return _lines(words(Grade(fact.grade)), fact.words)


def _say_answer(fact: Any) -> str:
    return _lines(fact.account, fact.measures, fact.process_change)


def _say_verdict(fact: Any) -> str:
    return _lines(
        f"{words(Finding(fact.finding))} · {words(Kind(fact.kind))}",
        fact.reason,
    )


def _say_note(fact: Any) -> str:
    if not fact.proposed_finding:
        return str(fact.text)
    verdict = f"{words(Finding(fact.proposed_finding))} · {words(Kind(fact.proposed_kind))}"
    return _lines(fact.text, gettext("建议认定：%(verdict)s") % {"verdict": verdict})


def _say_request(fact: Any) -> str:
    return _lines(more_time(fact), fact.reason)


def more_time(request: Any) -> str:
    """What is asked for, in words: a pause, or an extension of so many working days."""
    if request.days is None:
        return words(MoreTime.PAUSE)
    said = ngettext("延期 %(n)d 个工作日", "延期 %(n)d 个工作日", request.days)
    return said % {"n": request.days}


def _say_move(fact: Any) -> str:
    place = f"{fact.to_unit} · {fact.to_point}" if fact.to_point else str(fact.to_unit)
    return _lines(f"{fact.from_unit} → {place}", fact.reason)


def _say_rejudgement(fact: Any) -> str:
    return str(fact.words)


_SAYS: dict[str, Callable[[Fact], str]] = {
    "assignment": _say_assignment,
    "sorting": _say_sorting,
    "callattempt": _say_call,
    "instruction": lambda fact: fact.text,  # type: ignore[attr-defined]
    "checknote": lambda fact: fact.note,  # type: ignore[attr-defined]
    "handlingproposal": _say_handling,
    "dispatch": _say_dispatch,
    "unitanswer": _say_answer,
    "referral": lambda fact: fact.reason,  # type: ignore[attr-defined]
    "investigationnote": _say_note,
    "proposal": _say_verdict,
    "verdict": _say_verdict,
    "casemove": _say_move,
    "timerequest": _say_request,
    "appeal": lambda fact: fact.grounds,  # type: ignore[attr-defined]
    "reply": lambda fact: fact.text,  # type: ignore[attr-defined]
    "rejudgement": _say_rejudgement,
}


def _looks(case: Case, names: dict[str, str]) -> list[Entry]:
    """Who was shown what could name her, and why."""
    what = {
        "phone": _("查看了手机号"),
        "matter": _("查看了办件编号"),
        "name": _("查看了姓名"),
    }
    return [
        Entry(read.at, names.get(read.reader, read.reader), str(what[read.what]), read.reason)
        for read in reads_of(case)
        if read.what in what
    ]


def _raised(case: Case) -> list[Entry]:
    """Whom the system told as a clock fell due."""
    found = Escalation.objects.filter(clock__case=case).select_related("clock")
    return [
        Entry(
            at=each.at,
            who=gettext("系统"),
            text=gettext("时限提醒：%(clock)s%(when)s，告知%(tier)s")
            % {
                "clock": words(ClockName(each.clock.rule)),
                "when": when_text(each.step, each.clock.unit),
                "tier": words(Tier(each.to)),
            },
            detail=ngettext("告知 %(n)d 人", "告知 %(n)d 人", each.told) % {"n": each.told},
            step="escalate",
        )
        for each in found
    ]


# ── the unit ─────────────────────────────────────────────────────────

_UNIT_SEES = frozenset(
    {"dispatch", "acknowledge", "answer", "decide", "confirm", "conclude", "reconsider",
     "look_back_kept", "look_back_failed", "appeal", "uphold", "uphold_in_hand", "dismiss",
     "unit_asks_time", "ask_time", "grant_time", "refuse_time", "resume",
     "close", "close_unowed", "accept_reply", "end_unsatisfied", "hear_satisfied",
     "hear_still_unsatisfied", "accept_told", "end_told"}
)  # fmt: skip
_ITS_OWN = frozenset({"acknowledge", "answer", "appeal", "unit_asks_time"})
_FINDS = frozenset(
    {"look_back_failed", "decide", "confirm", "conclude", "uphold", "uphold_in_hand"}
)
"""Steps that pronounce a verdict."""


def _since_theirs(
    told: list[_Told], facts: Facts, units: Collection[int] | None
) -> Iterator[_Told]:
    """From the first dispatch to the units, or the first verdict on them."""
    begun = False
    for item in told:
        begun = begun or (item.name in {"dispatch", *_FINDS} and _is_theirs(item, facts, units))
        if begun:
            yield item


def _is_theirs(item: _Told, facts: Facts, units: Collection[int] | None) -> bool:
    """Whether the facts of this step, where they are a unit's, are one of theirs."""
    if units is None:
        return True
    pairs = (*item.facts.items(), *item.about.items())
    of = {facts[kind][pk].unit_id for kind, pk in pairs if hasattr(facts[kind][pk], "unit_id")}
    answers = {
        facts[kind][pk].dispatch.unit_id for kind, pk in item.facts.items() if kind == "unitanswer"
    }
    return not (of | answers) or bool((of | answers) & set(units))


def _raised_to_unit(case: Case, units: Collection[int] | None) -> list[Entry]:
    """How far the reminders of the unit's own clocks went: of its dispatches, and of no other."""
    dispatches = list(case.dispatches.order_by("pk").values_list("at", "unit"))
    found = Escalation.objects.filter(clock__case=case).select_related("clock")
    return [
        Entry(
            at=each.at,
            who=gettext("系统"),
            text=gettext("时限提醒：%(clock)s%(when)s，%(told)s")
            % {
                "clock": words(ClockName(each.clock.rule)),
                "when": when_text(each.step, each.clock.unit),
                "told": str(_TOLD_TO_UNIT[Tier(each.to)]),
            },
            step="escalate",
        )
        for each in found
        if is_clock(HANDLE, each.clock.rule) or each.clock.rule == "acknowledge"
        if units is None or _unit_at(each.clock.started_at, dispatches) in units
    ]


def _unit_at(moment: datetime, dispatches: list[tuple[datetime, int]]) -> int | None:
    """The unit the case was given to last, by then."""
    given = [unit for at, unit in dispatches if at <= moment]
    return given[-1] if given else None


_TOLD_TO_UNIT = {
    Tier.HANDLER: _("已提醒本单位"),
    Tier.CASE_MANAGER: _("已告知治庸办"),
    Tier.LEADER: _("已告知本区领导"),
    Tier.CITY: _("已报市级"),
}


def _to_unit(item: _Told, facts: Facts, names: dict[str, str]) -> Entry:
    own = item.name in _ITS_OWN
    return Entry(
        at=item.at,
        who=names.get(item.by, item.by) if own else gettext("治庸办"),
        text=gettext("案件已办结") if item.step.target == "closed" else words(item.step),
        detail=_detail_for_unit(item, facts),
        step="close" if item.step.target == "closed" else item.name,
    )


def _detail_for_unit(item: _Told, facts: Facts) -> str:
    if item.name == "ask_time":  # for its clock; why, stays with the office
        return more_time(_fact(item, facts, "timerequest"))
    if item.name in (
        "dispatch",
        "answer",
        "appeal",
        "dismiss",
        "unit_asks_time",
        "grant_time",
        "refuse_time",
    ):
        return _detail(item, facts, "unit")
    if item.name in _FINDS:
        verdict = _fact(item, facts, "verdict")
        finding = f"{words(Finding(verdict.finding))} · {words(Kind(verdict.kind))}"
        # How the inspectors came to it is theirs.
        return _lines(finding, verdict.reason if item.name != "conclude" else "")
    return ""


# ── the rater ────────────────────────────────────────────────────────

_HERS = {
    "accept_reply": _("您对办理表示满意，办结"),
    "reopen": _("您对办理不满意，已重新处置"),
    "end_unsatisfied": _("已记录您的意见，办结"),
}
_HER_WORDS = {
    "sort_to_call": _("已分拣，将由专人回访您"),
    "sort_to_check": _("已分拣，正在核查"),
    "sort_to_refer": _("已分拣，正在核查"),
    "log_attempt": _("给您打过电话"),
    "settle": _("电话回访后，问题已解决，办结"),
    "stand": _("已电话回访，正在处置"),
    "give_up_calling": _("未能与您通话，正在核查"),
    "find_standing": _("已核查，正在处置"),
    "dispatch": _("已交有关单位办理"),
    "answer": _("办理情况已报回，正在认定"),
    "refer": _("正在进一步核查"),
    "refer_late": _("正在进一步核查"),
    "report": _("核查已有结果，正在认定"),
    "decide": _("已作出认定"),
    "confirm": _("已作出认定"),
    "conclude": _("已作出认定"),
    "uphold": _("认定经复核改变，将再次答复您"),
    "uphold_in_hand": _("认定经复核改变"),
    "look_back_kept": _("回头看：问题已整改"),
    **dict.fromkeys(MOVES, _("经核定属另一单位的事，已转由其办理")),
    "look_back_failed": _("回头看：问题未整改，已重新处置"),
    "reply": _("已答复您"),
    **_HERS,
    **{told: _HERS[own] for own, told in zip(HERS, HEARD, strict=True)},
    "miss_second_call": _("给您打过电话"),
    "hear_satisfied": _("您对办理表示满意，办结"),
    "hear_unsatisfied": _("您对办理不满意，已重新处置"),
    "hear_still_unsatisfied": _("已记录您的意见，办结"),
    "close": _("案件已办结"),
}


def _to_her(case: Case) -> list[Entry]:
    """Nothing of an embargo shows: until its release the story stops before it."""
    told, _facts = _story(case)
    return [
        Entry(item.at, "", str(_HER_WORDS[item.name]), step=item.name)
        for item in (_as_she_knew_it(told) if case.embargoed else told)
        if item.name in _HER_WORDS
    ]


def _as_she_knew_it(told: list[_Told]) -> list[_Told]:
    """What she may know of a case under embargo: all of before; of the sorter's referral that it
    was sorted, as any is."""
    sealing = max(n for n, item in enumerate(told) if item.name in SEALING)
    return told[: sealing + (told[sealing].name == "sort_to_refer")]
