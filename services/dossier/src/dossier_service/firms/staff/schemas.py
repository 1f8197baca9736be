"""What the staff area takes and gives over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language
from service_kit.http.etags import etag_of

from dossier_service.access.projections.domain import InvitationState, MailState
from dossier_service.edge.fields import Address, Input, Name, Note, Output, Reason
from dossier_service.firms.domain import Awaited, MembershipState, NoticePreference, StaffRole, awaited
from dossier_service.firms.service import NewStaff
from dossier_service.firms.staff.repository import StaffLine


class StaffIn(Input):
    """A person to invite into the staff; the custom text is plain text for the mail (M2)."""

    role: StaffRole = StaffRole.ACCOUNTANT
    given_name: Name
    family_name: Name
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None
    custom_text: Note | None = None

    def command(self) -> NewStaff:
        return NewStaff(
            self.role,
            self.given_name,
            self.family_name,
            self.email,
            self.phone,
            self.language,
            self.custom_text or None,
        )


class StaffPatch(Input):
    """The fields to change; those left out stay. E-mail and phone are the firm's to correct while the place is offered.

    Another address, phone or role of an offered place ends the offer and makes a new one, with a new id (I9).
    """

    role: StaffRole = StaffRole.ACCOUNTANT
    given_name: Name = ""
    family_name: Name = ""
    email: Address = ""
    phone: Address = ""
    language: Language = Language.FR

    def values(self) -> Mapping[str, Any]:
        """Only what was sent; the defaults above are never used."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class RemovalIn(Input):
    """Why the place ends; kept in the journal."""

    reason: Reason


class ResendIn(Input):
    """A text for the mail, if there is something to say (M2)."""

    custom_text: Note | None = None


class NoticesIn(Input):
    """At once, or all of a day together (M8)."""

    notices: NoticePreference


class StaffInvitationOut(Output):
    """The invitation behind an offered place."""

    state: InvitationState
    expires_at: datetime | None


class StaffMailOut(Output):
    """What became of the last mail about the place."""

    template: str
    channel: str
    state: MailState
    reason: str | None
    at: datetime


class StaffOut(Output):
    """A place in the staff. How its person is reached, and what became of the invitation, is shown to administrators.

    `waits_for`: an offered place waits until the account is created, then until its phone is verified (A14).
    """

    id: UUID
    role: StaffRole
    state: MembershipState
    waits_for: Awaited | None
    given_name: str
    family_name: str
    language: Language
    email: str | None
    phone: str | None
    invited_at: datetime
    activated_at: datetime | None
    invitation: StaffInvitationOut | None
    mail: StaffMailOut | None
    etag: str

    @classmethod
    def of(cls, line: StaffLine, *, for_administrator: bool) -> "StaffOut":
        member = line.member
        return cls(
            id=member.id,
            role=member.role,
            state=member.state,
            waits_for=_awaited(line),
            given_name=member.given_name,
            family_name=member.family_name,
            language=member.language,
            email=member.email if for_administrator else None,
            phone=member.phone if for_administrator else None,
            invited_at=member.invited_at,
            activated_at=member.activated_at,
            invitation=_invitation(line) if for_administrator else None,
            mail=_mail(line) if for_administrator else None,
            etag=etag_of(member.version),
        )


def _awaited(line: StaffLine) -> Awaited | None:
    if line.member.state is not MembershipState.OFFERED:
        return None
    account = line.account
    active = account is not None and account.state is AccountState.ACTIVE
    return awaited(account_active=active, phone_verified=account is not None and account.phone_verified)


def _invitation(line: StaffLine) -> StaffInvitationOut | None:
    """One that is past its time counts as expired at once, whether or not its event was heard (I8)."""
    known = line.invitation
    if known is None:
        return None
    is_expired = known.state is InvitationState.PENDING and line.invitation_is_past is True
    state = InvitationState.EXPIRED if is_expired else known.state
    return StaffInvitationOut(state=state, expires_at=known.expires_at)


def _mail(line: StaffLine) -> StaffMailOut | None:
    mail = line.mail
    if mail is None:
        return None
    return StaffMailOut(template=mail.template, channel=mail.channel, state=mail.state, reason=mail.reason, at=mail.at)
