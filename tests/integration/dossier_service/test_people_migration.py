"""People who were there before it was noted who entered them: the journal knows, and a holder's grant depends on it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from service_kit.testing.migrating import empty_database, upgrade_to
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FIRM, MEMBER, CLIENT, DOSSIER = (UUID(int=number) for number in range(1, 5))
HOLDER, CHILD, *ENTERED = (UUID(int=number) for number in range(5, 12))
STAFF_ACCOUNT, HOLDERS_ACCOUNT, CHILDS_ACCOUNT, NOBODYS_ACCOUNT = (UUID(int=number) for number in range(20, 24))
BY = {
    ENTERED[0]: STAFF_ACCOUNT,
    ENTERED[1]: HOLDERS_ACCOUNT,
    ENTERED[2]: CHILDS_ACCOUNT,
    ENTERED[3]: NOBODYS_ACCOUNT,
}


def person(who: UUID, role: str = "family") -> str:
    return f"('{who}', '{DOSSIER}', '{role}', 'Léa', 'Dupont', 'fr', 1, now(), 'staff')"


def grant(who: UUID, account: UUID) -> str:
    values = f"'{FIRM}', '{DOSSIER}', '{who}', 'write', 'active', '{who}@x', true, '{MEMBER}', now(), '{account}'"
    return f"('{uuid4()}', {values}, 1, '{{}}')"


def entry(who: UUID, account: UUID) -> str:
    values = f"now(), '{FIRM}', '{DOSSIER}', 'account', '{account}', 'person_added', 'person', '{who}', 'A7'"
    return f"('{uuid4()}', {values}, '{{}}', 'c')"


BEFORE = [
    f"""INSERT INTO firm (id, name, language, created_at, version, last_client_number)
        VALUES ('{FIRM}', 'Cabinet', 'fr', now(), 1, 1)""",
    f"""INSERT INTO membership (id, firm_id, account_id, role, state, given_name, family_name, email, phone, language,
                                invited_at, notices, version)
        VALUES ('{MEMBER}', '{FIRM}', '{STAFF_ACCOUNT}', 'accountant', 'active', 'Marc', 'Manager', 'm@x', '1', 'fr',
                now(), 'at_once', 1)""",
    f"""INSERT INTO client (id, firm_id, kind, given_name, family_name, email, language, created_by, created_at,
                            changed_at, code, code_skeleton, status, version)
        VALUES ('{CLIENT}', '{FIRM}', 'person', 'Léa', 'Dupont', 'l@x', 'fr', '{MEMBER}', now(), now(), '1', 'l',
                'active', 1)""",
    f"""INSERT INTO dossier (id, firm_id, client_id, name, manager_id, created_by, created_at, modules, version)
        VALUES ('{DOSSIER}', '{FIRM}', '{CLIENT}', 'Dupont', '{MEMBER}', '{MEMBER}', now(), '{{}}', 1)""",
    f"""INSERT INTO person (id, dossier_id, role, given_name, family_name, language, version, created_at, entered_by)
        VALUES {person(HOLDER, "holder")}, {", ".join(person(one) for one in (CHILD, *BY))}""",
    f"""INSERT INTO access_grant (id, firm_id, dossier_id, person_id, "right", state, email, new_address, given_by,
                                  offered_at, account_id, version, networks)
        VALUES {grant(HOLDER, HOLDERS_ACCOUNT)}, {grant(CHILD, CHILDS_ACCOUNT)}""",
    f"""INSERT INTO journal (id, at, firm_id, dossier_id, actor_kind, actor_id, action, subject_kind, subject_id, rule,
                             details, correlation_id)
        VALUES {", ".join(entry(who, account) for who, account in BY.items())}""",
]


@pytest.fixture
async def connection(postgres_url: str) -> AsyncIterator[AsyncConnection]:
    """An empty database of this test's own."""
    async with empty_database(postgres_url) as connection:
        yield connection


async def test_a2_the_journal_says_who_entered_whom(connection: AsyncConnection) -> None:
    await upgrade_to(connection, "dossier_service.migrations", "0007")
    for statement in BEFORE:
        await connection.execute(text(statement))

    await upgrade_to(connection, "dossier_service.migrations", "0008")

    rows = (await connection.execute(text("SELECT id, entered_by FROM person"))).mappings()
    entered_by: dict[UUID, Any] = {row["id"]: row["entered_by"] for row in rows}
    assert entered_by == {
        HOLDER: "staff",
        CHILD: "staff",
        ENTERED[0]: "staff",
        ENTERED[1]: "holder",
        ENTERED[2]: "family",
        ENTERED[3]: "staff",
    }
