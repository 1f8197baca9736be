"""What the firms area takes and gives over HTTP."""

from uuid import UUID

from event_contracts.people import Language

from dossier_service.edge.fields import Address, Input, Name, Output
from dossier_service.firms.domain import MembershipState, StaffRole
from dossier_service.firms.service import NewStaff
from dossier_service.firms.tables import Firm, Membership


class FirmOut(Output):
    """A firm, and the caller's place in it."""

    id: UUID
    name: str
    language: Language
    membership_id: UUID
    role: StaffRole

    @classmethod
    def of(cls, firm: Firm, member: Membership) -> "FirmOut":
        return cls(id=firm.id, name=firm.name, language=firm.language, membership_id=member.id, role=member.role)


class FirmList(Output):
    """The firms a person works for; there are few, so they come in one piece."""

    items: tuple[FirmOut, ...]


class StaffIn(Input):
    """A person to invite into the staff."""

    role: StaffRole = StaffRole.ACCOUNTANT
    given_name: Name
    family_name: Name
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None

    def command(self) -> NewStaff:
        return NewStaff(self.role, self.given_name, self.family_name, self.email, self.phone, self.language)


class StaffOut(Output):
    """A member of staff; e-mail and phone are shown to administrators only."""

    id: UUID
    role: StaffRole
    state: MembershipState
    given_name: str
    family_name: str
    language: Language
    email: str | None
    phone: str | None

    @classmethod
    def of(cls, member: Membership, *, with_contact: bool) -> "StaffOut":
        return cls(
            id=member.id,
            role=member.role,
            state=member.state,
            given_name=member.given_name,
            family_name=member.family_name,
            language=member.language,
            email=member.email if with_contact else None,
            phone=member.phone if with_contact else None,
        )
