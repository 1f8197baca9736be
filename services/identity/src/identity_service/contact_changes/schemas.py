"""What goes in and out of the contact routes."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from identity_service.contact_changes.domain import ContactKind
from identity_service.contact_changes.service import ChangeBegun
from identity_service.inputs import SecretInput


class NewContact(SecretInput):
    """The new address or number, and the owner's password."""

    kind: ContactKind
    value: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=1000)


class ContactCode(SecretInput):
    """The six digits that went to the new address or number."""

    code: str = Field(min_length=1, max_length=20)


class ChangeAsked(BaseModel):
    """A code is asked for; the answer is the same whether or not one was sent."""

    change_id: UUID
    kind: ContactKind
    value: str
    expires_at: datetime


def asked_out(begun: ChangeBegun) -> ChangeAsked:
    """The begun change as its owner sees it."""
    return ChangeAsked(change_id=begun.change_id, kind=begun.kind, value=begun.value, expires_at=begun.expires_at)
