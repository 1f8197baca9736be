"""What the dossier service says of firms: how they look, their staff, the people they let in, what they tell people."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from event_contracts.dossier import ClosedAccess
from event_contracts.envelope import ContractModel, EventData
from event_contracts.people import Brand, FirmRef, LadderPolicy, Person, Right


class FirmConfigured(EventData):
    """A firm was set up or changed its policy (R5); its mails look like this from now on."""

    event_type: ClassVar[str] = "dossier.firm.configured.v1"
    firm: FirmRef
    brand: Brand

    @property
    def subject(self) -> str:
        return str(self.firm.firm_id)


class StaffInvited(EventData):
    """A place in a firm's staff was offered to a person (A14); invited by the same mechanism as anybody."""

    event_type: ClassVar[str] = "dossier.staff.invited.v1"
    membership_id: UUID
    firm: FirmRef
    person: Person
    role: str
    invited_by: str
    custom_text: str | None = Field(default=None, max_length=2000)
    policy: LadderPolicy

    @property
    def subject(self) -> str:
        return str(self.membership_id)


class StaffEvent(EventData):
    """Base of what is said about a place in a firm's staff (A14)."""

    membership_id: UUID
    firm_id: UUID

    @property
    def subject(self) -> str:
        return str(self.membership_id)


class StaffJoined(StaffEvent):
    """The place is taken: its person has an account with a verified phone (A14)."""

    event_type: ClassVar[str] = "dossier.staff.joined.v1"
    account_id: UUID
    role: str


class StaffChanged(StaffEvent):
    """An active member of staff has another role."""

    event_type: ClassVar[str] = "dossier.staff.changed.v1"
    account_id: UUID
    role: str


class StaffRemoved(StaffEvent):
    """The place is gone, offered or active: removed by an administrator, declined, or left by erasure."""

    event_type: ClassVar[str] = "dossier.staff.removed.v1"
    account_id: UUID | None = None


class PortalUserEvent(EventData):
    """Base of what is said about an account seen from one firm (I11)."""

    firm_id: UUID
    account_id: UUID

    @property
    def subject(self) -> str:
        return f"{self.firm_id}:{self.account_id}"


class PortalUserDeactivated(PortalUserEvent):
    """The person is kept out at this firm; grants and name stay (I11)."""

    event_type: ClassVar[str] = "dossier.portal_user.deactivated.v1"


class PortalUserReactivated(PortalUserEvent):
    """The person is let in again with the grants as they were (I11)."""

    event_type: ClassVar[str] = "dossier.portal_user.reactivated.v1"


class NoticeAudience(StrEnum):
    """As whom somebody is told: the holder (A12), the dossier's manager (M8), the person it is about."""

    HOLDER = "holder"
    MANAGER = "manager"
    PERSON = "person"


class NoticeKind(StrEnum):
    """What is told. `contact_differs` asks an account's owner about contact data that the firm adjusted (I9).

    `closed`, `reopened` and `handed_over` are about a dossier, `change_...` about a client's change to a plan.
    """

    OFFERED = "offered"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    ACTIVATED = "activated"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"
    UNDELIVERABLE = "undeliverable"
    NOT_JOINED = "not_joined"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    CONTACT_DIFFERS = "contact_differs"
    CLOSED = "closed"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    CHANGE_SUBMITTED = "change_submitted"
    CHANGE_APPLIED = "change_applied"
    CHANGE_REJECTED = "change_rejected"


class NoticeLine(ContractModel):
    """One thing that happened, as a mail tells it. `closed_access`: what the listener keeps of a closed dossier."""

    kind: NoticeKind
    at: AwareDatetime
    dossier_id: UUID | None = None
    dossier_name: str | None = None
    offer_id: UUID | None = None
    person_name: str | None = None
    role: str | None = None
    right: Right | None = None
    previous_right: Right | None = None
    by: str | None = None
    reason: str | None = Field(default=None, max_length=2000)
    plan_title: str | None = None
    closed_access: ClosedAccess | None = None


class NoticeIssued(EventData):
    """The firm tells somebody who has an account what happened; notifier knows the account's address and language."""

    event_type: ClassVar[str] = "dossier.notice.issued.v1"
    notice_id: UUID
    audience: NoticeAudience
    account_id: UUID
    firm: FirmRef
    lines: tuple[NoticeLine, ...] = Field(min_length=1)

    @property
    def subject(self) -> str:
        return str(self.notice_id)
