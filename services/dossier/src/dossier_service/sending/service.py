"""The dry run: reads off what the use case said whom it would mail, then has everything rolled back (M3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from event_contracts import EventData
from event_contracts.dossier import (
    DossierClosed,
    DossierReopened,
    GrantChanged,
    GrantDeclined,
    GrantOffer,
    GrantWithdrawn,
    SignInInformationRequested,
)
from event_contracts.firms import NoticeAudience, NoticeIssued, NoticeKind, StaffInvited
from event_contracts.people import LadderPolicy
from event_contracts.plans import PlanPublished
from service_kit.db import UnitOfWork

from dossier_service.clients import repository as clients
from dossier_service.clients.contacts.access.naming import user_code
from dossier_service.firms import repository as firms
from dossier_service.firms.events import policy_of
from dossier_service.sending import repository
from dossier_service.sending.domain import (
    Addressee,
    PlannedMail,
    SkipReason,
    mail_of_notice,
    mail_of_publication,
    mails_of_offer,
    mails_of_resend,
)
from dossier_service.sending.schemas import PlannedMailOut, SendingPlan, SkippedOut

Names = Mapping[UUID, Mapping[UUID, Addressee]]
"""How each firm names the people behind the accounts it mails to."""

_ABOUT_A_GRANT = (GrantOffer, GrantChanged, GrantWithdrawn, GrantDeclined)
_ABOUT_A_DOSSIER = (DossierClosed, DossierReopened)
_TOLD_TO_EVERYBODY = frozenset({NoticeKind.CLOSED, NoticeKind.REOPENED})


async def plan(
    uow: UnitOfWork, policy: LadderPolicy, caller: UUID, also_skipped: Sequence[SkippedOut] = ()
) -> SendingPlan:
    """What would be sent by what this transaction said so far. Call it last: afterwards nothing is kept.

    `policy` is the platform's, for the reminders of an invitation sent anew by a firm without one; `caller` asks.
    `also_skipped`: whom the use case itself left out, beside the holders who hear nothing of access.
    """
    await uow.session.flush()
    said = uow.outbox.said
    now = await uow.now()
    names = await _names(uow, said)
    mails = [mail for event in said for mail in await _mails(uow, event, names, policy)]
    skipped = [*also_skipped, *await _skipped(uow, said, caller)]
    uow.abandon()
    return SendingPlan(at=now, mails=tuple(PlannedMailOut.of(mail) for mail in mails), skipped=tuple(skipped))


async def _names(uow: UnitOfWork, said: Sequence[EventData]) -> Names:
    """Everybody who is mailed as the owner of an account, in one statement however many they are."""
    accounts: dict[UUID, set[UUID]] = defaultdict(set)
    for event in said:
        if isinstance(event, NoticeIssued):
            accounts[event.firm.firm_id].add(event.account_id)
        if isinstance(event, PlanPublished):
            accounts[event.firm.firm_id].update(recipient.account_id for recipient in event.recipients)
    return {firm_id: await repository.names_of(uow, firm_id, known) for firm_id, known in accounts.items()}


async def _mails(uow: UnitOfWork, event: EventData, names: Names, policy: LadderPolicy) -> list[PlannedMail]:
    now = await uow.now()
    if isinstance(event, GrantOffer | StaffInvited):
        return mails_of_offer(event, now, contact_name=await _contact_name(uow, event))
    if isinstance(event, SignInInformationRequested):
        facts = await repository.offer_facts(uow, event.offer_id)
        own_policy = policy_of(await firms.firm(uow, event.firm.firm_id), policy)
        return mails_of_resend(event, facts.to, facts.offered, own_policy, now, active=facts.active)
    if isinstance(event, NoticeIssued):
        return [mail_of_notice(event, names[event.firm.firm_id][event.account_id])]
    if isinstance(event, PlanPublished):
        accounts = list(dict.fromkeys(recipient.account_id for recipient in event.recipients))
        return [mail_of_publication(event, names[event.firm.firm_id][account]) for account in accounts]
    return []


async def _contact_name(uow: UnitOfWork, event: GrantOffer | StaffInvited) -> str | None:
    """The user code that the form proposes to a company's contact, whether or not there is an account (I1, K2)."""
    if not isinstance(event, GrantOffer) or event.client_code is None:
        return None
    client = await clients.client_of(uow, event.dossier_id)
    return await user_code(uow, client.id, event.grant_id)


async def _skipped(uow: UnitOfWork, said: Sequence[EventData], caller: UUID) -> list[SkippedOut]:
    """The central persons of the dossiers concerned who would hear nothing as holders, and why (A12)."""
    grants = [event for event in said if isinstance(event, _ABOUT_A_GRANT)]
    concerned = [*grants, *(event for event in said if isinstance(event, _ABOUT_A_DOSSIER))]
    if not concerned:
        return []
    told = {event.account_id for event in said if isinstance(event, NoticeIssued) and _is_for_holders(event)}
    people = await repository.central_people(uow, {event.dossier_id for event in concerned})
    about = await repository.people_of(uow, {event.grant_id for event in grants})
    return [
        SkippedOut(name=person.name, role=person.role, reason=_why_skipped(person, about, caller))
        for person in people
        if person.account_id not in told
    ]


def _why_skipped(person: repository.CentralRow, about: Collection[UUID], caller: UUID) -> SkipReason:
    if person.person_id in about:
        return SkipReason.ABOUT_THEMSELVES
    if person.deceased:
        return SkipReason.DECEASED
    if person.deactivated:
        return SkipReason.DEACTIVATED
    if person.account_id is not None:
        return SkipReason.DID_IT if person.account_id == caller else SkipReason.ABOUT_THEMSELVES
    return SkipReason.NO_ADDRESS if person.unreachable else SkipReason.NO_ACTIVE_ACCESS


def _is_for_holders(event: NoticeIssued) -> bool:
    """What everybody of a dossier is told reaches its holders too."""
    return event.audience is NoticeAudience.HOLDER or event.lines[0].kind in _TOLD_TO_EVERYBODY
