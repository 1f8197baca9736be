"""What goes in and out of the owner's routes, and what an export holds."""

from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language, OfferKind, Right
from pydantic import BaseModel, Field

from identity_service.accounts.tables import Account, TakenName
from identity_service.contact_changes.domain import ContactKind
from identity_service.contact_changes.tables import ContactChange
from identity_service.inputs import SecretInput
from identity_service.invitations.domain import InvitationState, OfferState
from identity_service.invitations.tables import Invitation, Offer
from identity_service.owner.profile import ProfileChanges
from identity_service.recovery.tables import PasswordReset
from identity_service.sessions.domain import EndReason
from identity_service.sessions.service import SessionKind, SessionSeen, kind_of
from identity_service.sessions.tables import Session


class Profile(SecretInput):
    """What is to change; what is left out stays. A user name is accepted only as it is (I3)."""

    given_name: str | None = Field(default=None, max_length=1000)
    family_name: str | None = Field(default=None, max_length=1000)
    language: Language | None = None
    user_name: str | None = Field(default=None, max_length=200)


class PasswordChange(SecretInput):
    """The current password and the one to come."""

    current_password: str = Field(min_length=1, max_length=1000)
    new_password: str = Field(min_length=1, max_length=1000)


class Farewell(SecretInput):
    """The owner's password, typed again before everything goes."""

    password: str = Field(min_length=1, max_length=1000)


class Me(BaseModel):
    """The signed-in person."""

    account_id: UUID
    user_name: str
    given_name: str
    family_name: str
    email: str
    phone: str | None
    phone_verified: bool
    language: Language
    state: AccountState


class OwnSession(BaseModel):
    """A session that is not over; `current` is the one that asks."""

    session_id: UUID
    kind: SessionKind
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    address: str
    current: bool


class OwnSessions(BaseModel):
    """All sessions that are not over; there are few, so they come in one piece."""

    items: tuple[OwnSession, ...]


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


class OwnAccount(Me):
    """The account with its dates."""

    created_at: datetime
    activated_at: datetime | None
    phone_verified_at: datetime | None


class OwnName(BaseModel):
    """A user name that is or was kept for the person."""

    user_name: str
    taken_at: datetime
    reserved_for: str | None


class PastSession(BaseModel):
    """A session on record."""

    session_id: UUID
    kind: SessionKind
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    address: str
    ended_at: datetime | None
    end_reason: EndReason | None


class OwnAccess(BaseModel):
    """An access that was offered, as the offering firm wrote it."""

    offer_id: UUID
    firm_id: UUID
    firm_name: str
    kind: OfferKind
    state: OfferState
    dossier_id: UUID | None
    dossier_name: str | None
    right: Right | None
    staff_role: str | None
    given_name: str
    family_name: str
    phone: str | None
    language: Language
    granted_by: str
    offered_at: datetime


class OwnInvitation(BaseModel):
    """An invitation to create the account."""

    invitation_id: UUID
    firm_id: UUID
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class OwnChange(BaseModel):
    """A change of e-mail address or phone."""

    kind: ContactKind
    value: str
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None


class OwnReset(BaseModel):
    """A forgotten password."""

    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None


class OwnData(BaseModel):
    """Everything, without hashes, codes and tokens."""

    exported_at: datetime
    account: OwnAccount
    user_names: list[OwnName]
    sessions: list[PastSession]
    access: list[OwnAccess]
    invitations: list[OwnInvitation]
    contact_changes: list[OwnChange]
    password_resets: list[OwnReset]
    recovery_codes_left: int


def changes_of(profile: Profile) -> ProfileChanges:
    """The body as the use case takes it."""
    return ProfileChanges(profile.given_name, profile.family_name, profile.language, profile.user_name)


def me_out(account: Account) -> Me:
    """An account as its owner sees it."""
    return Me.model_validate(_about(account))


def own_account(account: Account) -> OwnAccount:
    """The account in an export."""
    return OwnAccount.model_validate(_about(account))


def _about(account: Account) -> dict[str, object]:
    known = account.model_dump(exclude={"id", "password_hash", "credentials_version", "erased_at"})
    return {**known, "account_id": account.id, "phone_verified": account.phone_verified_at is not None}


def session_out(seen: SessionSeen) -> OwnSession:
    """A session on the owner's page."""
    return OwnSession(
        session_id=seen.session_id,
        kind=seen.kind,
        created_at=seen.created_at,
        last_seen_at=seen.last_seen_at,
        expires_at=seen.expires_at,
        user_agent=seen.user_agent,
        address=seen.address,
        current=seen.current,
    )


def own_name(row: TakenName) -> OwnName:
    """A taken name in an export."""
    return OwnName(user_name=row.name, taken_at=row.taken_at, reserved_for=row.reserved_for)


def own_session(row: Session) -> PastSession:
    """A session in an export."""
    known = row.model_dump(exclude={"id", "cookie_hash", "account_id"})
    return PastSession.model_validate({**known, "session_id": row.id, "kind": kind_of(row)})


def own_access(row: Offer) -> OwnAccess:
    """An offer in an export."""
    return OwnAccess.model_validate(row.model_dump(include=set(OwnAccess.model_fields)))


def own_invitation(row: Invitation) -> OwnInvitation:
    """An invitation in an export."""
    known = row.model_dump(include=set(OwnInvitation.model_fields))
    return OwnInvitation.model_validate({**known, "invitation_id": row.id})


def own_change(row: ContactChange) -> OwnChange:
    """A contact change in an export."""
    return OwnChange.model_validate(row.model_dump(include=set(OwnChange.model_fields)))


def own_reset(row: PasswordReset) -> OwnReset:
    """A reset in an export."""
    return OwnReset.model_validate(row.model_dump(include=set(OwnReset.model_fields)))
