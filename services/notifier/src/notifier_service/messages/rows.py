"""What all message rows are built from: the columns they share, and values that can harm no mail (M2)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from event_contracts import Event
from event_contracts.people import Offer, Recipient, SealedValue

from notifier_service.messages.domain import Channel, Lane, UnsafeText, plain_address, plain_line
from notifier_service.templates.parameters import OfferLine

Row = dict[str, Any]


def row(event: Event[Any], message_id: UUID, **values: Any) -> Row:
    """All rows have the same columns, so that the rows of one transaction go out in one statement."""
    defaults: Mapping[str, Any] = {
        "message_id": message_id,
        "lane": Lane.ORDINARY,
        "channel": Channel.EMAIL,
        "recipient": None,
        "to_account": False,
        "sealed": None,
        "firm_id": None,
        "account_id": None,
        "invitation_id": None,
        "step": None,
        "concerns": [],
        "topic": None,
        "offer_ids": [],
        "ladder": None,
        "policy": None,
        "expires_at": None,
        "asked_anew": False,
        "sequence": event.order,
        "correlation_id": event.correlationid,
        "causation_id": str(event.id),
        "traceparent": event.traceparent,
    }
    unsorted = {**defaults, **values}
    return {name: unsorted[name] for name in sorted(unsorted)}


def address(email: str, field: str = "recipient.email") -> str:
    """An address that can neither end an SMTP command nor name a second recipient."""
    return "@".join(plain_address(email, field))


def number(phone: str, field: str = "phone") -> str:
    """A phone number in the form of E.164 (A3)."""
    if not (phone.startswith("+") and phone[1:].isascii() and phone[1:].isdigit()):
        raise UnsafeText(f"{field} is not an E.164 number")
    return phone


def names(recipient: Recipient) -> dict[str, str]:
    """Given and family name as a header may show them."""
    return {
        "given_name": plain_line(recipient.given_name, "recipient.given_name"),
        "family_name": plain_line(recipient.family_name, "recipient.family_name"),
    }


def optional_line(text: str | None, field: str) -> str | None:
    """One safe line, or nothing."""
    return plain_line(text or "", field) or None


def offer_line(offer: Offer) -> OfferLine:
    """One offered access as a mail names it."""
    return OfferLine(
        kind=offer.kind,
        dossier_name=optional_line(offer.dossier_name, "offer.dossier_name"),
        right=offer.right,
        staff_role=optional_line(offer.staff_role, "offer.staff_role"),
    )


def sealed(value: SealedValue) -> Row:
    """A link or code as it is stored: still sealed (I5)."""
    return value.model_dump(mode="json")
