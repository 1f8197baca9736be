"""What the people area takes and gives over HTTP."""

from datetime import date
from typing import Literal
from uuid import UUID

from event_contracts.people import Language
from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.dossiers.people.domain import PersonRole, Relationship
from dossier_service.dossiers.people.service import NewPerson, PersonChange
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.fields import Address, Input, Name, Output

TreeRole = Literal[PersonRole.HOLDER, PersonRole.CO_HOLDER, PersonRole.FAMILY]
"""The roles that are entered through the tree; advisers (A6) and contacts (K2) have calls of their own."""


class CentralPersonIn(Input):
    """A holder or co-holder, entered with the dossier."""

    given_name: Name
    family_name: Name
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None

    def command(self, role: PersonRole) -> NewPerson:
        return NewPerson(
            role=role,
            given_name=self.given_name,
            family_name=self.family_name,
            email=self.email,
            phone=self.phone,
            language=self.language,
        )


class PersonIn(Input):
    """Somebody to enter into the tree; `related_to` is another person of it, the holder when left out."""

    role: TreeRole = PersonRole.FAMILY
    relationship: Relationship | None = None
    related_to: UUID | None = None
    given_name: Name
    family_name: Name
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None

    def command(self) -> NewPerson:
        return NewPerson(
            role=self.role,
            given_name=self.given_name,
            family_name=self.family_name,
            relationship=self.relationship,
            related_to=self.related_to,
            email=self.email,
            phone=self.phone,
            language=self.language,
        )


class PersonPatch(Input):
    """The fields to change; those left out stay. `contact_confirmed` is needed when an offered grant moves (A3)."""

    role: TreeRole = PersonRole.FAMILY
    relationship: Relationship | None = None
    related_to: UUID | None = None
    given_name: Name = ""
    family_name: Name = ""
    email: Address | None = None
    phone: Address | None = None
    language: Language = Language.FR
    contact_confirmed: bool = Field(default=False, strict=True)

    def command(self) -> PersonChange:
        """Only what was sent; the defaults above are never used."""
        values = {name: getattr(self, name) for name in self.model_fields_set - {"contact_confirmed"}}
        return PersonChange(values, self.contact_confirmed)


class DeathIn(Input):
    """The day somebody died."""

    deceased_on: date


class PersonOut(Output):
    """Somebody of the tree; e-mail and phone are shown to staff only."""

    id: UUID
    role: PersonRole
    relationship: Relationship | None
    related_to: UUID | None
    given_name: str
    family_name: str
    language: Language
    email: str | None
    phone: str | None
    deceased_on: date | None
    etag: str

    @classmethod
    def of(cls, person: Person, *, with_contact: bool) -> "PersonOut":
        return cls(
            id=person.id,
            role=person.role,
            relationship=person.relationship,
            related_to=person.related_to,
            given_name=person.given_name,
            family_name=person.family_name,
            language=person.language,
            email=person.email if with_contact else None,
            phone=person.phone if with_contact else None,
            deceased_on=person.deceased_on,
            etag=etag_of(person.version),
        )
