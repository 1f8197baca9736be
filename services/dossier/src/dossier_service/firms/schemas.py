"""What the firms area gives over HTTP."""

from uuid import UUID

from event_contracts.people import Language

from dossier_service.edge.fields import Output
from dossier_service.firms.domain import NoticePreference, StaffRole
from dossier_service.firms.tables import Firm, Membership


class FirmOut(Output):
    """A firm, the caller's place in it, and how they want to be told of what happens (M8)."""

    id: UUID
    name: str
    language: Language
    membership_id: UUID
    role: StaffRole
    notices: NoticePreference

    @classmethod
    def of(cls, firm: Firm, member: Membership) -> "FirmOut":
        return cls(
            id=firm.id,
            name=firm.name,
            language=firm.language,
            membership_id=member.id,
            role=member.role,
            notices=member.notices,
        )


class FirmList(Output):
    """The firms a person works for; there are few, so they come in one piece."""

    items: tuple[FirmOut, ...]
