"""The server's application, put together: the thin callable, Django behind it, pages, jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from pingyi.gateway.front import Front
from pingyi.gateway.journal import Journal
from pingyi.gateway.peers import Hosts, Proxies
from pingyi.gateway.waking import Waker
from pingyi.web.citizen.preferences import Preferences, preferences


def build_front() -> tuple[Front, Waker]:
    """The application of one server process, and what its bad ratings wake."""
    django = get_wsgi_application()

    from pingyi.gateway.statics import all_files
    from pingyi.web.citizen import pages

    waker = Waker(_open_cases)
    env = settings.PINGYI
    front = Front(
        django=django,
        pages=pages,
        preferences=_preferences,
        common=common_headers(),
        statics=all_files(),
        hosts=Hosts(settings.ALLOWED_HOSTS),
        proxies=Proxies(env.trusted_proxies),
        secure_only=settings.SECURE_SSL_REDIRECT,
        journal=Journal(form=env.log),
        bad_rating=waker.wake,
    )
    return front, waker


def common_headers() -> list[tuple[str, str]]:
    """What Django's middleware puts on every response."""
    from pingyi.web.components.middleware import POLICY

    headers = [
        ("Content-Security-Policy", POLICY),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS),
    ]
    if settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS:
        headers.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return headers


@lru_cache(maxsize=1024)
def _preferences(cookie: str, languages: str) -> Preferences:
    try:
        cookies = {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
    except CookieError:
        cookies = {}
    return preferences({}, cookies, languages)


def _open_cases() -> None:
    from pingyi.audit.actions import SYSTEM
    from pingyi.casework.actions import open_missing_cases

    open_missing_cases(by=SYSTEM, at=datetime.now(UTC))
