"""Queries of the portal users area: a page is one statement, whatever the number of grants on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Right
from service_kit.db import UnitOfWork
from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from dossier_service.access.domain import GrantState
from dossier_service.access.projections.tables import KnownAccount
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.portal_users.domain import Place, PortalUserState
from dossier_service.portal_users.tables import PortalUser

_PAGE = text("""
    WITH seen AS (
        SELECT g.account_id, g.id AS grant_id, g."right", g.state AS grant_state, g.email, d.id AS dossier_id,
               d.name AS dossier_name, p.role, p.given_name, p.family_name
        FROM access_grant g
        JOIN dossier d ON d.id = g.dossier_id
        JOIN person p ON p.id = g.person_id
        WHERE g.firm_id = :firm AND g.state IN ('offered', 'active') AND g.account_id IS NOT NULL
          AND (CAST(:only AS uuid) IS NULL OR g.account_id = CAST(:only AS uuid))
          AND (CAST(:after AS uuid) IS NULL OR g.account_id > CAST(:after AS uuid))
          AND (CAST(:member AS uuid) IS NULL OR d.manager_id = CAST(:member AS uuid)
               OR EXISTS (SELECT FROM team_member t
                          WHERE t.dossier_id = d.id AND t.membership_id = CAST(:member AS uuid)))
    ), page AS (
        SELECT s.account_id, COALESCE(u.state, 'active') AS state, u.reason, u.changed_at
        FROM (SELECT DISTINCT account_id FROM seen) s
        LEFT JOIN portal_user u ON u.firm_id = :firm AND u.account_id = s.account_id
        WHERE CAST(:state AS text) IS NULL OR COALESCE(u.state, 'active') = CAST(:state AS text)
        ORDER BY s.account_id LIMIT :limit
    )
    SELECT page.account_id, page.state, page.reason, page.changed_at, a.state AS account_state, a.user_name,
           seen.grant_id, seen."right", seen.grant_state, seen.email, seen.dossier_id, seen.dossier_name, seen.role,
           seen.given_name, seen.family_name
    FROM page JOIN seen ON seen.account_id = page.account_id
    LEFT JOIN known_account a ON a.account_id = page.account_id
    ORDER BY page.account_id, seen.grant_id
""")

_PLACES = text("""
    SELECT g.id AS grant_id, g.dossier_id, p.role, d.manager_id, t.membership_id IS NOT NULL AS in_team
    FROM access_grant g
    JOIN dossier d ON d.id = g.dossier_id
    JOIN person p ON p.id = g.person_id
    LEFT JOIN team_member t ON t.dossier_id = d.id AND t.membership_id = :member
    WHERE g.firm_id = :firm AND g.account_id = :account AND g.state IN ('offered', 'active')
    ORDER BY g.id
""")


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A live grant of a portal user, on a dossier the caller may know of."""

    grant_id: UUID
    dossier_id: UUID
    dossier_name: str
    role: PersonRole
    right: Right
    state: GrantState


@dataclass(frozen=True, slots=True)
class PortalUserLine:
    """An account as the firm sees it: name and address are those of the newest of its live grants."""

    account_id: UUID
    given_name: str
    family_name: str
    email: str
    user_name: str | None
    account_state: AccountState | None
    state: PortalUserState
    reason: str | None
    changed_at: datetime | None
    grants: tuple[GrantLine, ...]


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """A live grant of the person, and whether the member of staff who asks has to do with its dossier."""

    grant_id: UUID
    dossier_id: UUID
    place: Place
    is_seen: bool


async def page(
    uow: UnitOfWork,
    firm_id: UUID,
    *,
    member: UUID | None,
    state: PortalUserState | None = None,
    after: UUID | None = None,
    limit: int = 1,
    only: UUID | None = None,
) -> Sequence[PortalUserLine]:
    """At most `limit` accounts with live grants, by id, after `after`; `member` sees only dossiers of their own."""
    values = {"firm": firm_id, "member": member, "state": state, "after": after, "limit": limit, "only": only}
    rows = await uow.session.execute(_PAGE, values)
    return [_line(list(found)) for _, found in groupby(rows, key=lambda row: row.account_id)]


def _line(rows: list[Row[Any]]) -> PortalUserLine:
    newest = rows[-1]
    return PortalUserLine(
        account_id=newest.account_id,
        given_name=newest.given_name,
        family_name=newest.family_name,
        email=newest.email,
        user_name=newest.user_name or None,
        account_state=AccountState(newest.account_state) if newest.account_state else None,
        state=PortalUserState(newest.state),
        reason=newest.reason,
        changed_at=newest.changed_at,
        grants=tuple(
            GrantLine(
                row.grant_id,
                row.dossier_id,
                row.dossier_name,
                PersonRole(row.role),
                Right(row.right),
                GrantState(row.grant_state),
            )
            for row in rows
        ),
    )


async def places(uow: UnitOfWork, firm_id: UUID, account_id: UUID, member: UUID) -> Sequence[SeenPlace]:
    """Every live grant of an account at a firm, and which of them `member` manages or helps with."""
    rows = await uow.session.execute(_PLACES, {"firm": firm_id, "account": account_id, "member": member})
    return [
        SeenPlace(
            row.grant_id,
            row.dossier_id,
            Place(PersonRole(row.role), row.manager_id),
            row.manager_id == member or row.in_team,
        )
        for row in rows
    ]


async def find(uow: UnitOfWork, firm_id: UUID, account_id: UUID) -> PortalUser | None:
    """What the firm decided about an account, if it ever did."""
    query = select(PortalUser).where(col(PortalUser.firm_id) == firm_id, col(PortalUser.account_id) == account_id)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock(uow: UnitOfWork, firm_id: UUID, account_id: UUID) -> PortalUser:
    """The account as the firm sees it, locked; a row that was not there lets it in."""
    new = {"firm_id": firm_id, "account_id": account_id, "state": PortalUserState.ACTIVE, "changed_at": await uow.now()}
    await uow.session.execute(insert(PortalUser).values(new).on_conflict_do_nothing())
    query = select(PortalUser).where(col(PortalUser.firm_id) == firm_id, col(PortalUser.account_id) == account_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one()


async def has_account(uow: UnitOfWork, account_id: UUID) -> bool:
    """Whether the person set a password: only who has an account can be told anything."""
    query = select(KnownAccount.state).where(col(KnownAccount.account_id) == account_id)
    return (await uow.session.execute(query)).scalar_one_or_none() is AccountState.ACTIVE
