"""Queries of the handover area: as many for a thousand dossiers as for one. Dossiers are locked in their ids' order."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from dossier_service.access.domain import LIVE
from dossier_service.access.grants.tables import Grant
from dossier_service.dossiers.tables import Dossier, TeamMember
from dossier_service.firms.tables import Membership


async def member(uow: UnitOfWork, firm_id: UUID, membership_id: UUID) -> Membership | None:
    """A place of this firm, live or ended: who declined it or was erased may still be a dossier's manager."""
    query = select(Membership).where(col(Membership.id) == membership_id, col(Membership.firm_id) == firm_id)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock_managed(uow: UnitOfWork, membership_id: UUID) -> Sequence[Dossier]:
    """The dossiers somebody manages, locked and fresh."""
    query = (
        select(Dossier)
        .where(col(Dossier.manager_id) == membership_id)
        .order_by(col(Dossier.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await uow.session.execute(query)).scalars().all()


async def given_by_staff(uow: UnitOfWork, dossier_ids: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """The live grants that staff gave on these dossiers, by dossier; what a holder gave keeps the holder's name."""
    query = select(Grant.dossier_id, Grant.id).where(
        col(Grant.dossier_id).in_(dossier_ids), col(Grant.state).in_(LIVE), col(Grant.given_by).is_not(None)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for dossier_id, grant_id in await uow.session.execute(query.order_by(col(Grant.id))):
        found[dossier_id].append(grant_id)
    return found


async def join_teams(uow: UnitOfWork, dossier_ids: Sequence[UUID], membership_id: UUID) -> None:
    """Adds a member to the teams of these dossiers, where they are not in it yet."""
    at = await uow.now()
    rows = [{"dossier_id": one, "membership_id": membership_id, "added_at": at} for one in dossier_ids]
    await uow.session.execute(insert(TeamMember).on_conflict_do_nothing(), rows)


async def leave_teams(uow: UnitOfWork, dossier_ids: Sequence[UUID], membership_id: UUID) -> None:
    """A manager is not counted in the team."""
    await uow.session.execute(
        delete(TeamMember).where(
            col(TeamMember.dossier_id).in_(dossier_ids), col(TeamMember.membership_id) == membership_id
        )
    )
