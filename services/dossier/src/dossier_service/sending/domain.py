"""From the events of a use case to the mails that would follow; pure, and blind to who has an account (I1, M3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from event_contracts.dossier import GrantOffer, SignInInformationRequested
from event_contracts.firms import NoticeIssued, StaffInvited
from event_contracts.people import FirmRef, LadderPolicy, Language, OfferKind, Person, Right
from event_contracts.plans import PlanPublished
from service_kit.user_names import contact_names, proposed_name

UNKNOWN_NAME = "…"
"""Where a mail to somebody with an account shows the user name: nobody here knows it, or whether there is one (I1)."""
AFTER_THE_LAST_MAIL = timedelta(days=30)
"""How long an invitation lives after its last mail (I8)."""


class Variant(StrEnum):
    """Which mail it would be. An offer lists invitation and notice: which of them goes out, the sender never sees."""

    INVITATION = "invitation"
    NOTICE = "notice"
    SIGN_IN_INFORMATION = "sign_in_information"
    HOLDER_NOTICE = "holder_notice"
    MANAGER_NOTICE = "manager_notice"
    PERSON_NOTICE = "person_notice"
    PLAN_PUBLISHED = "plan_published"


class SkipReason(StrEnum):
    """Why somebody gets no mail."""

    NO_ACTIVE_ACCESS = "no_active_access"
    DEACTIVATED = "deactivated"
    DECEASED = "deceased"
    NO_ADDRESS = "no_address"
    ABOUT_THEMSELVES = "about_themselves"
    DID_IT = "did_it"
    NOT_JOINED = "not_joined"
    HAD_IT_BEFORE = "had_it_before"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a mail is for. No address: it goes to the one the account's owner keeps, which is not the firm's (I9)."""

    given_name: str
    family_name: str
    language: Language
    email: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One mail: to whom, which, and what notifier needs to show it. `reminders` follow while no account is created.

    `user_name`: the one an invitation names, if nobody takes it before; a taken one becomes its next variant (I3).
    """

    to: Addressee
    variant: Variant
    firm_id: UUID
    template: str
    parameters: Mapping[str, object]
    right: Right | None = None
    reminders: tuple[datetime, ...] = ()
    custom_text: str | None = field(default=None, repr=False)
    user_name: str | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered, as a mail names it."""

    kind: OfferKind
    dossier_name: str | None = None
    right: Right | None = None
    staff_role: str | None = None


def mails_of_offer(
    event: GrantOffer | StaffInvited, now: datetime, *, contact_name: str | None = None
) -> list[PlannedMail]:
    """Both variants, always: the sender learns nothing about accounts (I1). The invitation shows the name (I3).

    `contact_name` is what is proposed to a company's contact, counted on from the names of the client's others.
    """
    invitation, notice = _variants(event, now)
    name = _user_name(event, contact_name)
    return [replace(invitation, user_name=name, parameters={**invitation.parameters, "user_name": name}), notice]


def _user_name(event: GrantOffer | StaffInvited, contact_name: str | None) -> str:
    """The wished name, else the one that is proposed by default (I3)."""
    if isinstance(event, GrantOffer) and event.user_name is not None:
        return event.user_name
    if isinstance(event, GrantOffer) and event.client_code is not None:
        return contact_name or next(contact_names(event.client_code))
    return proposed_name(event.person.given_name, event.person.family_name)


def _variants(event: GrantOffer | StaffInvited, now: datetime) -> list[PlannedMail]:
    if isinstance(event, GrantOffer):
        offered = Offered(OfferKind.DOSSIER, event.dossier_name, event.right)
        return _both(event.firm, event.person, event.granted_by, offered, event.custom_text, event.policy, now)
    offered = Offered(OfferKind.FIRM, staff_role=event.role)
    custom_text = getattr(event, "custom_text", None)
    return _both(event.firm, event.person, event.invited_by, offered, custom_text, event.policy, now)


