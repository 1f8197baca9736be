"""Making, rotating and publishing signing keys. There is always a next key in the published set before it signs."""

from typing import Any

from joserfc.jwk import OKPKey
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict
from service_kit.ids import new_id
from service_kit.security.keyring import KeyRing
from service_kit.security.tokens import ALGORITHM

from identity_service.keys import repository
from identity_service.keys.domain import KeyState, is_published, may_sign, verifies_until
from identity_service.keys.tables import SigningKey

_PURPOSE = "signing_key"


async def current_key(uow: UnitOfWork, ring: KeyRing) -> SigningKey:
    """The key that signs; the very first call of a new installation makes it, and the one after it."""
    key = await repository.current(uow.session)
    return key or await _first_keys(uow, ring)


async def _first_keys(uow: UnitOfWork, ring: KeyRing) -> SigningKey:
    await repository.lock_all(uow.session)
    key = await repository.current(uow.session)
    if key is None:
        key = await _add(uow, ring, KeyState.CURRENT)
        await _add(uow, ring, KeyState.NEXT)
        await uow.session.flush()
    return key


async def rotate(uow: UnitOfWork, ring: KeyRing, *, force: bool = False) -> str:
    """Retires the current key, lets the next one sign, publishes a new next one; returns the kid that signs now.

    Refused while verifiers may not know the next key yet; `force` is for a current key that leaked.
    """
    await current_key(uow, ring)
    await repository.lock_all(uow.session)
    now = await uow.now()
    old, following = await repository.current(uow.session), await repository.following(uow.session)
    if old is None or following is None:
        raise RuntimeError("the signing keys are incomplete")
    if not force and not may_sign(following.created_at, now):
        raise Conflict("next_key_too_young", "The next key was published only just now; wait some minutes.")
    old.state, old.retired_at, old.private_box = KeyState.RETIRED, now, None
    await uow.session.flush()  # in steps: at most one key of each state exists at any time
    following.state = KeyState.CURRENT
    await uow.session.flush()
    await _add(uow, ring, KeyState.NEXT)
    return following.kid


async def published(uow: UnitOfWork, ring: KeyRing) -> list[dict[str, Any]]:
    """The key set as JWKs: next, current, and retired ones whose tokens may still be about."""
    await current_key(uow, ring)
    now = await uow.now()
    return [public_jwk(key) for key in await repository.all_keys(uow.session) if is_published(key.retired_at, now)]


def public_jwk(key: SigningKey) -> dict[str, Any]:
    """RFC 8037, with `exp` once the key is retired."""
    jwk: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "x": key.public_x}
    jwk |= {"kid": key.kid, "use": "sig", "alg": ALGORITHM}
    until = verifies_until(key.retired_at)
    return jwk if until is None else {**jwk, "exp": int(until.timestamp())}


def private_key(key: SigningKey, ring: KeyRing) -> OKPKey:
    """The decrypted pair, for signing."""
    if key.private_box is None:
        raise ValueError("a retired key does not sign")
    return OKPKey.import_key(ring.decrypt_text(key.private_box, purpose=_PURPOSE, kid_of_key=key.kid))


async def _add(uow: UnitOfWork, ring: KeyRing, state: KeyState) -> SigningKey:
    pair, kid = OKPKey.generate_key("Ed25519"), str(new_id())
    key = SigningKey(
        kid=kid,
        state=state,
        public_x=str(pair.as_dict(private=False)["x"]),
        private_box=ring.encrypt_text(pair.as_pem(private=True), purpose=_PURPOSE, kid_of_key=kid),
        created_at=await uow.now(),
    )
    uow.session.add(key)
    return key
