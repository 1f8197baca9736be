"""Use cases of the clients area: any member of staff creates clients, and sees those they have to do with (A14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.clients import repository
from dossier_service.clients.domain import ClientKind
from dossier_service.clients.tables import Client
from dossier_service.edge.contact import address_and_phone
from dossier_service.firms.service import member_of


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as typed."""

    kind: ClientKind
    given_name: str
    family_name: str
    company_name: str | None
    email: str
    phone: str | None
    language: Language


async def create_client(uow: UnitOfWork, account_id: UUID, firm_id: UUID, new: NewClient) -> Client:
    """Keeps a new client. Creating one invites nobody (C4)."""
    member = await member_of(uow, account_id, firm_id)
    if (new.kind is ClientKind.COMPANY) is not (new.company_name is not None):
        detail = "A company has a company name, a person has none."
        raise Invalid("company_name", detail, fields=(FieldError("company_name", "company_name", detail),))
    email, phone = address_and_phone(new.email, new.phone)
    client = Client(
        id=new_id(),
        firm_id=firm_id,
        kind=new.kind,
        given_name=new.given_name,
        family_name=new.family_name,
        company_name=new.company_name,
        email=email,
        phone=phone,
        language=new.language,
        created_by=member.id,
        created_at=await uow.now(),
    )
    uow.session.add(client)
    await uow.session.flush()
    fact = Fact("client_created", firm_id, "client", client.id, "C1", details={"kind": client.kind})
    journal.add(uow, Actor.account(account_id), fact, client.created_at)
    return client


async def clients_page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, after: UUID | None, limit: int
) -> Sequence[Client]:
    """The clients of a firm that the caller may see."""
    member = await member_of(uow, account_id, firm_id)
    return await repository.page(uow, firm_id, member.id, after, limit)
