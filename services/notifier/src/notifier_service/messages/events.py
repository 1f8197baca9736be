"""From events about invitations and accounts to message rows: pure, nothing opened and nothing rendered."""

from typing import Any
from uuid import UUID

from event_contracts import Event
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    InvitationIssued,
    Occasion,
    SignInInformationIssued,
)
from event_contracts.people import Recipient

from notifier_service.messages import rows
from notifier_service.messages.domain import (
    Template,
    erasure_of,
    invitation_key,
    language_for,
    plain_line,
    plain_text,
    reminder_key,
    reminder_template,
)
from notifier_service.messages.rows import Row
from notifier_service.templates.parameters import AccessParameters, WelcomeParameters


def invitation_row(event: Event[InvitationIssued], message_id: UUID) -> Row:
    """The first invitation mail, the mail that adds a dossier, or a reminder; not once its invitation is settled."""
    data = event.data
    template = {Occasion.FIRST: Template.INVITATION_FIRST, Occasion.ADDED: Template.INVITATION_ADDED}.get(
        data.occasion, reminder_template(data.step)
    )
    parameters = AccessParameters(
        expires_at=data.expires_at,
        offers=tuple(map(rows.offer_line, data.offers)),
        **_access(data, data.recipient, data.granted_by),
    )
    return rows.row(
        event,
        message_id,
        template=template,
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language, data.firm.language),
        dedup_key=_invitation_key(data),
        parameters=parameters.model_dump(mode="json"),
        sealed=rows.sealed(data.sealed_link),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        invitation_id=data.invitation_id,
        step=data.step,
        concerns=[data.invitation_id, data.account_id],
        offer_ids=[offer.offer_id for offer in data.offers],
        ladder=data.ladder.model_dump(mode="json"),
        # Only the first mail's being sent arms the ladder (R1).
        policy=data.policy.model_dump(mode="json") if data.occasion is Occasion.FIRST else None,
        expires_at=data.expires_at,
        # Somebody asked for it again, so it goes out even to an address that bounced (M5).
        asked_anew=bool(data.resend),
    )


def access_notice_row(event: Event[AccessLinked], message_id: UUID) -> Row:
    """The notice of new access for somebody who has an account (I1)."""
    data = event.data
    parameters = AccessParameters(
        offers=(rows.offer_line(data.offer),), **_access(data, data.recipient, data.granted_by)
    )
    return rows.row(
        event,
        message_id,
        template=Template.ACCESS_NOTICE,
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language, data.firm.language),
        dedup_key=f"access:{data.offer.offer_id}:{data.account_id}",
        parameters=parameters.model_dump(mode="json"),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        concerns=[data.offer.offer_id, erasure_of(data.account_id)],
        offer_ids=[data.offer.offer_id],
    )


def sign_in_information_row(event: Event[SignInInformationIssued], message_id: UUID) -> Row:
    """User name and sign-in address once more, with no link that sets a password (K2).

    What asked for it makes it the same mail: asked again, it goes out again.
    """
    data = event.data
    offer_ids = [offer.offer_id for offer in data.offers]
    parameters = AccessParameters(
        offers=tuple(map(rows.offer_line, data.offers)), **_access(data, data.recipient, data.requested_by)
    )
    return rows.row(
        event,
        message_id,
        template=Template.SIGN_IN_INFORMATION,
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language, data.firm.language),
        asked_anew=True,
        dedup_key=f"sign_in_information:{data.account_id}:{data.firm.firm_id}:{event.causationid or event.id}",
        parameters=parameters.model_dump(mode="json"),
        firm_id=data.firm.firm_id,
        account_id=data.account_id,
        # Of several accesses one may end, and the others still want signing in to.
        concerns=[*(offer_ids if len(offer_ids) == 1 else ()), erasure_of(data.account_id)],
        offer_ids=offer_ids,
    )


def welcome_row(event: Event[AccountActivated], message_id: UUID) -> Row:
    """The mail that says that the account exists, once per account."""
    data = event.data
    parameters = WelcomeParameters(user_name=plain_line(data.user_name, "user_name"), **rows.names(data.recipient))
    return rows.row(
        event,
        message_id,
        template=Template.WELCOME,
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language),
        dedup_key=f"welcome:{data.account_id}",
        parameters=parameters.model_dump(mode="json"),
        account_id=data.account_id,
        concerns=[erasure_of(data.account_id)],
    )


def _invitation_key(data: InvitationIssued) -> str:
    if data.occasion is Occasion.REMINDER:
        return reminder_key(str(data.ladder), data.step)
    return invitation_key(data.invitation_id, data.sealed_link.ciphertext)


def _access(
    data: InvitationIssued | AccessLinked | SignInInformationIssued, recipient: Recipient, granted_by: str
) -> dict[str, Any]:
    return {
        "firm_name": plain_line(data.firm.name, "firm.name"),
        "user_name": plain_line(data.user_name, "user_name"),
        "granted_by": plain_line(granted_by, "granted_by"),
        "custom_text": plain_text(data.custom_text),
        **rows.names(recipient),
    }
