"""From offers and invitations to what identity says about them, and from what dossier says to offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from event_contracts.dossier import GrantOffer
from event_contracts.firms import StaffInvited
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationAccepted,
    InvitationDeclined,
    InvitationExpired,
    InvitationExtended,
    InvitationRevoked,
    LadderCancelled,
)
from event_contracts.people import FirmRef, LadderKey, LadderPolicy, OfferKind, Recipient, Right
from event_contracts.people import Offer as OfferSaid
from service_kit.user_names import checked_name

from identity_service.accounts.service import NO_WISH, Naming, PersonData
from identity_service.accounts.tables import Account
from identity_service.invitations.domain import LADDER_KIND, expiry_step
from identity_service.invitations.tables import Invitation, Offer


@dataclass(frozen=True)
class NewOffer:
    """An offer as dossier made it, whatever it opens."""

    offer_id: UUID
    kind: OfferKind
    firm: FirmRef
    person: PersonData
    granted_by: str
    policy: LadderPolicy
    dossier_id: UUID | None = None
    dossier_name: str | None = None
    right: Right | None = None
    staff_role: str | None = None
    custom_text: str | None = None
    naming: Naming = NO_WISH


def offer_of_grant(said: GrantOffer, person: PersonData) -> NewOffer:
    """A right on a dossier, offered or moved; Invalid when the wished name cannot be one (I3)."""
    wished = checked_name(said.user_name) if said.user_name is not None else None
    return NewOffer(
        offer_id=said.grant_id,
        kind=OfferKind.DOSSIER,
        firm=said.firm,
        person=person,
        granted_by=said.granted_by,
        policy=said.policy,
        dossier_id=said.dossier_id,
        dossier_name=said.dossier_name,
        right=said.right,
        custom_text=said.custom_text,
        naming=Naming(wished, said.client_code),
    )


def offer_of_staff(said: StaffInvited, person: PersonData) -> NewOffer:
    """A place in a firm's staff."""
    return NewOffer(
        offer_id=said.membership_id,
        kind=OfferKind.FIRM,
        firm=said.firm,
        person=person,
        granted_by=said.invited_by,
        policy=said.policy,
        staff_role=said.role,
        custom_text=said.custom_text,
    )


def offer_said(offer: Offer | NewOffer) -> OfferSaid:
    """An offer as a mail names it."""
    return OfferSaid(
        offer_id=offer.offer_id,
        kind=offer.kind,
        dossier_id=offer.dossier_id,
        dossier_name=offer.dossier_name,
        right=offer.right,
        staff_role=offer.staff_role,
    )


def recipient_of(account: Account, known_as: PersonData | Offer) -> Recipient:
    """The account's address, with names and language as the writing firm has them: another firm's stay there (A13).

    An active account's language is its owner's own choice (M1, I13).
    """
    return Recipient(
        email=account.email,
        given_name=known_as.given_name,
        family_name=known_as.family_name,
        language=account.language if account.state is AccountState.ACTIVE else known_as.language,
    )


def sender_of(offer: Offer) -> str:
    """In whose name mails about the offer go out: who gave it, or the manager who took the dossier over (A1)."""
    return offer.manager_name or offer.granted_by


def firm_of(offer: Offer) -> FirmRef:
    """The firm that made the offer."""
    return FirmRef(firm_id=offer.firm_id, name=offer.firm_name, language=offer.firm_language)


def ladder_of(invitation: Invitation) -> LadderKey:
    """The invitation's current ladder (R2)."""
    return LadderKey(
        kind=LADDER_KIND, subject_id=invitation.account_id, firm_id=invitation.firm_id, epoch=invitation.epoch
    )


def policy_of(invitation: Invitation) -> LadderPolicy:
    """The ladder's durations, as the newest offer set them (R5), with its expiry step (R4)."""
    offsets = tuple(offsets_of(invitation))
    return LadderPolicy(offsets=offsets, expiry=expiry_step(offsets))


