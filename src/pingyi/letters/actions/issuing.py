"""Issuing: the number without a gap, the date, the clocks; and taking a letter back."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate, localtime

from pingyi.audit.actions import Actor, action, record
from pingyi.clocks import actions as clocks
from pingyi.clocks.calendar import city_calendar
from pingyi.directory.models import Unit
from pingyi.letters import messages, rules
from pingyi.letters.actions.steps import LONGEST_REASON, required, stamp, take
from pingyi.letters.models import Letter, LetterClock, LetterCounter, Recipient
from pingyi.letters.policies import Refused, Why
from pingyi.letters.states import Part


@action("letter.issue")
def issue_letter(*, letter: Letter, by: Actor, at: datetime) -> Letter:
    """Give the letter its number and date and send it out; its clocks count from `at`.

    By somebody who had no hand in it. Raises Refused; then no number is used.
    """
    _refuse_the_retired(letter)
    series = letter.organ.series.filter(kind=letter.kind).first()
    if series is None:
        raise Refused(Why.NOT_ISSUED_HERE)
    year = localtime(at).year
    serial = take_number(series.prefix, year)
    take(
        "issue",
        letter,
        by=by,
        number=number_text(series.prefix, year, serial),
        year=year,
        serial=serial,
        date=localdate(at),
        head=letter.organ.name,
        signature=letter.organ.signature,
        **stamp("issued", by=by, at=at),
    )
    called = Unit.objects.filter(pk=OuterRef("unit")).values("name")
    letter.recipients.update(name=Subquery(called))
    _start_clocks(letter, at=at)
    messages.tell_the_recipients(letter, by=by, at=at)
    record(letter, number=letter.number, revision=letter.revision)
    return letter


@action("letter.send_back")
def send_back_letter(*, letter: Letter, reason: str, by: Actor, at: datetime) -> Letter:
    """Give a submitted letter back to be written anew, with the reason. Raises Refused."""
    text = required(reason, "reason", longest=LONGEST_REASON)
    take("send_back", letter, by=by, sent_back_reason=text, submitted_at=None, submitted_by="")
    messages.tell_the_drafter(letter, by=by, at=at)
    record(letter)
    return letter


@action("letter.withdraw")
def withdraw_letter(*, letter: Letter, reason: str, by: Actor, at: datetime) -> Letter:
    """Take an issued letter back: its number stays used, nothing is awaited. Raises Refused."""
    text = required(reason, "reason", longest=LONGEST_REASON)
    take("withdraw", letter, by=by, withdrawn_reason=text, **stamp("withdrawn", by=by, at=at))
    clocks.stop(LetterClock.objects.filter(recipient__letter=letter), at=at)
    messages.tell_of_the_withdrawal(letter, by=by, at=at)
    record(letter, number=letter.number)
    return letter


def number_text(prefix: str, year: int, serial: int) -> str:
    """`武治庸函〔2026〕5号` (GB/T 9704-2012, 7.2.5: hexagonal brackets, no 第, no leading zero)."""
    return f"{prefix}〔{year}〕{serial}号"


def take_number(prefix: str, year: int) -> int:
    """The next number; whoever else wants one waits until this transaction has ended."""
    counter = LetterCounter.objects.filter(prefix=prefix, year=year)
    if not _add_one(counter):
        LetterCounter.objects.get_or_create(prefix=prefix, year=year)
        _add_one(counter)
    return counter.values_list("last", flat=True).get()


def _add_one(counter: QuerySet[LetterCounter]) -> int:
    return counter.update(last=F("last") + 1)


def _refuse_the_retired(letter: Letter) -> None:
    retired = letter.recipients.filter(unit__retired_at__isnull=False).select_related("unit")
    if found := retired.first():
        raise Refused(Why.UNIT_RETIRED, detail=found.unit.name)


def _start_clocks(letter: Letter, *, at: datetime) -> None:
    calendar, day = city_calendar(), localdate(at)
    taking, replying = rules.acknowledge_length(day), rules.reply_length(day)
    started = []
    for recipient in letter.recipients.order_by("pk"):
        own = rules.WorkingDays(recipient.days) if recipient.days else replying
        asked = letter.wants_reply and recipient.part == Part.MAIN
        for rule, length in ((rules.ACKNOWLEDGE, taking), (rules.REPLY, own if asked else None)):
            if length is not None:
                clock = LetterClock(recipient=recipient)
                started.append(clocks.begin(clock, rule, length, calendar, at=at))
    LetterClock.objects.bulk_create(started)


def start_clock_anew(recipient: Recipient, days: int | None, *, at: datetime) -> None:
    """Await another reply of the recipient."""
    length = rules.reply_length(localdate(at), days or recipient.days)
    if length is not None:
        clocks.start(recipient.clocks, rules.REPLY, length, at=at)
