"""Rules of offers, invitations and links (I2, I5 to I8, R2 to R4): states, expiry, which mail goes out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.errors import Conflict, DomainError, Gone, NotFound

LADDER_KIND = "invitation"
LIFETIME = timedelta(days=30)
AFTER_LAST_REMINDER = timedelta(days=7)
RENEWALS_PER_HOUR = 3


class OfferState(StrEnum):
    """What dossier last said about an offer, or its person by declining: opened means the person has the access."""

    OFFERED = "offered"
    OPENED = "opened"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


DEAD_OFFERS = (OfferState.WITHDRAWN, OfferState.DECLINED)


class _OfferFacts(Protocol):
    @property
    def state(self) -> OfferState: ...

    @property
    def suspended(self) -> bool | None: ...


def is_silent(offer: _OfferFacts) -> bool:
    """Whether nothing is mailed about an offer for now: it waits, and dossier suspended it. An open one goes on."""
    return offer.state is OfferState.OFFERED and bool(offer.suspended)


class AccessState(StrEnum):
    """An access as its owner sees it: dossier decides, so what identity asked for is under way until it answers."""

    OPEN = "open"
    BEING_OPENED = "being_opened"
    BEING_CLOSED = "being_closed"


class InvitationState(StrEnum):
    """I5. Nothing leads out of accepted, declined and revoked; a resend revives an expired one (I7)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class LinkState(StrEnum):
    """What one link says at once, before anything is typed (I6)."""

    PENDING = "pending"
    USED = "used"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"
    REPLACED = "replaced"


class InvitationFacts(Protocol):
    """What the rules look at of an invitation."""

    state: InvitationState
    epoch: int
    ladder_ended: bool
    expires_at: datetime
    undeliverable_at: datetime | None


@dataclass(frozen=True)
class NextMail:
    """What taking an offer means for the invitation of that person and firm."""

    new_invitation: bool
    epoch: int
    first: bool


class _OfferOfFirm(Protocol):
    firm_id: UUID
    phone: str | None
    offered_at: datetime


O = TypeVar("O", bound=_OfferOfFirm)  # noqa: E741  # the one type variable of this module


def next_mail(latest: InvitationFacts | None, now: datetime, *, anew: bool = False) -> NextMail:
    """One live invitation and ladder per person and firm (I2); an offer after a ladder's end opens a new one (R2).

    `anew`: the offer was corrected, so the ladder restarts (I9).
    """
    if latest is None:
        return NextMail(new_invitation=True, epoch=1, first=True)
    if latest.state is not InvitationState.PENDING or now >= latest.expires_at:
        return NextMail(new_invitation=True, epoch=latest.epoch + 1, first=True)
    if latest.ladder_ended or anew:
        return NextMail(new_invitation=False, epoch=latest.epoch + 1, first=True)
    return NextMail(new_invitation=False, epoch=latest.epoch, first=False)


def starts_again(latest: InvitationFacts, now: datetime) -> bool:
    """Whether an offer that waits again needs a mail (R3): no ladder runs whose reminders name it, and none bounced."""
    return latest.undeliverable_at is None and next_mail(latest, now).first


def expiry_step(offsets: Iterable[timedelta]) -> timedelta:
    """When the ladder's last step, without a mail, comes after its first mail (R4): 30 days after the last reminder.

    That is the invitation's expiry (I8) when every mail goes out on time; a later mail moves the step.
    """
    return max(offsets) + LIFETIME


class ExpiryVerdict(StrEnum):
    """What a due expiry step means (R4): a later mail may have moved the end (I8), a newer ladder has its own."""

    EXPIRES = "expires"
    LIVES_LONGER = "lives_longer"
    NOT_ITS_END = "not_its_end"


def judge_expiry(invitation: InvitationFacts | None, epoch: int, now: datetime) -> ExpiryVerdict:
    """Only a pending invitation expires, and only by the step of its current ladder."""
    if invitation is None or invitation.epoch != epoch or invitation.state is not InvitationState.PENDING:
        return ExpiryVerdict.NOT_ITS_END
    return ExpiryVerdict.EXPIRES if now >= invitation.expires_at else ExpiryVerdict.LIVES_LONGER


