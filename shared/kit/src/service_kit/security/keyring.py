"""Authenticated encryption (AES-256-GCM) under a ring of named keys: the first encrypts, all decrypt: they rotate."""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
# 32 random bytes hold about 30 different values; a key typed by hand or filled with one byte holds few.
_FEWEST_DIFFERENT_BYTES = 12
_KID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SealBroken(Exception):
    """It was changed, or belongs to another purpose, subject, recipient or expiry than the one asked for."""


class SealKeyUnknown(Exception):
    """It was encrypted under a key this ring does not have (yet, or any more)."""


class KeyRing:
    """Named 32-byte keys, in order. It shows neither in `repr` nor in errors what the keys are."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("holds no key")
        self._first = next(iter(keys))
        self._keys = {kid: AESGCM(key) for kid, key in keys.items()}
        self._secrets = tuple(keys.values())

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """From `kid:base64,kid2:base64`. Errors are ValueErrors that say which entry is wrong, never its value."""
        keys: dict[str, bytes] = {}
        for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            kid, _, encoded = entry.partition(":")
            if not _KID.fullmatch(kid) or not encoded:
                raise ValueError(f"entry {number} is not of the form kid:base64")
            if kid in keys:
                raise ValueError(f"entry {number} repeats the name of an earlier key")
            keys[kid] = _key_bytes(encoded, number)
        return cls(keys)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    @property
    def first_kid(self) -> str:
        """The name of the key that encrypts."""
        return self._first

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """A 32-byte key made of each key of the ring, in its order, for another use than encrypting (HKDF-SHA256).

        The first one makes tags, all of them check: they rotate with the ring.
        """
        return tuple(
            HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)
            for secret in self._secrets
        )

    def encrypt(self, plaintext: bytes, bound_to: Mapping[str, str], *, kid: str | None = None) -> bytes:
        """Nonce and ciphertext under the first key (or `kid`), bound to every pair of `bound_to`."""
        kid = kid or self._first
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._key(kid).encrypt(nonce, plaintext, _associated(kid, bound_to))

    def decrypt(self, kid: str, box: bytes, bound_to: Mapping[str, str]) -> bytes:
        """The plaintext, or SealBroken, or SealKeyUnknown."""
        key = self._key(kid)
        try:
            return key.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _associated(kid, bound_to))
        except (InvalidTag, ValueError):
            raise SealBroken("does not open: changed, or made for something else") from None

    def encrypt_text(self, plaintext: bytes, **bound_to: str) -> str:
        """For a column at rest: `kid:base64url`. Give at least `purpose`, so that no value opens in another's place."""
        return f"{self._first}:{encode(self.encrypt(plaintext, bound_to))}"

    def decrypt_text(self, stored: str, **bound_to: str) -> bytes:
        """The reverse, with the same bindings."""
        kid, _, encoded = stored.partition(":")
        return self.decrypt(kid, decode(encoded), bound_to)

    def _key(self, kid: str) -> AESGCM:
        try:
            return self._keys[kid]
        except KeyError:
            raise SealKeyUnknown(f"no key {kid!r} in the ring") from None


def encode(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The reverse; text that is not base64url is a broken seal."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken("is not base64url") from None


def utc_text(moment: datetime) -> str:
    """One spelling of a moment, whatever zone it came in."""
    if moment.tzinfo is None:
        raise ValueError("a naive time cannot be sealed")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _associated(kid: str, bound_to: Mapping[str, str]) -> bytes:
    return json.dumps({**bound_to, "kid": kid}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key_bytes(encoded: str, number: int) -> bytes:
    try:
        # Both alphabets: `openssl rand -base64 32` writes one, `secrets.token_urlsafe(32)` the other.
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the key of entry {number} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of entry {number} has {len(key)} bytes, it must have {KEY_BYTES}")
    if len(set(key)) < _FEWEST_DIFFERENT_BYTES:
        raise ValueError(f"the key of entry {number} is not random")
    return key
