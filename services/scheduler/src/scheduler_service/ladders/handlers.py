"""What moves ladders: a first mail that was sent arms one, a later mail moves its expiry, and whatever ends the waiting
stops it: an account, an invitation that ended, a person kept out or erased, an address that bounced."""

from event_contracts import Event
from event_contracts.identity import (
    AccountActivated,
    AccountErased,
    InvitationDeclined,
    InvitationExpired,
    InvitationExtended,
    InvitationRevoked,
    LadderCancelled,
)
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


async def on_invitation_declined(event: Event[InvitationDeclined], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the ladder of an invitation that its person declined (R3)."""
    await service.stop(uow, event.data.ladder, StopReason.DECLINED)
    return None


async def on_invitation_expired(event: Event[InvitationExpired], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the ladder of an invitation that expired; mostly it has finished by itself (R4)."""
    await service.stop(uow, event.data.ladder, StopReason.EXPIRED)
    return None


async def on_invitation_extended(event: Event[InvitationExtended], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Moves the expiry of an invitation that a later mail keeps alive (I8)."""
    await service.extend(uow, event.data.ladder, event.data.expires_at, deps.tick_max_sleep)
    return None


async def on_ladder_cancelled(event: Event[LadderCancelled], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the ladder of a person who is deactivated at the firm, or erased, with identity's reason (R3)."""
    await service.stop(uow, event.data.ladder, event.data.reason)
    return None


async def on_account_erased(event: Event[AccountErased], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the account's ladders at every firm: its person is gone (R3, I13)."""
    await service.stop_all(uow, INVITATION, event.data.account_id, StopReason.ERASED)
    return None


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, deps: SchedulerDeps) -> Outcome:
    """Stops the account's ladders at every firm: there is nobody left to remind (R3)."""
    await service.stop_all(uow, INVITATION, event.data.account_id, StopReason.ACTIVATED)
    return None


HANDLERS = (
    handle(MessageSent, on_message_sent),
    handle(MessageFailed, on_message_failed),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(InvitationDeclined, on_invitation_declined),
    handle(InvitationExpired, on_invitation_expired),
    handle(InvitationExtended, on_invitation_extended),
    handle(LadderCancelled, on_ladder_cancelled),
    handle(AccountActivated, on_account_activated),
    handle(AccountErased, on_account_erased),
)
