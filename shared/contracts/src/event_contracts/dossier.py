"""What the dossier service says of grants: offered, moved, changed, withdrawn, declined, lapsed, activated."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from event_contracts.envelope import EventData
from event_contracts.people import FirmRef, LadderPolicy, OfferKind, Person, Right


class GrantOffer(EventData):
    """Base of what is said when a right on a dossier is offered to a person."""

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


class GrantDeclined(EventData):
    """The person declined the offer (A10); a dead grant never blocks a new one."""

    event_type: ClassVar[str] = "dossier.grant.declined.v1"
    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID
    account_id: UUID

    @property
    def subject(self) -> str:
        return str(self.grant_id)


class GrantLapsed(EventData):
    """The offer lapsed, 90 days after its invitation expired; never a holder's (A5, A10)."""

    event_type: ClassVar[str] = "dossier.grant.lapsed.v1"
    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID
    account_id: UUID | None = None

    @property
    def subject(self) -> str:
        return str(self.grant_id)


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


class GrantChanged(EventData):
    """A grant's right was changed."""

    event_type: ClassVar[str] = "dossier.grant.changed.v1"
    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID
    account_id: UUID | None = None
    previous_right: Right
    right: Right

    @property
    def subject(self) -> str:
        return str(self.grant_id)


class GrantWithdrawn(EventData):
    """A grant was withdrawn, before or after it became active (A10)."""

    event_type: ClassVar[str] = "dossier.grant.withdrawn.v1"
    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID
    account_id: UUID | None = None

    @property
    def subject(self) -> str:
        return str(self.grant_id)


class GrantActivated(EventData):
    """A grant became active: its person has an account and may open the dossier."""

    event_type: ClassVar[str] = "dossier.grant.activated.v1"
    grant_id: UUID
    dossier_id: UUID
    firm_id: UUID
    account_id: UUID

    @property
    def subject(self) -> str:
        return str(self.grant_id)
