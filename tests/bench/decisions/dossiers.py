"""So many dossiers, written in bulk, each with a holder of its own account and a relative whose account has many."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

MANY = 10_000
"""How many grants the busy accounts have, as far as there are that many dossiers."""

_KINDS = {"dossier": 1, "holder": 2, "relative": 3, "holder_grant": 4, "relative_grant": 5, "owner": 6, "busy": 7}
_FIRM, _MANAGER, _MANAGER_ACCOUNT, _CLIENT = (UUID(int=(8 << 48) + number) for number in range(4))

# Every column that has to have a value and is not named gets one of its type: the areas' tables may grow.
_REQUIRED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL
"""
_VALUES = {
    "uuid": f"'{_MANAGER}'::uuid",
    "timestamp with time zone": "app_now()",
    "integer": "1",
    "bigint": "1",
    "boolean": "false",
    "ARRAY": "'{}'",
    "jsonb": "'{}'",
}


def id_of(kind: str, number: int) -> UUID:
    """Ids grow with the number, as those of the service do with time."""
    return UUID(int=(_KINDS[kind] << 48) + number)


def _sql_id(kind: str, number: str) -> str:
    return f"('00000000-0000-0000-{_KINDS[kind]:04x}-' || lpad(to_hex({number}), 12, '0'))::uuid"


@dataclass(frozen=True)
class Place:
    """An account that may read a dossier."""

    account_id: UUID
    dossier_id: UUID


def holder_of(number: int) -> Place:
    """Who has this one grant and no other."""
    return Place(id_of("owner", number), id_of("dossier", number))


def busy_in(number: int) -> Place:
    """Who has a grant on this dossier and on thousands of others."""
    return Place(id_of("busy", number // MANY), id_of("dossier", number))


async def fill(url: str, dossiers: int) -> None:
    """Writes them as the owner of the tables."""
    connection = await asyncpg.connect(url)
    try:
        one = {"id": _text(_FIRM), "firm_id": _text(_FIRM), "language": "'fr'", "name": "'Firm'"}
        await _insert(connection, "firm", one, 1)
        member = {**one, "id": _text(_MANAGER), "state": "'active'", "account_id": _text(_MANAGER_ACCOUNT)}
        await _insert(connection, "membership", {**member, "role": "'accountant'", "activated_at": "app_now()"}, 1)
        await _insert(connection, "client", {**one, "id": _text(_CLIENT), "kind": "'company'"}, 1)
        await _insert(connection, "dossier", {**one, "id": _sql_id("dossier", "i"), **_of_dossier()}, dossiers)
        for person, account, number in (("holder", "owner", "i"), ("relative", "busy", f"i / {MANY}")):
            role = "'holder'" if person == "holder" else "'family'"
            named = {**one, "dossier_id": _sql_id("dossier", "i"), "role": role, "entered_by": "'staff'"}
            await _insert(connection, "person", {**named, "id": _sql_id(person, "i")}, dossiers)
            grant = {**_grant(person), "account_id": _sql_id(account, number)}
            await _insert(connection, "access_grant", grant, dossiers)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _of_dossier() -> dict[str, str]:
    return {"client_id": _text(_CLIENT), "manager_id": _text(_MANAGER), "modules": "'{asset_inventory}'"}


def _grant(person: str) -> dict[str, str]:
    return {
        "id": _sql_id(f"{person}_grant", "i"),
        "firm_id": _text(_FIRM),
        "dossier_id": _sql_id("dossier", "i"),
        "person_id": _sql_id(person, "i"),
        "right": "'write'",
        "state": "'active'",
        "email": f"'{person}' || i || '@example.org'",
        "activated_at": "app_now()",
        "given_by": _text(_MANAGER),
    }


def _text(value: UUID) -> str:
    return f"'{value}'::uuid"


async def _insert(connection: asyncpg.Connection, table: str, given: dict[str, str], count: int) -> None:
    columns = {row["column_name"]: row["data_type"] for row in await connection.fetch(_REQUIRED, table)}
    known = {row["column_name"] for row in await connection.fetch(_ALL, table)}
    values = {name: _VALUES.get(kind, "'x'") for name, kind in columns.items()}
    values |= {name: value for name, value in given.items() if name in known}
    names = ", ".join(f'"{name}"' for name in values)
    rows = f"SELECT {', '.join(values.values())} FROM generate_series(0, {count - 1}) AS i"
    await connection.execute(f"INSERT INTO {table} ({names}) {rows}", timeout=1800)


_ALL = "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
