"""What a message's wording needs, as stored until it is settled. The link or code is not here: it stays sealed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeKind
from event_contracts.people import OfferKind, Right
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Stored(BaseModel):
    # What an older release stored must still render after an upgrade, so unknown fields are no error.
    model_config = ConfigDict(frozen=True, extra="ignore")


class OfferLine(_Stored):
    """One access the mail names."""

    kind: OfferKind
    dossier_name: str | None = None
    right: Right | None = None
    staff_role: str | None = None


class AccessParameters(_Stored):
    """Of invitation mails, reminders, notices of new access and the sign-in information."""

    form: Literal["access"] = "access"
    firm_name: str
    given_name: str
    family_name: str
    user_name: str
    granted_by: str
    custom_text: str | None = None
    offers: tuple[OfferLine, ...] = Field(min_length=1)
    expires_at: datetime | None = None


class NoticeLineParameters(_Stored):
    """One thing that happened."""

    kind: NoticeKind
    at: datetime
    dossier_name: str | None = None
    person_name: str | None = None
    role: str | None = None
    right: Right | None = None
    previous_right: Right | None = None
    by: str | None = None
    reason: str | None = None
    plan_title: str | None = None
    closed_access: ClosedAccess | None = None


class NoticeParameters(_Stored):
    """Of what a firm tells a holder, a manager or the person it is about. Whom it greets is known when it is sent."""

    form: Literal["notice"] = "notice"
    firm_name: str
    lines: tuple[NoticeLineParameters, ...] = Field(min_length=1)
    given_name: str = ""
    family_name: str = ""


class PlanParameters(_Stored):
    """Of the mail that a plan was published to somebody (P2). Whom it greets is known when it is sent."""

    form: Literal["plan"] = "plan"
    firm_name: str
    dossier_name: str
    plan_title: str
    version: int
    published_by: str
    custom_text: str | None = None
    given_name: str = ""
    family_name: str = ""


class WelcomeParameters(_Stored):
    """Of the mail that says that the account exists."""

    form: Literal["welcome"] = "welcome"
    given_name: str
    family_name: str
    user_name: str


class CodeParameters(_Stored):
    """Of a sign-in code; the code itself is sealed."""

    form: Literal["code"] = "code"
    challenge_id: UUID
    expires_at: datetime


class ContactCodeParameters(_Stored):
    """Of the code that proves a new address or number; the code itself is sealed."""

    form: Literal["contact_code"] = "contact_code"
    change_id: UUID
    given_name: str
    family_name: str
    expires_at: datetime


class ResetParameters(_Stored):
    """Of the mail with the link to a new password; the link is sealed."""

    form: Literal["reset"] = "reset"
    reset_id: UUID
    given_name: str
    family_name: str
    user_name: str
    expires_at: datetime


class SecurityParameters(_Stored):
    """Of what an owner is told about the account's safety; `detail` is a reduced address or number."""

    form: Literal["security"] = "security"
    given_name: str
    family_name: str
    at: datetime
    detail: str | None = None


AnyParameters = (
    AccessParameters
    | NoticeParameters
    | PlanParameters
    | WelcomeParameters
    | CodeParameters
    | ContactCodeParameters
    | ResetParameters
    | SecurityParameters
)
PARAMETERS: TypeAdapter[AnyParameters] = TypeAdapter(Annotated[AnyParameters, Field(discriminator="form")])
