"""The dry run: reads off what the use case said whom it would mail, then has everything rolled back (M3)."""

from collections.abc import Sequence
from uuid import UUID

from event_contracts import EventData
from event_contracts.dossier import (
    GrantChanged,
    GrantDeclined,
    GrantOffer,
    GrantWithdrawn,
    SignInInformationRequested,
)
from event_contracts.firms import NoticeAudience, NoticeIssued, StaffInvited
from event_contracts.people import LadderPolicy
from service_kit.db import UnitOfWork

from dossier_service.firms import repository as firms
from dossier_service.firms.events import policy_of
from dossier_service.sending import repository
from dossier_service.sending.domain import (
    PlannedMail,
    SkipReason,
    mail_of_notice,
    mails_of_offer,
    mails_of_resend,
)
from dossier_service.sending.schemas import PlannedMailOut, SendingPlan, SkippedOut

_ABOUT_A_GRANT = (GrantOffer, GrantChanged, GrantWithdrawn, GrantDeclined)


async def plan(uow: UnitOfWork, policy: LadderPolicy, caller: UUID) -> SendingPlan:
    """What would be sent by what this transaction said so far. Call it last: afterwards nothing is kept.

    `policy` is the platform's, for the reminders of an invitation sent anew by a firm without one; `caller` asks.
    """
    await uow.session.flush()
    said = uow.outbox.said
    now = await uow.now()
    mails = [mail for event in said for mail in await _mails(uow, event, policy)]
    skipped = await _skipped(uow, said, caller)
    uow.abandon()
    return SendingPlan(at=now, mails=tuple(PlannedMailOut.of(mail) for mail in mails), skipped=tuple(skipped))


async def _mails(uow: UnitOfWork, event: EventData, policy: LadderPolicy) -> list[PlannedMail]:
    now = await uow.now()
    if isinstance(event, GrantOffer | StaffInvited):
        return mails_of_offer(event, now)
    if isinstance(event, SignInInformationRequested):
        facts = await repository.offer_facts(uow, event.offer_id)
        own_policy = policy_of(await firms.firm(uow, event.firm.firm_id), policy)
        return mails_of_resend(event, facts.to, facts.offered, own_policy, now, active=facts.active)
    if isinstance(event, NoticeIssued):
        names = await repository.names_of(uow, event.firm.firm_id, [event.account_id])
        return [mail_of_notice(event, names[event.account_id])]
    return []


async def _skipped(uow: UnitOfWork, said: Sequence[EventData], caller: UUID) -> list[SkippedOut]:
    """The central persons of the dossiers concerned who would hear nothing as holders, and why (A12)."""
    concerned = [event for event in said if isinstance(event, _ABOUT_A_GRANT)]
    if not concerned:
        return []
    told = {event.account_id for event in said if isinstance(event, NoticeIssued) and _is_for_holder(event)}
    people = await repository.central_people(uow, {event.dossier_id for event in concerned})
    about = await repository.people_of(uow, {event.grant_id for event in concerned})
    skipped = []
    for person in people:
        if person.account_id in told:
            continue
        reason = SkipReason.NO_ACTIVE_ACCESS
        if person.person_id in about:
            reason = SkipReason.ABOUT_THEMSELVES
        elif person.deactivated:
            reason = SkipReason.DEACTIVATED
        elif person.account_id is not None:
            reason = SkipReason.DID_IT if person.account_id == caller else SkipReason.ABOUT_THEMSELVES
        skipped.append(SkippedOut(name=person.name, role=person.role, reason=reason))
    return skipped


def _is_for_holder(event: NoticeIssued) -> bool:
    return event.audience is NoticeAudience.HOLDER
