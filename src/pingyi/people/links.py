"""One-time links: how a new user signs in the first time. Only a token's digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings

from pingyi.people.models import OneTimeLink

VALID_FOR = timedelta(days=7)


def new_token() -> str:
    """256 random bits, as they stand in the link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored of a token. It is random enough to need neither salt nor key."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def find(token: str, *, at: datetime) -> OneTimeLink | None:
    """The link a token opens at that moment; None if unknown, used, expired, or its user is out."""
    return (
        OneTimeLink.objects.select_related("user")
        .filter(digest=digest(token), used_at=None, expires_at__gt=at, user__is_active=True)
        .first()
    )


def address(token: str) -> str:
    """The whole link, as it is handed to the user."""
    return f"{settings.PINGYI.public_url}/welcome/{token}/"
