"""Table of the people area; one holder and one co-holder per dossier is the database's own rule."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import Index, text
from sqlmodel import Field

from dossier_service.dossiers.people.domain import PersonRole, Relationship
from dossier_service.tables_base import DossierTable


class Person(DossierTable, table=True):
    """Somebody in a dossier's family tree. A removed one keeps its row, because the journal and old grants name it."""

    __table_args__ = (
        Index("person_of_dossier", "dossier_id", "id"),
        Index(
            "person_one_central_per_role",
            "dossier_id",
            "role",
            unique=True,
            postgresql_where=text("role IN ('holder', 'co_holder') AND removed_at IS NULL"),
        ),
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
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    removed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
