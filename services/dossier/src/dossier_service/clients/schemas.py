"""What the clients area takes and gives over HTTP."""

from uuid import UUID

from event_contracts.people import Language

from dossier_service.clients.domain import ClientKind
from dossier_service.clients.service import NewClient
from dossier_service.clients.tables import Client
from dossier_service.edge.fields import Address, Input, Name, Output, Title


class ClientIn(Input):
    """A new client; for a company, the names are those of the person it is known by."""

    kind: ClientKind = ClientKind.PERSON
    given_name: Name
    family_name: Name
    company_name: Title | None = None
    email: Address
    phone: Address | None = None
    language: Language

    def command(self) -> NewClient:
        return NewClient(
            self.kind, self.given_name, self.family_name, self.company_name, self.email, self.phone, self.language
        )


class ClientOut(Output):
    """A client as its firm's staff see it."""

    id: UUID
    kind: ClientKind
    name: str
    given_name: str
    family_name: str
    company_name: str | None
    email: str
    phone: str | None
    language: Language

    @classmethod
    def of(cls, client: Client) -> "ClientOut":
        return cls(
            id=client.id,
            kind=client.kind,
            name=client.name,
            given_name=client.given_name,
            family_name=client.family_name,
            company_name=client.company_name,
            email=client.email,
            phone=client.phone,
            language=client.language,
        )
