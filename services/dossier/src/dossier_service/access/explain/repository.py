"""Queries of the explaining area: who opens a dossier by today's tables, what the journal tells, what a person has."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right
from service_kit.db import UnitOfWork
from sqlalchemy import Row, TextClause, text

from dossier_service.access.domain import Party
from dossier_service.access.explain.domain import (
    ACTIONS,
    KnownGrant,
    KnownPlace,
    Openers,
    OutsideOpener,
    Recorded,
    StaffOpener,
    hindrances,
    in_order,
    mentioned_places,
    openers_of,
)
from dossier_service.access.repository import giver_of
from dossier_service.dossiers.people.domain import PersonRole

_STAFF = text("""
    WITH places AS (
        SELECT d.id AS dossier_id, d.manager_id AS membership_id, 'manager' AS party,
               coalesce((SELECT j.at FROM journal j
                         WHERE j.dossier_id = d.id AND j.action = 'dossier_handed_over'
                         ORDER BY j.id DESC LIMIT 1), d.created_at) AS since
        FROM dossier d WHERE d.id = ANY(CAST(:dossiers AS uuid[]))
        UNION ALL
        SELECT t.dossier_id, t.membership_id, 'team', t.added_at
        FROM team_member t WHERE t.dossier_id = ANY(CAST(:dossiers AS uuid[]))
    )
    SELECT p.dossier_id, p.membership_id, p.party, greatest(p.since, m.activated_at) AS since, m.account_id,
           m.given_name || ' ' || m.family_name AS name
    FROM places p JOIN membership m ON m.id = p.membership_id
    WHERE m.state = 'active' AND (CAST(:account AS uuid) IS NULL OR m.account_id = CAST(:account AS uuid))
""")

_GRANT_COLUMNS = """
    g.dossier_id, g.id AS grant_id, g.person_id, g.account_id, p.role,
    btrim(p.given_name || ' ' || p.family_name) AS name,
    g.given_by, g.given_by_person,
    coalesce(giver.given_name || ' ' || giver.family_name, holder.given_name || ' ' || holder.family_name)
    AS given_by_name
    FROM person p
    JOIN access_grant g ON g.person_id = p.id
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN person holder ON holder.id = g.given_by_person
"""
_OF_DOSSIERS = """
    WHERE p.dossier_id = ANY(CAST(:dossiers AS uuid[]))
      AND (CAST(:account AS uuid) IS NULL OR g.account_id = CAST(:account AS uuid))
"""
_OUTSIDE = text(f"""
    SELECT g."right", g.activated_at AS since, g.networks, g.branch_id, u.account_id IS NOT NULL AS kept_out,
           p.deceased_on IS NOT NULL AS deceased, {_GRANT_COLUMNS}
    LEFT JOIN portal_user u ON u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated'
    {_OF_DOSSIERS} AND g.state = 'active'
""")
_KNOWN_GRANTS = text(f"SELECT {_GRANT_COLUMNS} {_OF_DOSSIERS}")
_DOSSIERS = text("SELECT id, firm_id, created_by, closed_access FROM dossier WHERE id = ANY(CAST(:dossiers AS uuid[]))")
_PLACES = text("""
    SELECT id, account_id, given_name || ' ' || family_name AS name FROM membership
    WHERE id = ANY(CAST(:ids AS uuid[])) AND (CAST(:account AS uuid) IS NULL OR account_id = CAST(:account AS uuid))
""")

_FACTS = text("""
    SELECT id, firm_id, dossier_id, at, action, subject_id, details FROM journal
    WHERE dossier_id = ANY(CAST(:dossiers AS uuid[])) AND at <= :at AND action = ANY(CAST(:actions AS text[]))
""")
_FACTS_ABOUT = text("""
    SELECT id, firm_id, dossier_id, at, action, subject_id, details FROM journal
    WHERE subject_id = ANY(CAST(:subjects AS uuid[])) AND dossier_id IS NULL AND at <= :at
      AND action = ANY(CAST(:actions AS text[]))
