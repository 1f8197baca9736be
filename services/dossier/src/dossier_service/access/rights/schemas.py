"""What is shown of a grant and of its way: as much as the law lets the caller see (A2, A12, A15)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Right
from service_kit.http.etags import etag_of

from dossier_service.access.domain import (
    LIVE,
    GiverKind,
    GrantState,
    Refusal,
    RightsDetail,
    Standing,
    lapse_date,
    rights_detail,
    why_not_change_grant,
    why_not_resend,
    why_suspended,
)
from dossier_service.access.projections.domain import InvitationState, MailState
from dossier_service.access.repository import giver_of
from dossier_service.access.rights.repository import RightsRow
from dossier_service.dossiers.people.domain import PersonRole
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
    """A person's live grant, else their last one. What the caller may not see of it is empty.

    `user_name` is the account's, until there is one the wished one (I3); a grant that ended says nothing of the account
    any more (I1). `withheld_mail` was suppressed or is held
    since the last mail that went out or failed. `undeliverable`: the address is dead until it is corrected or takes a
    mail again (M5). `lapses_at`: the invitation expired, and then the offer ends (A10). `deactivated`: the firm keeps
    the person out, the grant stays (I11). `suspended`: nothing is mailed about it, for `person_deceased` or
    `dossier_closed`.
    """

    id: UUID
    right: Right
    state: GrantState
    etag: str
    offered_at: datetime
    activated_at: datetime | None
    ended_at: datetime | None
    given_by: UUID
    given_by_kind: GiverKind
    given_by_name: str
    suspended: str | None
    offered_to: str | None = None
    account_state: AccountState | None = None
    user_name: str | None = None
    invitation: InvitationView | None = None
    last_mail: MailView | None = None
    withheld_mail: MailView | None = None
    undeliverable: bool | None = None
    deactivated: bool | None = None
    deactivation_reason: str | None = None
    resend: ResendView | None = None
    lapses_at: datetime | None = None
    next_reminder_at: datetime | None = None

    @classmethod
    def of(cls, row: RightsRow) -> "GrantView":
        """All of it, as the dossier's manager sees it."""
        return cls(**_outline(row), **_way(row), deactivation_reason=row.deactivation_reason)

    @classmethod
    def seen_by(cls, standing: Standing, row: RightsRow) -> "GrantView":
        """As much of it as the law shows to somebody who stands there (A2, A12)."""
        role, given_by = PersonRole(row.role), giver_of(row).kind
        detail = rights_detail(standing, role)
        if detail is RightsDetail.OUTLINE:
            return cls(**_outline(row))
        reason = row.deactivation_reason if detail is RightsDetail.ALL else None
        way = _way(row, why_not_change_grant(standing, role, given_by))
        return cls(**_outline(row), **way, deactivation_reason=reason)


def _outline(row: RightsRow) -> dict[str, Any]:
    """Who holds which right, since when and from whom (A12)."""
    giver, suspended = giver_of(row), _suspended(row)
    return {
        "id": row.grant_id,
        "right": row.right,
        "state": row.state,
        "etag": etag_of(row.grant_version),
        "offered_at": row.offered_at,
        "activated_at": row.activated_at,
        "ended_at": row.ended_at,
        "given_by": giver.id,
        "given_by_kind": giver.kind,
        "given_by_name": giver.name,
        "suspended": suspended.code if suspended else None,
    }


def _way(row: RightsRow, not_theirs: Refusal | None = None) -> dict[str, Any]:
    """How far the right has come: account, invitation, mails, reminders."""
    return {
        "offered_to": row.offered_to,
        "account_state": row.account_state,
        "user_name": row.user_name,
        "invitation": _invitation(row),
        "last_mail": _mail(row, "mail") or _mail(row, "withheld"),
        "withheld_mail": _mail(row, "withheld") if row.mail_state is not None else None,
        "undeliverable": row.undeliverable and row.state in LIVE,
        "deactivated": row.deactivated,
        "resend": _resend(row, not_theirs),
        "lapses_at": _lapse(row),
        "next_reminder_at": row.reminder_due_at,
    }


def _suspended(row: RightsRow) -> Refusal | None:
    return why_suspended(GrantState(row.state), deceased=row.deceased_on is not None, closed=row.closed)


def _invitation(row: RightsRow) -> InvitationView | None:
    """Identity may have linked the invitation before its own event arrived: it is pending then."""
    if row.invitation_id is None:
        return None
    return InvitationView(state=row.invitation_state or InvitationState.PENDING, expires_at=row.invitation_expires_at)


def _mail(row: RightsRow, which: str) -> MailView | None:
    values = {name: getattr(row, f"{which}_{name}") for name in ("template", "channel", "state", "reason", "at")}
    return MailView(**values) if values["state"] is not None else None


def _resend(row: RightsRow, not_theirs: Refusal | None) -> ResendView:
    """By whoever may change the grant (A1, A2), unless something stands in the way now."""
    refusal = not_theirs or why_not_resend(
        GrantState(row.state), row.resends, deactivated=row.deactivated, suspended=_suspended(row)
    )
    if refusal is None:
        return ResendView(possible=True, code=None, rule=None, reason=None)
    return ResendView(possible=False, code=refusal.code, rule=refusal.rule, reason=refusal.reason)


def _lapse(row: RightsRow) -> datetime | None:
    expired = row.invitation_state == InvitationState.EXPIRED
    expires_at = row.invitation_expires_at if expired else None
    return lapse_date(GrantState(row.state), PersonRole(row.role), expires_at)
