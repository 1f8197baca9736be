"""The user code of a client's contacts, as far as the firm knows and wishes; identity has the last word (I3)."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.clients import repository as clients
from dossier_service.clients.contacts.access import repository
from dossier_service.clients.contacts.access.domain import proposed_name
from dossier_service.clients.contacts.access.repository import Claim


async def user_code(uow: UnitOfWork, client_id: UUID, grant_id: UUID | None = None) -> str | None:
    """What a grant's contact signs in with, as far as the firm knows; without a grant, what the next one would (I3)."""
    claims = await repository.claims(uow, client_id)
    own = next((claim for claim in claims if claim.grant_id == grant_id), None)
    if own is not None and own.name is not None:
        return own.name
    before = claims if own is None else [claim for claim in claims if claim.name or claim.grant_id < own.grant_id]
    return proposed_name(await clients.code_of(uow, client_id), _names(before))


def _names(claims: Sequence[Claim]) -> list[str | None]:
    return [claim.name for claim in claims if claim.name or claim.live]
