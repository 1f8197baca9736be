"""Tables of the publications area: what was published when by whom, and to which people of the dossier."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class PlanPublication(DossierTable, table=True):
    """One act of publishing a version (P2); it is never taken back or changed."""

    __tablename__ = "plan_publication"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "version"], ["plan_version.plan_id", "plan_version.version"]),
        Index("plan_publication_of_plan", "plan_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID
    version: int
    published_at: datetime = Field(sa_column=utc_column())
    published_by: UUID = Field(foreign_key="membership.id")


class PlanRecipient(DossierTable, table=True):
    """Somebody a version was published to. They read it as long as they hold a grant on the dossier, whichever it is.

    `grant_id` is the one they held then, offered or active; a corrected address makes another (I9). `told`: a mail
    went out, which nobody gets who has not joined yet.
    """

    __tablename__ = "plan_recipient"
    __table_args__ = (Index("plan_recipient_reads", "person_id", "plan_id", "version"),)

    publication_id: UUID = Field(primary_key=True, foreign_key="plan_publication.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    grant_id: UUID = Field(foreign_key="access_grant.id")
    plan_id: UUID = Field(foreign_key="plan.id")
    version: int
    told: bool
