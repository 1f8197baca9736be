"""Access tokens: signed JWTs (Ed25519, RFC 9864) that say who calls and nothing about what they may do (I11).

`sign_token` is for identity alone; everybody verifies with `TokenVerifier`, which accepts one algorithm, one type,
one issuer, one audience, and keys from its own source only, whatever the token's header says.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from service_kit.clock import Clock
from service_kit.errors import Unauthenticated
from service_kit.security.jwks import JwksCache, KeySource, StaticJwks, VerificationKey

__all__ = [
    "ALGORITHM",
    "JWT_TYPE",
    "InvalidToken",
    "JwksCache",
    "KeySource",
    "StaticJwks",
    "TokenClaims",
    "TokenVerifier",
    "VerificationKey",
    "sign_token",
]

ALGORITHM = "Ed25519"
JWT_TYPE = "at+jwt"
DEFAULT_LEEWAY = timedelta(seconds=10)
LONGEST_TOKEN = 4096
_REQUIRED: ClaimsOption = {"essential": True}
_HEADER_NAMES = {"alg", "kid", "typ"}
# Systems have a client id, users an account id; a name-based id (version 5) never equals an account's (version 7).
_SYSTEMS = UUID("6ad1c9d0-5f0e-5b5c-9d57-5a1d6e8f0c11")

CallerKind = Literal["user", "system"]


class InvalidToken(Unauthenticated):
    """The token is not one of ours, or not any more; the caller hears no more than that."""

    def __init__(self, reason: str) -> None:
        super().__init__("token_invalid", "The access token is not valid or has expired.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a verified token says. `subject_id` is the account's id, or one derived from a system's client id."""

    subject: str
    subject_id: UUID
    kind: CallerKind
    session_id: UUID | None
    token_id: str
    expires_at: datetime


def sign_token(claims: Mapping[str, Any], *, key: OKPKey, kid: str) -> str:
    """A compact JWT; times in the claims are whole seconds since 1970."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": JWT_TYPE}
    payload = json.dumps(dict(claims), separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Verifies tokens of one issuer for one audience. It keeps no token; only its key source remembers keys."""

    def __init__(
        self, jwks: KeySource, issuer: str, audience: str, clock: Clock, *, leeway: timedelta = DEFAULT_LEEWAY
    ) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._leeway = leeway

    async def verify(self, token: str) -> TokenClaims:
        """What the token says, or InvalidToken; Unavailable when there are no keys to check it with."""
        parsed = _parsed(token)
        header = parsed.headers()
        _check_header(header)
        key = await self._jwks.key(header["kid"])
        now = self._clock.now()
        if key is None:
            raise InvalidToken("unknown key")
        if key.expires_at is not None and now >= key.expires_at:
            raise InvalidToken("expired key")
        return self._checked_claims(_verified_payload(parsed, key), now)

    def _checked_claims(self, claims: dict[str, Any], now: datetime) -> TokenClaims:
        leeway = int(self._leeway.total_seconds())
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=leeway,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub=_REQUIRED,
            exp=_REQUIRED,
            nbf=_REQUIRED,
            iat=_REQUIRED,
            jti=_REQUIRED,
            kind=_REQUIRED,
        )
        try:
            registry.validate(claims)
            return _token_claims(claims)
        except (JoseError, ValueError, OverflowError) as error:
            raise InvalidToken(f"claims: {error}") from None


def _parsed(token: str) -> jws.CompactSignature:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise InvalidToken("too long or not ASCII")
    try:
        return jws.extract_compact(token.encode())
    except (JoseError, ValueError, TypeError, AttributeError):
        raise InvalidToken("not a compact JWS") from None


def _check_header(header: Mapping[str, Any]) -> None:
    """Exactly three members: so jku, jwk, x5u, x5c and crit are refused unread."""
    if set(header) != _HEADER_NAMES:
        raise InvalidToken("unexpected header")
    if header["alg"] != ALGORITHM or header["typ"] != JWT_TYPE or not isinstance(header["kid"], str):
        raise InvalidToken("other algorithm or type")


def _verified_payload(parsed: jws.CompactSignature, key: VerificationKey) -> dict[str, Any]:
    try:
        valid = jws.validate_compact(parsed, key.key, algorithms=[ALGORITHM])
        claims = json.loads(parsed.payload) if valid else None
    except (JoseError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise InvalidToken("signature or payload")
    return claims


def _token_claims(claims: Mapping[str, Any]) -> TokenClaims:
    kind, subject = claims["kind"], claims["sub"]
    if kind not in ("user", "system"):
        raise ValueError("kind")
    session = claims.get("sid")
    if kind == "user" and session is None:
        raise ValueError("sid")
    return TokenClaims(
        subject=subject,
        subject_id=UUID(subject) if kind == "user" else uuid5(_SYSTEMS, subject),
        kind=kind,
        session_id=UUID(str(session)) if session is not None else None,
        token_id=claims["jti"],
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )
