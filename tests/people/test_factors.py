"""Second factors: sealed in the database, renewed with the keys, reset when the phone is lost."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.utils import timezone

from pingyi.audit import queries
from pingyi.audit.keys import keyring
from pingyi.kernel.secrets import CannotDecrypt, Keyring
from pingyi.people import factors
from pingyi.people.policies import Refused, Why
from tests.staff import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded():
    user = staff("li")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return user, secret


def stored() -> str:
    return json.dumps(list(Authenticator.objects.values_list("data", flat=True)))


def valid(user, secret: str) -> bool:
    factor = Authenticator.objects.get(user=user, type="totp").wrap()
    counter = next(totp.yield_hotp_counters_from_time())
    return factor.validate_code(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def test_the_database_holds_no_secret(guarded):
    user, secret = guarded
    seed = factors.SealedFactors().decrypt(
        Authenticator.objects.get(user=user, type="recovery_codes").data["seed"]
    )
    assert secret not in stored()
    assert seed not in stored()
    assert valid(user, secret)


def test_renewed_with_the_keys(guarded, monkeypatch):
    user, secret = guarded
    rotated = keyring().rotated()
    monkeypatch.setattr(factors, "keyring", lambda: rotated)
    assert factors.renew() == 2
    assert factors.renew() == 0
    newest = Keyring([rotated.newest])
    monkeypatch.setattr(factors, "keyring", lambda: newest)
    assert valid(user, secret)
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 10
    monkeypatch.setattr(factors, "keyring", keyring)
    with pytest.raises(CannotDecrypt):
        valid(user, secret)


def test_a_reset_forgets_it_and_is_recorded(guarded):
    user, _ = guarded
    assert factors.has_second_factor(user)
    factors.reset_second_factor(user=user, by=staff("sec"), at=timezone.now())
    assert not factors.has_second_factor(user)
    assert queries.events_about(user).filter(action="user.reset_factor").count() == 1


def test_nobody_resets_their_own_nor_what_is_not_there(guarded):
    user, _ = guarded
    other = staff("wu")
    for who, by, why in ((user, user, Why.OWN_FACTOR), (other, user, Why.NO_FACTOR)):
        with pytest.raises(Refused) as refused:
            factors.reset_second_factor(user=who, by=by, at=timezone.now())
        assert refused.value.why is why
    assert factors.has_second_factor(user)
