"""Queries of the clients area; who may see a client is one condition (A14)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.user_names import skeleton
from sqlalchemy import ColumnElement, exists, or_, text
from sqlmodel import col, select

from dossier_service.clients.tables import Client, ClientVersion
from dossier_service.dossiers.tables import Dossier, TeamMember
from dossier_service.firms.tables import Firm

_CODES_AT_ONCE = 1000
"""So many numbers are looked at in one statement: a firm may have typed thousands of codes that are next in turn."""

_PAYERS = text("""
    WITH RECURSIVE payer (id) AS (
        SELECT bill_to FROM client WHERE id = :client AND bill_to IS NOT NULL
        UNION
        SELECT c.bill_to FROM payer JOIN client c ON c.id = payer.id WHERE c.bill_to IS NOT NULL
    )
    SELECT id FROM payer
""")


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


async def code_of(uow: UnitOfWork, client_id: UUID) -> str:
    """The code of a client that is known to exist."""
    return (await uow.session.execute(select(Client.code).where(col(Client.id) == client_id))).scalar_one()


async def lock_client(uow: UnitOfWork, client_id: UUID) -> Client:
    """A client that is known to exist, locked and fresh."""
    query = select(Client).where(col(Client.id) == client_id).with_for_update(key_share=True)
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def client_of(uow: UnitOfWork, dossier_id: UUID) -> Client:
    """The client of a dossier that is known to exist."""
    query = select(Client).join(Dossier, col(Dossier.client_id) == col(Client.id)).where(col(Dossier.id) == dossier_id)
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def payers_of(uow: UnitOfWork, client_id: UUID) -> Collection[UUID]:
    """Who pays for a client, who pays for those, and so on."""
    return (await uow.session.execute(_PAYERS, {"client": client_id})).scalars().all()


async def versions(
    uow: UnitOfWork, client_id: UUID, before: int | None, limit: int, branches: Collection[UUID] = ()
) -> Sequence[ClientVersion]:
    """At most `limit` versions of a client's record, newest first, older than `before`.

    Given branches: without the versions in which the client belonged to another (A9).
    """
    query = select(ClientVersion).where(col(ClientVersion.client_id) == client_id)
    if branches:
        branch = col(ClientVersion.content)["branch_id"].astext
        query = query.where(or_(branch.is_(None), branch.in_(map(str, branches))))
    if before is not None:
        query = query.where(col(ClientVersion.version) < before)
    return (await uow.session.execute(query.order_by(col(ClientVersion.version).desc()).limit(limit))).scalars().all()


async def code_taken(uow: UnitOfWork, firm_id: UUID, code: str, *, but: UUID | None = None) -> bool:
    """Whether another client of the firm has this code or one that looks like it (I3)."""
    query = select(Client.id).where(col(Client.firm_id) == firm_id, col(Client.code_skeleton) == skeleton(code))
    if but is not None:
        query = query.where(col(Client.id) != but)
    return (await uow.session.execute(query)).first() is not None


async def next_code(uow: UnitOfWork, firm_id: UUID) -> str:
    """The firm's next free number as a client's code; the firm's row is locked, so that nobody gets the same."""
    query = select(Firm).where(col(Firm.id) == firm_id).with_for_update(key_share=True)
    firm = (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one()
    while True:
        first = firm.last_client_number + 1
        codes = [str(number) for number in range(first, first + _CODES_AT_ONCE)]
        taken = await _skeletons_taken(uow, firm_id, [skeleton(code) for code in codes])
        free = next((code for code in codes if skeleton(code) not in taken), None)
        firm.last_client_number = int(free or codes[-1])
        if free is not None:
            return free


async def _skeletons_taken(uow: UnitOfWork, firm_id: UUID, skeletons: Collection[str]) -> Collection[str]:
    query = select(Client.code_skeleton).where(col(Client.firm_id) == firm_id, col(Client.code_skeleton).in_(skeletons))
    return frozenset((await uow.session.execute(query)).scalars())
