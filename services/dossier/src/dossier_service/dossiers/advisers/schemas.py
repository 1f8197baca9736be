"""What the advisers area takes and gives over HTTP."""

from uuid import UUID

from event_contracts.people import Language
from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.dossiers.advisers.service import AdviserChange, NewAdviser
from dossier_service.dossiers.people.domain import AdviserKind
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.fields import Address, Input, Name, Output, Title


class AdviserIn(Input):
    """An adviser to register: who they are and what they do. E-mail and phone are needed when access is given (A3)."""

    kind: AdviserKind
    given_name: Name
    family_name: Name
    organisation: Title | None = None
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None

    def command(self) -> NewAdviser:
        return NewAdviser(
            kind=self.kind,
            given_name=self.given_name,
            family_name=self.family_name,
            organisation=self.organisation,
            email=self.email,
            phone=self.phone,
            language=self.language,
        )


class AdviserPatch(Input):
    """The fields to change; those left out stay. `contact_confirmed` is needed when an offered grant moves (A3)."""

    kind: AdviserKind = AdviserKind.OTHER
    given_name: Name = ""
    family_name: Name = ""
    organisation: Title | None = None
    email: Address | None = None
    phone: Address | None = None
    language: Language = Language.FR
    contact_confirmed: bool = Field(default=False, strict=True)

    def command(self) -> AdviserChange:
        """Only what was sent; the defaults above are never used."""
        names = {"kind": "adviser_kind"}
        sent = self.model_fields_set - {"contact_confirmed"}
        return AdviserChange({names.get(name, name): getattr(self, name) for name in sent}, self.contact_confirmed)


class AdviserOut(Output):
    """A registered adviser; e-mail and phone are shown to staff only."""

    id: UUID
    kind: AdviserKind
    given_name: str
    family_name: str
    organisation: str | None
    language: Language
    email: str | None
    phone: str | None
    etag: str

    @classmethod
    def of(cls, adviser: Person, *, with_contact: bool) -> "AdviserOut":
        assert adviser.adviser_kind is not None  # the database's own rule
        return cls(
            id=adviser.id,
            kind=adviser.adviser_kind,
            given_name=adviser.given_name,
            family_name=adviser.family_name,
            organisation=adviser.organisation,
            language=adviser.language,
            email=adviser.email if with_contact else None,
            phone=adviser.phone if with_contact else None,
            etag=etag_of(adviser.version),
        )


class Advisers(Output):
    """Everybody who is registered as an adviser of a dossier, with or without access."""

    items: tuple[AdviserOut, ...]
