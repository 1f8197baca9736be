"""What the contacts area takes and gives over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from event_contracts.people import Language
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from service_kit.http.etags import etag_of
from service_kit.http.problems import field_error

from dossier_service.clients.contacts.service import ContactChange
from dossier_service.clients.contacts.tables import Contact
from dossier_service.edge.fields import Address, Input, Name, Output, Title


def _named(value: object) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise field_error("contact_without_name", "A contact has a name.", "K1")
    return value


def _without_default(schema: JsonDict) -> None:
    del schema["default"]


ContactName = Annotated[Name, BeforeValidator(_named)]


class ContactFields(Input):
    """What is known of a contact besides the name. A number without its country is kept as it was typed (K1)."""

    title: Title | None = None
    department: Title | None = None
    type: Title | None = None
    email: Address | None = None
    phone: Address | None = None
    mobile: Address | None = None
    fax: Address | None = None
    location: Title | None = None
    language: Language | None = None


class ContactIn(ContactFields):
    """A new contact of a client company: only the name is required (K1)."""

    # The default only lets a missing name meet the same rule as an empty one.
    model_config = ConfigDict(json_schema_extra={"required": ["name"]})
    name: ContactName = Field(default="", validate_default=True, json_schema_extra=_without_default)

    def values(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields}


class ContactPatch(ContactFields):
    """The fields to change; those left out stay, null empties. `contact_confirmed`: when an offer moves (A3, I9)."""

    name: ContactName = ""
    contact_confirmed: bool = Field(default=False, strict=True)

    def command(self) -> ContactChange:
        """Only what was sent; the defaults above are never used."""
        values = {name: getattr(self, name) for name in self.model_fields_set - {"contact_confirmed"}}
        return ContactChange(values, self.contact_confirmed)


class ContactOut(Output):
    """A contact as the staff who see its client know it."""

    id: UUID
    client_id: UUID
    name: str
    title: str | None
    department: str | None
    type: str | None
    email: str | None
    phone: str | None
    mobile: str | None
    fax: str | None
    location: str | None
    language: Language | None
    etag: str

    @classmethod
    def of(cls, contact: Contact) -> "ContactOut":
        values = {name: getattr(contact, name) for name in cls.model_fields if name != "etag"}
        return cls(**values, etag=etag_of(contact.version))