def bounces(invitation: InvitationFacts, epoch: int | None) -> bool:
    """Whether a mail that cannot be delivered stops this invitation (M5); one of an older ladder no longer counts."""
    return invitation.state is InvitationState.PENDING and epoch in (None, invitation.epoch)


def expiry(
    current: datetime | None, now: datetime, ladder_started_at: datetime, offsets: Iterable[timedelta]
) -> datetime:
    """30 days after the last mail, never before the last reminder plus a week (I8); it never comes nearer."""
    moments = [now + LIFETIME, ladder_started_at + max(offsets) + AFTER_LAST_REMINDER]
    return max([*moments, current] if current else moments)


def link_state(
    invitation: InvitationState,
    *,
    account_active: bool,
    anything_offered: bool,
    expires_at: datetime,
    replaced_at: datetime | None,
    now: datetime,
) -> LinkState:
    """An invitation that is settled says so on all its links; only a live one asks whether the link was replaced.

    An expired one of which nothing is offered any more counts as revoked: it does not promise a fresh link (I6).
    """
    if invitation is InvitationState.DECLINED:
        return LinkState.DECLINED
    if invitation is InvitationState.REVOKED:
        return LinkState.REVOKED
    if invitation is InvitationState.ACCEPTED or account_active:
        return LinkState.USED
    if not anything_offered:
        return LinkState.REVOKED
    if replaced_at is not None:
        return LinkState.REPLACED
    if invitation is InvitationState.EXPIRED or now >= expires_at:
        return LinkState.EXPIRED
    return LinkState.PENDING


def withheld_reason(
    *,
    account: AccountState,
    invitation: InvitationFacts | None,
    epoch: int,
    deactivated: bool,
    offers_waiting: int,
    offers_suspended: int,
    now: datetime,
) -> str | None:
    """Why a due reminder does not go out (R3), or None when it does. Nothing is mailed about a suspended offer."""
    if account is not AccountState.PENDING:
        return f"account_{account.value}"
    if invitation is None or invitation.epoch != epoch:
        return "superseded"
    if invitation.state is not InvitationState.PENDING:
        return f"invitation_{invitation.state.value}"
    if now >= invitation.expires_at:
        return "invitation_expired"
    if deactivated:
        return "deactivated"
    if invitation.undeliverable_at is not None:
        return "undeliverable"
    if offers_waiting == 0:
        return "nothing_offered"
    return "suspended" if offers_suspended == offers_waiting else None


def best_known(offers: Sequence[O], firm_id: UUID) -> tuple[O, str | None]:
    """Whose data the new account takes: the newest offer of the firm whose link was used.

    The phone may come from an older or another firm's waiting offer when that one has none: both SMS and
    mail are needed to sign in (A3), and a withdrawn offer may carry a wrong number.
    """
    ordered = sorted(offers, key=lambda offer: (offer.firm_id == firm_id, offer.offered_at), reverse=True)
    phone = next((offer.phone for offer in ordered if offer.phone), None)
    return ordered[0], phone


def access_state(state: OfferState, left_at: datetime | None) -> AccessState:
    """ "Being opened" and "being closed" until dossier has answered (A10)."""
    if left_at is not None:
        return AccessState.BEING_CLOSED
    return AccessState.OPEN if state is OfferState.OPENED else AccessState.BEING_OPENED


_DEAD = {
    LinkState.USED: "This invitation was used: the account exists.",
    LinkState.DECLINED: "This invitation was declined.",
    LinkState.REVOKED: "This invitation was withdrawn.",
    LinkState.EXPIRED: "This invitation has expired.",
    LinkState.REPLACED: "A newer link was sent; this one no longer works.",
}


def dead_link(state: LinkState) -> DomainError:
    """The answer to a link that no longer works: gone, with its reason (I6)."""
    return Gone(f"invitation_{state.value}", _DEAD[state], rule="I6")


def suspended_invitation() -> DomainError:
    """The answer to whoever asks for a fresh link while all that the firm offers is suspended (R3)."""
    return Conflict("invitation_suspended", "Nothing is sent for this invitation at present.", rule="R3")


def unknown_link() -> DomainError:
    """The answer to a link that never was."""
    return NotFound("not_found", "There is nothing here.")
