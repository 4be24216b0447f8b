"""One-time codes: six digits, ten minutes, five tries, once."""

from datetime import UTC, datetime, timedelta

import pytest

from pingyi.audit.actions import CITIZEN, SYSTEM
from pingyi.notices import codes
from pingyi.notices.models import OneTimeCode, Outgoing
from tests.casework.world import World, build

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=3)
PHONE = "13812341234"


@pytest.fixture
def subject(db):
    world: World = build()
    return world.point


def issued(subject, code: int = 42, *, at: datetime = AT, phone: str = PHONE) -> OneTimeCode:
    wanted = codes.request_code(subject=subject, by=CITIZEN, at=at)
    codes.issue_code(
        wanted=wanted, phone=phone, text="{code}", by=SYSTEM, at=at, draw=lambda _: code
    )
    return wanted


def accept(subject, code: str, at: datetime = LATER) -> bool:
    return codes.accept_code(subject, code, by=CITIZEN, at=at)


def test_it_opens_once(subject):
    issued(subject)
    assert not accept(subject, "000043")
    assert accept(subject, "000042")
    assert not accept(subject, "000042")


def test_it_ends_after_ten_minutes(subject):
    issued(subject)
    assert not accept(subject, "000042", AT + codes.VALID_FOR)


def test_five_tries(subject):
    issued(subject)
    for _ in range(codes.TRIES):
        assert not accept(subject, "999999")
    assert not accept(subject, "000042")


def test_the_latest_counts(subject):
    issued(subject, 1)
    issued(subject, 2, at=AT + timedelta(seconds=1))
    assert not accept(subject, "000001")
    assert accept(subject, "000002")


def test_without_a_phone_no_code_fits(subject):
    wanted = issued(subject, phone="")
    assert not Outgoing.objects.exists()
    wanted.refresh_from_db()
    assert wanted.digest is None
    assert not accept(subject, "000042")
    assert not accept(subject, "")


def test_settled_once(subject):
    wanted = issued(subject)
    codes.issue_code(wanted=wanted, phone=PHONE, text="{code}", by=SYSTEM, at=LATER)
    assert Outgoing.objects.count() == 1
    assert accept(subject, "000042")


def test_an_hour_has_three(subject):
    for _ in range(codes.REQUESTS):
        codes.request_code(subject=subject, by=CITIZEN, at=AT)
    with pytest.raises(codes.TooManyCodes):
        codes.request_code(subject=subject, by=CITIZEN, at=LATER)
    codes.request_code(subject=subject, by=CITIZEN, at=AT + codes.REQUEST_WINDOW)


def test_old_requests_are_left_alone(subject):
    codes.request_code(subject=subject, by=CITIZEN, at=AT)
    assert codes.wanted_codes("servicepoint", LATER).count() == 1
    assert not codes.wanted_codes("servicepoint", AT + codes.VALID_FOR).exists()
    assert not codes.wanted_codes("rating", LATER).exists()


def test_the_code_is_not_kept(subject):
    assert "000042" not in str(OneTimeCode.objects.values().get(pk=issued(subject).pk))
