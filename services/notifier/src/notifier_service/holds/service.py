"""Use cases of holding mail: switch, show, tell. The ordinary lane only; sign-in codes always go (M4, M6)."""

from uuid import UUID

from service_kit.context import use_context
from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid
from service_kit.http.pages import Page, PageRequest, page_of

from notifier_service.deliveries.events import context_of, held_event
from notifier_service.holds import repository
from notifier_service.holds.domain import hold_reason
from notifier_service.holds.schemas import AllHoldOut, FirmHoldOut, HeldMessage, HoldIn, HoldOut
from notifier_service.messages.domain import CLOSED_WAKEUP, Lane, lane_wakeup


async def firm_hold(uow: UnitOfWork, firm_id: UUID) -> FirmHoldOut:
    """Whether the firm's mail is held; of a hold of all mail only that there is one (A13)."""
    hold = HoldOut.of(await repository.current(uow, firm_id))
    everybody = await repository.current(uow, None)
    return FirmHoldOut(**hold.model_dump(), all_mail_held=everybody is not None)


async def all_hold(uow: UnitOfWork) -> AllHoldOut:
    """Whether all mail is held, and how much waits."""
    hold = HoldOut.of(await repository.current(uow, None))
    return AllHoldOut(**hold.model_dump(), waiting=await repository.waiting_count(uow))


async def switch(uow: UnitOfWork, firm_id: UUID | None, wish: HoldIn, by: str) -> None:
    """Holds or releases; wishing what is so already changes nothing, and the first reason stays."""
    if not wish.held:
        if await repository.end(uow, firm_id, by):
            uow.wake(lane_wakeup(Lane.ORDINARY))
        return
    reason = hold_reason(wish.reason)
    if reason is None:
        problem = FieldError("reason", "reason_missing", "A hold needs a reason of 1 to 500 characters.", "M6")
        raise Invalid("reason_missing", "Say why mail is held.", rule="M6", fields=(problem,))
    repository.begin(uow, firm_id, reason, by)
    uow.wake(CLOSED_WAKEUP)


async def held_messages(uow: UnitOfWork, firm_id: UUID, page: PageRequest) -> Page[HeldMessage]:
    """The firm's messages that its hold, or the hold of all mail, keeps back; oldest first, none without a hold."""
    own, everybody = await repository.current(uow, firm_id), await repository.current(uow, None)
    after = page.after(UUID)
    position = after[0] if after else None
    rows = await repository.waiting_page(uow, firm_id, position, page.limit + 1) if own or everybody else ()
    return page_of(rows, page.limit, key=lambda row: (row.message_id,), item=HeldMessage.of)


async def tell_held(uow: UnitOfWork) -> int:
    """Marks what waits under a hold and says so, once per message and hold; returns how many there were."""
    holds = await repository.lock_holds(uow)
    messages = await repository.mark(uow, holds) if holds else ()
    for message in messages:
        with use_context(context_of(message)):
            uow.outbox.add(held_event(message))
    return len(messages)
