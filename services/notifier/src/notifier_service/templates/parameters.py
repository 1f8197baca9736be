"""What a message's wording needs, as stored until it is settled. The link or code is not here: it stays sealed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

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
    """Of invitation mails, reminders and notices of new access."""

    form: Literal["access"] = "access"
    firm_name: str
    given_name: str
    family_name: str
    user_name: str
    granted_by: str
    custom_text: str | None = None
    offers: tuple[OfferLine, ...] = Field(min_length=1)
    expires_at: datetime | None = None


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


Parameters = Annotated[AccessParameters | WelcomeParameters | CodeParameters, Field(discriminator="form")]
PARAMETERS: TypeAdapter[AccessParameters | WelcomeParameters | CodeParameters] = TypeAdapter(Parameters)
