"""What the clients area takes and gives over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from event_contracts.people import Language
from pydantic import AfterValidator, Field
from service_kit.http.etags import etag_of
from service_kit.user_names import proposed_name

from dossier_service.clients.domain import FIELDS, FOR_STAFF, ClientKind, ClientStatus
from dossier_service.clients.service import NewClient, as_content
from dossier_service.clients.tables import Client, ClientVersion
from dossier_service.edge.addresses import PostalAddress, PostalAddressOut
from dossier_service.edge.fields import Address, Input, Name, Output, Title, one_line
from dossier_service.records.schemas import VersionOut

Short = Annotated[str, Field(max_length=60), AfterValidator(one_line)]
Typed = Annotated[str, Field(max_length=320)]
"""A value as typed; the use case checks it and names the rule when it cannot be meant."""


class _Optional(Input):
    """What a client's record may say and need not (document 004)."""

    currency: Typed | None = None
    type: Short | None = None
    branch_id: UUID | None = None
    bill_to: UUID | None = None
    customer_number: Short | None = None
    enterprise_number: Typed | None = None
    business_number: Typed | None = None
    phone: Address | None = None
    mobile: Address | None = None
    fax: Address | None = None
    website: Typed | None = None
    postal_address: PostalAddress | None = None
    delivery_address: PostalAddress | None = None

    def sent(self) -> dict[str, Any]:
        """Only what was sent, of the fields that can be changed."""
        values = {name: getattr(self, name) for name in FIELDS if name in self.model_fields_set}
        return {name: v.model_dump() if isinstance(v, PostalAddress) else v for name, v in values.items()}


class ClientIn(_Optional):
    """A new client; for a company, the names are those of the person it is known by. A missing code is proposed."""

    kind: ClientKind = ClientKind.PERSON
    given_name: Name
    family_name: Name
    company_name: Title | None = None
    email: Address
    language: Language
    code: Typed | None = None
    status: ClientStatus = ClientStatus.ACTIVE

    def command(self) -> NewClient:
        named = {"given_name", "family_name", "company_name", "email", "phone", "language"}
        return NewClient(
            self.kind,
            self.given_name,
            self.family_name,
            self.company_name,
            self.email,
            self.phone,
            self.language,
            {name: value for name, value in self.sent().items() if name not in named},
        )


class ClientPatch(_Optional):
    """The fields to change; those left out stay, and null empties one that may be empty."""

    given_name: Name = ""
    family_name: Name = ""
    company_name: Title | None = None
    email: Address = ""
    language: Language = Language.FR
    code: Typed = ""
    status: ClientStatus = ClientStatus.ACTIVE


class ClientRecordOut(Output):
    """A client's record; `bill_to` is for the firm's own eyes, and empty for everybody else."""

    id: UUID
    kind: ClientKind
    name: str
    given_name: str
    family_name: str
    company_name: str | None
    email: str
    phone: str | None
    language: Language
    code: str
    status: ClientStatus
    currency: str | None
    type: str | None
    branch_id: UUID | None
    bill_to: UUID | None
    customer_number: str | None
    enterprise_number: str | None
    business_number: str | None
    mobile: str | None
    fax: str | None
    website: str | None
    postal_address: PostalAddressOut | None
    delivery_address: PostalAddressOut | None
    created_at: datetime
    changed_at: datetime
    etag: str

    @classmethod
    def of(cls, client: Client, *, for_staff: bool = True, **computed: object) -> Self:
        """What was lawful when it was written is shown as it is: the lists of the law may have changed since."""
        return cls.model_validate(
            {
                **shown_of(as_content(client), for_staff=for_staff),
                "id": client.id,
                "kind": client.kind,
                "name": client.name,
                "created_at": client.created_at,
                "changed_at": client.changed_at,
                "etag": etag_of(client.version),
                **computed,
            }
        )


class ClientOut(ClientRecordOut):
    """A client as its firm's staff see it, with the user name that is proposed for a person (I3)."""

    proposed_user_name: str | None

    @classmethod
    def of_staff(cls, client: Client) -> Self:
        is_person = client.kind is ClientKind.PERSON
        name = proposed_name(client.given_name, client.family_name) if is_person else None
        return cls.of(client, proposed_user_name=name)


def shown_of(content: Mapping[str, Any], *, for_staff: bool) -> dict[str, Any]:
    """What of a record's content is shown; what is for staff only is empty for everybody else (A13)."""
    return {**content} if for_staff else {**content, **dict.fromkeys(FOR_STAFF)}


def version_out(version: ClientVersion, *, for_staff: bool) -> VersionOut:
    """A version of a client's record; which account wrote it is shown to staff only."""
    return VersionOut(
        version=version.version,
        at=version.at,
        change=version.change,
        party=version.party,
        account_id=version.account_id if for_staff else None,
        content=shown_of(version.content, for_staff=for_staff),
    )
