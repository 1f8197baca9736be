"""What the dossier service says of grants and of dossiers: offered, moved, changed, ended; handed over, closed."""

from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from event_contracts.envelope import EventData
from event_contracts.people import FirmRef, LadderPolicy, OfferKind, Person, Right

CONTACT_ROLE = "client"
"""The role of a client company's contact, always (A9)."""


class GrantOffer(EventData):
    """Base of what is said when a right on a dossier is offered to a person.

    `user_name`: the wished name, for a person who has no account yet; identity gives it or its next free variant (I3).
    `client_code`: of a company's contact, whose default name is made of it; a contact's role is `client` (A9).
    """

    grant_id: UUID
    dossier_id: UUID
    dossier_name: str
    firm: FirmRef
    person: Person
    role: str
    right: Right
    granted_by: str
    custom_text: str | None = Field(default=None, max_length=2000)
    policy: LadderPolicy
    user_name: str | None = Field(default=None, max_length=200)
    client_code: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _a_contact_is_a_client(self) -> Self:
        if (self.client_code is not None) is not (self.role == CONTACT_ROLE):
            raise ValueError(f"client_code belongs to the role {CONTACT_ROLE}, and to no other (A9)")
        return self

    @property
    def subject(self) -> str:
        return str(self.grant_id)


class GrantOffered(GrantOffer):
    """A right on a dossier was offered to a person; identity finds or makes their account."""

    event_type: ClassVar[str] = "dossier.grant.offered.v1"


class GrantMoved(GrantOffer):
    """An offer moved to a corrected address or phone (A5, I9): it ends `previous_grant_id` and offers the same anew.

    One event, so that no order of messages shows the old offer gone and the new one not there.
    """

    event_type: ClassVar[str] = "dossier.grant.moved.v1"
    previous_grant_id: UUID


class GrantEvent(EventData):
    """Base of what is said about a grant on a dossier."""

    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID

    @property
    def subject(self) -> str:
        return str(self.grant_id)


class GrantDeclined(GrantEvent):
    """The person declined the offer (A10); a dead grant never blocks a new one."""

    event_type: ClassVar[str] = "dossier.grant.declined.v1"
    account_id: UUID


class GrantLapsed(GrantEvent):
    """The offer lapsed, 90 days after its invitation expired; never a holder's (A5, A10)."""

    event_type: ClassVar[str] = "dossier.grant.lapsed.v1"
    account_id: UUID | None = None


class SignInInformationRequested(EventData):
    """Staff asked that an offer's person gets the sign-in information again (K2).

    Before activation identity sends a fresh invitation (I7), afterwards user name and sign-in address, never a link.
    """

    event_type: ClassVar[str] = "dossier.sign_in_information.requested.v1"
    offer_id: UUID
    kind: OfferKind
    firm: FirmRef
    requested_by: str
    custom_text: str | None = Field(default=None, max_length=2000)

    @property
    def subject(self) -> str:
        return str(self.offer_id)


class GrantChanged(GrantEvent):
    """A grant's right was changed."""

    event_type: ClassVar[str] = "dossier.grant.changed.v1"
    account_id: UUID | None = None
    previous_right: Right
    right: Right


class GrantWithdrawn(GrantEvent):
    """A grant was withdrawn, before or after it became active (A10)."""

    event_type: ClassVar[str] = "dossier.grant.withdrawn.v1"
    account_id: UUID | None = None


class GrantActivated(GrantEvent):
    """A grant became active: its person has an account and may open the dossier."""

    event_type: ClassVar[str] = "dossier.grant.activated.v1"
    account_id: UUID


class OfferSuspended(GrantEvent):
    """Nothing is mailed about an offer for now: its dossier was closed, or the death of its person was recorded.

    The offer stays, and so do its links: whoever accepts has an account, and dossier decides what it opens.
    """

    event_type: ClassVar[str] = "dossier.offer.suspended.v1"
    account_id: UUID | None = None


class OfferResumed(GrantEvent):
    """A suspended offer waits for its person again: the dossier was reopened, or the death was recorded by mistake."""

    event_type: ClassVar[str] = "dossier.offer.resumed.v1"
    account_id: UUID | None = None


class DossierEvent(EventData):
    """Base of what is said about a whole dossier."""

    dossier_id: UUID
    firm_id: UUID

    @property
    def subject(self) -> str:
        return str(self.dossier_id)


class DossierHandedOver(DossierEvent):
    """A dossier has another manager (A1): what is still mailed about these offers goes out in the new one's name.

    `offer_ids` are the live grants that staff gave; what a holder gave keeps the holder's name.
    """

    event_type: ClassVar[str] = "dossier.dossier.handed_over.v1"
    manager_name: str
    offer_ids: tuple[UUID, ...]


class ClosedAccess(StrEnum):
    """What outside parties keep of a closed dossier: reading, or nothing; a holder reads in any case (A5)."""

    READ_ONLY = "read_only"
    ENDED = "ended"


class DossierClosed(DossierEvent):
    """A dossier was closed: nothing in it changes from outside, and its reminders stop."""

    event_type: ClassVar[str] = "dossier.dossier.closed.v1"
    access: ClosedAccess


class DossierReopened(DossierEvent):
    """A closed dossier is open again."""

    event_type: ClassVar[str] = "dossier.dossier.reopened.v1"
