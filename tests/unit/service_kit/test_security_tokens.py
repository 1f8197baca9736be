"""Access tokens: whoever alters, borrows or keeps one is refused, whatever its header claims."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey, RSAKey
from service_kit.errors import Unauthenticated
from service_kit.security.tokens import InvalidToken, StaticJwks, TokenVerifier, VerificationKey, sign_token

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ISSUER, AUDIENCE = "https://example.org", "dossier-access"
ACCOUNT, SESSION = uuid4(), uuid4()
KEY = OKPKey.generate_key("Ed25519")
OTHER_KEY = OKPKey.generate_key("Ed25519")


class StoppedClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment


def jwk(key=KEY, **more):
    return {**key.as_dict(private=False), "kid": "k1", **more}


def verifier(*keys, now: datetime = NOW) -> TokenVerifier:
    return TokenVerifier(StaticJwks({"keys": list(keys) or [jwk()]}), ISSUER, AUDIENCE, StoppedClock(now))


def claims(**changes):
    issued = int(NOW.timestamp())
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ACCOUNT),
        "iat": issued,
        "nbf": issued,
        "exp": issued + 600,
        "jti": "t-1",
        "sid": str(SESSION),
        "kind": "user",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def token(*, key=KEY, kid="k1", **changes):
    return sign_token(claims(**changes), key=key, kid=kid)


def with_header(header, *, key=KEY, algorithms=("Ed25519",)):
    return jws.serialize_compact(header, json.dumps(claims()), key, algorithms=list(algorithms))


def unsigned(header) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims()))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


async def test_a_users_token_says_who_and_in_which_session():
    said = await verifier().verify(token())
    assert (said.subject_id, said.session_id, said.kind) == (ACCOUNT, SESSION, "user")
    assert said.expires_at == NOW + timedelta(minutes=10)


async def test_a_systems_token_has_a_stable_id_that_is_no_accounts():
    said = await verifier().verify(token(kind="system", sub="crm", sid=None))
    again = await verifier().verify(token(kind="system", sub="crm", sid=None, jti="t-2"))
    assert (said.subject, said.kind, said.session_id) == ("crm", "system", None)
    assert said.subject_id == again.subject_id
    assert said.subject_id.version == 5


async def test_a_client_named_like_an_account_is_not_that_account():
    said = await verifier().verify(token(kind="system", sub=str(ACCOUNT), sid=None))
    assert said.subject_id != ACCOUNT


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"exp": int(NOW.timestamp()) - 11},
        {"nbf": int(NOW.timestamp()) + 11},
        {"iat": int(NOW.timestamp()) + 11},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"sub": "not-a-uuid"},
        {"sub": 7},
        {"kind": "administrator"},
        {"kind": ["user"]},
        {"sid": "not-a-uuid"},
        {"sid": 5},
        *({name: None} for name in ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "kind", "sid")),
    ],
)
async def test_wrong_or_missing_claims_are_refused(changes):
    with pytest.raises(InvalidToken):
        await verifier().verify(token(**changes))


@pytest.mark.parametrize("seconds", [-9, 9])
async def test_clocks_may_differ_by_a_few_seconds(seconds):
    issued = int(NOW.timestamp()) + seconds
    assert await verifier().verify(token(iat=issued, nbf=issued, exp=int(NOW.timestamp()) + seconds))


async def test_another_keys_signature_is_refused():
    with pytest.raises(InvalidToken):
        await verifier().verify(token(key=OTHER_KEY))


async def test_an_unknown_kid_is_refused():
    with pytest.raises(InvalidToken):
        await verifier().verify(token(kid="k2"))


async def test_an_expired_key_verifies_nothing_even_a_token_that_is_not_expired():
    expired = jwk(exp=int(NOW.timestamp()))
    with pytest.raises(InvalidToken):
        await verifier(expired).verify(token())
    assert await verifier(expired, now=NOW - timedelta(seconds=1)).verify(token())


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
async def test_an_unsigned_token_is_refused(alg):
    with pytest.raises(InvalidToken):
        await verifier().verify(unsigned({"alg": alg, "kid": "k1", "typ": "at+jwt"}))


async def test_the_public_key_used_as_a_shared_secret_is_refused():
    secret = OctKey.import_key(base64.urlsafe_b64decode(KEY.as_dict(private=False)["x"] + "=="))
    forged = with_header({"alg": "HS256", "kid": "k1", "typ": "at+jwt"}, key=secret, algorithms=["HS256"])
    with pytest.raises(InvalidToken):
        await verifier().verify(forged)


async def test_another_algorithm_is_refused_even_with_a_good_signature():
    rsa = RSAKey.generate_key(2048)
    with pytest.raises(InvalidToken):
        await verifier().verify(
            with_header({"alg": "RS256", "kid": "k1", "typ": "at+jwt"}, key=rsa, algorithms=["RS256"])
        )


@pytest.mark.parametrize(
    "more",
    [
        {"jku": "https://evil.example/jwks.json"},
        {"jwk": OTHER_KEY.as_dict(private=False)},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["MIIB"]},
        {"typ": "JWT"},
        {"typ": None},
    ],
)
async def test_a_header_that_brings_its_own_key_or_type_is_refused(more):
    header = {"alg": "Ed25519", "kid": "k1", "typ": "at+jwt", **more}
    forged = with_header({k: v for k, v in header.items() if v is not None}, key=OTHER_KEY)
    with pytest.raises(InvalidToken):
        await verifier(jwk()).verify(forged)


async def test_a_token_without_kid_is_refused():
    with pytest.raises(InvalidToken):
        await verifier().verify(with_header({"alg": "Ed25519", "typ": "at+jwt"}))


async def test_an_altered_payload_is_refused():
    head, _, signature = token().split(".")
    other = token(sub=str(uuid4())).split(".")[1]
    with pytest.raises(InvalidToken):
        await verifier().verify(f"{head}.{other}.{signature}")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "eyJ.eyJ.x", "é" * 9, "x" * 5000, "[].[].[]", "bnVsbA.bnVsbA.", "W10.W10.W10"]
)
async def test_what_is_no_token_is_refused(text):
    with pytest.raises(InvalidToken):
        await verifier().verify(text)


async def test_the_caller_is_not_told_why():
    with pytest.raises(Unauthenticated) as refused:
        await verifier().verify(token(aud="another"))
    assert "aud" not in refused.value.detail
    assert "aud" in refused.value.reason


@pytest.mark.parametrize(
    "broken",
    [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "k"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "k"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "k"},
        {"kty": "OKP", "crv": "X25519", "x": jwk()["x"], "kid": "k"},
        {**jwk(), "kid": None},
        {},
    ],
)
def test_a_key_of_another_kind_is_no_verification_key(broken):
    with pytest.raises(ValueError):
        VerificationKey.parse(broken)


def test_a_private_part_in_a_jwks_is_not_kept():
    parsed = VerificationKey.parse({**KEY.as_dict(private=True), "kid": "k1"})
    assert not parsed.key.is_private
