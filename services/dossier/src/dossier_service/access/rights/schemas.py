"""What the rights page shows."""

from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language, Right
from service_kit.http.etags import etag_of

from dossier_service.access.domain import LIVE, GrantState, lapse_date, why_not_resend
from dossier_service.access.projections.domain import InvitationState, MailState
from dossier_service.access.rights.repository import RightsRow
from dossier_service.dossiers.people.domain import PersonRole, Relationship
from dossier_service.edge.fields import Output


class InvitationView(Output):
    """How far the invitation has come; there is none for a person who had an account."""

    state: InvitationState
    expires_at: datetime | None


class ResendView(Output):
    """Whether the sign-in information may be sent again now; if not, the code, rule and reason of the refusal."""

    possible: bool
    code: str | None
    rule: str | None
    reason: str | None


class MailView(Output):
    """What became of a mail about the grant; `reason` says why it failed or was not sent."""

    template: str
    channel: str
    state: MailState
    reason: str | None
    at: datetime


class GrantView(Output):
    """A person's live grant, else their last one.

    `withheld_mail` was suppressed or is held since the last mail that went out or failed. `undeliverable`: the address
    is dead until it is corrected or takes a mail again (M5). `lapses_at`: the invitation expired, and then the offer
    ends (A10). `deactivated`: the firm keeps the person out, the grant stays (I11).
    """

    id: UUID
    right: Right
    state: GrantState
    etag: str
    offered_to: str
    offered_at: datetime
    activated_at: datetime | None
    ended_at: datetime | None
    given_by: UUID
    given_by_name: str
    account_state: AccountState | None
    user_name: str | None
    invitation: InvitationView | None
    last_mail: MailView | None
    withheld_mail: MailView | None
    undeliverable: bool
    deactivated: bool
    deactivation_reason: str | None
    resend: ResendView
    lapses_at: datetime | None
    next_reminder_at: datetime | None

    @classmethod
    def of(cls, row: RightsRow) -> "GrantView":
        return cls(
            id=row.grant_id,
            right=row.right,
            state=row.state,
            etag=etag_of(row.grant_version),
            offered_to=row.offered_to,
            offered_at=row.offered_at,
            activated_at=row.activated_at,
            ended_at=row.ended_at,
            given_by=row.given_by,
            given_by_name=row.given_by_name,
            account_state=row.account_state,
            user_name=row.user_name,
            invitation=_invitation(row),
            last_mail=_mail(row, "mail") or _mail(row, "withheld"),
            withheld_mail=_mail(row, "withheld") if row.mail_state is not None else None,
            undeliverable=row.undeliverable and row.state in LIVE,
            deactivated=row.deactivated,
            deactivation_reason=row.deactivation_reason,
            resend=_resend(row),
            lapses_at=_lapse(row),
            next_reminder_at=row.reminder_due_at,
        )


class PersonRights(Output):
    """Somebody of the tree, with or without a right."""

    id: UUID
    role: PersonRole
    relationship: Relationship | None
    related_to: UUID | None
    given_name: str
    family_name: str
    language: Language
    email: str | None
    phone: str | None
    etag: str
    grant: GrantView | None

    @classmethod
    def of(cls, row: RightsRow) -> "PersonRights":
        return cls(
            id=row.person_id,
            role=row.role,
            relationship=row.relationship,
            related_to=row.related_to,
            given_name=row.given_name,
            family_name=row.family_name,
            language=row.language,
            email=row.email,
            phone=row.phone,
            etag=etag_of(row.person_version),
            grant=GrantView.of(row) if row.grant_id is not None else None,
        )


class RightsPage(Output):
    """Who can open this dossier, who could, and who was asked to (A15)."""

    dossier_id: UUID
    people: tuple[PersonRights, ...]


def _invitation(row: RightsRow) -> InvitationView | None:
    """Identity may have linked the invitation before its own event arrived: it is pending then."""
    if row.invitation_id is None:
        return None
    return InvitationView(state=row.invitation_state or InvitationState.PENDING, expires_at=row.invitation_expires_at)


def _mail(row: RightsRow, which: str) -> MailView | None:
    values = {name: getattr(row, f"{which}_{name}") for name in ("template", "channel", "state", "reason", "at")}
    return MailView(**values) if values["state"] is not None else None


def _resend(row: RightsRow) -> ResendView:
    refusal = why_not_resend(GrantState(row.state), row.resends, deactivated=row.deactivated)
    if refusal is None:
        return ResendView(possible=True, code=None, rule=None, reason=None)
    return ResendView(possible=False, code=refusal.code, rule=refusal.rule, reason=refusal.reason)


def _lapse(row: RightsRow) -> datetime | None:
    expired = row.invitation_state == InvitationState.EXPIRED
    expires_at = row.invitation_expires_at if expired else None
    return lapse_date(GrantState(row.state), PersonRole(row.role), expires_at)
