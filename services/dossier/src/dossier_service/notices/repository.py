"""Queries of the notices area: who stands around a grant, and which news wait for a summary."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.people import FirmRef, Language, Right
from service_kit.db import UnitOfWork
from sqlalchemy import Row, text

from dossier_service.firms.domain import NoticePreference


@dataclass(frozen=True, slots=True)
class Scene:
    """What a notice about a grant says, and who may hear it: `holders` have an open access of their own (A12)."""

    firm: FirmRef
    dossier_id: UUID
    dossier_name: str
    account_id: UUID | None
    person_name: str
    role: str
    right: Right
    holders: tuple[UUID, ...]
    manager_account: UUID | None
    manager_preference: NoticePreference


_SCENES = text("""
    SELECT g.id, g.account_id, g."right", d.id AS dossier_id, d.name AS dossier_name,
           f.id AS firm_id, f.name AS firm_name, f.language,
           btrim(p.given_name || ' ' || p.family_name) AS person_name, p.role,
           CASE WHEN m.state = 'active' THEN m.account_id END AS manager_account, m.notices AS manager_preference,
           ARRAY(
               SELECT h.account_id FROM access_grant h JOIN person hp ON hp.id = h.person_id
               WHERE h.dossier_id = g.dossier_id AND h.state = 'active' AND h.person_id <> g.person_id
                   AND hp.role IN ('holder', 'co_holder') AND hp.deceased_on IS NULL AND NOT EXISTS (
                       SELECT FROM portal_user u
                       WHERE u.firm_id = h.firm_id AND u.account_id = h.account_id AND u.state = 'deactivated')
               ORDER BY h.id
           ) AS holders
    FROM access_grant g
    JOIN dossier d ON d.id = g.dossier_id
    JOIN firm f ON f.id = g.firm_id
    JOIN person p ON p.id = g.person_id
    JOIN membership m ON m.id = d.manager_id
    WHERE g.id = ANY(CAST(:grants AS uuid[]))
""")


async def scenes(uow: UnitOfWork, grant_ids: Collection[UUID]) -> Mapping[UUID, Scene]:
    """Everything that notices about these grants need, by grant."""
    rows = await uow.session.execute(_SCENES, {"grants": sorted(grant_ids)})
    return {row.id: _scene(row) for row in rows}


def _scene(row: Row[Any]) -> Scene:
    return Scene(
        firm=FirmRef(firm_id=row.firm_id, name=row.firm_name, language=Language(row.language)),
        dossier_id=row.dossier_id,
        dossier_name=row.dossier_name,
        account_id=row.account_id,
        person_name=row.person_name,
        role=row.role,
        right=Right(row.right),
        holders=tuple(row.holders),
        manager_account=row.manager_account,
        manager_preference=NoticePreference(row.manager_preference),
    )


_MANAGERS = text("""
    SELECT d.id, f.id AS firm_id, f.name AS firm_name, f.language,
           CASE WHEN m.state = 'active' THEN m.account_id END AS account_id, m.notices
    FROM dossier d JOIN firm f ON f.id = d.firm_id JOIN membership m ON m.id = d.manager_id
    WHERE d.id = ANY(CAST(:dossiers AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class DossierManager:
    """Who manages a dossier, as far as telling goes; no account yet means with a summary, later."""

    firm: FirmRef
    account_id: UUID | None
    preference: NoticePreference


async def managers(uow: UnitOfWork, dossier_ids: Collection[UUID]) -> Mapping[UUID, DossierManager]:
    """The managers of these dossiers, by dossier."""
    rows = await uow.session.execute(_MANAGERS, {"dossiers": sorted(dossier_ids)})
    return {row.id: _dossier_manager(row) for row in rows}


def _dossier_manager(row: Row[Any]) -> DossierManager:
    firm = FirmRef(firm_id=row.firm_id, name=row.firm_name, language=Language(row.language))
    return DossierManager(firm, row.account_id, NoticePreference(row.notices))


_NEXT_MANAGER = text("""
    SELECT m.id, m.account_id, f.id AS firm_id, f.name AS firm_name, f.language
    FROM membership m JOIN firm f ON f.id = m.firm_id
    WHERE m.state = 'active' AND m.account_id IS NOT NULL AND m.id = ANY(
        SELECT d.manager_id FROM manager_notice n JOIN dossier d ON d.id = n.dossier_id WHERE n.at < :until
    )
    ORDER BY m.id
    LIMIT 1
    FOR NO KEY UPDATE OF m SKIP LOCKED
""")

_TAKE = text("""
    DELETE FROM manager_notice n USING dossier d
    WHERE d.id = n.dossier_id AND d.manager_id = :manager AND n.at < :until
    RETURNING n.id, n.line
""")


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody whose summary is due."""

    membership_id: UUID
    account_id: UUID
    firm: FirmRef


async def next_manager(uow: UnitOfWork, until: datetime) -> Manager | None:
    """A manager for whom news from before `until` wait; locked, so that no other worker writes the same summary."""
    row = (await uow.session.execute(_NEXT_MANAGER, {"until": until})).one_or_none()
    if row is None:
        return None
    firm = FirmRef(firm_id=row.firm_id, name=row.firm_name, language=Language(row.language))
    return Manager(row.id, row.account_id, firm)


async def take(uow: UnitOfWork, manager: Manager, until: datetime) -> Sequence[Mapping[str, Any]]:
    """The news that wait for a manager, oldest first; they are gone with the transaction that tells them."""
    rows = await uow.session.execute(_TAKE, {"manager": manager.membership_id, "until": until})
    return [line for _, line in sorted(((row.id, row.line) for row in rows), key=lambda row: row[0])]