""")

# What somebody opens now, or (`past`) may have opened once: a superset, of which the facts decide.
_CANDIDATES = text("""
    WITH places AS (
        SELECT m.id FROM membership m
        WHERE m.account_id = :account AND (CAST(:firm AS uuid) IS NULL OR m.firm_id = CAST(:firm AS uuid))
          AND (m.state = 'active' OR :past AND (CAST(:firm AS uuid) IS NOT NULL OR EXISTS (
              SELECT FROM membership n
              WHERE n.account_id = m.account_id AND n.firm_id = m.firm_id AND n.state = 'active')))
    ), mine (id) AS (
        SELECT d.id FROM places m JOIN dossier d ON d.manager_id = m.id
        UNION
        SELECT t.dossier_id FROM places m JOIN team_member t ON t.membership_id = m.id
        UNION
        SELECT d.id FROM places m JOIN dossier d ON d.created_by = m.id WHERE :past
        UNION
        SELECT j.dossier_id FROM places m JOIN journal j ON j.subject_id = m.id
        WHERE :past AND j.dossier_id IS NOT NULL
        UNION
        SELECT g.dossier_id FROM access_grant g
        WHERE g.account_id = :account AND (CAST(:firm AS uuid) IS NULL OR g.firm_id = CAST(:firm AS uuid))
          AND (g.state = 'active' OR :past)
    )
    SELECT d.id, d.name, d.firm_id, f.name AS firm_name
    FROM mine JOIN dossier d ON d.id = mine.id JOIN firm f ON f.id = d.firm_id
    WHERE (CAST(:after AS uuid) IS NULL OR d.id > CAST(:after AS uuid))
      AND (CAST(:member AS uuid) IS NULL OR d.manager_id = CAST(:member AS uuid) OR EXISTS (
          SELECT FROM team_member t WHERE t.dossier_id = d.id AND t.membership_id = CAST(:member AS uuid)))
    ORDER BY d.id LIMIT :limit
""")

_IS_KNOWN = text("""
    SELECT EXISTS (SELECT FROM membership WHERE firm_id = :firm AND account_id = :account)
        OR EXISTS (
            SELECT FROM access_grant g JOIN dossier d ON d.id = g.dossier_id
            WHERE g.firm_id = :firm AND g.account_id = :account
              AND (CAST(:member AS uuid) IS NULL OR d.manager_id = CAST(:member AS uuid) OR EXISTS (
                  SELECT FROM team_member t WHERE t.dossier_id = d.id AND t.membership_id = CAST(:member AS uuid))))
""")


CandidateRow: TypeAlias = Row[Any]
"""A dossier with its firm; the columns are those of the statement above."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose dossiers are listed: one account's, at one firm unless empty, of those that `member` has unless empty."""

    account_id: UUID
    firm_id: UUID | None = None
    member: UUID | None = None


async def candidates(
    uow: UnitOfWork, asked: Asked, *, past: bool, after: UUID | None, limit: int
) -> Sequence[CandidateRow]:
    """At most `limit` dossiers that the account opens, or may have opened once, by id, after `after`.

    Of a firm that somebody has left as staff they are told nothing more themselves; the firm is.
    """
    values = {"account": asked.account_id, "firm": asked.firm_id, "member": asked.member, "past": past}
    return (await uow.session.execute(_CANDIDATES, {**values, "after": after, "limit": limit})).all()


async def is_known(uow: UnitOfWork, firm_id: UUID, account_id: UUID, member: UUID | None) -> bool:
    """Whether the account ever had a place in the firm's staff, or a grant on a dossier (of `member`, unless empty)."""
    values = {"firm": firm_id, "account": account_id, "member": member}
    return bool((await uow.session.execute(_IS_KNOWN, values)).scalar_one())


async def openers_now(
    uow: UnitOfWork, dossier_ids: Collection[UUID], account_id: UUID | None = None
) -> Mapping[UUID, Openers]:
    """Who can open each of these dossiers by today's tables, on which every request is decided; one account only."""
    values = {"dossiers": list(dossier_ids), "account": account_id}
    staff, outside = defaultdict(list), defaultdict(list)
    for row in await uow.session.execute(_STAFF, values):
        staff[row.dossier_id].append(_staff(row))
    for row in await uow.session.execute(_OUTSIDE, values):
        outside[row.dossier_id].append(_outside(row))
    dossiers = await uow.session.execute(_DOSSIERS, {"dossiers": list(dossier_ids)})
    return {row.id: in_order(staff[row.id], outside[row.id], _closed(row)) for row in dossiers}


