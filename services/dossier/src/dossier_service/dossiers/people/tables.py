"""Table of the people area; one holder, one co-holder and one row per contact is the database's own rule."""

from datetime import date, datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from dossier_service.dossiers.people.domain import AdviserKind, EnteredBy, PersonRole, Relationship
from dossier_service.tables_base import DossierTable


class Person(DossierTable, table=True):
    """Somebody of a dossier: in its family tree, a registered adviser (A6), or a contact who was given access (K2).

    A removed one keeps the row, because the journal and old grants name it. `contact_id` is a contact's own entry with
    the client company. `deceased_on`: the death was recorded; the grant stays and opens nothing.
    """

    __table_args__ = (
        Index("person_of_dossier", "dossier_id", "id"),
        Index(
            "person_one_central_per_role",
            "dossier_id",
            "role",
            unique=True,
            postgresql_where=text("role IN ('holder', 'co_holder') AND removed_at IS NULL"),
        ),
        Index(
            "person_one_per_contact",
            "dossier_id",
            "contact_id",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint("(role = 'adviser') = (adviser_kind IS NOT NULL)", name="adviser_has_kind"),
        CheckConstraint("(role = 'client') = (contact_id IS NOT NULL)", name="client_is_contact"),
    )

    id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    role: PersonRole = Field(sa_column=enum_column(PersonRole))
    relationship: Relationship | None = Field(default=None, sa_column=enum_column(Relationship, nullable=True))
    related_to: UUID | None = Field(default=None, foreign_key="person.id")
    given_name: str
    family_name: str
    email: str | None = None
    phone: str | None = None
    language: Language = Field(sa_column=enum_column(Language))
    adviser_kind: AdviserKind | None = Field(default=None, sa_column=enum_column(AdviserKind, nullable=True))
    organisation: str | None = None
    contact_id: UUID | None = Field(default=None, foreign_key="contact.id")
    entered_by: EnteredBy = Field(sa_column=enum_column(EnteredBy))
    deceased_on: date | None = None
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    removed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
