"""Use cases of the closing area: under the dossier's lock its access ends or rests, and everybody is told once."""

from collections.abc import Mapping
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeKind
from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.grants.ending import WITHDRAWN, end
from dossier_service.access.grants.events import offer_resumed, offer_suspended
from dossier_service.access.grants.service import giver_in, managed
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.closing import domain, events, repository
from dossier_service.dossiers.service import Cover, cover
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.refusals import refused
from dossier_service.firms.events import firm_ref
from dossier_service.notices.service import tell_person


async def close(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, access: ClosedAccess, reason: str) -> Cover:
    """The manager closes the dossier: outside parties read it, or their access ends, a holder's never (A5).

    Nothing is mailed about an offer that goes on waiting. Once more changes nothing.
    """
    dossier, standing = await managed(uow, account_id, dossier_id)
    following = domain.next_access(dossier.closed_access, access)
    if isinstance(following, law.Refusal):
        raise refused(following)
    if following is not None:
        by = giver_in(standing).name
        told, at = await repository.listeners(uow, dossier.id), await uow.now()
        previous, dossier.closed_access = dossier.closed_access, following
        dossier.closed_at, dossier.version = at, dossier.version + 1
        await uow.session.flush()
        details = {"access": access, "previous_access": previous}
        await _write_down(uow, account_id, dossier, "dossier_closed", reason, details)
        uow.outbox.add(events.dossier_closed(dossier, access))
        if access is ClosedAccess.ENDED:
            await _end_outside_access(uow, account_id, dossier, by, reason)
        await _suspend_offers(uow, dossier)
        keeps = domain.told(told, access, but=account_id)
        await _tell(uow, NoticeKind.CLOSED, dossier, by, reason, keeps)
    return await cover(uow, account_id, dossier.id)


async def reopen(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, reason: str) -> Cover:
    """The manager opens the dossier again: rights count as before, offers wait again; what ended does not come back."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    if dossier.closed_access is not None:
        previous, dossier.closed_access = dossier.closed_access, None
        dossier.closed_at, dossier.version = None, dossier.version + 1
        await uow.session.flush()
        await _write_down(uow, account_id, dossier, "dossier_reopened", reason, {"previous_access": previous})
        uow.outbox.add(events.dossier_reopened(dossier))
        await _resume_offers(uow, dossier)
        # Whoever still opens the dossier could read it while it was closed.
        keeps = domain.told(await repository.listeners(uow, dossier.id), ClosedAccess.READ_ONLY, but=account_id)
        await _tell(uow, NoticeKind.REOPENED, dossier, giver_in(standing).name, reason, keeps)
    return await cover(uow, account_id, dossier.id)


async def _end_outside_access(uow: UnitOfWork, account_id: UUID, dossier: Dossier, by: str, reason: str) -> None:
    """The manager's withdrawal, applied to each: the law passes over holders and co-holders (A5)."""
    found = [(grant, person.role) for grant, person in await repository.lock_live(uow, dossier.id)]
    await end(uow, found, WITHDRAWN, Actor.account(account_id), by=by, reason=reason)
    await uow.session.flush()


async def _suspend_offers(uow: UnitOfWork, dossier: Dossier) -> None:
    """What the recorded death of its person keeps waiting already is suspended already."""
    for grant, person in await repository.lock_live(uow, dossier.id):
        if grant.state is law.GrantState.OFFERED and person.deceased_on is None:
            uow.outbox.add(offer_suspended(grant))


async def _resume_offers(uow: UnitOfWork, dossier: Dossier) -> None:
    """All but those whose person died meanwhile (A5)."""
    for grant, person in await repository.lock_live(uow, dossier.id):
        if grant.state is law.GrantState.OFFERED and person.deceased_on is None:
            uow.outbox.add(offer_resumed(grant))


async def _tell(
    uow: UnitOfWork,
    kind: NoticeKind,
    dossier: Dossier,
    by: str,
    reason: str,
    keeps: domain.Keeps,
) -> None:
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    at = await uow.now()
    for account_id, kept in sorted(keeps.items()):
        line = events.news(kind, dossier, at, by, reason, kept)
        await tell_person(uow, firm=firm_ref(firm), account_id=account_id, line=line)


async def _write_down(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, action: str, reason: str, details: Mapping[str, object]
) -> None:
    fact = Fact(action, dossier.firm_id, "dossier", dossier.id, "A1", dossier.id, reason, details)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
