"""Assets that were there before records were become records, and what was noted about families gets its history."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from service_kit.testing.migrating import empty_database, upgrade_to
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FIRM, MEMBER, CLIENT, DOSSIER, PERSON = (UUID(int=number) for number in range(1, 6))
OWNED, NOBODYS = UUID(int=6), UUID(int=7)
BEFORE = f"""
    INSERT INTO firm (id, name, language, created_at, version, last_client_number)
    VALUES ('{FIRM}', 'Cabinet', 'fr', now(), 1, 1);
    INSERT INTO membership (id, firm_id, role, state, given_name, family_name, email, phone, language, invited_at,
                            notices, version)
    VALUES ('{MEMBER}', '{FIRM}', 'accountant', 'active', 'Marc', 'Manager', 'm@x', '1', 'fr', now(), 'at_once', 1);
    INSERT INTO client (id, firm_id, kind, given_name, family_name, email, language, created_by, created_at,
                        changed_at, code, code_skeleton, status, version)
    VALUES ('{CLIENT}', '{FIRM}', 'person', 'Léa', 'Dupont', 'l@x', 'fr', '{MEMBER}', now(), now(), '1', 'l',
            'active', 1);
    INSERT INTO dossier (id, firm_id, client_id, name, manager_id, created_by, created_at, modules, version)
    VALUES ('{DOSSIER}', '{FIRM}', '{CLIENT}', 'Dupont', '{MEMBER}', '{MEMBER}', now(), '{{}}', 1);
    INSERT INTO person (id, dossier_id, role, given_name, family_name, language, version, created_at, entered_by)
    VALUES ('{PERSON}', '{DOSSIER}', 'holder', 'Léa', 'Dupont', 'fr', 1, now(), 'staff');
    INSERT INTO asset (id, dossier_id, kind, description, amount, currency, owner_id, version, created_at, changed_at)
    VALUES ('{OWNED}', '{DOSSIER}', 'real_estate', 'Maison', 350000.50, 'EUR', '{PERSON}', 3, '2026-01-01', now()),
           ('{NOBODYS}', '{DOSSIER}', 'other', 'Caisse', 10, 'USD', NULL, 1, now(), now());
    INSERT INTO family_structure (dossier_id, marital_status, note, version, changed_at)
    VALUES ('{DOSSIER}', 'married', 'Deux enfants', 2, now());
"""


@pytest.fixture
async def connection(postgres_url: str) -> AsyncIterator[AsyncConnection]:
    """An empty database of this test's own."""
    async with empty_database(postgres_url) as connection:
        yield connection


async def rows(connection: AsyncConnection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(text(query))).mappings()]


async def test_assets_become_records_with_the_version_they_have(connection: AsyncConnection) -> None:
    await upgrade_to(connection, "dossier_service.migrations", "0005")
    for statement in filter(str.strip, BEFORE.split(";")):
        await connection.execute(text(statement))

    await upgrade_to(connection, "dossier_service.migrations", "0006")

    records = await rows(connection, "SELECT id, kind, section, version, content FROM record ORDER BY id")
    versions = await rows(connection, "SELECT record_id, kind, version, change FROM record_version ORDER BY record_id")
    gone = await rows(connection, "SELECT to_regclass('asset') AS asset")
    assert [(one["id"], one["section"], one["kind"], one["version"]) for one in records] == [
        (OWNED, "asset_inventory", "asset", 3),
        (NOBODYS, "asset_inventory", "asset", 1),
    ]
    assert records[0]["content"] == {
        "kind": "real_estate",
        "description": "Maison",
        "value": {"amount": "350000.50", "currency": "EUR"},
        "owners": [{"person_id": str(PERSON), "share": "100"}],
        "date": None,
    }
    assert (records[1]["content"]["owners"], records[1]["content"]["value"]["amount"]) == ([], "10.00")
    assert [(one["record_id"], one["kind"], one["version"], one["change"]) for one in versions] == [
        (DOSSIER, "family_structure", 2, "written"),
        (OWNED, "asset", 3, "written"),
        (NOBODYS, "asset", 1, "added"),
    ]
    assert gone == [{"asset": None}]
