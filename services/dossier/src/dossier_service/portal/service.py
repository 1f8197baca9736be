"""The use case of the portal area: client, dossier and grants by their own use cases, all in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from event_contracts.people import Language, Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.user_names import checked_name

from dossier_service.access import domain as law
from dossier_service.access.grants.service import Offer, OfferPolicy, offer
from dossier_service.access.grants.tables import Grant
from dossier_service.clients.domain import ClientKind
from dossier_service.clients.service import NewClient, create_client
from dossier_service.clients.tables import Client
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, Analysis, PersonRole
from dossier_service.dossiers.people.service import NewPerson
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.service import Cover, NewDossier, cover, open_dossier
from dossier_service.edge.contact import optional_contact, required_contact
from dossier_service.portal import domain
from dossier_service.portal.domain import Central

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class NewCentral:
    """A holder or co-holder as typed, with the wished user name and a text for the mail."""

    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    language: Language | None
    user_name: str | None
    custom_text: str | None


@dataclass(frozen=True, slots=True)
class NewPortal:
    """What document 000 asks for; no client means that the holder is the client."""

    analysis: Analysis
    client: NewClient | None
    name: str | None
    holder: NewCentral
    co_holder: NewCentral | None
    modules: frozenset[law.Section]
    right: Right
    contact_confirmed: bool


@dataclass(frozen=True, slots=True)
class PortalPerson:
    """A central person and what they were offered; nobody without an address is offered anything."""

    person: Person
    user_name: str | None
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class Portal:
    """What was set up."""

    client: Client
    cover: Cover
    people: Sequence[PortalPerson]


async def set_up(uow: UnitOfWork, account_id: UUID, firm_id: UUID, new: NewPortal, policy: OfferPolicy) -> Portal:
    """Makes client, dossier and people, and offers each with an address their right (P1)."""
    central = _checked(new)
    with _inside("client"):
        client = await create_client(uow, account_id, firm_id, new.client or _client_from(new.holder))
    opened = await open_dossier(uow, account_id, firm_id, _dossier(client.id, new))
    made = []
    for person in await people.tree(uow, opened.dossier.id):
        if person.role in CENTRAL_ROLES:
            made.append(await _let_in(uow, account_id, new, person, central[person.role], policy))
    return Portal(client, await cover(uow, account_id, opened.dossier.id), made)


async def _let_in(
    uow: UnitOfWork, account_id: UUID, new: NewPortal, person: Person, central: Central, policy: OfferPolicy
) -> PortalPerson:
    if central.email is None:
        return PortalPerson(person, None, None)
    wanted = Offer(
        person_id=person.id,
        right=new.right,
        email=None,
        phone=None,
        contact_confirmed=new.contact_confirmed,
        custom_text=central.custom_text,
        user_name=central.user_name,
    )
    grant = await offer(uow, account_id, person.dossier_id, wanted, policy)
    return PortalPerson(person, central.shown_name, grant)


def _checked(new: NewPortal) -> dict[PersonRole, Central]:
    """Everything that is wrong with the people, named at once and before anything is made."""
    errors: list[FieldError] = []
    wrong = domain.why_not_this_analysis(new.analysis, co_holder=new.co_holder is not None)
    errors += [wrong] if wrong else []
    if new.client is None and new.holder.language is None:
        detail = "A client has a language: say it with the holder, who is the client."
        errors.append(FieldError("holder.language", "missing", detail, "C1"))
    holder = _central(new.holder, "holder", errors, needs_sign_in=True)
    found = {PersonRole.HOLDER: holder}
    co_holder = None
    if new.co_holder is not None:
        needed = new.co_holder.email is not None
        co_holder = found[PersonRole.CO_HOLDER] = _central(new.co_holder, "co_holder", errors, needs_sign_in=needed)
    errors += domain.why_not_these_people(holder, co_holder)
    if errors:
        raise Invalid("portal_invalid", "The portal cannot be set up so.", rule=errors[0].rule, fields=tuple(errors))
    return found


def _central(typed: NewCentral, place: str, errors: list[FieldError], *, needs_sign_in: bool) -> Central:
    """As far as it is right; what is wrong is added to the errors. A sign-in needs address and phone (A3)."""

    def email() -> str | None:
        if needs_sign_in:
            return required_contact(typed.email, typed.phone).email
        return optional_contact(typed.email, typed.phone)[0]

    return Central(
        typed.given_name,
        typed.family_name,
        _collected(email, place, errors),
        _collected(lambda: typed.user_name and checked_name(typed.user_name), place, errors),
        typed.custom_text,
    )


def _collected(check: Callable[[], _Value], place: str, errors: list[FieldError]) -> _Value | None:
    try:
        return check()
    except Invalid as error:
        errors.extend(_placed(error.fields, place))
        return None


@contextmanager
def _inside(place: str) -> Iterator[None]:
    """Names wrong fields as they stand in the call."""
    try:
        yield
    except (Invalid, Conflict) as error:
        error.fields = _placed(error.fields, place)
        raise


def _placed(fields: Sequence[FieldError], place: str) -> tuple[FieldError, ...]:
    return tuple(replace(field, field=f"{place}.{field.field}") for field in fields)


def _client_from(holder: NewCentral) -> NewClient:
    assert holder.email is not None  # checked before
    assert holder.language is not None
    return NewClient(
        kind=ClientKind.PERSON,
        given_name=holder.given_name,
        family_name=holder.family_name,
        company_name=None,
        email=holder.email,
        phone=holder.phone,
        language=holder.language,
    )


def _dossier(client_id: UUID, new: NewPortal) -> NewDossier:
    return NewDossier(
        client_id=client_id,
        name=new.name,
        manager_id=None,
        holder=_person(new.holder, PersonRole.HOLDER),
        co_holder=_person(new.co_holder, PersonRole.CO_HOLDER) if new.co_holder else None,
        modules=new.modules,
    )


def _person(central: NewCentral, role: PersonRole) -> NewPerson:
    return NewPerson(
        role=role,
        given_name=central.given_name,
        family_name=central.family_name,
        email=central.email,
        phone=central.phone,
        language=central.language,
    )
