"""From consumed events to message rows: pure, one function per event, nothing opened and nothing rendered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from event_contracts import Event
from event_contracts.identity import AccessLinked, AccountActivated, InvitationIssued, Occasion, SignInCodeIssued
from event_contracts.people import Offer, Recipient, SealedValue

from notifier_service.messages.domain import (
    Channel,
    Lane,
    Template,
    UnsafeText,
    invitation_key,
    language_for,
    plain_address,
    plain_line,
    plain_text,
    reminder_key,
    reminder_template,
)
from notifier_service.templates.parameters import AccessParameters, CodeParameters, OfferLine, WelcomeParameters

Row = dict[str, Any]


def invitation_row(event: Event[InvitationIssued], message_id: UUID) -> Row:
    """The first invitation mail, the mail that adds a dossier, or a reminder."""
    data = event.data
    offer_ids = [offer.offer_id for offer in data.offers]
    template = {Occasion.FIRST: Template.INVITATION_FIRST, Occasion.ADDED: Template.INVITATION_ADDED}.get(
        data.occasion, reminder_template(data.step)
    )
    parameters = AccessParameters(
        expires_at=data.expires_at, offers=tuple(map(_line, data.offers)), **_access(data, data.recipient)
    )
    return _row(
        event,
        message_id,
        template=template,
        recipient="@".join(plain_address(data.recipient.email, "recipient.email")),
        language=language_for(data.recipient.language, data.firm.language),
        dedup_key=_invitation_key(data),
        parameters=parameters.model_dump(mode="json"),
        sealed=_sealed(data.sealed_link),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        invitation_id=data.invitation_id,
        step=data.step,
        offer_ids=offer_ids,
        ladder=data.ladder.model_dump(mode="json"),
        # Only the first mail's being sent arms the ladder (R1).
        policy=data.policy.model_dump(mode="json") if data.occasion is Occasion.FIRST else None,
        expires_at=data.expires_at,
    )


def access_notice_row(event: Event[AccessLinked], message_id: UUID) -> Row:
    """The notice of new access for somebody who has an account (I1)."""
    data = event.data
    parameters = AccessParameters(offers=(_line(data.offer),), **_access(data, data.recipient))
    return _row(
        event,
        message_id,
        template=Template.ACCESS_NOTICE,
        recipient="@".join(plain_address(data.recipient.email, "recipient.email")),
        language=language_for(data.recipient.language, data.firm.language),
        dedup_key=f"access:{data.offer.offer_id}:{data.account_id}",
        parameters=parameters.model_dump(mode="json"),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        offer_ids=[data.offer.offer_id],
    )


def welcome_row(event: Event[AccountActivated], message_id: UUID) -> Row:
    """The mail that says that the account exists, once per account."""
    data = event.data
    parameters = WelcomeParameters(user_name=plain_line(data.user_name, "user_name"), **_names(data.recipient))
    return _row(
        event,
        message_id,
        template=Template.WELCOME,
        recipient="@".join(plain_address(data.recipient.email, "recipient.email")),
        language=language_for(data.recipient.language),
        dedup_key=f"welcome:{data.account_id}",
        parameters=parameters.model_dump(mode="json"),
        account_id=data.account_id,
    )


def sign_in_code_row(event: Event[SignInCodeIssued], message_id: UUID) -> Row:
    """The SMS with the sign-in code, in the security lane."""
    data = event.data
    if not (data.phone.startswith("+") and data.phone[1:].isascii() and data.phone[1:].isdigit()):
        raise UnsafeText("phone is not an E.164 number")
    return _row(
        event,
        message_id,
        lane=Lane.SECURITY,
        channel=Channel.SMS,
        template=Template.SIGN_IN_CODE,
        recipient=data.phone,
        language=language_for(data.language),
        # A fresh code for the same challenge expires later, so it is another message.
        dedup_key=f"code:{data.challenge_id}:{data.sealed_code.expires_at.isoformat()}",
        parameters=CodeParameters(challenge_id=data.challenge_id, expires_at=data.expires_at).model_dump(mode="json"),
        sealed=_sealed(data.sealed_code),
        account_id=data.account_id,
        expires_at=data.expires_at,
    )


def _invitation_key(data: InvitationIssued) -> str:
    if data.occasion is Occasion.REMINDER:
        return reminder_key(str(data.ladder), data.step)
    return invitation_key(data.invitation_id, data.sealed_link.ciphertext)


def _row(event: Event[Any], message_id: UUID, **values: Any) -> Row:
    """All rows have the same columns, so that the rows of one transaction go out in one statement."""
    defaults: Mapping[str, Any] = {
        "message_id": message_id,
        "lane": Lane.ORDINARY,
        "channel": Channel.EMAIL,
        "sealed": None,
        "firm_id": None,
        "account_id": None,
        "invitation_id": None,
        "step": None,
        "offer_ids": [],
        "ladder": None,
        "policy": None,
        "expires_at": None,
        "sequence": event.order,
        "correlation_id": event.correlationid,
        "causation_id": str(event.id),
        "traceparent": event.traceparent,
    }
    unsorted = {**defaults, **values}
    return {name: unsorted[name] for name in sorted(unsorted)}


def _access(data: InvitationIssued | AccessLinked, recipient: Recipient) -> dict[str, Any]:
    return {
        "firm_name": plain_line(data.firm.name, "firm.name"),
        "user_name": plain_line(data.user_name, "user_name"),
        "granted_by": plain_line(data.granted_by, "granted_by"),
        "custom_text": plain_text(data.custom_text),
        **_names(recipient),
    }


def _names(recipient: Recipient) -> dict[str, str]:
    return {
        "given_name": plain_line(recipient.given_name, "recipient.given_name"),
        "family_name": plain_line(recipient.family_name, "recipient.family_name"),
    }


def _line(offer: Offer) -> OfferLine:
    return OfferLine(
        kind=offer.kind,
        dossier_name=plain_line(offer.dossier_name or "", "offer.dossier_name") or None,
        right=offer.right,
        staff_role=offer.staff_role,
    )


def _sealed(value: SealedValue) -> Row:
    return value.model_dump(mode="json")
