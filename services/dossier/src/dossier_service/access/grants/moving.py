"""What changed contact data do to a grant: an offer moves, an active account's owner is asked (A5, I9)."""

from datetime import timedelta
from uuid import UUID

from event_contracts.firms import NoticeKind, NoticeLine
from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.grants import repository
from dossier_service.access.grants.ending import settle
from dossier_service.access.grants.service import (
    OfferPolicy,
    Terms,
    giver_in,
    grantee_of,
    insert_grant,
    is_new_address,
    say_offered,
)
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people.domain import needs_phone
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import confirmed_contact
from dossier_service.edge.refusals import refused, require
from dossier_service.firms.events import firm_ref
from dossier_service.notices.service import tell_person


async def follow_contact_data(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    contact_confirmed: bool,
    policy: OfferPolicy,
    *,
    counted: bool = False,
) -> bool:
    """An offered grant moves to the corrected address; an account's own address is its owner's to change (I9).

    Nothing is written to somebody whose death was recorded. One correction may move the offers of several dossiers:
    `counted` says that it moved one already, the answer whether it has now (I7).
    """
    if grant.state is law.GrantState.OFFERED:
        await move_offer(uow, account_id, standing, dossier, person, grant, contact_confirmed, policy, counted=counted)
        return True
    confirmed_contact(person.email, person.phone, confirmed=True, phone_needed=needs_phone(person.role))
    if person.deceased_on is None:
        await ask_owner(uow, standing, dossier, person, grant)
    return False


async def ask_owner(uow: UnitOfWork, standing: law.Standing, dossier: Dossier, person: Person, grant: Grant) -> None:
    """The firm changed its own note only; whether the account's data should follow is its owner's to say (I9).

    The notice names no address: it must not carry what somebody typed to whom it may not concern.
    """
    assert standing.staff is not None  # only a manager gets here
    assert grant.account_id is not None  # an active grant belongs to an account
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    line = NoticeLine(
        kind=NoticeKind.CONTACT_DIFFERS,
        at=await uow.now(),
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        offer_id=grant.id,
        person_name=f"{person.given_name} {person.family_name}".strip(),
        by=standing.staff.name,
    )
    await tell_person(uow, firm=firm_ref(firm), account_id=grant.account_id, line=line)


async def move_offer(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    contact_confirmed: bool,
    policy: OfferPolicy,
    *,
    counted: bool,
) -> Grant:
    """Before activation a wrong address is corrected: the same right is offered anew, in one event (A5, I9).

    What may not be granted there is not moved there either (A1). The old link dies, the new address is invited with a
    ladder of its own; what was written to the person goes along. What a holder gave stays what a holder gave, whoever
    corrects the address (A2), and counts as one of theirs (I1).
    """
    phone_needed = needs_phone(person.role)
    email, _ = confirmed_contact(person.email, person.phone, confirmed=contact_confirmed, phone_needed=phone_needed)
    require(law.why_not_grant(standing, await grantee_of(uow, account_id, dossier, person, email), grant.right))
    giver = giver_in(standing) if grant.given_by_person is None else await _holder(uow, grant.given_by_person)
    terms = Terms(
        grant.right,
        email,
        await is_new_address(uow, giver, dossier.firm_id, email, policy),
        grant.custom_text,
        grant.user_name,
        tuple(grant.networks),
        grant.branch_id,
    )
    if not counted:
        await _count(uow, dossier.firm_id, email)
    await _end_moved(uow, account_id, dossier, person, grant)
    moved = await insert_grant(uow, giver, dossier, person, terms)
    await say_offered(uow, account_id, standing, giver, dossier, person, moved, policy.ladder, moved_from=grant.id)
    return moved


async def _count(uow: UnitOfWork, firm_id: UUID, email: str) -> None:
    """A correction mails anew like a resend: back and forth, it would be one without a limit (I7)."""
    at = await uow.now()
    require(law.resent_too_often(await repository.resends_since(uow, firm_id, email, at - timedelta(hours=1))))
    repository.keep_resend(uow, firm_id, email, at)


async def _end_moved(uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person, grant: Grant) -> None:
    following = law.next_state(grant.state, law.Move.CORRECT, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    at = await uow.now()
    settle(grant, following, at)
    await uow.session.flush()
    fact = Fact("grant_moved", dossier.firm_id, "grant", grant.id, "A5", dossier.id)
    journal.add(uow, Actor.account(account_id), fact, at)


async def _holder(uow: UnitOfWork, person_id: UUID) -> law.Giver:
    holder = await uow.session.get_one(Person, person_id)
    return law.Giver(law.GiverKind.HOLDER, holder.id, f"{holder.given_name} {holder.family_name}")
