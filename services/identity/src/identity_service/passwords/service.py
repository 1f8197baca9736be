"""A new password, checked and hashed; and the signed-in owner's own, asked for again before what matters (I4, I13)."""

from collections.abc import Collection
from uuid import UUID

from service_kit.db import UnitOfWork

from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import AccountAct, too_many
from identity_service.limits.service import forget_failures, within_limit
from identity_service.passwords.domain import check_guesses, check_password, wrong_password
from identity_service.sessions.service import lock_signed_in, signed_in_account


async def hash_new(deps: IdentityDeps, password: str, *, names: Collection[str]) -> str:
    """The encoded hash of a password that is fit to be one; Invalid with the reasons otherwise (I4).

    Call it outside of any transaction.
    """
    check_password(password, names=names, common=deps.common_passwords)
    check_guesses(await deps.passwords.guesses(password, names))
    return await deps.passwords.hash(password)


async def confirm_password(deps: IdentityDeps, session_id: UUID, password: str, *, field: str = "password") -> Account:
    """The signed-in account, once its password was typed again. Every try counts, a right one clears the count.

    Call it outside of any transaction; then go on with `lock_confirmed`.
    """
    async with deps.database.transaction() as uow:
        account = await signed_in_account(uow, session_id)
        allowed = await within_limit(uow, deps, AccountAct.PASSWORD_ASKED, str(account.id))
        now = await uow.now()
    if not allowed:
        raise too_many(now)
    if not await deps.passwords.verify(account.password_hash, password):
        raise wrong_password(field)
    return account


async def lock_confirmed(uow: UnitOfWork, session_id: UUID, confirmed: Account) -> Account:
    """The same account, locked, if its session and password are still those that were confirmed."""
    account = await lock_signed_in(uow, session_id)
    if account.credentials_version != confirmed.credentials_version:
        raise wrong_password()
    await forget_failures(uow, str(account.id), AccountAct.PASSWORD_ASKED)
    return account
