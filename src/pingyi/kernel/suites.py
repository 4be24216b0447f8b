"""The cryptographic suites a key can belong to: one international, one of the Chinese standards.

Which one a city must use is a matter of its 密评 (commercial cryptography assessment): SM4 is GB/T
32907, SM3 is GB/T 32905. Nothing here is home-made: `cryptography` and OpenSSL do the work.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

TAG_LENGTH = 16


class Box(Protocol):
    """Authenticated encryption under one key; the tag stands at the end of the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag`."""


@dataclass(frozen=True)
class Suite:
    name: str
    box: Callable[[bytes], Box]
    box_key_length: int
    hash: Callable[[], hashes.HashAlgorithm]
    mac: Callable[[bytes, bytes], bytes]
    """From key and message to 32 bytes."""


class SM4GCM:
    """SM4 in Galois counter mode, with the interface of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)
        # An OpenSSL without SM4 shall fail now and not at the first message.
        Cipher(self._algorithm, modes.GCM(bytes(12))).encryptor()

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        body, tag = data[:-TAG_LENGTH], data[-TAG_LENGTH:]
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(body) + decryptor.finalize()


def _hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _hmac_sm3(key: bytes, message: bytes) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


AES = Suite("aes-gcm/sha256", AESGCM, 32, hashes.SHA256, _hmac_sha256)
SM = Suite("sm4-gcm/sm3", SM4GCM, 16, hashes.SM3, _hmac_sm3)
SUITES = {suite.name: suite for suite in (AES, SM)}
