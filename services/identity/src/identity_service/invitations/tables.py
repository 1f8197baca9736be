"""Tables of offers, invitations and links."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.identity import Occasion
from event_contracts.people import Language, OfferKind, Right
from service_kit.db import enum_column, json_column, utc_column
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from identity_service.invitations.domain import InvitationState, OfferState
from identity_service.tables_base import IdentityTable


class Offer(IdentityTable, table=True):
    """An access that a firm offered: a dossier, or a place in its staff.

    What overtakes its offer (a withdrawal, an activation, a change, a suspension, a handover) leaves a row with only
    id, firm, state and what was said. Such a row has no account, and the repository never loads it as an object: the
    other fields are there whenever it does. An erased person's offers become such rows again.

    `suspended`: nothing is mailed about it for now. `manager_name`: who took the dossier over (A1), in whose name
    mails go out from then on; `granted_by` stays who gave the access.
    """

    __tablename__ = "offer"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="offer_account_fkey"),
        CheckConstraint(
            "account_id IS NULL OR (kind IS NOT NULL AND firm_name IS NOT NULL AND firm_language IS NOT NULL AND "
            "given_name IS NOT NULL AND family_name IS NOT NULL AND language IS NOT NULL AND granted_by IS NOT NULL "
            "AND offered_at IS NOT NULL)",
            name="offer_known_is_whole",
        ),
        Index("offer_of_account", "account_id", "firm_id"),
    )

    offer_id: UUID = Field(primary_key=True)
    firm_id: UUID
    state: OfferState = Field(sa_column=enum_column(OfferState))
    account_id: UUID = Field(nullable=True)
    kind: OfferKind = Field(sa_column=enum_column(OfferKind, nullable=True))
    dossier_id: UUID | None = Field(default=None)
    dossier_name: str | None = Field(default=None, sa_column=Column(Text))
    right: Right | None = Field(default=None, sa_column=enum_column(Right, nullable=True))
    staff_role: str | None = Field(default=None, sa_column=Column(Text))
    firm_name: str = Field(sa_column=Column(Text))
    firm_language: Language = Field(sa_column=enum_column(Language, nullable=True))
    given_name: str = Field(sa_column=Column(Text))
    family_name: str = Field(sa_column=Column(Text))
    language: Language = Field(sa_column=enum_column(Language, nullable=True))
    phone: str | None = Field(default=None, sa_column=Column(Text))
    granted_by: str = Field(sa_column=Column(Text))
    offered_at: datetime = Field(sa_column=utc_column(nullable=True))
    # The sequence of the change that set `right`; empty while it is as offered.
    right_order: int | None = Field(default=None, sa_column=Column(BigInteger))
    # Each with the sequence of the event that said it; empty while nothing was said.
    suspended: bool | None = Field(default=None)
    suspended_order: int | None = Field(default=None, sa_column=Column(BigInteger))
    manager_name: str | None = Field(default=None, sa_column=Column(Text))
    manager_name_order: int | None = Field(default=None, sa_column=Column(BigInteger))
    left_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class Invitation(IdentityTable, table=True):
    """The invitation of one person by one firm; `epoch` names its current ladder (R2)."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="invitation_account_fkey"),
        UniqueConstraint("account_id", "firm_id", "epoch", name="invitation_epoch_key"),
        Index("invitation_one_live", "account_id", "firm_id", unique=True, postgresql_where=text("state = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID
    firm_id: UUID
    epoch: int
    state: InvitationState = Field(sa_column=enum_column(InvitationState))
    offsets: list[Any] = Field(sa_column=json_column())
    ladder_started_at: datetime = Field(sa_column=utc_column())
    ladder_ended: bool = False
    expires_at: datetime = Field(sa_column=utc_column())
    created_at: datetime = Field(sa_column=utc_column())
    settled_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    undeliverable_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class InvitationToken(IdentityTable, table=True):
    """One mailed link, known by the SHA-256 of its token only (I5). `cause` makes a second mail for it impossible."""

    __tablename__ = "invitation_token"
    __table_args__ = (
        ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name="invitation_token_invitation_fkey"),
        UniqueConstraint("cause", name="invitation_token_cause_key"),
        Index("invitation_token_of_invitation", "invitation_id"),
    )

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    invitation_id: UUID
    cause: str = Field(sa_column=Column(Text, nullable=False))
    occasion: Occasion = Field(sa_column=enum_column(Occasion))
    renewal: bool = False
    issued_at: datetime = Field(sa_column=utc_column())
    replaced_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class KeptOut(IdentityTable, table=True):
    """An account that a firm deactivated, or has let in again (I11); `sequence` tells what is older than it knows.

    `unsent`: something was offered meanwhile, and nobody was invited; the firm's letting in again does that.
    """

    __tablename__ = "kept_out"

    firm_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    deactivated: bool
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    unsent: bool = False
