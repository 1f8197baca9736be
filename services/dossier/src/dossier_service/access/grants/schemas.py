"""What the grants area takes and gives over HTTP."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Right
from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.access.domain import GrantState
from dossier_service.access.grants.service import Offer
from dossier_service.access.grants.tables import Grant
from dossier_service.edge.fields import Address, Input, Note, Output, UserName


class GrantIn(Input):
    """A right to offer; e-mail and phone correct what the tree says, and must have been checked (A3).

    `user_name` is wished for a person who has no account yet: a taken one becomes its next free variant (I3).
    """

    person_id: UUID
    right: Right
    email: Address | None = None
    phone: Address | None = None
    contact_confirmed: bool = Field(default=False, strict=True)
    custom_text: Note | None = None
    user_name: UserName | None = None

    def command(self) -> Offer:
        return Offer(
            self.person_id,
            self.right,
            self.email,
            self.phone,
            self.contact_confirmed,
            self.custom_text or None,
            self.user_name,
        )


class GrantPatch(Input):
    """Another right."""

    right: Right


class WithdrawalIn(Input):
    """Why, if the manager wants to say; kept in the journal."""

    reason: Note | None = None


class ResendIn(Input):
    """What to write along, if anything."""

    custom_text: Note | None = None


class GrantOut(Output):
    """A grant as its giver sees it: the same whether the person has an account or not (I1)."""

    id: UUID
    dossier_id: UUID
    person_id: UUID
    right: Right
    state: GrantState
    offered_at: datetime
    ended_at: datetime | None
    etag: str

    @classmethod
    def of(cls, grant: Grant) -> "GrantOut":
        return cls(
            id=grant.id,
            dossier_id=grant.dossier_id,
            person_id=grant.person_id,
            right=grant.right,
            state=grant.state,
            offered_at=grant.offered_at,
            ended_at=grant.ended_at,
            etag=etag_of(grant.version),
        )
