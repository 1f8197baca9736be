"""What goes in and out of the invitation routes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from event_contracts.people import OfferKind, Right
from pydantic import BaseModel, Field

from identity_service.inputs import SecretInput
from identity_service.invitations.acceptance import Accepted
from identity_service.invitations.access import Access
from identity_service.invitations.domain import AccessState
from identity_service.invitations.links import Link


class InvitationState(BaseModel):
    """A link that works: who invites to what, and the proposed user name."""

    state: str
    firm_name: str
    dossiers: tuple[str, ...]
    user_name: str
    expires_at: datetime


class Acceptance(SecretInput):
    """The password the invited person chose, and a user name if they want another than the proposed one (I3, I4)."""

    password: str = Field(min_length=1, max_length=1000)
    user_name: str | None = Field(default=None, max_length=200)


class AccountMade(BaseModel):
    """The account exists; `user_name` is final."""

    account_id: UUID
    user_name: str


class MyAccess(BaseModel):
    """One dossier, or one place in a firm's staff, that the signed-in person opens, and who gave it (I13)."""

    offer_id: UUID
    kind: OfferKind
    firm_id: UUID
    firm_name: str
    dossier_id: UUID | None
    dossier_name: str | None
    right: Right | None
    staff_role: str | None
    granted_by: str
    offered_at: datetime
    state: AccessState
    deactivated: bool


class MyAccesses(BaseModel):
    """All accesses of the signed-in person, oldest first."""

    items: tuple[MyAccess, ...]


def access_out(found: Sequence[Access]) -> MyAccesses:
    """The owner's accesses as their page or program shows them."""
    return MyAccesses(items=tuple(MyAccess(**asdict(access)) for access in found))


def state_out(link: Link) -> InvitationState:
    """A live link as its holder sees it."""
    return InvitationState(
        state=link.state.value,
        firm_name=link.firm_name,
        dossiers=link.dossiers,
        user_name=link.user_name,
        expires_at=link.expires_at,
    )


def accepted_out(accepted: Accepted) -> AccountMade:
    """The answer to every equal acceptance."""
    return AccountMade(account_id=accepted.account_id, user_name=accepted.user_name)
