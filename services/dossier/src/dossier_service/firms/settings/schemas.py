"""What the firm settings area takes and gives over HTTP."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from event_contracts.people import LONGEST_OFFSET, LadderPolicy, Language
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from service_kit.http.etags import etag_of
from service_kit.http.problems import field_error

from dossier_service.edge.fields import Address, Input, Name, Output, Title
from dossier_service.firms.settings.domain import LEAST_CONTRAST, is_readable
from dossier_service.firms.settings.service import Settings


def _duration(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("P"):
        raise field_error("duration_malformed", "This is not an ISO 8601 duration, such as P7D.", "R5")
    return value


def _rising(value: list[timedelta]) -> list[timedelta]:
    """The contract's own rule, asked before anything is kept."""
    try:
        LadderPolicy(offsets=tuple(value))
    except ValidationError:
        detail = f"Reminders come one after the other, within {LONGEST_OFFSET.days} days; there are 1 to 10 of them."
        raise field_error("offsets_not_rising", detail, "R5") from None
    return value


def _readable(value: str) -> str:
    colour = value.lower()
    if not is_readable(colour):
        detail = f"Text in this colour cannot be read on white: the contrast is less than {LEAST_CONTRAST}."
        raise field_error("colour_unreadable", detail, "R5")
    return colour


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Offsets = Annotated[list[Duration], Field(max_length=10), AfterValidator(_rising)]
Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$"), AfterValidator(_readable)]


class SettingsPatch(Input):
    """The fields to change; those left out stay, and null goes back to the platform's own where that exists."""

    name: Title = ""
    language: Language = Language.FR
    reminder_offsets: Offsets | None = Field(default=None, examples=[["P7D", "P30D"]])
    sender_name: Name | None = None
    reply_to: Address | None = None
    colour: Colour | None = Field(default=None, examples=["#1a4d7a"])

    def values(self) -> Mapping[str, Any]:
        """Only what was sent; the defaults above are never used."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class SettingsOut(Output):
    """A firm's policy (R5). `reminders` are those in force: the firm's own, else the platform's."""

    name: str
    language: Language
    reminder_offsets: tuple[timedelta, ...] | None
    reminders: tuple[timedelta, ...]
    sender_name: str | None
    reply_to: str | None
    colour: str | None
    has_logo: bool
    etag: str

    @classmethod
    def of(cls, settings: Settings, reminders: LadderPolicy) -> "SettingsOut":
        firm = settings.firm
        own = firm.reminder_offsets
        return cls(
            name=firm.name,
            language=firm.language,
            reminder_offsets=None if own is None else tuple(own),
            reminders=reminders.offsets,
            sender_name=firm.sender_name,
            reply_to=firm.reply_to,
            colour=firm.colour,
            has_logo=settings.has_logo,
            etag=etag_of(firm.version),
        )
