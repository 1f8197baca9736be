"""Use cases of API clients: making one, and giving it a token for its secret."""

from service_kit.db import UnitOfWork
from service_kit.errors import Unauthenticated
from service_kit.ids import new_id

from identity_service.clients import repository
from identity_service.clients.tables import ApiClient
from identity_service.deps import IdentityDeps
from identity_service.keys.signer import AccessToken
from identity_service.randomness import Randomness, same, token_hash

_NO_SECRET = bytes(32)


async def create_client(uow: UnitOfWork, randomness: Randomness, name: str) -> tuple[str, str]:
    """A new client: its id and its secret, which nobody can read again."""
    client_id, secret = str(new_id()), randomness.token()
    client = ApiClient(client_id=client_id, name=name, secret_hash=token_hash(secret), created_at=await uow.now())
    uow.session.add(client)
    return client_id, secret


async def token_for_client(uow: UnitOfWork, deps: IdentityDeps, client_id: str, secret: str) -> AccessToken:
    """A token of kind `system`. Unknown, disabled and wrong secret are one answer."""
    client = await repository.find(uow.session, client_id)
    matches = same(client.secret_hash if client else _NO_SECRET, token_hash(secret))
    if client is None or not matches:
        raise Unauthenticated("client_refused", "Client id or secret is wrong.")
    return await deps.signer.access_token(uow, subject=client.client_id, kind="system")
