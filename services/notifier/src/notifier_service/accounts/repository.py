"""Upserts of addresses: newest word wins, in whatever order the words come."""

from uuid import UUID

from service_kit.clock import app_now
from service_kit.db import UnitOfWork
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from notifier_service.accounts.domain import Address
from notifier_service.accounts.tables import AccountAddress


async def keep_address(uow: UnitOfWork, account_id: UUID, address: Address, sequence: int) -> None:
    """Keeps the newest word on an account's address."""
    values = {
        "email": address.email,
        "given_name": address.given_name,
        "family_name": address.family_name,
        "language": address.language,
        "sequence": sequence,
        "known_at": app_now(),
    }
    statement = insert(AccountAddress).values(account_id=account_id, **values)
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={name: getattr(statement.excluded, name) for name in values},
            where=col(AccountAddress.sequence) < statement.excluded.sequence,
        )
    )
