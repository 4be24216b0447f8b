"""What letters there are, and how one comes to be: drafted, submitted, issued by somebody else.

Pure. *Who may* is the permission of the organ's desk; *whether now*, beyond the state itself, is in
`policies`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pingyi.kernel.terms import Term


class Kind(Term):
    """What sort of paper it is; each organ numbers the kinds it issues (`models.Series`)."""

    SUGGESTION = "suggestion", "工作建议函", "Suggestion letter"
    SUPERVISION = "supervision", "督办函", "Supervision letter"
    RECOMMENDATION = "recommendation", "纪检监察建议书", "Discipline recommendation"
    RECTIFICATION = "rectification", "整改通知书", "Rectification notice"
    CIRCULAR = "circular", "通报", "Circular"


class Desk(Term):
    """Whose organ it is; the desks do not draft or issue for one another."""

    OFFICE = "office", "治庸办", "Oversight office"
    INSPECTORS = "inspectors", "纪检监察机关", "Discipline inspectors"


@dataclass(frozen=True)
class Powers:
    """The permissions a desk's letters take: to read them, to draft, to issue."""

    read: str
    draft: str
    issue: str


POWERS: dict[Desk, Powers] = {
    Desk.OFFICE: Powers("letter.read", "letter.draft", "letter.issue"),
    Desk.INSPECTORS: Powers("letter.recommend", "letter.recommend", "letter.recommend"),
}


class State(Term):
    DRAFT = "draft", "起草中", "Draft"
    SUBMITTED = "submitted", "待签发", "To be issued"
    ISSUED = "issued", "已印发", "Issued"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    DROPPED = "dropped", "已弃稿", "Given up"


@dataclass(frozen=True)
class Step:
    """One way from state to state; `issuing` steps take the issuer's power, others the drafter's.

    `another`: by somebody who had no hand in the text.
    """

    source: State
    target: State
    issuing: bool = False
    another: bool = False


STEPS: dict[str, Step] = {
    "submit": Step(State.DRAFT, State.SUBMITTED),
    "drop": Step(State.DRAFT, State.DROPPED),
    "send_back": Step(State.SUBMITTED, State.DRAFT, issuing=True),
    "issue": Step(State.SUBMITTED, State.ISSUED, issuing=True, another=True),
    "withdraw": Step(State.ISSUED, State.WITHDRAWN, issuing=True),
}


class Part(Term):
    """As what a unit receives the letter."""

    MAIN = "main", "主送", "To"
    COPY = "copy", "抄送", "Copy to"


class Progress(Term):
    """Where a recipient stands with an issued letter; computed, never stored."""

    COPIED = "copied", "抄送，无需答复", "Copy, no reply asked"
    UNREAD = "unread", "待签收", "Not yet acknowledged"
    TAKEN = "taken", "已签收", "Acknowledged"
    TO_REPLY = "to_reply", "待答复", "Reply awaited"
    REPLIED = "replied", "已答复，待审核", "Replied, to be looked at"
    RETURNED = "returned", "已退回，待重新答复", "Sent back, reply awaited"
    ACCEPTED = "accepted", "答复已采纳", "Reply accepted"
    ENDED = "ended", "函件已撤回", "Letter withdrawn"
