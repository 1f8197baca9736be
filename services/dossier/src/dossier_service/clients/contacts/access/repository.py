"""The query behind the proposed user code: which names a client's contacts claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import text

_CLAIMS = text("""
    SELECT g.id, coalesce(a.user_name, g.user_name) AS name, g.state IN ('offered', 'active') AS live
    FROM dossier d
    JOIN person p ON p.dossier_id = d.id AND p.role = 'client'
    JOIN access_grant g ON g.person_id = p.id
    LEFT JOIN known_account a ON a.account_id = g.account_id
    WHERE d.client_id = :client
    ORDER BY g.id
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A grant of one of the client's contacts: the name its account has, else the wished one, else none yet."""

    grant_id: UUID
    name: str | None
    live: bool


async def claims(uow: UnitOfWork, client_id: UUID) -> Sequence[Claim]:
    """What every grant that a contact of the client ever had says of names, oldest first."""
    rows = await uow.session.execute(_CLAIMS, {"client": client_id})
    return [Claim(row.id, row.name, row.live) for row in rows]
