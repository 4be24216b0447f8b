"""What is encrypted stays shut without its key and place; keys rotate without losing anything."""

import base64
import logging
import subprocess
import sys
from datetime import date, timedelta

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from pingyi.kernel import suites
from pingyi.kernel.secrets import BadKeyring, CannotDecrypt, Key, Keyring, mark

PHONE = "13812341234"
DAY = date(2026, 11, 21)
ANY_SUITE = pytest.mark.parametrize("suite", list(suites.SUITES))
SECRET = base64.b64encode(bytes(range(32))).decode()


@ANY_SUITE
@given(plaintext=st.text(), context=st.text(max_size=20))
def test_what_goes_in_comes_out(suite, plaintext, context):
    ring = Keyring.generate(suite)
    assert ring.decrypt(ring.encrypt(plaintext, context=context), context=context) == plaintext


@ANY_SUITE
def test_every_altered_byte_is_noticed(suite):
    ring = Keyring.generate(suite)
    blob = ring.encrypt(PHONE, context="contact.phone")
    for place in range(len(blob)):
        altered = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(CannotDecrypt):
            ring.decrypt(altered, context="contact.phone")
    for length in range(len(blob)):
        with pytest.raises(CannotDecrypt):
            ring.decrypt(blob[:length], context="contact.phone")


@ANY_SUITE
def test_a_blob_is_bound_to_its_place_and_its_key(suite):
    ring = Keyring.generate(suite)
    blob = ring.encrypt(PHONE, context="contact.phone")
    with pytest.raises(CannotDecrypt, match=r"contact\.name"):
        ring.decrypt(blob, context="contact.name")
    with pytest.raises(CannotDecrypt):
        Keyring.generate(suite).decrypt(blob, context="contact.phone")


@ANY_SUITE
def test_the_plaintext_does_not_show_and_equal_texts_differ(suite):
    ring = Keyring.generate(suite)
    blobs = {ring.encrypt(PHONE, context="c") for _ in range(100)}
    assert len(blobs) == 100
    assert all(PHONE.encode() not in blob and len(blob) == len(PHONE) + 29 for blob in blobs)


def test_aes_blobs_are_plain_aes_gcm():
    """Written out once more, so that a later version cannot quietly change the form."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    ring = Keyring.from_text(f"7:{SECRET}")
    blob = ring.encrypt(PHONE, context="c")
    key = HKDF(hashes.SHA256(), 32, None, b"pingyi/encryption").derive(bytes(range(32)))
    assert blob[0] == 7
    assert AESGCM(key).decrypt(blob[1:13], blob[13:], b"c").decode() == PHONE


def test_forms_stay_as_they_are():
    """Stored bytes must be found again by every later version."""
    ring = Keyring.from_text(f"2:sm4-gcm/sm3:{SECRET},1:{SECRET}")
    assert [print_.hex() for print_ in ring.fingerprints(PHONE, context="contact.phone")] == [
        "02eab9bf8a33aae3780bed043e028673ea",
        "01be3a46e61bbba6d04822c702dae9301b",
    ]
    assert (
        mark("10.0.0.1", day=DAY, keyring=Keyring.from_text(f"1:{SECRET}")).hex()
        == "98446bbde79f51f7"
    )


def test_sm3_and_sm4_are_the_standards():
    """GB/T 32905 example 1 by way of HMAC's definition; GB/T 32907 example 1 by way of GCM's."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def sm3(data):
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    assert sm3(b"abc").hex().startswith("66c7f0f462eeedd9d1f2d46bdc10e4e2")
    inner = sm3(bytes(0x6B ^ 0x36 for _ in range(32)) + b"\x36" * 32 + b"message")
    outer = sm3(bytes(0x6B ^ 0x5C for _ in range(32)) + b"\x5c" * 32 + inner)
    assert suites.SM.mac(b"k" * 32, b"message") == outer

    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    counter = Cipher(algorithms.SM4(key), modes.CTR(bytes(12) + bytes([0, 0, 0, 2]))).encryptor()
    sealed = suites.SM4GCM(key).encrypt(bytes(12), key, b"")
    assert sealed[:16] == counter.update(key)


def test_rotation_loses_nothing():
    first = Keyring.generate()
    blob, print_ = first.encrypt(PHONE, context="c"), first.fingerprint(PHONE, context="c")
    second = first.rotated()
    third = second.rotated(suites.SM.name)
    assert third.numbers == [3, 2, 1]
    assert third.decrypt(blob, context="c") == PHONE
    assert print_ in third.fingerprints(PHONE, context="c")
    assert third.needs_rotation(blob)
    assert third.needs_rotation(print_)
    renewed = third.encrypt(PHONE, context="c")
    assert renewed[0] == 3
    assert not third.needs_rotation(renewed)
    assert not third.needs_rotation(third.fingerprint(PHONE, context="c"))
    assert ":" + suites.SM.name in third.to_text()
    assert third.rotated().to_text().count(suites.SM.name) == 2
    with pytest.raises(CannotDecrypt, match="key 3"):
        second.decrypt(renewed, context="c")


