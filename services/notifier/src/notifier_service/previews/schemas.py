"""What a preview is asked with, under the limits of the real thing (M2), and the mail it answers with."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from event_contracts.people import Language
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from service_kit.http.problems import field_error

from notifier_service.messages.domain import BIDI_CONTROLS, CUSTOM_TEXT_LIMIT, Template
from notifier_service.templates.parameters import (
    AccessParameters,
    NoticeLineParameters,
    NoticeParameters,
    OfferLine,
    PlanParameters,
)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in BIDI_CONTROLS


def _one_line(value: str) -> str:
    if any(map(_is_control, value)):
        raise field_error("control_characters", "Line breaks and control characters are not allowed.", "M2")
    return value.strip()


def _lines(value: str) -> str:
    text = value.replace("\r\n", "\n")
    if any(_is_control(char) for char in text if char not in "\n\t"):
        raise field_error("control_characters", "Control characters are not allowed.", "M2")
    return text.strip()


def _in_the_calendar(value: datetime) -> datetime:
    if not _EARLIEST <= value <= _LATEST:
        raise field_error("moment_out_of_range", "This moment is not of this century.", "M3")
    return value


_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LATEST_VERSION = 2**31 - 1
Moment = Annotated[AwareDatetime, AfterValidator(_in_the_calendar)]
Line = Annotated[str, Field(max_length=400), AfterValidator(_one_line)]
Words = Annotated[str, Field(max_length=CUSTOM_TEXT_LIMIT), AfterValidator(_lines)]

PreviewTemplate = Literal[
    Template.INVITATION_FIRST,
    Template.INVITATION_ADDED,
    Template.REMINDER_1,
    Template.REMINDER_2,
    Template.REMINDER_LATER,
    Template.ACCESS_NOTICE,
    Template.SIGN_IN_INFORMATION,
    Template.HOLDER_NOTICE,
    Template.MANAGER_NOTICE,
    Template.PERSON_NOTICE,
    Template.PLAN_PUBLISHED,
]
"""The mails that go out in a firm's name; those about an account's safety are nobody's to preview."""


class OfferPreview(OfferLine):
    """One access the mail names."""

    dossier_name: Line | None = None
    staff_role: Line | None = None


class AccessPreview(AccessParameters):
    """Of invitations, reminders, notices of new access and the sign-in information."""

    firm_name: Line
    given_name: Line
    family_name: Line
    user_name: Line = "…"
    granted_by: Line
    custom_text: Words | None = None
    expires_at: Moment | None = None
    offers: tuple[OfferPreview, ...] = Field(min_length=1, max_length=100)


class NoticeLinePreview(NoticeLineParameters):
    """One thing that would have happened."""

    at: Moment
    dossier_name: Line | None = None
    person_name: Line | None = None
    role: Line | None = None
    by: Line | None = None
    reason: Words | None = None
    plan_title: Line | None = None


class NoticePreview(NoticeParameters):
    """Of what a firm tells a holder, a manager or the person it is about."""

    firm_name: Line
    given_name: Line = ""
    family_name: Line = ""
    lines: tuple[NoticeLinePreview, ...] = Field(min_length=1, max_length=100)


class PlanPreview(PlanParameters):
    """Of the mail that a plan was published (P2)."""

    firm_name: Line
    dossier_name: Line
    plan_title: Line
    version: int = Field(ge=1, le=LATEST_VERSION)
    published_by: Line
    custom_text: Words | None = None
    given_name: Line = ""
    family_name: Line = ""


class PreviewIn(BaseModel):
    """A mail to look at: the `preview` of a sending plan as it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    firm_id: UUID
    template: PreviewTemplate
    language: Language
    parameters: Annotated[AccessPreview | NoticePreview | PlanPreview, Field(discriminator="form")]


class PreviewOut(BaseModel):
    """The mail as its recipient would see it, with a link that leads nowhere; the logo is inside the HTML."""

    model_config = ConfigDict(frozen=True)

    sender_name: str
    reply_to: str | None
    subject: str
    text: str
    html: str | None
