"""From events about signing in and an account's safety to rows of the security lane: pure, nothing opened (I5, M4)."""

from uuid import UUID

from event_contracts import Event
from event_contracts.security import (
    ContactCodeIssued,
    PasswordResetIssued,
    SecurityNoticeIssued,
    SignInCodeIssued,
)

from notifier_service.messages import rows
from notifier_service.messages.domain import Channel, Lane, Template, erasure_of, language_for, plain_line
from notifier_service.messages.rows import Row
from notifier_service.templates.parameters import (
    CodeParameters,
    ContactCodeParameters,
    ResetParameters,
    SecurityParameters,
)


def sign_in_code_row(event: Event[SignInCodeIssued], message_id: UUID) -> Row:
    """The SMS with the sign-in code; of two codes of a challenge only the later is sent (I10)."""
    data = event.data
    return rows.row(
        event,
        message_id,
        lane=Lane.SECURITY,
        channel=Channel.SMS,
        template=Template.SIGN_IN_CODE,
        recipient=rows.number(data.phone),
        language=language_for(data.language),
        # A fresh code for the same challenge expires later, so it is another message.
        dedup_key=f"code:{data.challenge_id}:{data.sealed_code.expires_at.isoformat()}",
        parameters=CodeParameters(challenge_id=data.challenge_id, expires_at=data.expires_at).model_dump(mode="json"),
        sealed=rows.sealed(data.sealed_code),
        account_id=data.account_id,
        concerns=[erasure_of(data.account_id)],
        topic=f"code:{data.challenge_id}",
        expires_at=data.expires_at,
    )


def contact_code_row(event: Event[ContactCodeIssued], message_id: UUID) -> Row:
    """The code that proves a new address, by mail, or a new number, by SMS; the later of two only (I9)."""
    data = event.data
    sms = data.channel == "sms"
    parameters = ContactCodeParameters(
        change_id=data.change_id,
        given_name=plain_line(data.given_name, "given_name"),
        family_name=plain_line(data.family_name, "family_name"),
        expires_at=data.expires_at,
    )
    return rows.row(
        event,
        message_id,
        lane=Lane.SECURITY,
        channel=Channel.SMS if sms else Channel.EMAIL,
        template=Template.PHONE_CODE if sms else Template.EMAIL_CODE,
        recipient=rows.number(data.address, "address") if sms else rows.address(data.address, "address"),
        language=language_for(data.language),
        dedup_key=f"contact_code:{data.change_id}:{data.sealed_code.expires_at.isoformat()}",
        parameters=parameters.model_dump(mode="json"),
        sealed=rows.sealed(data.sealed_code),
        account_id=data.account_id,
        concerns=[erasure_of(data.account_id)],
        topic=f"contact_code:{data.change_id}",
        expires_at=data.expires_at,
    )


def password_reset_row(event: Event[PasswordResetIssued], message_id: UUID) -> Row:
    """The link to a new password; of several asked for in a row the last one is sent (I10)."""
    data = event.data
    parameters = ResetParameters(
        reset_id=data.reset_id,
        user_name=plain_line(data.user_name, "user_name"),
        expires_at=data.expires_at,
        **rows.names(data.recipient),
    )
    return rows.row(
        event,
        message_id,
        lane=Lane.SECURITY,
        template=Template.PASSWORD_RESET,
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language),
        dedup_key=f"password_reset:{data.reset_id}",
        parameters=parameters.model_dump(mode="json"),
        sealed=rows.sealed(data.sealed_link),
        account_id=data.account_id,
        concerns=[erasure_of(data.account_id)],
        topic=f"password_reset:{data.account_id}",
        expires_at=data.expires_at,
    )


def security_notice_row(event: Event[SecurityNoticeIssued], message_id: UUID) -> Row:
    """What an owner must know, to the address that the event names: the old one after a change. Nothing stops it."""
    data = event.data
    parameters = SecurityParameters(
        at=data.at, detail=rows.optional_line(data.detail, "detail"), **rows.names(data.recipient)
    )
    return rows.row(
        event,
        message_id,
        lane=Lane.SECURITY,
        template=Template(data.kind.value),
        recipient=rows.address(data.recipient.email),
        language=language_for(data.recipient.language),
        dedup_key=f"security_notice:{data.notice_id}",
        parameters=parameters.model_dump(mode="json"),
        account_id=data.account_id,
    )
