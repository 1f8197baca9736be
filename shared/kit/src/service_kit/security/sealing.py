"""Sealed values (I5): a link or code that only holders of the key read, for what it was made for, until it expires."""

from datetime import datetime

from event_contracts.people import SealedValue

from service_kit.security.keyring import KeyRing, SealBroken, SealKeyUnknown, decode, encode, utc_text

__all__ = ["KeyRing", "SealBroken", "SealExpired", "SealKeyUnknown", "Sealer"]


class SealExpired(Exception):
    """It is genuine and too old: ask its maker for a new one."""


class Sealer:
    """Seals and opens. Purpose, subject, recipient and expiry are authenticated: a moved value does not open."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keyring = keyring

    def seal(self, plaintext: str, *, purpose: str, subject: str, recipient: str, expires_at: datetime) -> SealedValue:
        """A value only `open` with the same purpose, subject and recipient gives back."""
        box = self._keyring.encrypt(plaintext.encode(), _bindings(purpose, subject, recipient, expires_at))
        return SealedValue(
            kid=self._keyring.first_kid,
            purpose=purpose,
            subject=subject,
            recipient=recipient,
            expires_at=expires_at,
            ciphertext=encode(box),
        )

    def open(self, sealed: SealedValue, *, purpose: str, subject: str, recipient: str, now: datetime) -> str:
        """The plaintext. The caller says what it expects; what the value says of itself is not believed.

        Raises SealBroken, SealKeyUnknown, or, for a genuine value only, SealExpired.
        """
        bindings = _bindings(purpose, subject, recipient, sealed.expires_at)
        plaintext = self._keyring.decrypt(sealed.kid, decode(sealed.ciphertext), bindings).decode()
        if now >= sealed.expires_at:
            raise SealExpired(f"expired at {sealed.expires_at.isoformat()}")
        return plaintext


def _bindings(purpose: str, subject: str, recipient: str, expires_at: datetime) -> dict[str, str]:
    return {
        "form": "sealed-value",
        "purpose": purpose,
        "subject": subject,
        "recipient": recipient,
        "expires_at": utc_text(expires_at),
    }
