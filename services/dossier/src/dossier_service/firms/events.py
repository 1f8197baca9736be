"""From the firms area to the contracts."""

import base64
from uuid import UUID

from event_contracts.dossier import SignInInformationRequested
from event_contracts.firms import FirmConfigured, StaffChanged, StaffInvited, StaffJoined, StaffRemoved
from event_contracts.people import Brand, FirmRef, LadderPolicy, OfferKind, Person

from dossier_service.firms.tables import Firm, Membership


def firm_ref(firm: Firm) -> FirmRef:
    """The firm in whose name a mail goes out."""
    return FirmRef(firm_id=firm.id, name=firm.name, language=firm.language)


def policy_of(firm: Firm, platform: LadderPolicy) -> LadderPolicy:
    """The firm's own reminders, else the platform's (R5); it travels in every offer."""
    if firm.reminder_offsets is None:
        return platform
    return LadderPolicy(offsets=tuple(firm.reminder_offsets))


def firm_configured(firm: Firm, logo: bytes | None) -> FirmConfigured:
    """How the firm's mails look from now on (R5); without a sender's name of its own it is the firm's."""
    brand = Brand(
        sender_name=firm.sender_name or firm.name,
        reply_to=firm.reply_to,
        colour=firm.colour,
        logo_png=base64.b64encode(logo).decode() if logo else None,
    )
    return FirmConfigured(firm=firm_ref(firm), brand=brand)


def staff_invited(firm: Firm, member: Membership, invited_by: str, platform: LadderPolicy) -> StaffInvited:
    """What identity needs to find or make the account of a new member of staff."""
    return StaffInvited(
        membership_id=member.id,
        firm=firm_ref(firm),
        person=Person(
            given_name=member.given_name,
            family_name=member.family_name,
            email=member.email,
            phone=member.phone,
            language=member.language,
        ),
        role=member.role,
        invited_by=invited_by,
        custom_text=member.custom_text,
        policy=policy_of(firm, platform),
    )


def staff_joined(membership_id: UUID, firm_id: UUID, account_id: UUID, role: str) -> StaffJoined:
    """The place is taken."""
    return StaffJoined(membership_id=membership_id, firm_id=firm_id, account_id=account_id, role=role)


def staff_changed(member: Membership, account_id: UUID) -> StaffChanged:
    """An active member has another role."""
    return StaffChanged(membership_id=member.id, firm_id=member.firm_id, account_id=account_id, role=member.role)


def staff_removed(membership_id: UUID, firm_id: UUID, account_id: UUID | None) -> StaffRemoved:
    """The place is gone, whoever ended it."""
    return StaffRemoved(membership_id=membership_id, firm_id=firm_id, account_id=account_id)


def sign_in_information_requested(
    firm: Firm, member: Membership, requested_by: str, custom_text: str | None
) -> SignInInformationRequested:
    """The person behind a place gets the sign-in information again (K2)."""
    return SignInInformationRequested(
        offer_id=member.id,
        kind=OfferKind.FIRM,
        firm=firm_ref(firm),
        requested_by=requested_by,
        custom_text=custom_text,
    )
