"""Queries of the staff area. A place is locked after its firm, and its dossiers are only read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.clock import app_now
from service_kit.db import UnitOfWork
from sqlalchemy import ColumnElement, and_, case, delete, func, or_, update
from sqlmodel import col, select

from dossier_service.access.projections.domain import MailSlot
from dossier_service.access.projections.tables import KnownAccount, KnownInvitation, LastMail
from dossier_service.dossiers.tables import Dossier, TeamMember
from dossier_service.firms.domain import LIVE_MEMBERSHIP, MembershipState, NoticePreference, StaffRole
from dossier_service.firms.tables import Membership


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A place, and what is known of its way: account, invitation, last mail."""

    member: Membership
    account: KnownAccount | None = None
    invitation: KnownInvitation | None = None
    mail: LastMail | None = None
    invitation_is_past: bool | None = None


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A place that was just taken, or has ended."""

    membership_id: UUID
    firm_id: UUID
    account_id: UUID | None
    role: StaffRole


async def lines(
    uow: UnitOfWork, firm_id: UUID, *, after: UUID | None = None, limit: int = 1, only: UUID | None = None
) -> Sequence[StaffLine]:
    """At most `limit` live places of a firm, oldest first, after `after`; one statement."""
    query = (
        select(Membership, KnownAccount, KnownInvitation, LastMail)
        .add_columns(col(KnownInvitation.expires_at) <= app_now())
        .outerjoin(KnownAccount, col(KnownAccount.account_id) == col(Membership.account_id))
        .outerjoin(KnownInvitation, col(KnownInvitation.invitation_id) == col(Membership.invitation_id))
        .outerjoin(LastMail, and_(col(LastMail.offer_id) == col(Membership.id), col(LastMail.slot) == MailSlot.OUTCOME))
        .where(col(Membership.firm_id) == firm_id, col(Membership.state).in_(LIVE_MEMBERSHIP))
    )
    if after is not None:
        query = query.where(col(Membership.id) > after)
    if only is not None:
        query = query.where(col(Membership.id) == only)
    rows = await uow.session.execute(query.order_by(col(Membership.id)).limit(limit))
    return [StaffLine(*row) for row in rows]


async def lock_live(uow: UnitOfWork, firm_id: UUID, membership_id: UUID) -> Membership | None:
    """A place of this firm that is offered or active, locked and fresh."""
    query = (
        select(Membership)
        .where(
            col(Membership.id) == membership_id,
            col(Membership.firm_id) == firm_id,
            col(Membership.state).in_(LIVE_MEMBERSHIP),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await uow.session.execute(query)).scalar_one_or_none()


async def others_run_the_firm(uow: UnitOfWork, firm_id: UUID, membership_id: UUID) -> bool:
    """Whether the firm has another active administrator."""
    query = select(Membership.id).where(
        col(Membership.firm_id) == firm_id,
        col(Membership.role) == StaffRole.ADMINISTRATOR,
        col(Membership.state) == MembershipState.ACTIVE,
        col(Membership.id) != membership_id,
    )
    return (await uow.session.execute(query.limit(1))).first() is not None


async def managed(uow: UnitOfWork, membership_id: UUID, limit: int) -> tuple[int, Sequence[tuple[UUID, str]]]:
    """How many dossiers somebody manages, and ids and names of the first `limit`."""
    query = select(Dossier.id, Dossier.name, func.count().over()).where(col(Dossier.manager_id) == membership_id)
    rows = (await uow.session.execute(query.order_by(col(Dossier.id)).limit(limit))).all()
    return (rows[0][2] if rows else 0), [(row[0], row[1]) for row in rows]


async def leave_teams(uow: UnitOfWork, membership_ids: Collection[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Ends these members' places in all teams; returns dossier and member of each."""
    left = await uow.session.execute(
        delete(TeamMember)
        .where(col(TeamMember.membership_id).in_(membership_ids))
        .returning(col(TeamMember.dossier_id), col(TeamMember.membership_id))
    )
    return sorted((row[0], row[1]) for row in left)


async def hand_on(uow: UnitOfWork, old: UUID, new: UUID) -> None:
    """What the offer of one place was given already, the corrected offer takes over: it is the same person."""
    await uow.session.execute(update(Dossier).where(col(Dossier.manager_id) == old).values(manager_id=new))
    await uow.session.execute(update(TeamMember).where(col(TeamMember.membership_id) == old).values(membership_id=new))


