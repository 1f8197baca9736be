"""What the dossier service says: grants and staff memberships offered, changed, withdrawn, activated."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from event_contracts.envelope import EventData
from event_contracts.people import FirmRef, LadderPolicy, Person, Right


class GrantOffered(EventData):
    """A right on a dossier was offered to a person; identity finds or makes their account."""

    event_type: ClassVar[str] = "dossier.grant.offered.v1"
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


class StaffInvited(EventData):
    """A place in a firm's staff was offered to a person (A14); invited by the same mechanism as anybody."""

    event_type: ClassVar[str] = "dossier.staff.invited.v1"
    membership_id: UUID
    firm: FirmRef
    person: Person
    role: str
    invited_by: str
    policy: LadderPolicy

    @property
    def subject(self) -> str:
        return str(self.membership_id)


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
