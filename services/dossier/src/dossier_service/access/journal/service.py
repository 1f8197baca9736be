"""The use case behind a dossier's journal."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access.domain import Standing, why_not_explain
from dossier_service.access.journal import repository
from dossier_service.access.journal.domain import DRAFTS, Entry, Reader, actions_in, for_holder
from dossier_service.access.service import standing_in
from dossier_service.edge.refusals import require


async def page(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, before: UUID | None, limit: int) -> Sequence[Entry]:
    """What happened on a dossier, newest first: all of it for manager and team (A11), for holders their part (A12)."""
    standing = await standing_in(uow, account_id, dossier_id)
    require(why_not_explain(standing))
    if standing.is_staff:
        return await repository.page(uow, dossier_id, before, limit)
    reader = _reader(standing)
    entries = await repository.page(uow, dossier_id, before, limit, beginning=reader.actions, but=DRAFTS)
    read = (for_holder(entry, reader) for entry in entries)
    return [entry for entry in read if entry is not None]


def _reader(standing: Standing) -> Reader:
    own = {standing.account_id}
    for grant in standing.grants:
        own |= {grant.grant_id, grant.person_id}
    return Reader(standing.account_id, own, actions_in(standing.modules))
