"""Where accounts stand in dossiers, read in one statement for any number of questions; nothing is cached."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right
from service_kit.db import UnitOfWork
from service_kit.networks import parse_networks
from sqlalchemy import Row, text

from dossier_service.access.domain import (
    Giver,
    GiverKind,
    GrantStanding,
    GrantState,
    Hindered,
    Hindrance,
    Party,
    Section,
    StaffStanding,
    Standing,
    hindrance_of,
)
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.firms.domain import StaffRole

Question = tuple[UUID, UUID, str | None]
"""An account, a dossier, and the address from which the account asks: an access may be limited to some (A9)."""

_STANDINGS = text("""
    SELECT q.account_id, q.dossier_id, d.firm_id, d.modules, d.closed_access,
           m.id AS membership_id, m.role AS staff_role, m.given_name || ' ' || m.family_name AS staff_name,
           CASE WHEN d.manager_id = m.id THEN 'manager' WHEN t.membership_id IS NOT NULL THEN 'team' END AS party,
           g.id AS grant_id, g.person_id, p.role AS person_role, g."right", g.state, g.offered_at,
           btrim(p.given_name || ' ' || p.family_name) AS person_name, p.deceased_on IS NOT NULL AS deceased,
           g.networks, g.branch_id, g.given_by, g.given_by_person,
           coalesce(giver.given_name || ' ' || giver.family_name, holder.given_name || ' ' || holder.family_name)
           AS given_by_name, u.account_id IS NOT NULL AS deactivated
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:dossiers AS uuid[])) AS q (account_id, dossier_id)
    JOIN dossier d ON d.id = q.dossier_id
    LEFT JOIN membership m ON m.account_id = q.account_id AND m.firm_id = d.firm_id AND m.state = 'active'
    LEFT JOIN team_member t ON t.dossier_id = d.id AND t.membership_id = m.id
    LEFT JOIN access_grant g
        ON g.account_id = q.account_id AND g.dossier_id = d.id AND g.state IN ('offered', 'active')
    LEFT JOIN person p ON p.id = g.person_id
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN person holder ON holder.id = g.given_by_person
    LEFT JOIN portal_user u
        ON u.firm_id = d.firm_id AND u.account_id = q.account_id AND u.state = 'deactivated'
    WHERE m.id IS NOT NULL OR g.id IS NOT NULL
    ORDER BY g.id
""")

_STRONGEST = {Party.MANAGER: 2, Party.TEAM: 1, None: 0}


async def standings(uow: UnitOfWork, questions: Iterable[Question]) -> Mapping[Question, Standing]:
    """The standing of every account that has one in its dossier; one statement whatever the number of questions."""
    asked = set(questions)
    wanted = sorted({(account, dossier) for account, dossier, _ in asked})
    if not wanted:
        return {}
    accounts, dossiers = [account for account, _ in wanted], [dossier for _, dossier in wanted]
    rows: dict[tuple[UUID, UUID], list[Row[Any]]] = defaultdict(list)
    for row in await uow.session.execute(_STANDINGS, {"accounts": accounts, "dossiers": dossiers}):
        rows[(row.account_id, row.dossier_id)].append(row)
    return {one: _standing(rows[one[:2]], one[2]) for one in asked if one[:2] in rows}


def _standing(rows: list[Row[Any]], address: str | None) -> Standing:
    first = rows[0]
    # An account may be staff twice (its address changed) and hold grants for two people: the strongest place counts.
    staff = [_staff(row) for row in rows if row.membership_id is not None]
    live = {row.grant_id: (_grant(row), _hindrance(row, address)) for row in rows if row.grant_id is not None}
    return Standing(
        dossier_id=first.dossier_id,
        firm_id=first.firm_id,
        account_id=first.account_id,
        staff=max(staff, key=lambda one: (_STRONGEST[one.party], one.role is StaffRole.ADMINISTRATOR), default=None),
        grants=tuple(grant for grant, hindrance in live.values() if hindrance is None),
        hindered=tuple(Hindered(grant, hindrance) for grant, hindrance in live.values() if hindrance is not None),
        modules=frozenset(map(Section, first.modules)),
        closed=ClosedAccess(first.closed_access) if first.closed_access else None,
    )


def _hindrance(row: Row[Any], address: str | None) -> Hindrance | None:
    networks = parse_networks(row.networks)
    return hindrance_of(deactivated=row.deactivated, deceased=row.deceased, networks=networks, address=address)


def _staff(row: Row[Any]) -> StaffStanding:
    party = Party(row.party) if row.party else None
    return StaffStanding(row.membership_id, StaffRole(row.staff_role), row.staff_name, party)


def _grant(row: Row[Any]) -> GrantStanding:
    return GrantStanding(
        grant_id=row.grant_id,
        person_id=row.person_id,
        person_name=row.person_name,
        role=PersonRole(row.person_role),
        right=Right(row.right),
        state=GrantState(row.state),
        giver=giver_of(row),
        given_at=row.offered_at,
        branch_id=row.branch_id,
        networks=tuple(row.networks),
    )


def giver_of(row: Row[Any]) -> Giver:
    """Who gave a grant, from its columns `given_by`, `given_by_person` and `given_by_name`."""
    kind = GiverKind.STAFF if row.given_by is not None else GiverKind.HOLDER
    return Giver(kind, row.given_by or row.given_by_person, row.given_by_name)
