"""Use cases of the grants area: offer, change, withdraw. Each locks the dossier first, then asks the law."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from event_contracts.firms import NoticeKind
from event_contracts.people import LadderPolicy, Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, RateLimited
from service_kit.ids import new_id
from service_kit.user_names import checked_name

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
from dossier_service.access.grants.ending import WITHDRAWN, end
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.clients import repository as clients
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import confirmed_contact, is_same_address
from dossier_service.edge.refusals import refused, require, unknown
from dossier_service.notices.service import Happened, tell


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to whom; e-mail and phone correct what the tree says, when given. `user_name` is a wish (I3)."""

    person_id: UUID
    right: Right
    email: str | None
    phone: str | None
    contact_confirmed: bool
    custom_text: str | None
    user_name: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new grant says, once all of it was checked. `networks` and `branch_id` limit a contact's (A9)."""

    right: Right
    email: str
    new_address: bool
    custom_text: str | None
    user_name: str | None = None
    networks: tuple[str, ...] = ()
    branch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """What the settings say about offers: the reminders (R5), and how many new addresses an hour (I1)."""

    ladder: LadderPolicy
    new_addresses_per_hour: int


async def offer(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, wanted: Offer, policy: OfferPolicy) -> Grant:
    """Offers a right. The answer is the same whether the person has an account or not: dossier does not know (I1)."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    person = await people.person_in(uow, dossier.id, wanted.person_id)
    if person is None:
        require(law.MANAGER_ONLY if standing.giver is None else None)
        raise unknown()
    email = person.email if wanted.email is None else wanted.email
    require(law.why_not_grant(standing, await grantee_of(uow, account_id, dossier, person, email), wanted.right))
    require(law.why_not_through_the_tree(person.role))
    phone = person.phone if wanted.phone is None else wanted.phone
    checked = confirmed_contact(email, phone, confirmed=wanted.contact_confirmed)
    user_name = None if wanted.user_name is None else checked_name(wanted.user_name)
    terms = Terms(wanted.right, checked[0], False, wanted.custom_text, user_name)
    await _keep_contact(uow, account_id, dossier, person, *checked)
    return await offer_on(uow, account_id, standing, dossier, person, terms, policy)


async def offer_on(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    terms: Terms,
    policy: OfferPolicy,
) -> Grant:
    """Offers checked terms to a person of a locked dossier, once the law has said yes to the giver."""
    if await repository.lock_live_of_person(uow, person.id) is not None:
        raise Conflict("grant_exists", "This person has a live grant on the dossier already.", rule="A10")
    giver = giver_in(standing)
    new_address = await is_new_address(uow, giver, dossier.firm_id, terms.email, policy)
    grant = await insert_grant(uow, giver, dossier, person, replace(terms, new_address=new_address))
    await say_offered(uow, account_id, standing, giver, dossier, person, grant, policy.ladder)
    return grant


async def grantee_of(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person, email: str | None
) -> law.Grantee:
    """The facts about whom is to be let in; an address that is the giver's own is found before it is normalised."""
    own = await repository.addresses_of(uow, dossier.firm_id, account_id)
    return law.Grantee(
        role=person.role,
        entered_by=person.entered_by,
        deceased=person.deceased_on is not None,
        is_giver=is_same_address(email, own),
    )


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    grant_id: UUID,
    right: Right,
    check_version: Callable[[int], None],
) -> Grant:
    """Changes the right of a live grant; a holder's is never lowered (A5). The same right again changes nothing."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    grant, person = await changeable_grant(uow, standing, dossier, grant_id, right)
    check_version(grant.version)
    following = law.next_right(grant.right, right, grant.state, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    if following is not grant.right:
        previous, grant.right, grant.version = grant.right, following, grant.version + 1
        await uow.session.flush()
        details = {"previous_right": previous, "right": grant.right}
        rule = _rule_of(giver_in(standing))
        fact = Fact("grant_changed", dossier.firm_id, "grant", grant.id, rule, dossier.id, details=details)
        journal.add(uow, Actor.account(account_id), fact, await uow.now())
        uow.outbox.add(events.grant_changed(grant, previous))
        await _tell(uow, NoticeKind.CHANGED, grant, account_id, standing, previous_right=previous)
    return grant


async def withdraw(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, grant_id: UUID, reason: str | None = None
) -> Grant:
    """Withdraws a live grant, never a holder's (A5). One that is withdrawn already is answered as it is (A10)."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    grant, person = await changeable_grant(uow, standing, dossier, grant_id)
    if grant.state is law.GrantState.WITHDRAWN:
        return grant
    following = law.next_state(grant.state, law.Move.WITHDRAW, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    giver, actor = giver_in(standing), Actor.account(account_id)
    ending = replace(WITHDRAWN, rule=_rule_of(giver))
    await end(uow, [(grant, person.role)], ending, actor, by=giver.name, reason=reason)
    return grant


async def entered(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    """The locked dossier, and where the caller stands in it; what the caller may do there is asked next."""
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    return dossier, await standing_in(uow, account_id, dossier_id)


async def managed(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    """The locked dossier, for its manager only (A1)."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    require(law.why_not_manage(standing))
    return dossier, standing


async def changeable_grant(
    uow: UnitOfWork, standing: law.Standing, dossier: Dossier, grant_id: UUID, right: Right | None = None
) -> tuple[Grant, Person]:
    """A locked grant that the caller may change or take back: the manager's any, a holder's those of holders (A2)."""
    require(law.MANAGER_ONLY if standing.giver is None else None)
    grant, person = await locked_grant(uow, dossier, grant_id)
    given_by = law.GiverKind.STAFF if grant.given_by is not None else law.GiverKind.HOLDER
    require(law.why_not_change_grant(standing, person.role, given_by, right))
    return grant, person


def giver_in(standing: law.Standing) -> law.Giver:
    """As whom the caller gives access, once the law has said that they may."""
    assert standing.giver is not None
    return standing.giver


def _rule_of(giver: law.Giver) -> str:
    """By which rule somebody gives, changes and takes back access."""
    return "A2" if giver.kind is law.GiverKind.HOLDER else "A1"


async def locked_grant(uow: UnitOfWork, dossier: Dossier, grant_id: UUID) -> tuple[Grant, Person]:
    """A grant of this dossier with its person; any other is unknown here (A13)."""
    grant = await repository.lock(uow, dossier.id, grant_id)
    if grant is None:
        raise unknown()
    person = await uow.session.get_one(Person, grant.person_id)
    return grant, person


async def is_new_address(uow: UnitOfWork, giver: law.Giver, firm_id: UUID, email: str, policy: OfferPolicy) -> bool:
    """Whether the firm never offered anything to this address; a giver finds only so many of those an hour (I1)."""
    if await repository.known_address(uow, firm_id, email):
        return False
    since = await uow.now() - timedelta(hours=1)
    if await repository.new_addresses_since(uow, giver, since) >= policy.new_addresses_per_hour:
        detail = "Too many new addresses within an hour; try again later."
        raise RateLimited("too_many_new_addresses", detail, rule="I1", retry_after=600)
    return True


async def _keep_contact(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person, email: str, phone: str | None
) -> None:
    if (person.email, person.phone) != (email, phone):
        person.email, person.phone, person.version = email, phone, person.version + 1
        await uow.session.flush()
        details = {"fields": "email,phone"}
        fact = Fact("person_changed", dossier.firm_id, "person", person.id, "A3", dossier.id, details=details)
        journal.add(uow, Actor.account(account_id), fact, await uow.now())


async def insert_grant(uow: UnitOfWork, giver: law.Giver, dossier: Dossier, person: Person, terms: Terms) -> Grant:
    """The grant, offered; one address is one person of a dossier."""
    if await repository.address_in_use(uow, dossier.id, terms.email):
        detail = "Somebody else of this dossier was granted access under this address: one address is one person."
        raise Conflict("address_in_use", detail, rule="I2")
    is_staff = giver.kind is law.GiverKind.STAFF
    grant = Grant(
        id=new_id(),
        firm_id=dossier.firm_id,
        dossier_id=dossier.id,
        person_id=person.id,
        right=terms.right,
        state=law.GrantState.OFFERED,
        email=terms.email,
        new_address=terms.new_address,
        given_by=giver.id if is_staff else None,
        given_by_person=None if is_staff else giver.id,
        offered_at=await uow.now(),
        custom_text=terms.custom_text,
        user_name=terms.user_name,
        networks=list(terms.networks),
        branch_id=terms.branch_id,
        version=await repository.next_version(uow, person.id),
    )
    uow.session.add(grant)
    await uow.session.flush()
    return grant


async def say_offered(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    giver: law.Giver,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    policy: LadderPolicy,
    moved_from: UUID | None = None,
) -> None:
    """Journals an offer and says it in its giver's name; `moved_from` is the one it replaces (I9)."""
    details = {
        "right": grant.right,
        "role": person.role,
        "person": person.id,
        "new_address": grant.new_address,
        "given_by": giver.kind,
        "networks": ",".join(grant.networks) or None,
        "branch": grant.branch_id,
    }
    fact = Fact("grant_offered", dossier.firm_id, "grant", grant.id, _rule_of(giver), dossier.id, details=details)
    journal.add(uow, Actor.account(account_id), fact, grant.offered_at)
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    is_contact = person.role is PersonRole.CLIENT
    code = await clients.code_of(uow, dossier.client_id) if is_contact else None
    said = events.Said(grant, dossier, firm, person, giver.name, policy, code)
    uow.outbox.add(events.grant_offered(said) if moved_from is None else events.grant_moved(said, moved_from))
    await _tell(uow, NoticeKind.OFFERED, grant, account_id, standing)


async def _tell(
    uow: UnitOfWork,
    kind: NoticeKind,
    grant: Grant,
    account_id: UUID,
    standing: law.Standing,
    previous_right: Right | None = None,
) -> None:
    """The holder hears of it (A12)."""
    name, at = giver_in(standing).name, await uow.now()
    await tell(uow, [Happened(kind, grant.id, at, actor=account_id, by=name, previous_right=previous_right)])
