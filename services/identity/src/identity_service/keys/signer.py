"""Access tokens as identity makes them (I10, I11), and the keys it verifies its own callers with."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey
from service_kit.db import Database, UnitOfWork
from service_kit.security.jwks import VerificationKey
from service_kit.security.keyring import KeyRing
from service_kit.security.tokens import CallerKind, sign_token

from identity_service.keys.domain import TOKEN_LIFETIME
from identity_service.keys.service import current_key, private_key, published


@dataclass(frozen=True)
class AccessToken:
    """A signed token and how many seconds it lives."""

    text: str
    expires_in: int


class TokenSigner:
    """Signs with the current key of the database, so that a rotation is followed at once by every replica."""

    def __init__(self, ring: KeyRing, *, issuer: str, audience: str) -> None:
        self.ring = ring
        self._issuer = issuer
        self._audience = audience
        self._decrypted: tuple[str, OKPKey] | None = None

    async def access_token(
        self, uow: UnitOfWork, *, subject: str, kind: CallerKind, session_id: UUID | None = None
    ) -> AccessToken:
        """Says who calls and nothing of what they may do."""
        row = await current_key(uow, self.ring)
        if self._decrypted is None or self._decrypted[0] != row.kid:
            self._decrypted = (row.kid, private_key(row, self.ring))
        issued = int((await uow.now()).timestamp())
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "kind": kind,
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime,
            "jti": str(uuid4()),
        }
        if session_id is not None:
            claims["sid"] = str(session_id)
        return AccessToken(sign_token(claims, key=self._decrypted[1], kid=row.kid), lifetime)


class DatabaseKeys:
    """Key source of identity's own API: its tables, remembered for a while, read again for an unknown kid.

    At most one read per second, whatever kids the callers invent.
    """

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        *,
        max_age: float = 60,
        min_interval: float = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._ring = ring
        self._max_age = max_age
        self._min_interval = min_interval
        self._monotonic = monotonic
        self._keys: dict[str, VerificationKey] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def key(self, kid: str) -> VerificationKey | None:
        """The key of this name, if it is published."""
        if self._is_due(kid):
            async with self._reading:
                if self._is_due(kid):
                    await self._read()
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        if self._read_at is None:
            return True
        return self._monotonic() - self._read_at >= (self._max_age if kid in self._keys else self._min_interval)

    async def _read(self) -> None:
        async with self._database.transaction() as uow:
            jwks = await published(uow, self._ring)
        self._keys = {key.kid: key for key in map(VerificationKey.parse, jwks)}
        self._read_at = self._monotonic()
