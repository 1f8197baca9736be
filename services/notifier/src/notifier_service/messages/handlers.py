"""What notifier does with events: each inserts rows and nothing else, so any number share one transaction (M4)."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from event_contracts import Event, EventData
from event_contracts.dossier import GrantMoved, GrantWithdrawn
from event_contracts.firms import NoticeIssued, PortalUserDeactivated
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountChanged,
    AccountErased,
    AccountState,
    InvitationAccepted,
    InvitationDeclined,
    InvitationExpired,
    InvitationIssued,
    InvitationRevoked,
    SignInInformationIssued,
)
from event_contracts.people import Recipient
from event_contracts.plans import PlanPublished
from event_contracts.security import ContactCodeIssued, PasswordResetIssued, SecurityNoticeIssued, SignInCodeIssued
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from service_kit.messaging import Outcome, Reject, handle

from notifier_service.accounts import repository as accounts
from notifier_service.accounts.domain import ERASED, address_of
from notifier_service.bounces.repository import lift_everywhere
from notifier_service.deps import NotifierDeps
from notifier_service.messages.domain import FOR_GOOD, UnsafeText, erasure_of, lane_wakeup, portal_user_of
from notifier_service.messages.events import access_notice_row, invitation_row, sign_in_information_row, welcome_row
from notifier_service.messages.notices import grants_of, notice_row, plan_row
from notifier_service.messages.rows import Row
from notifier_service.messages.security import (
    contact_code_row,
    password_reset_row,
    security_notice_row,
    sign_in_code_row,
)
from notifier_service.messages.service import close
from notifier_service.messages.tables import Message

D = TypeVar("D", bound=EventData)


async def on_invitation_issued(event: Event[InvitationIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """An invitation mail or a reminder. Whether it is still wanted is asked when it is sent, not here."""
    return _queue(uow, event, invitation_row)


async def on_access_linked(event: Event[AccessLinked], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Somebody who has an account is told of the new access; the others get an invitation instead (I1)."""
    if event.data.account_state is not AccountState.ACTIVE:
        return None
    return _queue(uow, event, access_notice_row)


async def on_sign_in_information_issued(
    event: Event[SignInInformationIssued], uow: UnitOfWork, deps: NotifierDeps
) -> Outcome:
    """Somebody who has an account is told again how to sign in (K2)."""
    return _queue(uow, event, sign_in_information_row)


