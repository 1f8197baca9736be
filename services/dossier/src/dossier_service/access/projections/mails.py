"""What became of mails (M4 to M6): kept for the rights page, and told to managers when an address is dead (M8)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts import Event
from event_contracts.firms import NoticeKind
from event_contracts.notifier import MessageFailed, MessageHeld, MessageRef, MessageSent, MessageSuppressed
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, handle

from dossier_service.access.grants import repository as grants
from dossier_service.access.projections import repository
from dossier_service.access.projections.domain import MailState, speaks_of_address
from dossier_service.deps import DossierDeps
from dossier_service.notices.service import Happened, tell


async def on_message_sent(event: Event[MessageSent], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """The server took it; an account that was thought unreachable is reachable again."""
    data = event.data
    await repository.keep_mails(uow, _mails(data.message, MailState.SENT, None, data.sent_at, event.order))
    if (account_id := _account(data.message)) is not None:
        await repository.keep_reachable(uow, account_id, "delivered_at", data.sent_at)
    return None


async def on_message_failed(event: Event[MessageFailed], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Shown on the rights page; one that failed for good is told to whoever manages the person's dossiers (M5, M8)."""
    data = event.data
    rows = _mails(data.message, MailState.FAILED, data.reason, event.time, event.order, permanent=data.permanent)
    news = await repository.keep_mails(uow, rows)
    if not data.permanent or data.message.channel != "email":
        return None
    about = await grants.live_among(uow, news) if news else []
    if (account_id := _account(data.message)) is not None:
        newly = await repository.keep_reachable(uow, account_id, "undeliverable_at", event.time)
        if newly and not data.message.offer_ids:
            # A welcome mail belongs to no firm: everybody who let this person in must know.
            about = await grants.live_of(uow, account_id, data.message.firm_id)
    at = await uow.now()
    await tell(uow, [Happened(NoticeKind.UNDELIVERABLE, grant_id, at, reason=data.reason) for grant_id in about])
    return None


async def on_message_suppressed(event: Event[MessageSuppressed], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    data = event.data
    rows = _mails(data.message, MailState.SUPPRESSED, data.reason, event.time, event.order)
    await repository.keep_mails(uow, rows)
    return None


async def on_message_held(event: Event[MessageHeld], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """It waits for the release of a hold (M6)."""
    await repository.keep_mails(uow, _mails(event.data.message, MailState.HELD, None, event.time, event.order))
    return None


def _account(message: MessageRef) -> UUID | None:
    """The account whose own address this mail's fate speaks of."""
    return message.account_id if speaks_of_address(message.template, message.channel) else None


def _mails(
    message: MessageRef, state: MailState, reason: str | None, at: datetime, sequence: int, *, permanent: bool = False
) -> list[dict[str, Any]]:
    offers: set[UUID] = set(message.offer_ids)
    return [
        {
            "offer_id": offer_id,
            "slot": state.slot,
            "message_id": message.message_id,
            "template": message.template,
            "channel": message.channel,
            "state": state,
            "permanent": permanent,
            "reason": reason,
            "at": at,
            "sequence": sequence,
        }
        for offer_id in offers
    ]


HANDLERS = (
    handle(MessageSent, on_message_sent),
    handle(MessageFailed, on_message_failed),
    handle(MessageSuppressed, on_message_suppressed),
    handle(MessageHeld, on_message_held),
)
