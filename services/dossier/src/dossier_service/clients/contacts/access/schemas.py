"""What a contact's access takes and gives over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from event_contracts.people import Right
from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.access.domain import MOST_NETWORKS
from dossier_service.access.rights.schemas import GrantView
from dossier_service.clients.contacts.access.form import Access
from dossier_service.clients.contacts.access.service import Limits, Wanted
from dossier_service.edge.fields import Address, Input, Note, Output, UserName
from dossier_service.firms.branches.schemas import BranchRef

Networks = Annotated[
    tuple[Annotated[str, Field(max_length=100)], ...],
    Field(max_length=MOST_NETWORKS, examples=[["203.0.113.7", "2001:db8::/32"]]),
]
"""Addresses and networks as typed; the law checks them and names each that is none (A9)."""
AnyRole = Annotated[
    str | None, Field(max_length=200, description="Ignored: a contact's role is always `client` (A9)", deprecated=True)
]


class AccessIn(Input):
    """The form, saved and sent; what is left out is as the form proposes it.

    A contact's e-mail is needed, the phone is not. `networks` and `branch_id` limit the access, empty limits nothing.
    """

    user_name: UserName | None = None
    email: Address | None = None
    phone: Address | None = None
    right: Right = Right.WRITE
    role: AnyRole = None
    networks: Networks = ()
    branch_id: UUID | None = None
    contact_confirmed: bool = Field(default=False, strict=True)
    custom_text: Note | None = None

    def command(self) -> Wanted:
        return Wanted(
            self.user_name,
            self.email,
            self.phone,
            self.right,
            self.networks,
            self.branch_id,
            self.contact_confirmed,
            self.custom_text or None,
        )


class AccessPatch(Input):
    """What is to change; what is left out stays. The user code is fixed by now (I3)."""

    right: Right = Right.WRITE
    networks: Networks = ()
    branch_id: UUID | None = None
    role: AnyRole = None
    user_name: UserName | None = None

    def chosen_right(self) -> Right | None:
        return self.right if "right" in self.model_fields_set else None

    def limits(self) -> Limits:
        sent = self.model_fields_set
        return Limits(self.networks, self.branch_id, "networks" not in sent, "branch_id" not in sent)


class ContactRef(Output):
    """Whose access it is."""

    id: UUID
    name: str


class AccessOut(Output):
    """The form before, and the access afterwards.

    `user_name` is what the form proposes, then the name that was wished, then the account's own. `phone` is where
    codes would be sent. `right` and limits are those of the live grant; `grant` is the last one, with its mails, and
    says whether the sign-in information may be sent again. `etag` is for changing a live access.
    """

    kind_of_user: Literal["client_contact"] = "client_contact"
    role: Literal["client"] = "client"
    dossier_id: UUID
    contact: ContactRef
    user_name: str | None
    email: str | None
    phone: str | None
    right: Right
    networks: tuple[str, ...]
    branch: BranchRef | None
    grant: GrantView | None
    etag: str | None

    @classmethod
    def of(cls, dossier_id: UUID, access: Access) -> "AccessOut":
        contact, row, is_live = access.contact, access.row, access.is_live
        limited = is_live and row.branch_id is not None
        return cls(
            dossier_id=dossier_id,
            contact=ContactRef(id=contact.id, name=contact.name),
            user_name=access.user_name,
            email=contact.email,
            phone=access.phone,
            right=access.right,
            networks=tuple(row.networks) if is_live else (),
            branch=BranchRef(id=row.branch_id, name=row.branch_name) if limited else None,
            grant=GrantView.of(row) if row.grant_id is not None else None,
            etag=etag_of(row.grant_version) if is_live else None,
        )
