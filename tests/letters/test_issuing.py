"""Issuing: numbers without a gap, dates, clocks, who is told; and taking a letter back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pingyi.directory.models import Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters import actions, queries
from pingyi.letters.actions import Addressee, issuing
from pingyi.letters.models import Letter, LetterClock, LetterCounter
from pingyi.letters.paper import paper_of
from pingyi.letters.policies import Refused, Why
from pingyi.letters.states import Kind, Part, Progress
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, after
from tests.letters.test_drafting import refused
from tests.letters.world import ALL, Office


def shanghai(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def test_the_number_is_of_prefix_and_year_and_has_no_zeros(office):
    letters = [office.issued() for _ in range(2)] + [office.issued(kind=Kind.CIRCULAR)]
    later = office.issued(at=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))  # 0:30 in Wuhan
    assert [letter.number for letter in letters] == [
        "武治庸函〔2026〕1号",
        "武治庸函〔2026〕2号",
        "武治庸通〔2026〕1号",
    ]
    assert (later.number, later.date) == ("武治庸函〔2027〕1号", date(2027, 1, 1))


def test_kinds_may_share_a_series(office):
    given = {"organ": office.district, "by": office.world.manager}
    one = office.issued(**given)
    two = office.issued(kind=Kind.SUPERVISION, **given)
    assert [one.number, two.number] == ["洪治庸函〔2026〕1号", "洪治庸函〔2026〕2号"]


def test_a_failing_issue_uses_no_number(office, monkeypatch):
    letter = office.submitted()

    def fails(*given, **named):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(issuing.messages, "tell_the_recipients", fails)
        with pytest.raises(RuntimeError):
            actions.issue_letter(letter=letter, by=office.issuer, at=AT)
    again = Letter.objects.get()
    assert (again.state, again.number) == ("submitted", None)
    assert not LetterCounter.objects.exists()
    assert not LetterClock.objects.exists()
    assert actions.issue_letter(letter=again, by=office.issuer, at=AT).serial == 1


def test_the_retired_are_not_written_to(office):
    letter = office.submitted()
    office.world.bureau.retired_at = AT
    office.world.bureau.save()
    with pytest.raises(Refused, match="该单位已停用：洪山区人社局"):
        actions.issue_letter(letter=letter, by=office.issuer, at=AT)


def test_a_number_started_on_paper_goes_on(office):
    given = {"organ": office.city, "prefix": "武治庸函", "by": FOUNDER, "at": AT}
    actions.start_numbers(last=36, **given)
    assert office.issued().number == "武治庸函〔2026〕37号"
    with refused(Why.PREFIX_IN_USE, "last"):
        actions.start_numbers(last=40, **given)
    with refused(Why.NOT_ISSUED_HERE, "prefix"):
        actions.start_numbers(**given | {"prefix": "洪治庸函"}, last=1)


@pytest.mark.parametrize(
    ("issued", "days", "due"),
    [
        # S7: the supervision letter the day after the broadcast.
        (shanghai(2017, 8, 8), None, date(2017, 8, 17)),
        # S6: the health commission's own ten days.
        (shanghai(2017, 10, 25), 10, date(2017, 11, 8)),
        # Over the National Day holidays of 2026 and the Saturday worked for them.
        (shanghai(2026, 9, 29, 23), 3, date(2026, 10, 9)),
    ],
)
def test_seven_working_days_or_its_own(office, issued, days, due):
    recipient = office.sent(at=issued, addressees=[Addressee(office.world.bureau, days=days)])
    clock = recipient.clocks.get(rule="letter_reply")
    assert (clock.rule, clock.amount, clock.unit) == ("letter_reply", days or 7, "working_days")
    assert clock.due_at.astimezone(SHANGHAI).date() == due
    assert not clock.is_late(clock.due_at)


def test_only_the_main_recipients_are_timed_and_only_when_asked(office):
    world = office.world
    given = [Addressee(world.bureau), Addressee(world.brigade, Part.COPY)]
    letter = office.issued(addressees=given)
    main, copy = letter.recipients.all()
    both = ["letter_acknowledge", "letter_reply"]
    assert [clock.rule for clock in main.clocks.all()] == both
    assert [clock.rule for clock in copy.clocks.all()] == both[:1]
    circular = office.issued(kind=Kind.CIRCULAR, wants_reply=False)
    timed = LetterClock.objects.filter(recipient__letter=circular)
    assert [clock.rule for clock in timed] == both[:1], "it is acknowledged all the same"


def test_recipients_and_issuers_are_told_without_a_word_of_the_text(office):
    reader = office.unit_admin
    copied = office.world.person(Role.UNIT_ADMIN, unit=office.world.brigade)
    issuer = office.issuer
    given = [Addressee(office.world.bureau), Addressee(office.world.brigade, Part.COPY)]
    letter = office.issued(addressees=given)
    assert [item.text for item in issuer.inbox.all()] == [
        "武汉市治庸问责工作领导小组办公室有一份工作建议函待签发。"
    ]
    assert not office.drafter.inbox.exists()
    assert [item.text for item in reader.inbox.all()] == [
        "收到工作建议函武治庸函〔2026〕1号，请签收并按期答复。"
    ]
    assert "抄送" in copied.inbox.get().text
    assert reader.inbox.get().link == f"/letter/{letter.pk}/"


def test_withdrawn_its_number_stays_used(office):
    letter = office.issued()
    with refused(Why.NEEDED, "reason"):
        actions.withdraw_letter(letter=letter, reason=" ", by=office.issuer, at=after(days=1))
    actions.withdraw_letter(letter=letter, reason="事实有误", by=office.issuer, at=after(days=1))
    recipient = letter.recipients.get()
    assert (letter.state, letter.number) == ("withdrawn", "武治庸函〔2026〕1号")
    assert recipient.clocks.get(rule="letter_reply").stopped_at == after(days=1)
    assert queries.progress(recipient) is Progress.ENDED
    assert not queries.overdue(office.drafter, after(days=60)).exists()
    assert office.issued().serial == 2
    with refused(Why.NOT_IN_STATE):
        actions.acknowledge(recipient=recipient, by=office.unit_admin, at=after(days=2))


def test_the_database_itself_refuses_a_drafter_who_issues(office):
    from django.db import IntegrityError, transaction

    letter = office.issued()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(issued_by=letter.drafted_by)


def test_an_issued_letter_stays_as_it_was_issued(office: Office):
    copied = Addressee(office.world.brigade, Part.COPY)
    letter = office.issued(addressees=[Addressee(office.world.bureau), copied])
    before = paper_of(Letter.objects.get(pk=letter.pk))
    actions.edit_organ(
        organ=office.city, name="某某办公室", signature="某某办", prefixes=ALL, by=FOUNDER, at=AT
    )
    Unit.objects.update(name="改名局")
    assert paper_of(Letter.objects.get(pk=letter.pk)) == before
    # A draft is written for the organ and the units as they are called now.
    assert paper_of(office.draft()).head == "某某办公室"
    assert paper_of(office.draft()).addressed == "改名局："
