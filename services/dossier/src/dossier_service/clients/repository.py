"""Queries of the clients area; who may see a client is one condition (A14)."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col, select

from dossier_service.clients.tables import Client
from dossier_service.dossiers.tables import Dossier, TeamMember


def _seen_by(membership_id: UUID) -> ColumnElement[bool]:
    """The creator, and whoever manages or helps with one of the client's dossiers."""
    in_team = exists().where(
        col(TeamMember.dossier_id) == col(Dossier.id), col(TeamMember.membership_id) == membership_id
    )
    in_dossier = exists().where(
        col(Dossier.client_id) == col(Client.id), or_(col(Dossier.manager_id) == membership_id, in_team)
    )
    return or_(col(Client.created_by) == membership_id, in_dossier)


async def visible_client(uow: UnitOfWork, firm_id: UUID, membership_id: UUID, client_id: UUID) -> Client | None:
    """A client of this firm that this member of its staff may see."""
    query = select(Client).where(col(Client.id) == client_id, col(Client.firm_id) == firm_id, _seen_by(membership_id))
    return (await uow.session.execute(query)).scalar_one_or_none()


async def page(uow: UnitOfWork, firm_id: UUID, membership_id: UUID, after: UUID | None, limit: int) -> Sequence[Client]:
    """At most `limit` clients this member of staff may see, oldest first, after `after`."""
    query = select(Client).where(col(Client.firm_id) == firm_id, _seen_by(membership_id))
    if after is not None:
        query = query.where(col(Client.id) > after)
    return (await uow.session.execute(query.order_by(col(Client.id)).limit(limit))).scalars().all()
