"""Sign-in as an attacker tries it: guessing, spying on tables, other people's sessions."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pingyi.audit import queries
from pingyi.audit.actions import SYSTEM
from pingyi.people import actions
from pingyi.people.roles import Role
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db

FRESH = "换一个长长的口令-17"


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet():
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


def code_now(secret: str) -> str:
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_a_login_has_five_tries_however_it_is_typed():
    staff("li")
    for login in ("li", "Li", "LI", "lI ", "ｌｉ"):
        assert sign_in(Client(), login, "wrong").status_code in (200, 429)
    locked = sign_in(Client(), "li")
    assert locked.status_code == 429
    assert sign_in(Client(), "LI").status_code == 429


def test_a_login_may_be_typed_in_any_case_and_width():
    staff("li")
    for login in ("Li", "ｌｉ"):
        assert sign_in(Client(), login)["Location"] == "/desk/"


def test_an_unknown_login_is_answered_as_a_wrong_password(settings, monkeypatch):
    """Same page, and the same costly hashing, whether or not there is such a user."""
    hashed = []
    encode = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 10)
    monkeypatch.setattr(
        PBKDF2PasswordHasher,
        "encode",
        lambda self, *given, **more: hashed.append(1) or encode(self, *given, **more),
    )
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    staff("known")
    out = staff("gone")
    actions.deactivate_user(user=out, by=SYSTEM, at=timezone.now())
    actions.create_user(login="fresh", by=SYSTEM, at=timezone.now())
    looks, work = set(), set()
    for login in ("known", "nobody", "gone", "fresh"):
        client = Client()
        client.get("/accounts/login/")
        hashed.clear()
        answer = sign_in(client, login, "wrong")
        work.add(len(hashed))
        body = answer.content.decode().replace(login, "LOGIN")
        token = client.cookies["csrftoken"].value
        assert token
        looks.add((answer.status_code, len(body)))
    assert len(looks) == 1
    assert work == {1}


def test_codes_of_a_second_factor_are_not_guessed(client):
    user = staff("li")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    sign_in(client, "li")
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    late = client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    assert late.status_code == 200
    assert client.get("/desk/").status_code == 302


def test_whoever_lost_the_phone_is_let_in_again(client):
    user, security = staff("li"), staff("sec", Role.SECURITY_ADMIN)
    totp.TOTP.activate(user, totp.generate_totp_secret())
    page = signed_in(security).get(f"/users/{user.pk}/").content.decode()
    assert f'action="/users/{user.pk}/reset-factor/"' in page
    for stranger in (staff("sys", Role.SYSTEM_ADMIN), staff("aud", Role.AUDIT_ADMIN), user):
        assert signed_in(stranger).post(f"/users/{user.pk}/reset-factor/").status_code == 403
    assert sign_in(Client(), "li")["Location"].startswith("/accounts/2fa/")
    signed_in(security).post(f"/users/{user.pk}/reset-factor/")
    assert sign_in(client, "li")["Location"] == "/desk/"
    assert queries.events_about(user).filter(action="user.reset_factor").count() == 1
    page = signed_in(security).get(f"/users/{user.pk}/").content.decode()
    assert "reset-factor" not in page


def test_a_session_has_another_key_after_signing_in(client):
    staff("li")
    before = client.session  # a session of a stranger, as somebody may have planted it
    before["planted"] = "1"
    before.save()
    planted = before.session_key
    client.cookies["sessionid"] = planted
    sign_in(client, "li")
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/desk/").status_code == 302


def test_the_table_of_sessions_opens_no_session(client):
    staff("li")
    sign_in(client, "li")
    assert client.get("/desk/").status_code == 200
    thief = Client()
    for kept in Session.objects.values_list("session_key", flat=True):
        assert kept != client.cookies["sessionid"].value
        thief.cookies["sessionid"] = kept
        assert thief.get("/desk/").status_code == 302


def test_signing_out_takes_a_post_and_ends_the_session(client):
    staff("li")
    sign_in(client, "li")
    key = client.cookies["sessionid"].value
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/desk/").status_code == 200
    client.post("/accounts/logout/")
    again = Client()
    again.cookies["sessionid"] = key
    assert again.get("/desk/").status_code == 302
    assert not Session.objects.exists()


@pytest.mark.parametrize("way", ["page", "link"])
def test_a_new_password_ends_all_other_sessions(client, way):
    user = staff("li")
    elsewhere = Client()
    sign_in(client, "li")
    sign_in(elsewhere, "li")
    if way == "page":
        given = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}
        client.post("/accounts/password/change/", given)
        assert client.get("/desk/").status_code == 200
    else:
        token = actions.issue_link(user=user, by=SYSTEM, at=timezone.now())
        Client().post(f"/welcome/{token}/", {"password": FRESH, "again": FRESH})
    assert elsewhere.get("/desk/").status_code == 302


def test_out_of_service_or_dismissed_is_out_at_once():
    user = staff("aud", Role.AUDIT_ADMIN)
    client = signed_in(user)
    assert client.get("/audit/").status_code == 200
    actions.end_appointment(appointment=user.appointments.get(), by=staff("sec"), at=timezone.now())
    assert client.get("/audit/").status_code == 403
    actions.deactivate_user(user=user, by=SYSTEM, at=timezone.now())
    assert client.get("/audit/").status_code == 302


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_away(client, there):
    staff("li")
    answer = client.post(
        f"/accounts/login/?next={there}", {"login": "li", "password": PASSWORD, "next": there}
    )
    assert answer["Location"] == "/desk/"
    for path, given in (
        ("/i18n/setlang/", {"language": "en", "next": there}),
        ("/accounts/logout/", {"next": there}),
    ):
        answer = client.post(path, given, headers={"referer": there})
        assert "evil" not in answer["Location"]
        assert not answer["Location"].startswith(("//", "javascript"))


def test_a_form_from_elsewhere_is_refused():
    staff("li")
    user = staff("sys", Role.SYSTEM_ADMIN)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path in ("/users/", "/accounts/logout/", "/inbox/read/", "/office/directory/import/"):
        assert strict.post(path, {"login": "x", "name": "y"}).status_code == 403
    assert strict.post("/accounts/login/", {"login": "li", "password": PASSWORD}).status_code == 403
