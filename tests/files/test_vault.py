"""Contents lie encrypted, are there before their row, and come out as they went in."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from pingyi.audit.actions import SYSTEM
from pingyi.audit.keys import keyring
from pingyi.audit.models import Event
from pingyi.files import vault
from pingyi.files.actions import store_file, sweep_orphans
from pingyi.files.models import StoredFile
from pingyi.files.serving import FileLost, attachment, content_of
from pingyi.kernel.secrets import CannotDecrypt, Keyring
from tests.files.uploads import pdf, picture, upload

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")


def store(name='现场 "1".pdf', content=None):
    return store_file(upload=upload(name, content or pdf(b"%SECRET")), by=SYSTEM, at=AT)


def path_of(stored):
    return vault.folder() / stored.key[:2] / stored.key


@pytest.mark.django_db
class TestStored:
    def test_it_comes_out_as_it_went_in_and_lies_encrypted(self):
        stored = store()
        assert content_of(stored) == pdf(b"%SECRET")
        assert (stored.kind, stored.media_type) == ("pdf", "application/pdf")
        assert stored.size == len(pdf(b"%SECRET"))
        assert stored.sha256 == hashlib.sha256(pdf(b"%SECRET")).hexdigest()
        blob = path_of(stored).read_bytes()
        assert b"SECRET" not in blob
        assert b"%PDF" not in blob
        assert stat.S_IMODE(path_of(stored).stat().st_mode) == 0o600
        assert stat.S_IMODE(vault.folder().stat().st_mode) == 0o700

    def test_its_event_says_nothing_of_its_name(self):
        stored = store("张三的投诉.pdf")
        event = Event.objects.get(action="file.store", subject_id=str(stored.pk))
        assert "张三" not in str(event.data)

    def test_a_content_put_in_anothers_stead_is_not_served(self):
        one, other = store("a.pdf"), store("b.pdf", pdf(b"%other"))
        path_of(one).write_bytes(path_of(other).read_bytes())
        with pytest.raises(FileLost):
            content_of(one)

    def test_altered_or_missing_is_not_served(self):
        stored = store()
        blob = bytearray(path_of(stored).read_bytes())
        blob[-1] ^= 1
        path_of(stored).write_bytes(blob)
        with pytest.raises(FileLost):
            attachment(stored)
        path_of(stored).unlink()
        with pytest.raises(FileLost):
            attachment(stored)

    def test_it_is_served_to_be_saved(self):
        answer = attachment(store('现场 "1".pdf'))
        said = answer["Content-Disposition"]
        assert said.startswith("attachment; filename*=utf-8''")
        assert '"' not in said
        assert "\n" not in said
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_a_failed_transaction_leaves_a_content_that_the_sweep_takes(self):
        kept = store()
        with transaction.atomic():
            lost = store("lost.pdf")
            transaction.set_rollback(True)
        assert path_of(lost).exists()
        assert list(StoredFile.objects.all()) == [kept]
        draft = path_of(lost).with_name(path_of(lost).name + ".draft")
        draft.write_bytes(b"half")
        now = datetime.now(UTC)
        assert sweep_orphans(by=SYSTEM, at=now) == 0  # its row may still come
        assert sweep_orphans(by=SYSTEM, at=now + timedelta(days=2)) == 2
        assert not path_of(lost).exists()
        assert not draft.exists()
        assert content_of(kept)
        assert sweep_orphans(by=SYSTEM, at=now + timedelta(days=2)) == 0
        assert Event.objects.get(action="file.sweep").data == {"count": 2}

    def test_the_sweep_touches_nothing_that_is_not_the_vaults(self):
        store()
        odd = vault.folder() / "ab" / "abc.txt"
        odd.parent.mkdir(exist_ok=True)
        odd.write_text("somebody's")
        os.utime(odd, (0, 0))
        assert sweep_orphans(by=SYSTEM, at=datetime.now(UTC) + timedelta(days=2)) == 0
        assert odd.exists()


@pytest.mark.django_db
def test_a_new_key_takes_over_and_the_old_can_go(monkeypatch):
    stored = store()
    old = keyring()
    rotated = old.rotated()
    monkeypatch.setattr(vault, "keyring", lambda: rotated)
    assert content_of(stored)
    assert vault.renew() == 1
    assert vault.renew() == 0
    monkeypatch.setattr(vault, "keyring", lambda: Keyring([rotated.newest]))
    assert content_of(stored) == pdf(b"%SECRET")
    monkeypatch.setattr(vault, "keyring", lambda: old)
    with pytest.raises(CannotDecrypt):
        vault.get(stored.key)


@pytest.mark.parametrize("key", ["", "../secret.key", "a" * 31, "A" * 32, "a" * 32 + "\n"])
def test_no_key_leads_out_of_the_vault(key):
    with pytest.raises(FileLost):
        vault.get(key)


@pytest.mark.django_db
def test_a_crash_between_disk_and_row_never_leaves_a_row_without_content(monkeypatch):
    def broken(path, blob):
        raise OSError("disk full")

    monkeypatch.setattr(vault, "_write", broken)
    with pytest.raises(OSError, match="disk full"):
        store("a.jpg", picture())
    assert not StoredFile.objects.exists()
