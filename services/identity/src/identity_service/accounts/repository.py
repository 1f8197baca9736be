"""Every query on accounts and taken names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.user_names import skeleton
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from identity_service.accounts.tables import Account, TakenName


async def lock_by_email(session: AsyncSession, email: str) -> Account | None:
    """The account of this normalised address, locked until the transaction ends."""
    return await _locked(session, col(Account.email) == email)


async def lock(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, locked until the transaction ends."""
    return await _locked(session, col(Account.id) == account_id)


async def share(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, kept from changing until the transaction ends; many may do this at once."""
    statement = (
        select(Account)
        .where(col(Account.id) == account_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def lock_both(session: AsyncSession, account_id: UUID, email: str) -> None:
    """Locks this account and the one of the address, if any, in one order whoever asks: so nobody waits in a circle."""
    either = or_(col(Account.id) == account_id, col(Account.email) == email)
    await session.execute(select(col(Account.id)).where(either).order_by(col(Account.id)).with_for_update())


async def _locked(session: AsyncSession, condition: Any) -> Account | None:
    statement = select(Account).where(condition).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


async def insert_unless_known(session: AsyncSession, account: Account) -> bool:
    """Inserts the account; False when another transaction was first with its address."""
    statement = (
        insert(Account)
        .values(account.model_dump())
        .on_conflict_do_nothing(constraint="account_email_key")
        .returning(col(Account.id))
    )
    return (await session.execute(statement)).first() is not None


async def find_by_email(session: AsyncSession, email: str) -> Account | None:
    """The account of this normalised address, without a lock."""
    return (await session.scalars(select(Account).where(col(Account.email) == email))).one_or_none()


async def move_address(session: AsyncSession, account: Account, email: str) -> bool:
    """Gives the account, which is locked, another address; False when another transaction was first with it."""
    statement = update(Account).where(col(Account.id) == account.id).values(email=email)
    try:
        async with session.begin_nested():
            await session.execute(statement, execution_options={"synchronize_session": False})
    except IntegrityError:
        return False
    set_committed_value(account, "email", email)
    return True


async def release_reservations(session: AsyncSession, account_id: UUID, email: str) -> None:
    """Forgets for whom names were reserved; the names stay taken (I3, I13)."""
    statement = (
        update(TakenName)
        .where(
            col(TakenName.reserved_by).is_not(None),
            or_(col(TakenName.reserved_for) == email, col(TakenName.account_id) == account_id),
        )
        .values(reserved_by=None, reserved_for=None, account_id=account_id)
        .execution_options(synchronize_session=False)
    )
    await session.execute(statement)


async def names_of(session: AsyncSession, account_id: UUID) -> Sequence[TakenName]:
    """Every user name the account has or was proposed, oldest first."""
    statement = (
        select(TakenName)
        .where(col(TakenName.account_id) == account_id)
        .order_by(col(TakenName.taken_at), col(TakenName.skeleton))
    )
    return (await session.scalars(statement)).all()


async def find_for_sign_in(session: AsyncSession, email: str, user_name: str) -> Account | None:
    """The account behind what was typed. One statement whether it exists or not (I10)."""
    statement = select(Account).where(or_(col(Account.email) == email, col(Account.user_name) == user_name)).limit(1)
    return (await session.scalars(statement)).one_or_none()


async def take_name(session: AsyncSession, name: str, at: datetime, **holder: Any) -> bool:
    """Takes the name for its holder for ever; False when it, or one that looks like it, is taken."""
    values = {"skeleton": skeleton(name), "name": name, "taken_at": at, **holder}
    statement = (
        insert(TakenName)
        .values(values)
        .on_conflict_do_nothing(index_elements=["skeleton"])
        .returning(col(TakenName.name))
    )
    return (await session.execute(statement)).first() is not None


async def taken_skeletons(session: AsyncSession, names: Iterable[str]) -> set[str]:
    """Which skeletons of these names are taken."""
    wanted = {skeleton(name) for name in names}
    statement = select(col(TakenName.skeleton)).where(col(TakenName.skeleton).in_(wanted))
    return set((await session.scalars(statement)).all())


async def holder_of(session: AsyncSession, name: str) -> TakenName | None:
    """The row of the name or of the one that looks like it."""
    return await session.get(TakenName, skeleton(name), populate_existing=True)


async def reservation(session: AsyncSession, client_id: str, email: str) -> TakenName | None:
    """What this system reserved for this address; equal requests come one after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"reservation:{client_id}:{email}"))))
    statement = select(TakenName).where(col(TakenName.reserved_by) == client_id, col(TakenName.reserved_for) == email)
    return (await session.scalars(statement)).one_or_none()


async def redeem_reservation(
    session: AsyncSession, email: str, account_id: UUID, wished: str | None = None
) -> str | None:
    """Hands the oldest name reserved for this address to its account, or the wished one if that is reserved for it."""
    # `reserved_by` is named for the index, which holds reservations only.
    waiting = (
        col(TakenName.reserved_for) == email,
        col(TakenName.reserved_by).is_not(None),
        col(TakenName.account_id).is_(None),
        *([col(TakenName.skeleton) == skeleton(wished)] if wished is not None else []),
    )
    oldest = (
        select(col(TakenName.skeleton))
        .where(*waiting)
        .order_by(col(TakenName.taken_at), col(TakenName.skeleton))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        update(TakenName)
        # Once more on the row itself: another transaction may have redeemed it while this one waited for its lock.
        .where(col(TakenName.skeleton) == oldest, *waiting)
        .values(account_id=account_id)
        .returning(col(TakenName.name))
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(statement)).one_or_none()