def offsets_of(invitation: Invitation) -> list[timedelta]:
    """The stored seconds as durations."""
    return [timedelta(seconds=seconds) for seconds in invitation.offsets]


def offsets_stored(policy: LadderPolicy) -> list[Any]:
    """Durations as seconds, for a JSON column."""
    return [offset.total_seconds() for offset in policy.offsets]


def access_linked(offer: NewOffer, account: Account, invitation_id: UUID | None) -> AccessLinked:
    """The offer now belongs to the account."""
    return AccessLinked(
        offer=offer_said(offer),
        firm=offer.firm,
        account_id=account.id,
        account_state=account.state,
        user_name=account.user_name,
        recipient=recipient_of(account, offer.person),
        granted_by=offer.granted_by,
        custom_text=offer.custom_text,
        invitation_id=invitation_id,
        phone_verified=account.phone_verified_at is not None,
    )


def invitation_accepted(invitation: Invitation, offers: Sequence[Offer]) -> InvitationAccepted:
    """The invitation settled by its person's acceptance, with the firm's offers that waited."""
    return InvitationAccepted(
        invitation_id=invitation.id,
        account_id=invitation.account_id,
        firm_id=invitation.firm_id,
        offer_ids=tuple(offer.offer_id for offer in offers if offer.firm_id == invitation.firm_id),
    )


def invitation_revoked(invitation: Invitation) -> InvitationRevoked:
    """Nothing is offered any more."""
    return InvitationRevoked(
        invitation_id=invitation.id,
        account_id=invitation.account_id,
        firm_id=invitation.firm_id,
        ladder=ladder_of(invitation),
    )


def invitation_declined(invitation: Invitation, offers: Sequence[Offer]) -> InvitationDeclined:
    """The person said no to all that the firm offered."""
    return InvitationDeclined(
        invitation_id=invitation.id,
        account_id=invitation.account_id,
        firm_id=invitation.firm_id,
        offer_ids=tuple(offer.offer_id for offer in offers),
        ladder=ladder_of(invitation),
    )


def invitation_expired(invitation: Invitation, offers: Sequence[Offer]) -> InvitationExpired:
    """Nobody came, and what was offered still waits for a resend."""
    return InvitationExpired(
        invitation_id=invitation.id,
        account_id=invitation.account_id,
        firm_id=invitation.firm_id,
        offer_ids=tuple(offer.offer_id for offer in offers),
        ladder=ladder_of(invitation),
    )


def invitation_extended(invitation: Invitation) -> InvitationExtended:
    """It lives longer than its ladder's expiry step said."""
    return InvitationExtended(
        invitation_id=invitation.id,
        account_id=invitation.account_id,
        firm_id=invitation.firm_id,
        ladder=ladder_of(invitation),
        expires_at=invitation.expires_at,
    )


def ladder_cancelled(invitation: Invitation, reason: str) -> LadderCancelled:
    """Its reminders stop for a reason that lies outside the invitation (R3)."""
    return LadderCancelled(ladder=ladder_of(invitation), reason=reason)


def account_activated(account: Account) -> AccountActivated:
    """The account exists."""
    return AccountActivated(
        account_id=account.id,
        user_name=account.user_name,
        recipient=Recipient(
            email=account.email,
            given_name=account.given_name,
            family_name=account.family_name,
            language=account.language,
        ),
    )


def offer_values(offer: NewOffer) -> Mapping[str, Any]:
    """The offer as columns, without state, account and time."""
    return {
        "offer_id": offer.offer_id,
        "firm_id": offer.firm.firm_id,
        "kind": offer.kind,
        "dossier_id": offer.dossier_id,
        "dossier_name": offer.dossier_name,
        "right": offer.right,
        "staff_role": offer.staff_role,
        "firm_name": offer.firm.name,
        "firm_language": offer.firm.language,
        "given_name": offer.person.given_name,
        "family_name": offer.person.family_name,
        "language": offer.person.language,
        "phone": offer.person.phone,
        "granted_by": offer.granted_by,
    }
