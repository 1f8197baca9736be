"""Counting: every try leaves its trace, also one that is refused; so a count commits before anything is refused."""

from datetime import timedelta

from service_kit.db import UnitOfWork
from service_kit.errors import RateLimited

from identity_service.deps import IdentityDeps
from identity_service.limits import repository
from identity_service.limits.domain import AccountAct, Act, address_key, counter_key, too_many, window_start


async def check_address(deps: IdentityDeps, act: Act, address: str) -> None:
    """Counts one act of a client address, in a transaction of its own; raises RateLimited when there were too many."""
    async with deps.database.transaction() as uow:
        refusal = await address_refusal(uow, deps, act, address)
    if refusal is not None:
        raise refusal


async def address_refusal(uow: UnitOfWork, deps: IdentityDeps, act: Act, address: str) -> RateLimited | None:
    """The same for a transaction that is open: count now, raise what is returned once it has committed."""
    now = await uow.now()
    key = counter_key(act, address_key(address))
    hits = await repository.count(uow.session, act.value, key, window_start(now))
    return too_many(now) if hits > deps.limits.per_address[act] else None


async def within_limit(uow: UnitOfWork, deps: IdentityDeps, act: AccountAct, whom: str) -> bool:
    """Counts one act at an account, or at what was typed instead of one; whether it still is within the limit."""
    start = window_start(await uow.now())
    hits = await repository.count(uow.session, act.value, counter_key(act, whom), start)
    return hits <= deps.limits.per_account[act]


async def is_locked(uow: UnitOfWork, deps: IdentityDeps, whom: str) -> bool:
    """Whether so much failed at this account that even what is right is refused until the window ends (I10).

    Nobody is told: the answers stay those of a wrong password or code.
    """
    act, start = AccountAct.FAILURE, window_start(await uow.now())
    hits = await repository.hits(uow.session, act.value, counter_key(act, whom), start)
    return hits >= deps.limits.per_account[act]


async def forget_failures(uow: UnitOfWork, whom: str, *acts: AccountAct) -> None:
    """Whoever proved to be the owner starts anew."""
    forgotten = acts or (AccountAct.FAILURE,)
    await repository.clear(uow.session, [act.value for act in forgotten], [counter_key(act, whom) for act in forgotten])


async def forget_old(uow: UnitOfWork) -> None:
    """Housekeeping: counters of yesterday."""
    await repository.forget_old(uow.session, await uow.now() - timedelta(days=1))
