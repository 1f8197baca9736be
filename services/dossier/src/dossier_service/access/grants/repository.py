"""Queries of the grants area. Grants are locked in the order of their ids, always."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from sqlalchemy import ColumnElement, delete, func, text, tuple_, update
from sqlmodel import col, select

from dossier_service.access.domain import LIVE, Giver, GiverKind, GrantState
from dossier_service.access.grants.tables import Grant, Resend
from dossier_service.access.projections.domain import MAY_HAVE_EXPIRED
from dossier_service.access.projections.tables import KnownInvitation
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole
from dossier_service.dossiers.people.tables import Person
from dossier_service.firms.tables import Membership


async def lock(uow: UnitOfWork, dossier_id: UUID, grant_id: UUID) -> Grant | None:
    """A grant of this dossier, locked and fresh."""
    query = select(Grant).where(col(Grant.id) == grant_id, col(Grant.dossier_id) == dossier_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock_live_of_person(uow: UnitOfWork, person_id: UUID) -> Grant | None:
    """The person's live grant, locked and fresh."""
    query = select(Grant).where(col(Grant.person_id) == person_id, col(Grant.state).in_(LIVE))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock_with_role(uow: UnitOfWork, grant_id: UUID) -> tuple[Grant, PersonRole] | None:
    """A grant by its id alone, locked and fresh, with the role of its person."""
    found = await _lock_with_roles(uow, col(Grant.id) == grant_id)
    return found[0] if found else None


async def lock_offered_of_account(uow: UnitOfWork, account_id: UUID) -> Sequence[tuple[Grant, PersonRole]]:
    """The offered grants of an account, locked and fresh, with the roles of their people."""
    return await _lock_with_roles(uow, (col(Grant.account_id) == account_id) & (col(Grant.state) == GrantState.OFFERED))


async def lock_offers(
    uow: UnitOfWork, firm_id: UUID, grant_ids: Collection[UUID]
) -> Sequence[tuple[Grant, PersonRole]]:
    """Those of these grants that are this firm's, locked and fresh, with the roles of their people."""
    return await _lock_with_roles(uow, col(Grant.id).in_(grant_ids) & (col(Grant.firm_id) == firm_id))


async def lock_live_of_account(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID | None = None
) -> Sequence[tuple[Grant, PersonRole]]:
    """The live grants of an account, everywhere or on one dossier, locked and fresh, with the roles of their people."""
    condition = (col(Grant.account_id) == account_id) & col(Grant.state).in_(LIVE)
    if dossier_id is not None:
        condition &= col(Grant.dossier_id) == dossier_id
    return await _lock_with_roles(uow, condition)


