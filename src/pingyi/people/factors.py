"""Second factors: their secrets are kept encrypted, and taken off whoever lost the phone.

The sign-in library stores a factor's secret as JSON; its adapter is where it can be sealed.
"""

from __future__ import annotations

import base64
from datetime import datetime

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from pingyi.audit.actions import Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.people.models import User
from pingyi.people.policies import Refused, Why

FACTOR = "factor.secret"
"""Context under which secrets are encrypted."""
_SECRETS = ("secret", "seed")
"""Where the library keeps one in its JSON: of a phone's codes, of the recovery codes."""


class SealedFactors(DefaultMFAAdapter):
    """Whoever reads the database without the keys cannot make anybody's codes."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring().encrypt(text, context=FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().decrypt(base64.b64decode(encrypted_text), context=FACTOR)


def has_second_factor(user: User) -> bool:
    """Whether sign-in asks the user for more than the password."""
    return Authenticator.objects.filter(user=user).exists()


@action("user.reset_factor")
def reset_second_factor(*, user: User, by: Actor, at: datetime) -> User:
    """Forget the user's second factor and recovery codes; a new one can be set up. Raises Refused.

    One's own is changed on one's own page, which asks for the password again.
    """
    if user == by:
        raise Refused(Why.OWN_FACTOR)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(Why.NO_FACTOR)
    record(user)
    return user


def renew() -> int:
    """Bring every factor's secret to the newest key; how many rows changed. Harmless to repeat."""
    changed = 0
    for factor in Authenticator.objects.order_by("pk").iterator():
        old, seals = dict(factor.data), SealedFactors()
        for name in _SECRETS:
            kept = factor.data.get(name)
            if kept is not None and keyring().needs_rotation(base64.b64decode(kept)):
                factor.data[name] = seals.encrypt(seals.decrypt(kept))
        if factor.data != old:
            with transaction.atomic():
                changed += Authenticator.objects.filter(pk=factor.pk, data=old).update(
                    data=factor.data
                )
    return changed