def mails_of_resend(
    event: SignInInformationRequested,
    to: Addressee,
    offered: Offered,
    policy: LadderPolicy,
    now: datetime,
    *,
    active: bool,
) -> list[PlannedMail]:
    """The sign-in information; while the offer waits, perhaps a fresh invitation instead (I7, K2)."""
    values = _access(event.firm, to, event.requested_by, offered, event.custom_text)
    information = PlannedMail(
        to,
        Variant.SIGN_IN_INFORMATION,
        event.firm.firm_id,
        "sign_in_information",
        values,
        offered.right,
        custom_text=event.custom_text,
    )
    if active:
        return [information]
    return [_invitation(event.firm, to, values, offered, event.custom_text, policy, now), information]


def mail_of_notice(event: NoticeIssued, to: Addressee) -> PlannedMail:
    """A notice to a holder, a manager or the person it is about."""
    variant = Variant(f"{event.audience}_notice")
    values = {
        "form": "notice",
        "firm_name": event.firm.name,
        "given_name": to.given_name,
        "family_name": to.family_name,
        "lines": [line.model_dump(mode="json", exclude_none=True) for line in event.lines],
    }
    return PlannedMail(to, variant, event.firm.firm_id, variant.value, values, event.lines[0].right)


def mail_of_publication(event: PlanPublished, to: Addressee) -> PlannedMail:
    """To one of those who were published to and have an account (P2)."""
    values = {
        "form": "plan",
        "firm_name": event.firm.name,
        "dossier_name": event.dossier_name,
        "plan_title": event.title,
        "version": event.version,
        "published_by": event.published_by,
        "custom_text": event.custom_text,
        "given_name": to.given_name,
        "family_name": to.family_name,
    }
    variant = Variant.PLAN_PUBLISHED
    return PlannedMail(to, variant, event.firm.firm_id, variant.value, values, custom_text=event.custom_text)


def reminders(policy: LadderPolicy, now: datetime) -> tuple[datetime, ...]:
    """When reminders go out if the mail is sent now and no account is created (R1)."""
    return tuple(now + offset for offset in policy.offsets)


def _both(
    firm: FirmRef,
    person: Person,
    granted_by: str,
    offered: Offered,
    custom_text: str | None,
    policy: LadderPolicy,
    now: datetime,
) -> list[PlannedMail]:
    to = Addressee(person.given_name, person.family_name, person.language, person.email)
    values = _access(firm, to, granted_by, offered, custom_text)
    notice = PlannedMail(
        to, Variant.NOTICE, firm.firm_id, "access_notice", values, offered.right, custom_text=custom_text
    )
    return [_invitation(firm, to, values, offered, custom_text, policy, now), notice]


def _invitation(
    firm: FirmRef,
    to: Addressee,
    values: Mapping[str, object],
    offered: Offered,
    custom_text: str | None,
    policy: LadderPolicy,
    now: datetime,
) -> PlannedMail:
    dates: Sequence[datetime] = reminders(policy, now)
    expires_at = dates[-1] + AFTER_THE_LAST_MAIL
    return PlannedMail(
        to,
        Variant.INVITATION,
        firm.firm_id,
        "invitation_first",
        {**values, "expires_at": expires_at.isoformat()},
        offered.right,
        tuple(dates),
        custom_text,
    )


def _access(
    firm: FirmRef, to: Addressee, granted_by: str, offered: Offered, custom_text: str | None
) -> dict[str, object]:
    line = {
        "kind": offered.kind.value,
        "dossier_name": offered.dossier_name,
        "right": offered.right.value if offered.right else None,
        "staff_role": offered.staff_role,
    }
    return {
        "form": "access",
        "firm_name": firm.name,
        "given_name": to.given_name,
        "family_name": to.family_name,
        "user_name": UNKNOWN_NAME,
        "granted_by": granted_by,
        "custom_text": custom_text,
        "offers": [line],
    }
