"""Where secrets come from: the operating system's generator, behind one small class; and their hashes."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
CODE_DIGITS = 6


class Randomness:
    """Makes tokens and codes. Nothing else in this service draws a secret."""

    def token(self) -> str:
        """256 random bits as base64url, 43 characters."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def code(self) -> str:
        """Six random digits."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: with 256 random bits a plain hash is enough (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).digest()


def code_hash(code: str, challenge_key: bytes) -> bytes:
    """HMAC-SHA-256 of a code under its challenge's own random key, so that equal codes look different."""
    return hmac.new(challenge_key, code.encode(), hashlib.sha256).digest()


def same(one: bytes, other: bytes) -> bool:
    """Comparison whose time says nothing."""
    return hmac.compare_digest(one, other)
