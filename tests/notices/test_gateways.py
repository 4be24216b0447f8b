"""The fake and the HTTP client pass the same tests: what holds of one holds of the other."""

import socket
import uuid

import pytest

from pingyi.notices.gateways import (
    Delivery,
    HttpGateway,
    Refused,
    TrialGateway,
    Unclear,
    Unreachable,
)
from tests.notices.gateways import REFUSED_PHONE, TOKEN, FakeGateway, served

PHONE = "13812341234"


@pytest.fixture(params=["fake", "http"])
def pair(request):
    """The gateway under test, and the one that keeps what it was given."""
    kept = FakeGateway()
    if request.param == "fake":
        yield kept, kept
    else:
        with served(kept) as url:
            yield HttpGateway(url, TOKEN, timeout=5), kept


def test_it_takes_a_message_once(pair):
    gateway, kept = pair
    reference = str(uuid.uuid4())
    assert gateway.fate(reference) is Delivery.NEVER_SEEN
    for _ in range(2):
        gateway.send(reference=reference, to=PHONE, text="验证码 123456")
    assert gateway.fate(reference) is Delivery.TAKEN
    assert kept.taken == {reference: (PHONE, "验证码 123456")}


def test_it_refuses(pair):
    gateway, _ = pair
    reference = str(uuid.uuid4())
    with pytest.raises(Refused):
        gateway.send(reference=reference, to=REFUSED_PHONE, text="x")
    assert gateway.fate(reference) is Delivery.REFUSED


def test_an_answer_that_does_not_come_is_unclear_until_asked(pair):
    gateway, kept = pair
    kept.mute = True
    reference = str(uuid.uuid4())
    with pytest.raises(Unclear):
        gateway.send(reference=reference, to=PHONE, text="x")
    assert gateway.fate(reference) is Delivery.TAKEN


def test_nobody_there_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gateway = HttpGateway(f"http://127.0.0.1:{taken.getsockname()[1]}", "", timeout=1)
        with pytest.raises(Unreachable):
            gateway.send(reference="r", to=PHONE, text="x")
        with pytest.raises(Unreachable):
            gateway.fate("r")


def test_a_dropped_connection_is_unclear_and_its_error_names_nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:
        gateway = HttpGateway(f"http://127.0.0.1:{server.getsockname()[1]}", "", timeout=0.3)
        with pytest.raises(Unclear) as caught:
            gateway.send(reference="r", to=PHONE, text="x")
        assert PHONE not in str(caught.value)


def test_a_wrong_token_is_refused():
    with served(FakeGateway()) as url, pytest.raises(Refused):
        HttpGateway(url, "wrong").send(reference="r", to=PHONE, text="x")


@pytest.mark.parametrize("url", ["ftp://x/", "sms.example", "http://"])
def test_an_address_that_is_none_is_told_at_once(url):
    with pytest.raises(ValueError, match="https://"):
        HttpGateway(url, "")


def test_in_trial_mode_nothing_leaves():
    assert TrialGateway().send(reference="r", to=PHONE, text="x") is None
