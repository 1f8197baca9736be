"""Where secrets come from: the operating system's generator, behind one small class; and how they are kept."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from service_kit.security.keyring import KeyRing, SealBroken, SealKeyUnknown

TOKEN_BYTES = 32
CODE_DIGITS = 6
RECOVERY_BYTES = 15


class Randomness:
    """Makes tokens and codes. Nothing else in this service draws a secret."""

    def token(self) -> str:
        """256 random bits as base64url, 43 characters."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def code(self) -> str:
        """Six random digits."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"

    def recovery_code(self) -> str:
        """120 random bits as 24 capital letters and digits of base32: to be written down and typed."""
        return base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: with 256 random bits a plain hash is enough (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).digest()


class CodeBox:
    """Keeps codes encrypted: with a million possible codes, any hash whose key lay beside it would give them away."""

    _PURPOSE = "sign-in code at rest"

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def keep(self, code: str, challenge_id: UUID) -> str:
        """What is stored of a code; it opens for its own challenge only."""
        return self._ring.encrypt_text(code.encode(), purpose=self._PURPOSE, challenge=str(challenge_id))

    def holds(self, stored: str | None, challenge_id: UUID, typed: str) -> bool:
        """Whether the code kept for this challenge is the one that was typed; never for one that keeps none."""
        if stored is None:
            return False
        try:
            code = self._ring.decrypt_text(stored, purpose=self._PURPOSE, challenge=str(challenge_id))
        except (SealBroken, SealKeyUnknown):
            return False
        return same(code, typed.encode())


def same(one: bytes, other: bytes) -> bool:
    """Comparison whose time says nothing."""
    return hmac.compare_digest(one, other)
