"""From a request for a reset to its mail, apart from the request: so asking costs the same for every name (I10)."""

import asyncio

from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from service_kit.logging import get_logger
from service_kit.waiting import first_of

from identity_service.accounts import repository as accounts
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import AccountAct
from identity_service.limits.service import within_limit
from identity_service.randomness import token_hash
from identity_service.recovery import repository
from identity_service.recovery.domain import RESET_LIFETIME
from identity_service.recovery.events import reset_issued
from identity_service.recovery.tables import PasswordReset

CHANNEL = "password_resets"
POLL_SECONDS = 5.0

log = get_logger(__name__)


async def issue_next(deps: IdentityDeps) -> bool:
    """Takes one request and mails its link, if there is somebody to mail it to; False when none waits."""
    async with deps.database.transaction() as uow:
        asked = await repository.take_request(uow.session)
        # A link lives an hour from its asking; a request that waited that long is answered by nothing.
        if asked is not None and asked.account_id is not None and await uow.now() < asked.asked_at + RESET_LIFETIME:
            await _issue(uow, deps, asked)
    return asked is not None


async def _issue(uow: UnitOfWork, deps: IdentityDeps, asked: repository.Asked) -> None:
    account = await accounts.lock(uow.session, asked.account_id) if asked.account_id else None
    if account is None or account.state is not AccountState.ACTIVE:
        return
    if not await within_limit(uow, deps, AccountAct.RESET_SENT, str(account.id)):
        return
    now, token = await uow.now(), deps.randomness.token()
    await repository.replace_resets(uow.session, account.id, now)
    reset = PasswordReset(
        token_hash=token_hash(token),
        id=new_id(),
        account_id=account.id,
        credentials_version=account.credentials_version,
        issued_at=now,
        expires_at=asked.asked_at + RESET_LIFETIME,
    )
    uow.insert(PasswordReset, reset.model_dump())
    uow.outbox.add(reset_issued(deps, account, reset, token))


async def issue_for_ever(deps: IdentityDeps, stop: asyncio.Event) -> None:
    """The worker's loop: woken by each request, polling besides; trouble pauses it and loses nothing."""
    async with deps.database.wakeups.listening(CHANNEL) as waiter:
        while not stop.is_set():
            try:
                while await issue_next(deps):
                    pass
            except Exception as error:
                log.warning("resets pause", action="resets_paused", error=type(error).__name__)
            await first_of(stop, waiter.wait(POLL_SECONDS))
