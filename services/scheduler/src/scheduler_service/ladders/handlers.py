"""What moves ladders: a first mail that was sent arms one; activation, revocation and a bounced address stop them."""

from event_contracts import Event
from event_contracts.identity import AccountActivated, InvitationRevoked
from event_contracts.notifier import MessageFailed, MessageSent
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, Reject, handle

from scheduler_service.deps import SchedulerDeps
from scheduler_service.ladders import service
from scheduler_service.ladders.domain import INVITATION, StopReason


async def on_message_sent(event: Event[MessageSent], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Arms the ladder that the mail starts, if it starts one (R1)."""
    if event.data.starts is None:
        return None
    try:
        await service.arm(uow, event.data.starts, event.data.sent_at, deps.tick_max_sleep)
    except (ValueError, OverflowError) as error:
        return Reject(f"the ladder has no possible times: {type(error).__name__}")
    return None


async def on_message_failed(event: Event[MessageFailed], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the ladder of an invitation whose address bounced (R3); attempts used up are no verdict on the address."""
    if event.data.permanent and event.data.ladder is not None:
        await service.stop(uow, event.data.ladder, StopReason.UNDELIVERABLE)
    return None


async def on_invitation_revoked(event: Event[InvitationRevoked], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the ladder of an invitation behind which no offer is left (R3)."""
    await service.stop(uow, event.data.ladder, StopReason.REVOKED)
    return None


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the account's ladders at every firm: there is nobody left to remind (R3)."""
    await service.stop_all(uow, INVITATION, event.data.account_id, StopReason.ACTIVATED)
    return None


HANDLERS = (
    handle(MessageSent, on_message_sent),
    handle(MessageFailed, on_message_failed),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(AccountActivated, on_account_activated),
)
