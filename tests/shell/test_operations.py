"""init, keys and doctor, as whoever installs a city runs them."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import pytest
from django.utils import timezone

from pingyi.audit import keys, personal
from pingyi.audit.actions import SYSTEM
from pingyi.kernel.secrets import CannotDecrypt, Keyring
from pingyi.people import actions
from pingyi.people.models import User
from tests import prepared
from tests.shell.test_backup import pingyi


@pytest.mark.slow
def test_init_makes_three_administrators_once(tmp_path: Path):
    done = pingyi("init", data=tmp_path)
    assert done.returncode == 0, done.stderr
    links = re.findall(r"http://127\.0\.0\.1:8000/welcome/[\w-]{40,}/", done.stdout)
    assert len(set(links)) == 3
    again = pingyi("init", data=tmp_path)
    assert again.returncode == 1
    assert again.stderr == "Error: there are users already; the security administrator adds more\n"


@pytest.mark.slow
def test_the_embedded_database_is_its_owners_alone(tmp_path: Path):
    assert pingyi("manage", "migrate", "--verbosity=0", data=tmp_path / "new").returncode == 0
    for written in (tmp_path / "new").rglob("*"):
        assert stat.S_IMODE(written.stat().st_mode) & 0o077 == 0, written.name


def test_the_doctor_names_what_is_unsafe_and_fails(tmp_path: Path):
    done = pingyi("doctor", data=tmp_path)
    assert done.returncode == 1
    assert "UNSAFE  schema" in done.stdout
    shutil.copytree(prepared.folder(), tmp_path, dirs_exist_ok=True)
    healthy = pingyi("doctor", data=tmp_path)
    assert healthy.returncode == 0, healthy.stdout
    assert "UNSAFE" not in healthy.stdout
    assert "every commit reaches the disk" in healthy.stdout


def test_a_new_keyring_is_printed_and_usable(tmp_path: Path):
    done = pingyi("keys", "new", data=tmp_path)
    assert Keyring.from_text(done.stdout.strip()).numbers == [1]


def test_rotation_keeps_the_old_key_behind_the_new(tmp_path: Path):
    shutil.copytree(prepared.folder(), tmp_path, dirs_exist_ok=True)
    first = (tmp_path / "keyring").read_text()
    assert pingyi("keys", "rotate", data=tmp_path).returncode == 0
    assert Keyring.from_text((tmp_path / "keyring").read_text()).numbers == [2, 1]
    assert first.strip() in (tmp_path / "keyring").read_text()
    done = pingyi("keys", "renew", data=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
class TestRenewal:
    """Every encrypted field comes to depend on the newest key alone."""

    @pytest.fixture
    def user(self) -> User:
        return actions.create_user(login="li", phone="13812341234", by=SYSTEM, at=timezone.now())

    @pytest.fixture
    def rotated(self, user, monkeypatch) -> Keyring:
        """A fresh key, after the user's phone was encrypted with the one before."""
        ring = keys.keyring().rotated()
        monkeypatch.setattr(personal, "keyring", lambda: ring)
        return ring

    def test_phones_and_their_fingerprints_are_renewed_once(self, user, rotated):
        assert personal.renew() == 1
        assert personal.renew() == 0
        user.refresh_from_db()
        only_new = Keyring([rotated.newest])
        encrypted = User.personal[0]
        assert only_new.decrypt(bytes(user.phone_cipher), context=encrypted.context) == (
            "13812341234"
        )
        assert bytes(user.phone_print) == only_new.fingerprint(
            "13812341234", context=encrypted.context
        )

    def test_a_missing_key_stops_it_and_changes_nothing(self, user, monkeypatch):
        monkeypatch.setattr(personal, "keyring", lambda: Keyring.generate().rotated())
        before = bytes(user.phone_cipher)
        with pytest.raises(CannotDecrypt):
            personal.renew()
        user.refresh_from_db()
        assert bytes(user.phone_cipher) == before

    def test_every_encrypted_field_is_declared(self):
        from django.apps import apps

        declared = {
            (model, encrypted.field)
            for model, fields in personal.declarations()
            for encrypted in fields
        }
        there = {
            (model, field.name)
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if field.name.endswith("_cipher")
        }
        assert there
        assert there == declared