def test_text_brings_back_the_same_keyring():
    ring = Keyring.generate().rotated().rotated(suites.SM.name)
    again = Keyring.from_text(f" {ring.to_text()}\n".replace(",", " ,\n"))
    assert again.to_text() == ring.to_text()
    assert again.decrypt(ring.encrypt(PHONE, context="c"), context="c") == PHONE
    assert again.fingerprints(PHONE, context="c") == ring.fingerprints(PHONE, context="c")


def test_fingerprints_tell_values_contexts_and_keys_apart():
    ring = Keyring.generate().rotated()
    newest, oldest = ring.fingerprints(PHONE, context="phone")
    assert len(newest) == len(oldest) == 17
    assert (newest[0], oldest[0]) == (2, 1)
    assert newest[1:] != oldest[1:]
    assert ring.fingerprint(PHONE, context="phone") == newest
    assert ring.fingerprint(PHONE, context="phone", version=1) == oldest
    others = [
        ("13812341235", "phone"),
        (PHONE, "fax"),
        ("e" + PHONE, "phon"),
        ("", "phone" + PHONE),
    ]
    made = {ring.fingerprint(value, context=context) for value, context in others}
    assert len(made | {newest}) == 5
    with pytest.raises(BadKeyring, match="no key 9"):
        ring.fingerprint(PHONE, context="phone", version=9)


def test_purposes_use_keys_of_their_own():
    key = Key(1, bytes(range(32)))
    derived = {key.for_fingerprints, key.for_marks, key._derived("encryption", 32), key.secret}
    assert len(derived) == 4


@ANY_SUITE
def test_a_mark_lasts_a_day(suite):
    ring = Keyring.generate(suite)
    today = mark("10.0.0.1", day=DAY, keyring=ring)
    assert len(today) == 8
    assert mark("10.0.0.1", day=DAY, keyring=ring) == today
    assert mark("10.0.0.2", day=DAY, keyring=ring) != today
    assert mark("10.0.0.1", day=DAY + timedelta(1), keyring=ring) != today
    assert mark("10.0.0.1", day=DAY, keyring=ring.rotated()) != today
    assert mark("\udcff", day=DAY, keyring=ring) != today
    assert mark("10.0.0.1", day=DAY, keyring=Keyring.generate(suite)) != today


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ("hello", "number:base64"),
        (f"one:{SECRET}", "number:base64"),
        (f"²:{SECRET}", "number:base64"),
        (f"1:a:b:{SECRET}", "number:base64"),
        (f"1:rot13:{SECRET}", "no such suite"),
        (f"1:{SECRET}:{SECRET}", "no such suite"),
        ("1:§§", "not base64"),
        ("1:c2hvcnQ=", "32 bytes"),
        (f"0:{SECRET}", "1–255"),
        (f"256:{SECRET}", "1–255"),
        (f"1:{SECRET},1:{SECRET}", "twice"),
        (f"1:{SECRET},2:{SECRET}", "first"),
    ],
)
def test_a_bad_keyring_says_what_is_wrong_and_shows_no_key(text, complaint):
    with pytest.raises(BadKeyring, match=complaint) as caught:
        Keyring.from_text(text)
    assert SECRET not in str(caught.value)


def test_the_256th_key_is_refused():
    with pytest.raises(BadKeyring, match="256"):
        Keyring.from_text(f"255:{SECRET}").rotated()


def test_keys_do_not_show(caplog):
    ring = Keyring.from_text(f"1:{SECRET}")
    key = next(iter(ring._keys.values()))
    logging.getLogger().warning("%s %r %s %r %s", ring, ring, key, key, vars(ring))
    assert SECRET not in caplog.text
    assert repr(bytes(range(32)))[2:20] not in caplog.text
    assert str(ring) == "Keyring(numbers=[1])"


def test_an_openssl_without_sm4_is_told_at_once(monkeypatch):
    def missing(*args):
        raise UnsupportedAlgorithm("no SM4")

    monkeypatch.setattr(suites, "Cipher", missing)
    with pytest.raises(BadKeyring, match="lacks sm4-gcm/sm3"):
        Keyring.generate(suites.SM.name)


def test_the_kernel_needs_no_framework():
    code = "import sys, pingyi.kernel.secrets; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