async def on_notice_issued(event: Event[NoticeIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """A holder, a manager or the person it is about is told what happened (A12, M8, I11)."""
    return _queue(uow, event, notice_row)


async def on_plan_published(event: Event[PlanPublished], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Everybody it was published to is told by a mail of their own, or nobody (P2)."""
    told = grants_of(event.data).items()
    return _queue_all(uow, lambda: [plan_row(event, new_id(), account_id, grants) for account_id, grants in told])


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The welcome mail, and the address from now on; and no invitation mail of this account is wanted any more (I2)."""
    close(uow, event.data.account_id, "the account exists")
    # Whoever opened the link reads the mails of this address, whatever a server said of it (M5).
    await lift_everywhere(uow, deps.address_hashes.all(event.data.recipient.email))
    return _queue(uow, event, welcome_row) or await _keep_address(uow, event, event.data.recipient)


async def on_account_changed(event: Event[AccountChanged], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its mails go to the new address and in the new language from now on, those that wait included (I9)."""
    # The owner proved to read the mails of this address, whatever a server said of it (M5).
    await lift_everywhere(uow, deps.address_hashes.all(event.data.recipient.email))
    return await _keep_address(uow, event, event.data.recipient)


async def on_account_erased(event: Event[AccountErased], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The address is forgotten, and what waits for its owner is not sent; the farewell concerns nothing else (I13)."""
    account_id = event.data.account_id
    close(uow, erasure_of(account_id), "the account was erased")
    close(uow, account_id, "the account was erased")
    await accounts.keep_address(uow, account_id, ERASED, FOR_GOOD)
    return None


async def on_sign_in_code_issued(event: Event[SignInCodeIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The code by SMS, in the lane that nothing else delays."""
    return _queue(uow, event, sign_in_code_row)


async def on_contact_code_issued(event: Event[ContactCodeIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The code to the new address or number, in the lane that nothing else delays (I9)."""
    return _queue(uow, event, contact_code_row)


async def on_password_reset_issued(event: Event[PasswordResetIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The link to a new password, in the lane that nothing else delays (I10)."""
    return _queue(uow, event, password_reset_row)


async def on_security_notice_issued(event: Event[SecurityNoticeIssued], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The owner hears at once what changed about the account's safety (I9, I13)."""
    return _queue(uow, event, security_notice_row)


async def on_invitation_revoked(event: Event[InvitationRevoked], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its links are dead: what still waits is not sent (M4)."""
    close(uow, event.data.invitation_id, "the invitation was revoked", event.order)
    return None


async def on_invitation_accepted(event: Event[InvitationAccepted], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its links are used: what still waits is not sent (M4)."""
    close(uow, event.data.invitation_id, "the invitation was accepted", event.order)
    return None


async def on_invitation_declined(event: Event[InvitationDeclined], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The person does not want it: what still waits is not sent (I5, R3)."""
    close(uow, event.data.invitation_id, "the invitation was declined", event.order)
    return None


async def on_invitation_expired(event: Event[InvitationExpired], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """Its links are dead until somebody sends it again, which is a later event (I7)."""
    close(uow, event.data.invitation_id, "the invitation expired", event.order)
    return None


async def on_grant_withdrawn(event: Event[GrantWithdrawn], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """A notice of this access that still waits would tell of what is no more (M4)."""
    close(uow, event.data.grant_id, "the access was withdrawn")
    return None


async def on_grant_moved(event: Event[GrantMoved], uow: UnitOfWork, deps: NotifierDeps) -> Outcome:
    """The offer went to a corrected address: the notice to the wrong one is not sent (I9, M4)."""
    close(uow, event.data.previous_grant_id, "the offer moved to another address")
    return None


async def on_portal_user_deactivated(
    event: Event[PortalUserDeactivated], uow: UnitOfWork, deps: NotifierDeps
) -> Outcome:
    """Nobody is called to what the firm just closed to them (I11); what it says after letting them in again goes."""
    subject = portal_user_of(event.data.firm_id, event.data.account_id)
    close(uow, subject, "the firm deactivated this portal user", event.order)
    return None


def _queue(uow: UnitOfWork, event: Event[D], row_of: Callable[[Event[D], UUID], Row]) -> Outcome:
    return _queue_all(uow, lambda: [row_of(event, new_id())])


def _queue_all(uow: UnitOfWork, made: Callable[[], Sequence[Row]]) -> Outcome:
    """All rows or none: text that could harm a mail is an outcome."""
    try:
        messages = made()
    except UnsafeText as error:
        return Reject(str(error))
    for row in messages:
        uow.insert(Message, row, ignore_conflicts=True)
        uow.wake(lane_wakeup(row["lane"]))
    return None


async def _keep_address(
    uow: UnitOfWork, event: Event[AccountActivated] | Event[AccountChanged], recipient: Recipient
) -> Outcome:
    try:
        address = address_of(recipient)
    except UnsafeText as error:
        return Reject(str(error))
    await accounts.keep_address(uow, event.data.account_id, address, event.order)
    return None


HANDLERS = (
    handle(InvitationIssued, on_invitation_issued),
    handle(AccessLinked, on_access_linked),
    handle(SignInInformationIssued, on_sign_in_information_issued),
    handle(NoticeIssued, on_notice_issued),
    handle(PlanPublished, on_plan_published),
    handle(AccountActivated, on_account_activated),
    handle(AccountChanged, on_account_changed),
    handle(AccountErased, on_account_erased),
    handle(SignInCodeIssued, on_sign_in_code_issued),
    handle(ContactCodeIssued, on_contact_code_issued),
    handle(PasswordResetIssued, on_password_reset_issued),
    handle(SecurityNoticeIssued, on_security_notice_issued),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(InvitationAccepted, on_invitation_accepted),
    handle(InvitationDeclined, on_invitation_declined),
    handle(InvitationExpired, on_invitation_expired),
    handle(GrantWithdrawn, on_grant_withdrawn),
    handle(GrantMoved, on_grant_moved),
    handle(PortalUserDeactivated, on_portal_user_deactivated),
)
