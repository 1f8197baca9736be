"""The envelope of every event: CloudEvents 1.0 attributes around one frozen data class; what parses is well-formed."""

from typing import Annotated, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

SOURCE_PREFIX = "/dossier-access/"
SEQUENCE_DIGITS = 20


def source_of(service: str) -> str:
    """The CloudEvents `source` of a service, for example `/dossier-access/identity`."""
    return SOURCE_PREFIX + service


def service_of(event_type: str) -> str:
    """The service that may publish this event type: its first word."""
    return event_type.partition(".")[0]


class ContractModel(BaseModel):
    """Base of everything inside an event: frozen; unknown fields are ignored, so a version may gain optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EventData(ContractModel):
    """Base of every event class. `event_type` is the routing key, `<service>.<thing>.<past participle>.v<n>`."""

    event_type: ClassVar[str]

    @property
    def subject(self) -> str:
        """Whom or what the event is about; `sequence` grows per subject."""
        raise NotImplementedError(f"{type(self).__name__} names no subject")

    def as_json(self) -> str:
        """The data as it travels: fields that are not set are absent, like unset CloudEvents attributes."""
        return self.model_dump_json(exclude_none=True)


def _uuid7(value: UUID) -> UUID:
    if value.version != 7:
        raise ValueError("an event id is a UUIDv7")
    return value


D = TypeVar("D", bound=EventData, covariant=True)


class Event(BaseModel, Generic[D]):
    """One event as it travels: CloudEvents 1.0, structured mode, with the sequence and tracing extensions.

    `id` is unique per source; `sequence` (20 digits, so that it sorts as text) grows per subject and
    tells a consumer what is older than it knows; `correlationid` is shared by all that one request
    caused, `causationid` is the id of the event or request that caused this one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[UUID, AfterValidator(_uuid7)]
    source: str = Field(min_length=1)
    type: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    sequence: str = Field(pattern=rf"^[0-9]{{{SEQUENCE_DIGITS}}}$")
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    data: D

    @model_validator(mode="after")
    def _source_may_say_type(self) -> "Event[D]":
        if self.source != source_of(service_of(self.type)):
            raise ValueError("source may not publish this type")
        return self

    @property
    def order(self) -> int:
        """`sequence` as a number."""
        return int(self.sequence)