async def lock_lapsing(uow: UnitOfWork, expired_before: datetime, limit: int) -> Sequence[tuple[Grant, PersonRole]]:
    """Some offers whose invitation expired before that, locked unless somebody else works on them (A10)."""
    query = (
        select(Grant, Person.role)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .join(KnownInvitation, col(KnownInvitation.invitation_id) == col(Grant.invitation_id))
        .where(col(Grant.state) == GrantState.OFFERED, col(Person.role).not_in(CENTRAL_ROLES))
        .where(col(KnownInvitation.state).in_(MAY_HAVE_EXPIRED), col(KnownInvitation.expires_at) <= expired_before)
        .order_by(col(Grant.id))
        .limit(limit)
        .with_for_update(of=Grant, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [(row[0], PersonRole(row[1])) for row in await uow.session.execute(query)]


async def pseudonymise(uow: UnitOfWork, account_id: UUID) -> None:
    """Forgets the address on every grant of an erased account, the dead ones too; ids stay for the journal (I13)."""
    own = select(Grant.firm_id, Grant.email).where(col(Grant.account_id) == account_id)
    await uow.session.execute(delete(Resend).where(tuple_(col(Resend.firm_id), col(Resend.email)).in_(own)))
    grants = update(Grant).where(col(Grant.account_id) == account_id)
    await uow.session.execute(
        grants.values(email=func.concat("erased:", col(Grant.id)), custom_text=None, user_name=None)
    )


async def live_among(uow: UnitOfWork, grant_ids: Collection[UUID]) -> Sequence[UUID]:
    """Those of these offers that are live grants."""
    query = select(Grant.id).where(col(Grant.id).in_(grant_ids), col(Grant.state).in_(LIVE))
    return (await uow.session.execute(query.order_by(col(Grant.id)))).scalars().all()


async def offered_among(
    uow: UnitOfWork, firm_id: UUID, grant_ids: Collection[UUID], invitation_id: UUID
) -> Sequence[UUID]:
    """Those of these ids that are grants this firm still offers and that no newer invitation took over."""
    query = select(Grant.id).where(
        col(Grant.id).in_(grant_ids), col(Grant.firm_id) == firm_id, col(Grant.state) == GrantState.OFFERED
    )
    query = query.where(func.coalesce(col(Grant.invitation_id), invitation_id) <= invitation_id)
    return (await uow.session.execute(query.order_by(col(Grant.id)))).scalars().all()


_KEPT_OUT = text("""
    SELECT EXISTS (SELECT FROM portal_user u
        WHERE u.firm_id = :firm AND u.account_id = :account AND u.state = 'deactivated')
""")


async def is_kept_out(uow: UnitOfWork, grant: Grant) -> bool:
    """Whether the firm deactivated the person this grant belongs to (I11)."""
    values = {"firm": grant.firm_id, "account": grant.account_id}
    return (await uow.session.execute(_KEPT_OUT, values)).scalar_one() is True


async def live_of(uow: UnitOfWork, account_id: UUID, firm_id: UUID | None) -> Sequence[UUID]:
    """The live grants of an account, at one firm or at all."""
    query = select(Grant.id).where(col(Grant.account_id) == account_id, col(Grant.state).in_(LIVE))
    if firm_id is not None:
        query = query.where(col(Grant.firm_id) == firm_id)
    return (await uow.session.execute(query.order_by(col(Grant.id)))).scalars().all()


async def resends_since(uow: UnitOfWork, firm_id: UUID, email: str, since: datetime) -> int:
    """How often this firm asked for this person's sign-in information, counted one request at a time."""
    key = func.hashtextextended(f"resend:{firm_id}:{email}", 0)
    await uow.session.execute(select(func.pg_advisory_xact_lock(key)))
    query = select(func.count()).where(
        col(Resend.firm_id) == firm_id, col(Resend.email) == email, col(Resend.at) > since
    )
    return (await uow.session.execute(query)).scalar_one()


def keep_resend(uow: UnitOfWork, firm_id: UUID, email: str, at: datetime) -> None:
    """Notes one for the limit."""
    uow.insert(Resend, {"id": new_id(), "firm_id": firm_id, "email": email, "at": at})


async def forget_resends(uow: UnitOfWork, before: datetime) -> None:
    """Drops what the limit does not count any more."""
    await uow.session.execute(delete(Resend).where(col(Resend.at) <= before))


async def lock_invited_before(
    uow: UnitOfWork, grant_ids: Sequence[UUID], account_id: UUID, invitation_id: UUID
) -> Sequence[Grant]:
    """Those of the account's grants that an older invitation offered, locked and fresh."""
    query = (
        select(Grant)
        .where(col(Grant.id).in_(grant_ids), col(Grant.account_id) == account_id)
        .where(col(Grant.invitation_id) < invitation_id)
        .order_by(col(Grant.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await uow.session.execute(query)).scalars().all()


async def _lock_with_roles(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[tuple[Grant, PersonRole]]:
    query = (
        select(Grant, Person.role)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(condition)
        .order_by(col(Grant.id))
        .with_for_update(of=Grant, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [(row[0], PersonRole(row[1])) for row in await uow.session.execute(query)]


async def next_version(uow: UnitOfWork, person_id: UUID) -> int:
    """The first version of a person's next grant: it counts on, so that no tag of an earlier one is taken for its."""
    query = select(func.max(Grant.version)).where(col(Grant.person_id) == person_id)
    return ((await uow.session.execute(query)).scalar_one() or 0) + 1


async def address_in_use(uow: UnitOfWork, dossier_id: UUID, email: str) -> bool:
    """Whether somebody's live grant on this dossier was offered to this address."""
    query = select(Grant.id).where(
        col(Grant.dossier_id) == dossier_id, col(Grant.email) == email, col(Grant.state).in_(LIVE)
    )
    return (await uow.session.execute(query)).first() is not None


async def known_address(uow: UnitOfWork, firm_id: UUID, email: str) -> bool:
    """Whether the firm ever offered anything to this address."""
    query = select(Grant.id).where(col(Grant.firm_id) == firm_id, col(Grant.email) == email).limit(1)
    return (await uow.session.execute(query)).first() is not None


async def new_addresses_since(uow: UnitOfWork, giver: Giver, since: datetime) -> int:
    """How many addresses new to the firm this giver has granted to, counted one offer at a time."""
    is_staff = giver.kind is GiverKind.STAFF
    table: type[Membership] | type[Person] = Membership if is_staff else Person
    await uow.session.execute(select(table.id).where(col(table.id) == giver.id).with_for_update(key_share=True))
    given_by = col(Grant.given_by) if is_staff else col(Grant.given_by_person)
    query = (
        select(func.count())
        .select_from(Grant)
        .where(given_by == giver.id, col(Grant.offered_at) > since, col(Grant.new_address))
    )
    return (await uow.session.execute(query)).scalar_one()


async def addresses_of(uow: UnitOfWork, firm_id: UUID, account_id: UUID) -> frozenset[str]:
    """The addresses under which a firm knows an account: of its staff, and of its live grants."""
    staff = select(Membership.email).where(col(Membership.firm_id) == firm_id, col(Membership.account_id) == account_id)
    granted = select(Grant.email).where(
        col(Grant.firm_id) == firm_id, col(Grant.account_id) == account_id, col(Grant.state).in_(LIVE)
    )
    return frozenset((await uow.session.execute(staff.union(granted))).scalars())
