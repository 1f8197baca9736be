"""The one page of a contact's access: a form that is filled in before, and afterwards what was given (K2)."""

from dataclasses import dataclass
from uuid import UUID

from event_contracts.people import Right
from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.rights import repository as rights
from dossier_service.access.rights.repository import RightsRow
from dossier_service.access.service import standing_in
from dossier_service.clients.contacts import repository as contacts
from dossier_service.clients.contacts.access.naming import user_code
from dossier_service.clients.contacts.domain import sign_in_number
from dossier_service.clients.contacts.tables import Contact
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.refusals import require, unknown


@dataclass(frozen=True, slots=True)
class Access:
    """A contact's access to a dossier, as its manager sees it; `row` is the contact's line of the rights page."""

    contact: Contact
    user_name: str | None
    row: RightsRow

    @property
    def is_live(self) -> bool:
        return self.row.state in law.LIVE

    @property
    def phone(self) -> str | None:
        return sign_in_number(self.contact.mobile, self.contact.phone)

    @property
    def right(self) -> Right:
        return Right(self.row.right) if self.is_live else Right.WRITE


async def read(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, contact_id: UUID) -> Access:
    """The page, for the dossier's manager (A1)."""
    require(law.why_not_manage(await standing_in(uow, account_id, dossier_id)))
    dossier, _, _ = await dossiers.cover(uow, dossier_id)
    contact = await contacts.contact_of(uow, dossier.client_id, contact_id)
    if contact is None:
        raise unknown()
    return await shown(uow, dossier, contact)


async def shown(uow: UnitOfWork, dossier: Dossier, contact: Contact) -> Access:
    """The page as it is now."""
    (row,) = await rights.rights_of(uow, dossier.id, contact_id=contact.id)
    live = row.grant_id if row.state in law.LIVE else None
    return Access(contact, await user_code(uow, dossier.client_id, live), row)