async def keep_notices(uow: UnitOfWork, firm_id: UUID, account_id: UUID, notices: NoticePreference) -> None:
    """Keeps how a member wants to be told, on every place they have in the firm."""
    await uow.session.execute(
        update(Membership)
        .where(
            col(Membership.firm_id) == firm_id,
            col(Membership.account_id) == account_id,
            col(Membership.state) == MembershipState.ACTIVE,
        )
        .values(notices=notices)
    )


async def link(uow: UnitOfWork, membership_id: UUID, account_id: UUID, invitation_id: UUID | None) -> None:
    """Notes the account an offered place belongs to."""
    await uow.session.execute(
        update(Membership)
        .where(col(Membership.id) == membership_id, col(Membership.account_id).is_(None))
        .values(account_id=account_id, invitation_id=invitation_id)
    )


async def relink(uow: UnitOfWork, membership_ids: Collection[UUID], account_id: UUID, invitation_id: UUID) -> None:
    """Notes a newer invitation on the places an older one of the account had offered; ids are UUIDv7 and so grow."""
    await uow.session.execute(
        update(Membership)
        .where(col(Membership.id).in_(membership_ids), col(Membership.account_id) == account_id)
        .where(col(Membership.invitation_id) < invitation_id)
        .values(invitation_id=invitation_id)
    )


async def activate(uow: UnitOfWork, account_id: UUID, at: datetime) -> Sequence[ChangedPlace]:
    """Activates every offered place of an account; returns those that changed."""
    offered = (col(Membership.account_id) == account_id) & (col(Membership.state) == MembershipState.OFFERED)
    return await _changed(uow, offered, {"state": MembershipState.ACTIVE, "activated_at": at, "custom_text": None})


async def decline(
    uow: UnitOfWork, firm_id: UUID, membership_ids: Collection[UUID], account_id: UUID, at: datetime
) -> Sequence[ChangedPlace]:
    """Ends those of the live places that are this account's, or nobody's yet; returns those that changed."""
    theirs = or_(col(Membership.account_id) == account_id, col(Membership.account_id).is_(None))
    named = col(Membership.id).in_(membership_ids) & (col(Membership.firm_id) == firm_id)
    live = named & col(Membership.state).in_(LIVE_MEMBERSHIP) & theirs
    was_offered = col(Membership.state) == MembershipState.OFFERED
    state = case((was_offered, MembershipState.DECLINED), else_=MembershipState.WITHDRAWN)
    return await _changed(uow, live, {"state": state, "ended_at": at, "account_id": account_id, "custom_text": None})


async def forget(uow: UnitOfWork, account_id: UUID, at: datetime) -> Sequence[ChangedPlace]:
    """Ends every live place of an account and forgets how its person was reached; returns those that changed.

    The name stays only where its bearer worked: who gave an access is never nobody (A11).
    """
    live = (col(Membership.account_id) == account_id) & col(Membership.state).in_(LIVE_MEMBERSHIP)
    values = {"state": MembershipState.WITHDRAWN, "ended_at": at, "custom_text": None}
    ended = await _changed(uow, live, values)
    await uow.session.execute(
        update(Membership)
        .where(col(Membership.account_id) == account_id, col(Membership.state).not_in(LIVE_MEMBERSHIP))
        .values(
            email="",
            phone="",
            given_name=_unless_worked(Membership.given_name),
            family_name=_unless_worked(Membership.family_name),
        )
    )
    return ended


def _unless_worked(name: str) -> ColumnElement[str]:
    return case((col(Membership.activated_at).is_(None), ""), else_=col(name))


async def _changed(
    uow: UnitOfWork, condition: ColumnElement[bool], values: Mapping[str, Any]
) -> Sequence[ChangedPlace]:
    rows = await uow.session.execute(
        update(Membership)
        .where(condition)
        .values(**values, version=col(Membership.version) + 1)
        .returning(col(Membership.id), col(Membership.firm_id), col(Membership.account_id), col(Membership.role))
    )
    return sorted((ChangedPlace(*row) for row in rows), key=lambda place: place.membership_id)