async def openers_at(
    uow: UnitOfWork, dossier_ids: Collection[UUID], at: datetime, account_id: UUID | None = None
) -> Mapping[UUID, Openers]:
    """Who could open each of these dossiers at a past moment, by what the journal tells (A11)."""
    values = {"dossiers": list(dossier_ids), "account": account_id}
    dossiers = (await uow.session.execute(_DOSSIERS, {"dossiers": list(dossier_ids)})).all()
    grants = defaultdict(list)
    for row in await uow.session.execute(_KNOWN_GRANTS, values):
        grants[row.dossier_id].append(_known_grant(row))
    accounts = {grant.account_id for found in grants.values() for grant in found if grant.account_id is not None}
    told = _Told(uow, at)
    await told.read_of(dossier_ids)
    await told.read_about(accounts)
    named = {row.id: await told.places_of(row) for row in dossiers}
    places = await _places(uow, {place for found in named.values() for place in found}, account_id)
    return {
        row.id: openers_of(
            row.created_by,
            grants[row.id],
            [places[place] for place in named[row.id] if place in places],
            told.of(row),
        )
        for row in dossiers
    }


class _Told:
    """What the journal told until a moment: of dossiers, and about the accounts and places that those speak of."""

    def __init__(self, uow: UnitOfWork, at: datetime) -> None:
        self._uow = uow
        self._fixed = {"at": at, "actions": sorted(ACTIONS)}
        self._rows: dict[UUID, Row[Any]] = {}
        self._asked: set[UUID] = set()

    async def read_of(self, dossier_ids: Collection[UUID]) -> None:
        await self._read(_FACTS, {"dossiers": list(dossier_ids)})

    async def read_about(self, subjects: Collection[UUID]) -> None:
        if new := sorted(set(subjects) - self._asked):
            self._asked.update(new)
            await self._read(_FACTS_ABOUT, {"subjects": new})

    async def _read(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        for row in await self._uow.session.execute(statement, {**self._fixed, **values}):
            self._rows[row.id] = row

    async def places_of(self, dossier: Row[Any]) -> frozenset[UUID]:
        """Every place that a dossier's facts speak of; what is told about one may speak of a further one."""
        named: frozenset[UUID] = frozenset()
        while (found := mentioned_places(dossier.created_by, self.of(dossier, named))) != named:
            named = found
            await self.read_about(named)
        return named

    def of(self, dossier: Row[Any], about: Collection[UUID] | None = None) -> list[Recorded]:
        """The facts of a dossier, and its firm's about these subjects (any, unless given), as they were written."""
        return [
            Recorded(row.at, row.action, row.subject_id, row.details)
            for row in sorted(self._rows.values(), key=lambda row: row.id)
            if row.dossier_id == dossier.id
            or (
                row.dossier_id is None and row.firm_id == dossier.firm_id and (about is None or row.subject_id in about)
            )
        ]


async def _places(uow: UnitOfWork, ids: Collection[UUID], account_id: UUID | None) -> Mapping[UUID, KnownPlace]:
    rows = await uow.session.execute(_PLACES, {"ids": sorted(ids), "account": account_id})
    return {row.id: KnownPlace(row.id, row.account_id, row.name) for row in rows}


def _staff(row: Row[Any]) -> StaffOpener:
    return StaffOpener(row.membership_id, row.account_id, row.name, Party(row.party), row.since)


def _outside(row: Row[Any]) -> OutsideOpener:
    return OutsideOpener(
        grant_id=row.grant_id,
        person_id=row.person_id,
        account_id=row.account_id,
        name=row.name,
        party=Party(row.role),
        right=Right(row.right),
        since=row.since,
        giver=giver_of(row),
        limited=bool(row.networks),
        networks=tuple(row.networks),
        branch_id=row.branch_id,
        hindrances=hindrances(kept_out=row.kept_out, deceased=row.deceased),
    )


def _known_grant(row: Row[Any]) -> KnownGrant:
    return KnownGrant(row.grant_id, row.person_id, row.account_id, row.name, PersonRole(row.role), giver_of(row))


def _closed(row: Row[Any]) -> ClosedAccess | None:
    return ClosedAccess(row.closed_access) if row.closed_access else None
