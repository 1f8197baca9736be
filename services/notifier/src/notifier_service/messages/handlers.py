"""What notifier does with events: each inserts rows and nothing else, so any number share one transaction (M4)."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from event_contracts import Event, EventData
from event_contracts.dossier import GrantWithdrawn
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationAccepted,
    InvitationIssued,
    InvitationRevoked,
    SignInCodeIssued,
)
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from service_kit.messaging import Outcome, Reject, handle

from notifier_service.deps import NotifierDeps
from notifier_service.messages.domain import CLOSED_WAKEUP, UnsafeText, lane_wakeup
from notifier_service.messages.events import access_notice_row, invitation_row, sign_in_code_row, welcome_row
from notifier_service.messages.tables import ClosedSubject, Message

D = TypeVar("D", bound=EventData)


async def on_invitation_issued(event: Event[InvitationIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """An invitation mail or a reminder. Whether it is still wanted is asked when it is sent, not here."""
    return _queue(uow, event, invitation_row)


async def on_access_linked(event: Event[AccessLinked], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Somebody who has an account is told of the new access; the others get an invitation instead (I1)."""
    if event.data.account_state is not AccountState.ACTIVE:
        return None
    return _queue(uow, event, access_notice_row)


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The welcome mail; and no invitation mail of this account is wanted any more (I2)."""
    _close(uow, event.data.account_id, "the account exists")
    return _queue(uow, event, welcome_row)


async def on_sign_in_code_issued(event: Event[SignInCodeIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The code by SMS, in the lane that nothing else delays."""
    return _queue(uow, event, sign_in_code_row)


async def on_invitation_revoked(event: Event[InvitationRevoked], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its links are dead: what still waits is not sent (M4)."""
    _close(uow, event.data.invitation_id, "the invitation was revoked")
    return None


async def on_invitation_accepted(event: Event[InvitationAccepted], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its links are used: what still waits is not sent (M4)."""
    _close(uow, event.data.invitation_id, "the invitation was accepted")
    return None


async def on_grant_withdrawn(event: Event[GrantWithdrawn], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """A notice of this access that still waits would tell of what is no more (M4)."""
    _close(uow, event.data.grant_id, "the access was withdrawn")
    return None


def _queue(uow: UnitOfWork, event: Event[D], row_of: Callable[[Event[D], UUID], dict[str, Any]]) -> Outcome:
    try:
        row = row_of(event, new_id())
    except UnsafeText as error:
        return Reject(str(error))
    uow.insert(Message, row, ignore_conflicts=True)
    uow.wake(lane_wakeup(row["lane"]))
    return None


def _close(uow: UnitOfWork, subject_id: UUID, reason: str) -> None:
    """Kept for ever: the mail it concerns may arrive after it."""
    uow.insert(ClosedSubject, {"subject_id": subject_id, "reason": reason}, ignore_conflicts=True)
    uow.wake(CLOSED_WAKEUP)


HANDLERS = (
    handle(InvitationIssued, on_invitation_issued),
    handle(AccessLinked, on_access_linked),
    handle(AccountActivated, on_account_activated),
    handle(SignInCodeIssued, on_sign_in_code_issued),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(InvitationAccepted, on_invitation_accepted),
    handle(GrantWithdrawn, on_grant_withdrawn),
)
