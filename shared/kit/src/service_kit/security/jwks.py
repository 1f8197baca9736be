"""Where verification keys come from: identity's JWKS, cached, so that a request never waits for identity twice."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from service_kit.errors import Unavailable
from service_kit.logging import get_logger

CURVE = "Ed25519"
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key that verifies until `expires_at` (JWK member `exp`), when it says so."""

    kid: str
    key: OKPKey
    expires_at: datetime | None = None

    @classmethod
    def parse(cls, jwk: Mapping[str, Any]) -> "VerificationKey":
        """From one JWK; ValueError when it is no Ed25519 key with a kid. Everything else in it is ignored."""
        kid, exp = jwk.get("kid"), jwk.get("exp")
        if jwk.get("kty") != "OKP" or jwk.get("crv") != CURVE or not isinstance(kid, str) or not kid:
            raise ValueError("not an Ed25519 key with a kid")
        try:
            key = OKPKey.import_key({"kty": "OKP", "crv": CURVE, "x": jwk["x"]})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"malformed key: {type(error).__name__}") from None
        return cls(kid, key, datetime.fromtimestamp(exp, UTC) if isinstance(exp, (int, float)) else None)


class KeySource(Protocol):
    """Finds the key that a token names."""

    async def key(self, kid: str) -> VerificationKey | None: ...


def parse_jwks(document: Mapping[str, Any]) -> dict[str, VerificationKey]:
    """The usable keys of a JWKS; members of other kinds are skipped, as RFC 7517 wants. ValueError if it is none."""
    members = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(members, list):
        raise ValueError("not a JWK set")
    keys = [VerificationKey.parse(jwk) for jwk in members if isinstance(jwk, dict) and jwk.get("crv") == CURVE]
    return {key.kid: key for key in keys}


class StaticJwks:
    """Keys that are given, for tests and for whoever holds them itself."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._keys = parse_jwks(document)

    async def key(self, kid: str) -> VerificationKey | None:
        return self._keys.get(kid)


class JwksCache:
    """Keys of one configured URL, never of one a token names.

    Fetched when a kid is unknown or the keys are older than `max_age`, and at most once per `min_interval`
    whatever the callers ask; while identity is down the last good keys stay. Times in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        min_interval: float = 10,
        max_age: float = 300,
        timeout: float = 3,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._min_interval = min_interval
        self._max_age = max_age
        self._timeout = timeout
        self._transport = transport
        self._monotonic = monotonic
        self._keys: dict[str, VerificationKey] = {}
        self._next_attempt = self._stale_at = monotonic()
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> VerificationKey | None:
        """The key of this name; None when identity does not have it; Unavailable when no key was ever fetched."""
        known = self._keys.get(kid)
        # With the key at hand, only one caller waits for the refresh; the others go on.
        if self._is_due(kid) and not (known and self._fetching.locked()):
            async with self._fetching:
                if self._is_due(kid):
                    await self._refresh()
        if not self._keys:
            raise Unavailable("keys_unavailable", "Sign-in cannot be checked at the moment.", retry_after=5)
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        now = self._monotonic()
        return now >= self._next_attempt and (kid not in self._keys or now >= self._stale_at)

    async def _refresh(self) -> None:
        self._next_attempt = self._monotonic() + self._min_interval
        try:
            async with httpx.AsyncClient(timeout=self._timeout, transport=self._transport) as client:
                response = await client.get(self._url)
            response.raise_for_status()
            self._keys = parse_jwks(response.json())
        except (httpx.HTTPError, ValueError) as error:
            log.warning("keys not refreshed", action="jwks_refresh_failed", reason=type(error).__name__)
        else:
            self._stale_at = self._monotonic() + self._max_age
