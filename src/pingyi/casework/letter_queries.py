"""Letters and what they were written because of: who sees which, and how each letter fares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pingyi.casework.letter_models import CaseLetter
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem, ProblemLetter
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.timeline import Entry, words
from pingyi.kernel.terms import Term
from pingyi.letters import queries as letters
from pingyi.letters.models import Letter, LetterClock, Recipient
from pingyi.letters.querysets import LetterQuerySet
from pingyi.letters.rules import REPLY
from pingyi.letters.states import Desk, State
from pingyi.people.models import User
from pingyi.people.names import names_of


class Turn(Term):
    """What happens to a letter, as the story of a case or a problem tells it."""

    DRAFTED = "drafted", "起草函件", "Letter drafted"
    LINKED = "linked", "关联函件", "Letter linked"
    ISSUED = "issued", "函件印发", "Letter issued"
    WITHDRAWN = "withdrawn", "函件撤回", "Letter withdrawn"
    ACKNOWLEDGED = "acknowledged", "函件已签收", "Letter acknowledged"
    REPLIED = "replied", "函件已答复", "Letter replied to"
    RETURNED = "returned", "答复被退回", "Reply sent back"
    ACCEPTED = "accepted", "答复已采纳", "Reply accepted"
    OVERDUE = "overdue", "函件超期未答复", "Reply overdue"


@dataclass(frozen=True)
class Turned:
    """One line: `unit` is the recipient it is about, "" for the letter as a whole."""

    at: datetime
    by: str
    turn: Turn
    letter: Letter
    unit: str = ""


def letters_of_case(case: Case, user: User) -> LetterQuerySet:
    """The letters written because of the case that the user's desks read, oldest first."""
    return _with_turns(letters.letters_for(user).filter(cases__case=case))


def letters_of_problem(problem: Problem, user: User) -> LetterQuerySet:
    """The letters written because of the problem that the user's desks read, oldest first."""
    return _with_turns(letters.letters_for(user).filter(problems__problem=problem))


def _with_turns(found: LetterQuerySet) -> LetterQuerySet:
    told = ("recipients__unit", "recipients__replies", "recipients__clocks")
    return found.order_by("pk").prefetch_related(*told)


def cases_behind(letter: Letter, user: User) -> CaseQuerySet:
    """The cases a letter was written because of, as far as the user may know of them."""
    return Case.objects.overseen_by(user).filter(letters__letter=letter).order_by("pk")


def linkable(case: Case, user: User) -> LetterQuerySet:
    """Letters the user may link to the case and nobody has, the latest first."""
    organs = letters.organs_for(user)
    if case.embargoed:
        organs = [organ for organ in organs if organ.desk == Desk.INSPECTORS]
    found = Letter.objects.filter(organ__in=organs).exclude(cases__case=case)
    return found.exclude(state=State.DROPPED.value).order_by("-pk")


def turns_of(found: Iterable[Letter], at: datetime) -> list[Turned]:
    """What became of these letters, as the queries above give them, until `at`; oldest first."""
    told = [turned for letter in found for turned in _of_letter(letter, at)]
    return sorted(told, key=lambda turned: turned.at)


def is_overdue(letter: Letter, at: datetime) -> bool:
    """Whether a reply to it is overdue now."""
    clocks = (clock for each in letter.recipients.all() for clock in each.clocks.all())
    return any(clock.is_running and clock.rule == REPLY and clock.is_late(at) for clock in clocks)


def linked(links: Iterable[CaseLetter | ProblemLetter]) -> list[Turned]:
    """The letters among the links that were written before, each when it was linked."""
    return [
        Turned(link.at, link.by, Turn.LINKED, link.letter)
        for link in links
        if link.at != link.letter.drafted_at
    ]


def entries_of(case: Case, found: Sequence[Letter], at: datetime) -> list[Entry]:
    """The same as lines of the case's story, with what was linked later."""
    links = CaseLetter.objects.filter(case=case, letter__in=found).select_related("letter")
    told = turns_of(found, at) + linked(links)
    names = names_of(turned.by for turned in told)
    return [
        Entry(turned.at, names(turned.by), words(turned.turn), said_of(turned)) for turned in told
    ]


def said_of(turned: Turned) -> str:
    """Which letter it was, and whom it concerns."""
    letter = turned.letter
    return " ".join(part for part in (letter.number, letter.plain_title, turned.unit) if part)


def _of_letter(letter: Letter, at: datetime) -> Iterator[Turned]:
    yield Turned(letter.drafted_at, letter.drafted_by, Turn.DRAFTED, letter)
    if letter.issued_at is not None:
        yield Turned(letter.issued_at, letter.issued_by, Turn.ISSUED, letter)
    if letter.withdrawn_at is not None:
        yield Turned(letter.withdrawn_at, letter.withdrawn_by, Turn.WITHDRAWN, letter)
    for recipient in letter.recipients.all():
        yield from _of_recipient(recipient, letter, at)


def _of_recipient(recipient: Recipient, letter: Letter, at: datetime) -> Iterator[Turned]:
    unit = recipient.unit.name
    taken = recipient.acknowledged_at
    if taken is not None:
        yield Turned(taken, recipient.acknowledged_by, Turn.ACKNOWLEDGED, letter, unit)
    for reply in recipient.replies.all():
        yield Turned(reply.at, reply.by, Turn.REPLIED, letter, unit)
        if reply.returned_at is not None:
            yield Turned(reply.returned_at, reply.returned_by, Turn.RETURNED, letter, unit)
        if reply.accepted_at is not None:
            yield Turned(reply.accepted_at, reply.accepted_by, Turn.ACCEPTED, letter, unit)
    for due in _missed(recipient.clocks.all(), at):
        yield Turned(due, "", Turn.OVERDUE, letter, unit)


def _missed(clocks: Iterable[LetterClock], at: datetime) -> Iterator[datetime]:
    """When a reply became overdue, though it may have come since."""
    return (clock.due_at for clock in clocks if clock.rule == REPLY and clock.is_late(at))
