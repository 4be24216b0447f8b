"""Three issue at once: three numbers, none twice, none left out."""

from __future__ import annotations

import pytest

from pingyi.letters import actions
from pingyi.letters.models import Letter, LetterCounter, LetterReply
from pingyi.letters.policies import Refused
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, after
from tests.letters.world import Office, open_office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db) -> Office:
    return open_office()


def test_three_letters_issued_at_once(office: Office):
    issuer = office.issuer
    letters = [office.submitted() for _ in range(3)]
    results = at_once(
        *(
            lambda letter=letter: actions.issue_letter(letter=letter, by=issuer, at=AT)
            for letter in letters
        )
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    numbers = sorted(Letter.objects.values_list("number", flat=True))
    assert numbers == [f"武治庸函〔2026〕{n}号" for n in (1, 2, 3)]
    assert LetterCounter.objects.get().last == 3


def test_one_letter_issued_by_three_at_once_takes_one_number(office: Office):
    letter, issuer = office.submitted(), office.issuer
    copies = [Letter.objects.select_related("organ__area").get(pk=letter.pk) for _ in range(3)]
    results = at_once(
        *(lambda copy=copy: actions.issue_letter(letter=copy, by=issuer, at=AT) for copy in copies)
    )
    lost = [result for result in results if isinstance(result, Refused)]
    assert len(lost) == 2, results
    assert LetterCounter.objects.get().last == 1
    assert Letter.objects.get().recipients.get().clocks.count() == 2


def test_one_fails_among_three(office: Office, monkeypatch):
    issuer = office.issuer
    letters = [office.submitted() for _ in range(3)]
    real = actions.issuing.messages.tell_the_recipients

    def fails_for_one(letter, **given):
        if letter.pk == letters[1].pk:
            raise RuntimeError
        real(letter, **given)

    monkeypatch.setattr(actions.issuing.messages, "tell_the_recipients", fails_for_one)
    results = at_once(
        *(
            lambda letter=letter: actions.issue_letter(letter=letter, by=issuer, at=AT)
            for letter in letters
        )
    )
    assert sum(isinstance(result, RuntimeError) for result in results) == 1
    serials = Letter.objects.filter(state="issued").values_list("serial", flat=True)
    assert sorted(serials) == [1, 2]
    assert LetterCounter.objects.get().last == 2


def test_a_reply_and_a_withdrawal_at_once(office: Office):
    recipient, issuer, unit = office.sent(), office.issuer, office.unit_admin
    letter = Letter.objects.select_related("organ__area").get()
    results = at_once(
        lambda: actions.reply_to_letter(
            recipient=recipient, text="已办", by=unit, at=after(days=1)
        ),
        lambda: actions.withdraw_letter(letter=letter, reason="错", by=issuer, at=after(days=1)),
    )
    assert not isinstance(results[1], Exception), results
    clock = recipient.clocks.get(rule="letter_reply")
    replied = not isinstance(results[0], Refused)
    assert replied == LetterReply.objects.exists()
    assert replied == (clock.met_at is not None)
    assert replied != (clock.stopped_at is not None)


def test_two_replies_at_once(office: Office):
    recipient, unit = office.sent(), office.unit_admin
    copies = [type(recipient).objects.select_related("letter").get() for _ in range(2)]
    results = at_once(
        *(
            lambda copy=copy: actions.reply_to_letter(
                recipient=copy, text="已办", by=unit, at=after(days=1)
            )
            for copy in copies
        )
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert LetterReply.objects.count() == 1


def test_two_reminders_at_once(office: Office):
    recipient, drafter = office.sent(), office.drafter
    results = at_once(
        *(lambda: actions.remind(recipient=recipient, by=drafter, at=after(days=1)) for _ in "ab")
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert recipient.reminders.count() == 1
