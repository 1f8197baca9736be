"""How grants end: by the manager's hand, by the person's own word, or by time; always through the law (A5, A10)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts import EventData
from event_contracts.firms import NoticeKind
from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import TIME, Actor, Fact
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.edge.refusals import unknown
from dossier_service.notices.service import Happened, tell


@dataclass(frozen=True, slots=True)
class Ending:
    """A way a grant ends: the move, what the journal calls it and under which rule, what is said and told."""

    move: law.Move
    action: str
    rule: str
    news: NoticeKind
    said: Callable[[Grant], EventData]


WITHDRAWN = Ending(law.Move.WITHDRAW, "grant_withdrawn", "A1", NoticeKind.WITHDRAWN, events.grant_withdrawn)
DECLINED = Ending(law.Move.DECLINE, "grant_declined", "I5", NoticeKind.DECLINED, events.grant_declined)
LEFT = Ending(law.Move.LEAVE, "grant_left", "I13", NoticeKind.LEFT, events.grant_withdrawn)
ERASED = Ending(law.Move.ERASE, "grant_left_by_erasure", "I13", NoticeKind.LEFT, events.grant_withdrawn)
LAPSED = Ending(law.Move.LAPSE, "grant_lapsed", "A10", NoticeKind.LAPSED, events.grant_lapsed)


def settle(grant: Grant, state: law.GrantState, at: datetime) -> None:
    """The grant is not live any more; what was written to its person is forgotten."""
    grant.state, grant.ended_at, grant.custom_text, grant.version = state, at, None, grant.version + 1


async def end(
    uow: UnitOfWork,
    found: Sequence[tuple[Grant, PersonRole]],
    ending: Ending,
    actor: Actor,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """Ends those of the locked grants that the law lets end so; each says it once, whoever must know is told."""
    at = await uow.now()
    happened = []
    for grant, role in found:
        following = law.next_state(grant.state, ending.move, role)
        if isinstance(following, law.Refusal):
            continue
        settle(grant, following, at)
        fact = Fact(ending.action, grant.firm_id, "grant", grant.id, ending.rule, grant.dossier_id, reason)
        journal.add(uow, actor, fact, at)
        uow.outbox.add(ending.said(grant))
        account_id = actor.id if actor.kind == "account" else None
        happened.append(Happened(ending.news, grant.id, at, actor=account_id, by=by))
    await tell(uow, happened)


async def decline_offers(uow: UnitOfWork, offer_ids: Collection[UUID], account_id: UUID, firm_id: UUID) -> None:
    """The invited person declined what this firm offered; a holder may (A5, I5).

    To identity these offers are over, so what an activation opened that overtook this word is given up with them.
    """
    await _by_own_word(uow, offer_ids, account_id, firm_id, DECLINED, LEFT)


async def leave_grant(uow: UnitOfWork, grant_id: UUID, account_id: UUID, firm_id: UUID) -> None:
    """The account's owner gave this access up on their own page (I13), perhaps before the link was heard of."""
    await _by_own_word(uow, [grant_id], account_id, firm_id, LEFT)


async def leave_dossier(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> None:
    """The same over HTTP, for a whole dossier; who has no access to it learns nothing of it (A13)."""
    await dossiers.lock(uow, dossier_id)
    found = await repository.lock_live_of_account(uow, account_id, dossier_id)
    if not found:
        raise unknown()
    await end(uow, found, LEFT, Actor.account(account_id))


async def _by_own_word(
    uow: UnitOfWork, grant_ids: Collection[UUID], account_id: UUID, firm_id: UUID, *endings: Ending
) -> None:
    """Ends those of a firm's grants that are this account's, or nobody's yet, by the first ending the law lets them."""
    found = await repository.lock_offers(uow, firm_id, grant_ids)
    own = [(grant, role) for grant, role in found if grant.account_id in {None, account_id}]
    for grant, _ in own:
        grant.account_id = account_id
    for ending in endings:
        await end(uow, own, ending, Actor.account(account_id))


async def erase_account(uow: UnitOfWork, account_id: UUID) -> None:
    """Erasure ends every access, a holder's too (A5), and forgets the address everywhere; journal and ids stay."""
    await end(uow, await repository.lock_live_of_account(uow, account_id), ERASED, Actor.account(account_id))
    await uow.session.flush()
    await repository.pseudonymise(uow, account_id)


async def lapse_offers(uow: UnitOfWork, limit: int) -> int:
    """Ends offers whose invitation expired long ago, never a holder's (A5, A10); tells how many it looked at."""
    found = await repository.lock_lapsing(uow, await uow.now() - law.LAPSES_AFTER, limit)
    await end(uow, found, LAPSED, TIME)
    return len(found)
