"""Use cases of the portal users area: who they are, keep one out, let one in; the next request knows it (I11)."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.dossiers.people.domain import CENTRAL_ROLES
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms import repository as firms
from dossier_service.firms.domain import may_run_firm
from dossier_service.firms.events import firm_ref
from dossier_service.firms.service import member_of
from dossier_service.firms.tables import Membership
from dossier_service.notices.service import tell_person
from dossier_service.portal_users import domain as law
from dossier_service.portal_users import events, repository
from dossier_service.portal_users.domain import PortalUserState
from dossier_service.portal_users.repository import PortalUserLine, SeenPlace
from dossier_service.portal_users.tables import PortalUser


async def page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, state: PortalUserState | None, after: UUID | None, limit: int
) -> Sequence[PortalUserLine]:
    """A page of the firm's portal users: all for an administrator, those of their own dossiers for an accountant."""
    caller = await member_of(uow, account_id, firm_id)
    return await repository.page(uow, firm_id, member=_narrowed(caller), state=state, after=after, limit=limit)


async def one(uow: UnitOfWork, account_id: UUID, firm_id: UUID, who: UUID) -> PortalUserLine:
    """One portal user; who has no live grant on a dossier the caller has to do with is unknown (A13)."""
    caller = await member_of(uow, account_id, firm_id)
    found = await repository.page(uow, firm_id, member=_narrowed(caller), only=who)
    if not found:
        raise unknown()
    return found[0]


async def deactivate(uow: UnitOfWork, account_id: UUID, firm_id: UUID, who: UUID, reason: str) -> PortalUser:
    """Keeps an account out of the firm's dossiers, its grants untouched (I11); once more changes nothing."""
    caller, places = await _seen(uow, account_id, firm_id, who)
    require(law.why_not_deactivate(caller.role, caller.id, [seen.place for seen in places]))
    return await _decide(uow, caller, who, places, PortalUserState.DEACTIVATED, reason)


async def reactivate(uow: UnitOfWork, account_id: UUID, firm_id: UUID, who: UUID, reason: str | None) -> PortalUser:
    """Lets an account in again with the grants as they are (I11); once more changes nothing."""
    caller, places = await _seen(uow, account_id, firm_id, who)
    require(law.why_not_reactivate(caller.role, caller.id, [seen.place for seen in places]))
    return await _decide(uow, caller, who, places, PortalUserState.ACTIVE, reason)


def _narrowed(caller: Membership) -> UUID | None:
    return None if may_run_firm(caller.role) else caller.id


async def _seen(uow: UnitOfWork, account_id: UUID, firm_id: UUID, who: UUID) -> tuple[Membership, Sequence[SeenPlace]]:
    """The caller and the person's live grants; a person the caller has nothing to do with is unknown (A13)."""
    caller = await member_of(uow, account_id, firm_id)
    places = await repository.places(uow, firm_id, who, caller.id)
    if may_run_firm(caller.role):
        is_known = bool(places) or await repository.find(uow, firm_id, who) is not None
    else:
        is_known = any(seen.is_seen for seen in places)
    if not is_known:
        raise unknown()
    return caller, places


async def _decide(
    uow: UnitOfWork,
    caller: Membership,
    who: UUID,
    places: Sequence[SeenPlace],
    state: PortalUserState,
    reason: str | None,
) -> PortalUser:
    user = await repository.lock(uow, caller.firm_id, who)
    if user.state is state:
        return user
    user.state, user.reason, user.changed_at, user.changed_by = state, reason, await uow.now(), caller.id
    await uow.session.flush()
    _write_down(uow, caller, user, places)
    uow.outbox.add(events.decided(user))
    if await repository.has_account(uow, who):
        firm = firm_ref(await firms.firm(uow, caller.firm_id))
        await tell_person(uow, firm=firm, account_id=who, line=events.news(user, caller.name))
    return user


def _write_down(uow: UnitOfWork, caller: Membership, user: PortalUser, places: Sequence[SeenPlace]) -> None:
    """Once for the firm, and in the journal of every dossier that opens or closes by it (A11)."""
    assert caller.account_id is not None  # they signed in
    actor = Actor.account(caller.account_id)
    is_out = user.state is PortalUserState.DEACTIVATED
    action = "portal_user_deactivated" if is_out else "portal_user_reactivated"
    rule = "A5" if any(seen.place.role in CENTRAL_ROLES for seen in places) else "I11"
    fact = Fact(action, user.firm_id, "account", user.account_id, rule, reason=user.reason)
    journal.add(uow, actor, fact, user.changed_at)
    for seen in places:
        fact = Fact(action, user.firm_id, "grant", seen.grant_id, rule, seen.dossier_id, user.reason)
        journal.add(uow, actor, fact, user.changed_at)
