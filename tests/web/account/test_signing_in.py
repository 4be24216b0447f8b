"""Sign-in: passwords, lockout, second factor, idle time-out, first sign-in by one-time link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from pingyi.audit import queries
from pingyi.audit.actions import SYSTEM
from pingyi.people import actions
from pingyi.people.roles import Role
from pingyi.web.account import middleware
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


def test_the_right_password_opens_the_desk(client):
    staff("li")
    response = sign_in(client, "li")
    assert (response.status_code, response["Location"]) == (302, "/desk/")


def test_a_wrong_password_says_so_and_keeps_the_login(client):
    staff("li")
    response = sign_in(client, "li", "wrong")
    assert response.status_code == 200
    assert 'value="li"' in response.content.decode()
    assert "wrong" not in response.content.decode()


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(client):
    staff("li")
    for _ in range(5):
        sign_in(client, "li", "wrong")
    response = sign_in(Client(), "li")
    assert response.status_code == 429
    assert "账号已锁定" in response.content.decode()


def test_the_security_administrator_unlocks(client):
    user, security = staff("li"), staff("sec", Role.SECURITY_ADMIN)
    for _ in range(5):
        sign_in(client, "li", "wrong")
    signed_in(security).post(f"/users/{user.pk}/unlock/")
    assert sign_in(Client(), "li").status_code == 302
    assert queries.events_about(user).filter(action="user.unlock").count() == 1


def test_sign_up_is_closed(client):
    response = client.post(
        "/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "不开放注册" in response.content.decode()


def test_ones_own_account_is_behind_the_name():
    user = staff("li", Role.SYSTEM_ADMIN)
    page = signed_in(user).get("/desk/").content.decode()
    assert 'href="/account/"' in page
    page = signed_in(user).get("/account/").content.decode()
    assert "系统管理员 · 全市" in page
    assert "尚未启用" in page
    for there in ("/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"):
        assert f'"{there}"' in page


def test_a_changed_password_leads_back_to_ones_account():
    fresh = "换一个长长的口令-17"
    given = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    response = signed_in(staff("li")).post("/accounts/password/change/", given)
    assert response["Location"] == "/account/"


@pytest.mark.parametrize("path", ["password/reset/", "email/", "confirm-email/", "password/set/"])
def test_nothing_is_done_by_e_mail(path):
    assert signed_in(staff("li")).get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "六位数字"), ("en", "verification code")]
)
def test_the_librarys_pages_speak_the_readers_language(language, words):
    client = signed_in(staff("li"))
    client.cookies["language"] = language
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert words in client.get("/accounts/2fa/totp/activate/").content.decode()


def test_a_user_out_of_service_does_not_get_in(client):
    user = staff("li")
    actions.deactivate_user(user=user, by=SYSTEM, at=timezone.now())
    assert sign_in(client, "li").get("Location") != "/desk/"


def test_an_hour_without_use_ends_the_session(monkeypatch):
    client = signed_in(staff("aud", Role.AUDIT_ADMIN))
    assert client.get("/audit/").status_code == 200
    later = middleware.time.time() + middleware.IDLE + 60
    monkeypatch.setattr(middleware.time, "time", lambda: later)
    response = client.get("/audit/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_second_factor_is_asked_for_once_it_is_set(client, settings):
    user = staff("li")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    response = sign_in(client, "li")
    assert response["Location"].startswith("/accounts/2fa/authenticate/")
    page = client.get(response["Location"]).content.decode()
    assert 'name="code"' in page
    assert client.get("/audit/").status_code == 302
    counter = next(totp.yield_hotp_counters_from_time())
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    response = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert response["Location"] == "/desk/"
    assert get_adapter().is_mfa_enabled(user)


def test_the_second_factor_can_be_set_up_from_a_page():
    client = Client()
    staff("li")
    sign_in(client, "li")
    asked = client.get("/accounts/2fa/totp/activate/")
    assert "/accounts/reauthenticate/" in asked["Location"]
    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True).content.decode()
    assert re.search(r'<img src="data:image/svg', page)
    assert client.get("/accounts/2fa/").status_code == 200


class TestFirstSignIn:
    @pytest.fixture
    def user(self):
        return actions.create_user(login="new", name="新人", by=SYSTEM, at=timezone.now())

    def link(self, user) -> str:
        return f"/welcome/{actions.issue_link(user=user, by=SYSTEM, at=timezone.now())}/"

    def test_a_link_sets_the_password_once(self, user, client):
        link = self.link(user)
        page = client.get(link).content.decode()
        assert "新人" in page
        response = client.post(link, {"password": PASSWORD, "again": PASSWORD})
        assert response["Location"] == "/accounts/login/"
        assert sign_in(client, "new").status_code == 302
        assert Client().get(link).status_code == 410

    @pytest.mark.parametrize(
        ("password", "again", "says"),
        [
            ("short", "short", "短"),
            ("12345678901", "12345678901", "数字"),
            (PASSWORD, PASSWORD + "x", "不一致"),
            ("", "", "请填写"),
        ],
    )
    def test_a_weak_password_is_refused_and_the_link_stays_good(
        self, user, client, password, again, says
    ):
        link = self.link(user)
        page = client.post(link, {"password": password, "again": again}).content.decode()
        assert says in page
        assert client.get(link).status_code == 200

    def test_an_expired_or_unknown_link_opens_nothing(self, user, client):
        long_ago = timezone.now() - timedelta(days=8)
        old = actions.issue_link(user=user, by=SYSTEM, at=long_ago)
        for token in (old, "unknown"):
            assert client.get(f"/welcome/{token}/").status_code == 410

    def test_a_newer_link_replaces_the_older(self, user, client):
        first, second = self.link(user), self.link(user)
        assert client.get(first).status_code == 410
        assert client.get(second).status_code == 200
